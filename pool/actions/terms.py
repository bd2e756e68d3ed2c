"""The words of the region: made and renamed by its administrator, retired and never deleted."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import require_role
from core.errors import Refusal
from pool.models import Term
from pool.queries import terms_changed
from pool.vocabulary import Vocabulary
from pool.words import FIRST_WORDS, NEEDED_CODES

CODE_LENGTH = 20


class UnknownTerm(Refusal):
    message = _("This is not on the list of the region any more. Choose another.")


class NameTaken(Refusal):
    message = _("This name is on the list already. Choose another, or take that one back.")


class StillNeeded(Refusal):
    message = _("The platform asks for this one, so it stays. You may give it another name.")


class RenewsTooEarly(Refusal):
    message = _("Renewing cannot begin earlier than the training itself. Choose fewer months.")


def give_first_words() -> None:
    """A new region begins with the usual words."""
    Term.objects.bulk_create(
        Term(
            vocabulary=one.vocabulary,
            code=one.code,
            label_nl=one.label_nl,
            label_en=one.label_en,
        )
        for one in FIRST_WORDS
    )


def term_in_use(code: str, vocabulary: Vocabulary) -> Term:
    """The word of this code, if it may be chosen now; raises UnknownTerm."""
    found = Term.objects.filter(code=code, vocabulary=vocabulary, retired_at=None).first()
    if found is None:
        raise UnknownTerm
    return found


@transaction.atomic
def add_term(  # noqa: PLR0913  what a word is
    *,
    vocabulary: str,
    label_nl: str,
    label_en: str,
    by: User,
    now: datetime,
    validity_months: int | None = None,
    renew_months: int = 3,
) -> Term:
    """Add a word; its code is made of its name, and of no name that was ever there.

    Raises:
        NotAllowed: this is for the regional administrator. NameTaken, RenewsTooEarly.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    kind = Vocabulary(vocabulary)
    _one_at_a_time()
    _require_free(kind, label_nl, label_en)
    term = Term(
        vocabulary=kind,
        code=_free_code(label_en),
        label_nl=label_nl,
        label_en=label_en,
        **_terms_of(kind, validity_months, renew_months),
    )
    term.save(force_insert=True)
    _record("term.added", term, by=by, now=now)
    return term


@transaction.atomic
def change_term(  # noqa: PLR0913  what may change about a word
    *,
    code: str,
    label_nl: str,
    label_en: str,
    by: User,
    now: datetime,
    validity_months: int | None = None,
    renew_months: int = 3,
) -> Term:
    """Give a word other names or other months. What was issued before keeps its own end.

    Raises:
        NotAllowed, Term.DoesNotExist, NameTaken, RenewsTooEarly.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    _one_at_a_time()
    term = Term.objects.get(code=code)
    kind = Vocabulary(term.vocabulary)
    _require_free(kind, label_nl, label_en, besides=code)
    Term.objects.filter(pk=term.pk).update(
        label_nl=label_nl, label_en=label_en, **_terms_of(kind, validity_months, renew_months)
    )
    _record("term.changed", term, by=by, now=now)
    return Term.objects.get(pk=term.pk)


@transaction.atomic
def retire_term(*, code: str, by: User, now: datetime) -> Term:
    """Take a word off the list; rows that carry it stay as they are. Twice is harmless.

    Raises:
        NotAllowed, Term.DoesNotExist. StillNeeded: the rules ask for this code.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    term = Term.objects.get(code=code)
    if code in NEEDED_CODES:
        raise StillNeeded
    if Term.objects.filter(pk=term.pk, retired_at=None).update(retired_at=now, retired_by=by):
        _record("term.retired", term, by=by, now=now)
    return Term.objects.get(pk=term.pk)


@transaction.atomic
def restore_term(*, code: str, by: User, now: datetime) -> Term:
    """Put a retired word back on the list, with the meaning it always had.

    Raises:
        NotAllowed, Term.DoesNotExist. NameTaken: another word has its name now.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    _one_at_a_time()
    term = Term.objects.get(code=code)
    _require_free(Vocabulary(term.vocabulary), term.label_nl, term.label_en, besides=code)
    gone = Term.objects.filter(pk=term.pk, retired_at__isnull=False)
    if gone.update(retired_at=None, retired_by=None):
        _record("term.restored", term, by=by, now=now)
    return Term.objects.get(pk=term.pk)


def _terms_of(
    kind: Vocabulary, validity_months: int | None, renew_months: int
) -> dict[str, int | None]:
    if kind == Vocabulary.SUPPORT:
        return {}
    if validity_months is not None and renew_months > validity_months:
        raise RenewsTooEarly
    return {"validity_months": validity_months, "renew_months": renew_months}


def _require_free(kind: Vocabulary, label_nl: str, label_en: str, *, besides: str = "") -> None:
    """No two words of one list that people could take for each other."""
    wanted = {label_nl.casefold(), label_en.casefold()}
    others = Term.objects.filter(vocabulary=kind, retired_at=None).exclude(code=besides)
    if any(wanted & {one.label_nl.casefold(), one.label_en.casefold()} for one in others):
        raise NameTaken


def _free_code(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().upper()
    stem = re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")[:CODE_LENGTH].strip("_")
    stem = stem if stem[:1].isalpha() else f"T_{stem}".strip("_")[:CODE_LENGTH]
    taken = set(Term.objects.values_list("code", flat=True))
    code, n = stem, 2
    while code in taken:
        code, n = f"{stem}_{n}", n + 1
    return code


def _one_at_a_time() -> None:
    """Two administrators who add the same word do so one after the other."""
    list(Term.objects.select_for_update().order_by("pk").values_list("pk"))


def _record(event: str, term: Term, *, by: User, now: datetime) -> None:
    terms_changed()
    audit.record(event, by=by, at=now, target=term, vocabulary=term.vocabulary, code=term.code)
