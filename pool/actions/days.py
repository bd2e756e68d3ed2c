"""Days that differ from the week, and the one tap that stops questions until tomorrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.clock import AMSTERDAM, local
from core.errors import Refusal
from pool.models import Absence, DayChange, Expert
from pool.permissions import is_self, require_edit
from pool.queries.hours import changes_of, weeks_of
from pool.rules import DAY_PARTS, DayHours, DayPart, instant_of, with_parts, without_window
from pool.states import AbsenceKind

# Questions begin again when the day does.
MORNING = DAY_PARTS[0][1]
FURTHEST = timedelta(days=366)
AROUND = timedelta(days=2)


class DayOutOfReach(Refusal):
    message = _("Choose a day from today on, within a year.")


@transaction.atomic
def set_parts(
    *, expert_id: UUID, wanted: Mapping[DayPart, bool], by: User, now: datetime
) -> list[DayHours]:
    """Be there, or not, in whole parts of some days. What stays as it was keeps its hours.

    Raises:
        Expert.DoesNotExist, NotAllowed, DayOutOfReach: nothing was changed.
    """
    expert = _locked(expert_id, by)
    days = {day for day, _part in wanted}
    if not days:
        return []
    _require_reach(days, now)
    near = _near(expert, min(days), max(days))
    week = weeks_of([expert.pk]).get(expert.pk, [])
    found = with_parts(week, near, wanted, tz=AMSTERDAM)
    _replace(expert, min(days), max(days), found)
    _record("days.set", expert, by, now, n=len(days))
    return found


@transaction.atomic
def set_hours(*, expert_id: UUID, hours: DayHours, by: User, now: datetime) -> DayHours:
    """Be there, or not, in exact hours of one day; what was said about those hours before goes.

    Raises:
        Expert.DoesNotExist, NotAllowed, DayOutOfReach: nothing was changed.
    """
    expert = _locked(expert_id, by)
    _require_reach([hours.day], now)
    near = _near(expert, hours.day, hours.day)
    left = without_window(near, hours.day, hours.starts, hours.ends)
    _replace(expert, hours.day, hours.day, [*left, hours])
    _record("days.set", expert, by, now, n=1)
    return hours


@transaction.atomic
def clear_change(*, change_id: UUID, expert_id: UUID, by: User, now: datetime) -> None:
    """Let a day be as the week says again.

    Raises:
        Expert.DoesNotExist, DayChange.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = _locked(expert_id, by)
    DayChange.objects.get(pk=change_id, expert=expert).delete()
    _record("days.cleared", expert, by, now)


@transaction.atomic
def not_today(*, expert_id: UUID, by: User, now: datetime) -> Absence:
    """One tap, no reason: away from now until tomorrow morning, and no question before then.

    What was agreed already stays. Twice is harmless.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = _locked(expert_id, by)
    running = _said_today(expert, now)
    if running is not None:
        return running
    until = instant_of(local(now).date() + timedelta(days=1), MORNING, AMSTERDAM)
    said = Absence.objects.create(
        expert=expert, kind=AbsenceKind.TODAY, starts_at=now, ends_at=until
    )
    _record("today.refused", expert, by, now, target=said)
    return said


@transaction.atomic
def today_after_all(*, expert_id: UUID, by: User, now: datetime) -> None:
    """Take "not today" back. Twice is harmless.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = _locked(expert_id, by)
    running = _said_today(expert, now)
    if running is not None:
        _record("today.resumed", expert, by, now, target=running)
        running.delete()


def _said_today(expert: Expert, now: datetime) -> Absence | None:
    return Absence.objects.filter(
        expert=expert, kind=AbsenceKind.TODAY, starts_at__lte=now, ends_at__gt=now
    ).first()


def _locked(expert_id: UUID, by: User) -> Expert:
    # Two taps take turns, so that the second finds what the first wrote.
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_edit(by, expert)
    return expert


def _require_reach(days: Iterable[date], now: datetime) -> None:
    today = local(now).date()
    if any(not today <= day <= today + FURTHEST for day in days):
        raise DayOutOfReach


def _near(expert: Expert, first: date, last: date) -> list[DayHours]:
    found = changes_of(first=first - AROUND, last=last + AROUND, expert_ids=[expert.pk])
    return found.get(expert.pk, [])


def _replace(expert: Expert, first: date, last: date, changes: Iterable[DayHours]) -> None:
    """Write what these days, and those around them, now hold."""
    DayChange.objects.filter(
        expert=expert, day__gte=first - AROUND, day__lte=last + AROUND
    ).delete()
    DayChange.objects.bulk_create(
        DayChange(
            expert=expert, day=one.day, starts=one.starts, ends=one.ends, is_there=one.is_there
        )
        for one in changes
    )


def _record(event: str, expert: Expert, by: User, now: datetime, **facts: Any) -> None:
    audit.record(
        event, by=by, at=now, subject=expert.pk, on_behalf=not is_self(by, expert), **facts
    )
