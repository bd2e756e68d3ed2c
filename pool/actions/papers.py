"""Writing down what was seen on paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.clock import local
from core.errors import Refusal
from pool.actions.terms import term_in_use
from pool.actions.vog import forget_application
from pool.actions.vog_clock import watch_vog
from pool.models import (
    Agreement,
    Expert,
    Term,
    Training,
    VogEvidence,
)
from pool.permissions import require_record_papers
from pool.queries import agreed
from pool.rules import add_months, last_day
from pool.rules.vog import is_new_enough
from pool.signals import vog_carries
from pool.vocabulary import ScreeningKind, Vocabulary


class DatesOutOfOrder(Refusal):
    message = _("These dates do not follow each other. Look again.")


class NotSeenYet(Refusal):
    message = _("Write down only what you have seen: this date is in the future.")


class SeenAlready(Refusal):
    message = _("This certificate was seen already. Write down a new training to renew it.")


class NotNewEnough(Refusal):
    message = _(
        "A new VOG was asked for. This one is older than that question, or older than three months."
    )


class CodesMissing(Refusal):
    message = _("Write down at least one code of the profile.")


@transaction.atomic
def record_vog(  # noqa: PLR0913  what the paper says
    *,
    expert_id: UUID,
    issue_date: date,
    seen_on: date,
    profile_kind: str,
    profile_codes: Collection[str],
    authenticity_checked: bool,
    by: User,
    now: datetime,
    policy_valid_until: date | None = None,
    function_label: str = "",
    organisation_label: str = "",
) -> VogEvidence:
    """Write down a VOG that was seen; the one before it stops counting. Nothing is stored of it.

    Without `policy_valid_until`, the region's number of calendar months after the issue counts.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
        DatesOutOfOrder, NotSeenYet, CodesMissing, NotNewEnough: nothing was changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    today = local(now).date()
    if policy_valid_until is None:
        policy_valid_until = valid_until_by_policy(issue_date, on=today)
    if seen_on > today:
        raise NotSeenYet
    if not issue_date <= seen_on or policy_valid_until <= issue_date:
        raise DatesOutOfOrder
    if not profile_codes:
        raise CodesMissing
    before = VogEvidence.objects.filter(expert=expert, replaced_on=None)
    _require_answer(before.first(), issue_date, seen_on)
    before.update(replaced_on=today)
    evidence = VogEvidence.objects.create(
        expert=expert,
        issue_date=issue_date,
        seen_on=seen_on,
        seen_by=by,
        authenticity_checked=authenticity_checked,
        profile_kind=ScreeningKind(profile_kind),
        profile_codes=sorted(set(profile_codes)),
        function_label=function_label.strip(),
        organisation_label=organisation_label.strip(),
        policy_valid_until=policy_valid_until,
    )
    audit.record("paper.recorded", by=by, at=now, subject=expert.pk, target=evidence, kind="VOG")
    # What led here is erased, refusals on the way included: only what was seen stays.
    forget_application(expert.pk)
    watch_vog(evidence, now=now)
    vog_carries.send(sender=None, expert=expert, vog=evidence, now=now)
    return evidence


def _require_answer(before: VogEvidence | None, issue_date: date, seen_on: date) -> None:
    """Where two persons asked for a new VOG, only a new one will do."""
    if before is None or before.recheck_at is None:
        return
    asked_on = local(before.recheck_at).date()
    if not is_new_enough(issue_date, asked_on=asked_on, seen_on=seen_on):
        raise NotNewEnough


def valid_until_by_policy(issue_date: date, *, on: date) -> date:
    """First day on which this region no longer relies on a VOG of `issue_date`, as of `on`."""
    return add_months(issue_date, agreed(on=on).vog_months)


