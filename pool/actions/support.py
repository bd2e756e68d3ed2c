"""Support: how often a region asks it, who was there, and exceptions. Never what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import require_role
from core.clock import local
from core.errors import Refusal
from pool.actions.requirements import TooLateToDecide
from pool.actions.terms import term_in_use
from pool.models import Expert, SupportContact, SupportOverride, SupportRhythm
from pool.models.training import LONGEST_OVERRIDE
from pool.permissions import STAFF, require_record_papers
from pool.states import ExpertState
from pool.vocabulary import Overridden, OverrideReason, RhythmUnit, Vocabulary
from pool.words import USUAL_RHYTHMS


class NotYet(Refusal):
    message = _("That day is still to come. Write down who is expected.")


class Passed(Refusal):
    message = _("That day has passed. Write down who was there.")


class TooLong(Refusal):
    message = _("Choose a last day from today on, at most three months ahead.")


@transaction.atomic
def set_rhythm(  # noqa: PLR0913  one rule of the region
    *, kind: str, every: int | None, unit: str, valid_from: date, by: User, now: datetime
) -> SupportRhythm:
    """Decide how often one kind of support is due, from a day on; None asks it no more.

    The rule before it ends on that day; one that would begin later is replaced.

    Raises:
        NotAllowed: this is for the regional administrator. UnknownTerm.
        TooLateToDecide: a person decides about today and later, never about what was.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    if valid_from < local(now).date():
        raise TooLateToDecide
    word = term_in_use(kind, Vocabulary.SUPPORT)
    rules = SupportRhythm.objects.select_for_update().filter(kind=word.code)
    list(rules.values_list("pk"))
    rules.filter(valid_from__gte=valid_from).delete()
    rules.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    rhythm = SupportRhythm.objects.create(
        kind=word.code, every=every, unit=RhythmUnit(unit), valid_from=valid_from
    )
    audit.record(
        "support.rhythm_set", by=by, at=now, target=rhythm, kind=word.code, every=every, unit=unit
    )
    return rhythm


@transaction.atomic
def adopt_usual_rhythms(*, by: User, now: datetime) -> int:
    """Ask what is usual from today on, where the region decided nothing. Returns how many.

    Raises:
        NotAllowed: this is for the regional administrator.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    decided = set(SupportRhythm.objects.values_list("kind", flat=True))
    wanted = [one for one in USUAL_RHYTHMS if one[0] not in decided]
    for kind, every, unit in wanted:
        set_rhythm(kind=kind, every=every, unit=unit, valid_from=local(now).date(), by=by, now=now)
    return len(wanted)


@transaction.atomic
def record_support(
    *,
    kind: str,
    held_on: date,
    marks: Mapping[UUID, bool | None],
    by: User,
    now: datetime,
) -> int:
    """Write down of many at once who was there, who was not, who is expected.

    The last word counts; somebody of whom nothing is said keeps what was written before.
    Returns how many rows changed.

    Each of `marks` is True (was there), False (was not) or None (is expected, on a day to come).

    Raises:
        NotAllowed, UnknownTerm. Expert.DoesNotExist: one of them is nobody here.
        NotYet: nobody was there on a day to come. Passed: nobody is expected on a day past.
    """
    require_role(by, *STAFF)
    word = term_in_use(kind, Vocabulary.SUPPORT)
    today = local(now).date()
    if held_on > today and any(mark is not None for mark in marks.values()):
        raise NotYet
    if held_on < today and any(mark is None for mark in marks.values()):
        raise Passed
    people = Expert.objects.exclude(state=ExpertState.LEFT).filter(pk__in=marks)
    # In one order, so that two who write down the same evening do not wait for each other.
    experts = list(people.select_for_update(of=("self",)).order_by("pk"))
    if len(experts) != len(marks):
        raise Expert.DoesNotExist
    return sum(
        write_contact(expert, word.code, held_on, attended=marks[expert.pk], by=by, now=now)
        for expert in experts
    )


def write_contact(  # noqa: PLR0913  (who, what, when, how, and by whom)
    expert: Expert,
    kind: str,
    held_on: date,
    *,
    attended: bool | None,
    by: User,
    now: datetime,
) -> bool:
    """One row, new or changed; False where it stood so already. The caller holds the expert."""
    row = SupportContact.objects.filter(expert=expert, kind=kind, held_on=held_on).first()
    if row is not None and row.attended == attended:
        return False
    if row is None:
        row = SupportContact(expert=expert, kind=kind, held_on=held_on)
    row.attended, row.recorded_at, row.recorded_by = attended, now, by
    row.save()
    audit.record(
        "support.recorded",
        by=by,
        at=now,
        subject=expert.pk,
        target=row,
        kind=kind,
        attended=attended,
    )
    return True


@transaction.atomic
def unplan_support(*, contact_id: UUID, by: User, now: datetime) -> None:
    """Take back that somebody is expected, or a line that was a mistake.

    Raises:
        NotAllowed, SupportContact.DoesNotExist.
    """
    require_role(by, *STAFF)
    row = SupportContact.objects.select_for_update(of=("self",)).get(pk=contact_id)
    audit.record(
        "support.withdrawn", by=by, at=now, subject=row.expert_id, target=row, kind=row.kind
    )
    row.delete()


@transaction.atomic
def allow_without_support(
    *, expert_id: UUID, reason: str, until_on: date, by: User, now: datetime
) -> SupportOverride:
    """Let somebody be asked until a day although support is overdue. The one before it ends.

    Raises:
        Expert.DoesNotExist, NotAllowed. TooLong: the day has passed, or is too far off.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    today = local(now).date()
    if not today <= until_on <= today + LONGEST_OVERRIDE:
        raise TooLong
    _running(expert).update(ended_at=now, ended_by=by)
    override = SupportOverride.objects.create(
        expert=expert,
        reason=OverrideReason(reason),
        from_on=today,
        until_on=until_on,
        given_at=now,
        given_by=by,
    )
    audit.record(
        "support.overridden",
        by=by,
        at=now,
        subject=expert.pk,
        target=override,
        reason=override.reason,
        until=str(until_on),
    )
    return override


@transaction.atomic
def end_override(*, expert_id: UUID, by: User, now: datetime) -> None:
    """Take the exception back. Twice is harmless.

    Raises:
        Expert.DoesNotExist, NotAllowed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    if _running(expert).update(ended_at=now, ended_by=by):
        audit.record("support.override_ended", by=by, at=now, subject=expert.pk, target=expert)


def _running(expert: Expert) -> QuerySet[SupportOverride]:
    return SupportOverride.objects.filter(expert=expert, what=Overridden.SUPPORT, ended_at=None)
