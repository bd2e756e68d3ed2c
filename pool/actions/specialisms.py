"""What an expert tells and to whom, who reads the guarded part of it, and what a region uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.models import Role, User
from core.access.permissions import has_role, require_role
from core.errors import NotAllowed, Refusal
from pool.actions.experts import _replace, locked
from pool.avoiding import trace_of_code
from pool.models import (
    Expert,
    GuardedReader,
    GuardedSpecialism,
    LifeExperience,
    RegionProfile,
    Specialism,
    SwitchedOff,
)
from pool.permissions import STAFF, require_edit
from pool.queries.specialisms import offered_codes
from pool.specialisms import GUARDED, KIND_OF, SpecialismKind
from pool.vocabulary import Audience

READ_GUARDED = "pool.read_guarded"


class NotOffered(Refusal):
    """A code that is switched off, unknown, or not for this person to choose."""

    message = _("One of these cannot be chosen. Look at the list again.")


class ForCoordinatorsOnly(Refusal):
    message = _("This is shown to coordinators only.")


class NoColleague(Refusal):
    message = _("Choose somebody who is a coordinator now.")


class ReadsAlready(Refusal):
    message = _("This person may read it already.")


class ForOneself(Refusal):
    message = _("Somebody else has to ask this for you.")
    status = 403


@transaction.atomic
def tell(*, expert_id: UUID, told: Mapping[str, str], by: User, now: datetime) -> None:
    """Write down what an expert tells (code -> to whom), in place of all that `by` could see.

    What `by` cannot see stays as it is: guarded codes for a coordinator without that right, and
    codes that are switched off.

    Raises:
        Expert.DoesNotExist, NotAllowed, NotOffered, ForCoordinatorsOnly: nothing was changed.
    """
    expert = locked(expert_id)
    require_edit(by, expert)
    offered = set(offered_codes(by, expert))
    if not set(told) <= offered or not set(told.values()) <= set(Audience.values):
        raise NotOffered
    if any(
        KIND_OF[code] == SpecialismKind.FORM and audience != Audience.COORDINATOR
        for code, audience in told.items()
    ):
        raise ForCoordinatorsOnly
    _write(expert, told, offered)
    _write_guarded(expert, set(told) & GUARDED, offered & GUARDED)
    # Not what, and not how much: the log is read by more people than the codes are.
    audit.record("expert.told", by=by, at=now, subject=expert.pk, target=expert)


def _write(expert: Expert, told: Mapping[str, str], offered: set[str]) -> None:
    for model, kinds in (
        (LifeExperience, {SpecialismKind.EXPERIENCE}),
        (Specialism, {SpecialismKind.FORM, SpecialismKind.PHASE, SpecialismKind.APPROACH}),
    ):
        wanted = [
            {"code": code, "visible_to": audience}
            | ({"kind": KIND_OF[code]} if model is Specialism else {})
            for code, audience in told.items()
            if KIND_OF[code] in kinds and code not in GUARDED
        ]
        unseen = model.objects.filter(expert=expert).exclude(code__in=offered)
        names = ("code", "visible_to", "kind") if model is Specialism else ("code", "visible_to")
        _replace(model, expert, [*wanted, *unseen.values(*names)])


def _write_guarded(expert: Expert, told: set[str], offered: set[str]) -> None:
    if not offered:
        return
    kept = set()
    for row in GuardedSpecialism.objects.filter(expert=expert).select_related("data_key"):
        if row.code in offered - told:
            row.delete()
        else:
            kept.add(row.code)
    for code in sorted(told - kept):
        GuardedSpecialism(
            expert=expert,
            data_key=expert.data_key,
            code=code,
            code_key=trace_of_code(expert.pk, code),
        ).save(force_insert=True)


# --- Who reads the guarded part ---------------------------------------------------------------


@transaction.atomic
def ask_to_read_guarded(*, user_id: UUID, by: User, now: datetime) -> approvals.Approval:
    """Ask a second person to let a colleague read the guarded codes.

    Raises:
        NotAllowed: an administrator asks. ForOneself, NoColleague, ReadsAlready, AlreadyAsked.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    user = User.objects.get(pk=user_id)
    if user == by:
        raise ForOneself
    if not has_role(user, *STAFF):
        raise NoColleague
    if _running(user_id):
        raise ReadsAlready
    return approvals.ask(READ_GUARDED, subject=user_id, by=by, now=now)


def _running(user_id: UUID) -> str:
    """What must not change between asking and deciding: that this person may not read yet."""
    reads = GuardedReader.objects.filter(user_id=user_id, ended_at=None).first()
    return str(reads.pk) if reads else ""


@approvals.effect(READ_GUARDED, roles=STAFF, fingerprint=_running)
def let_read_guarded(subject: UUID, by: User, now: datetime) -> None:
    """Give the right; runs when the second person, who is not the one who gets it, approves."""
    if by.pk == subject:
        raise ForOneself
    user = User.objects.get(pk=subject)
    if not has_role(user, *STAFF):
        raise NoColleague
    reader = GuardedReader.objects.create(user=user, granted_at=now, granted_by=by)
    audit.record("guarded.granted", by=by, at=now, subject=user.pk, target=reader)


@transaction.atomic
def end_reading_guarded(*, reader_id: UUID, by: User, now: datetime) -> None:
    """Take the right away, at once and by one person; doing it twice is harmless.

    Raises:
        GuardedReader.DoesNotExist, NotAllowed: nothing was changed.
    """
    reader = GuardedReader.objects.select_for_update(of=("self",)).get(pk=reader_id)
    if reader.user_id != by.pk and not has_role(by, Role.REGIONAL_ADMIN):
        raise NotAllowed("")
    if reader.ended_at is not None:
        return
    reader.ended_at, reader.ended_by = now, by
    reader.save(update_fields=["ended_at", "ended_by"])
    audit.record("guarded.ended", by=by, at=now, subject=reader.user_id, target=reader)


# --- What the region uses ---------------------------------------------------------------------


@transaction.atomic
def switch_code(*, code: str, is_off: bool, by: User, now: datetime) -> None:
    """Use a code in this region, or use it no more; what was told of it stays, unseen.

    A code means the same for ever: it is switched, never given another meaning.

    Raises:
        NotAllowed, NotOffered: nothing was changed.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    if code not in KIND_OF:
        raise NotOffered
    # One after the other, as all who change the agreements of a region.
    list(RegionProfile.objects.select_for_update().values_list("pk"))
    rows = SwitchedOff.objects.filter(code=code)
    if is_off == rows.exists():
        return
    if is_off:
        SwitchedOff.objects.create(code=code, off_at=now, off_by=by)
    else:
        rows.delete()
    audit.record("code.switched", by=by, at=now, code=code, is_off=is_off)