@transaction.atomic
def record_training(  # noqa: PLR0913  what the certificate says
    *,
    expert_id: UUID,
    kind: str,
    started_on: date,
    by: User,
    now: datetime,
    provider: str = "",
    level: int = 1,
    completed_on: date | None = None,
    certificate_seen_on: date | None = None,
    expires_on: date | None = None,
) -> Training:
    """Write down a course; it counts once the certificate was seen.

    Without `expires_on`, the region's months for this kind count once it is finished; who renews
    in time counts on from the earlier end (docs/adr/0031).

    Raises:
        Expert.DoesNotExist, NotAllowed, UnknownTerm, DatesOutOfOrder, NotSeenYet: nothing was
            changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    word = term_in_use(kind, Vocabulary.TRAINING)
    _require_order(started_on, completed_on, certificate_seen_on, expires_on, now=now)
    if completed_on and expires_on is None:
        expires_on = _counts_until(expert, word, completed_on)
    training = Training.objects.create(
        expert=expert,
        kind=word.code,
        provider=provider.strip(),
        level=level,
        started_on=started_on,
        completed_on=completed_on,
        certificate_seen_on=certificate_seen_on,
        expires_on=expires_on,
    )
    audit.record(
        "paper.recorded", by=by, at=now, subject=expert.pk, target=training, kind="TRAINING"
    )
    return training


@transaction.atomic
def finish_training(  # noqa: PLR0913  what the certificate says
    *,
    training_id: UUID,
    completed_on: date,
    by: User,
    now: datetime,
    certificate_seen_on: date | None = None,
    expires_on: date | None = None,
) -> Training:
    """Somebody finished a course that was begun, or shows the certificate of it.

    It counts once the certificate was seen; until when, as `record_training` says.

    Raises:
        Training.DoesNotExist, NotAllowed, DatesOutOfOrder, NotSeenYet: nothing was changed.
        SeenAlready: the certificate was seen; nothing was changed.
    """
    training = Training.objects.select_for_update(of=("self",)).get(pk=training_id)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=training.expert_id)
    require_record_papers(by, expert)
    if training.certificate_seen_on is not None:
        raise SeenAlready
    word = Term.objects.get(code=training.kind)
    _require_order(training.started_on, completed_on, certificate_seen_on, expires_on, now=now)
    training.expires_on = expires_on or _counts_until(expert, word, completed_on)
    training.completed_on, training.certificate_seen_on = completed_on, certificate_seen_on
    training.save(update_fields=["completed_on", "certificate_seen_on", "expires_on"])
    audit.record(
        "paper.recorded", by=by, at=now, subject=expert.pk, target=training, kind="TRAINING"
    )
    return training


def _require_order(
    started_on: date,
    completed_on: date | None,
    seen_on: date | None,
    expires_on: date | None,
    *,
    now: datetime,
) -> None:
    """Begun, finished, seen, over: in this order, and finished and seen not in the future."""
    _require_seen(seen_on, now)
    _require_seen(completed_on, now)
    if completed_on is None and (seen_on or expires_on):
        raise DatesOutOfOrder
    known = [day for day in (started_on, completed_on, seen_on) if day]
    if known != sorted(known) or (expires_on and completed_on and expires_on < completed_on):
        raise DatesOutOfOrder


def _counts_until(expert: Expert, word: Term, finished_on: date) -> date | None:
    """The last day on which a course counts, by the months that the region agreed on."""
    earlier = Training.objects.filter(
        expert=expert, kind=word.code, certificate_seen_on__isnull=False
    )
    return last_day(
        finished_on=finished_on,
        validity_months=word.validity_months,
        renew_months=word.renew_months,
        earlier=_end_of(earlier.values_list("expires_on", flat=True)),
    )


def _end_of(ends: Iterable[date | None]) -> date | None:
    """The latest of these ends; None where there is none or one of them never comes."""
    known = list(ends)
    return max((day for day in known if day), default=None) if None not in known else None


@transaction.atomic
def record_agreement(  # noqa: PLR0913  what was signed
    *,
    expert_id: UUID,
    kind: str,
    signed_on: date,
    by: User,
    now: datetime,
    valid_until: date | None = None,
) -> Agreement:
    """Write down a signed agreement.

    An earlier one of the same kind is renewed by it and stays; the dates decide. Without
    `valid_until`, the region's months for this kind count.

    Raises:
        Expert.DoesNotExist, NotAllowed, UnknownTerm, DatesOutOfOrder, NotSeenYet: nothing was
            changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    word = term_in_use(kind, Vocabulary.AGREEMENT)
    _require_seen(signed_on, now)
    if valid_until is not None and valid_until < signed_on:
        raise DatesOutOfOrder
    earlier = Agreement.objects.filter(
        expert=expert, kind=word.code, renewed_on=None, signed_on__lte=signed_on
    )
    if valid_until is None:
        valid_until = last_day(
            finished_on=signed_on,
            validity_months=word.validity_months,
            renew_months=word.renew_months,
            earlier=_end_of(earlier.values_list("valid_until", flat=True)),
        )
    earlier.update(renewed_on=signed_on)
    agreement = Agreement.objects.create(
        expert=expert, kind=word.code, signed_on=signed_on, valid_until=valid_until
    )
    audit.record("paper.recorded", by=by, at=now, subject=expert.pk, target=agreement, kind=kind)
    return agreement


def _require_seen(day: date | None, now: datetime) -> None:
    if day is not None and day > local(now).date():
        raise NotSeenYet
