"""Days that differ from the week: which hours change when somebody ticks a part of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo

from pool.rules.hours import (
    DAY_PARTS,
    MINUTES_A_DAY,
    SHORTEST,
    DayHours,
    WeekRow,
    free_intervals,
    instant_of,
)

# A day and a part of it: (5 March, "EVENING"). A night belongs to the day on which it begins.
DayPart = tuple[date, str]
WINDOWS = {part: (begins, until) for part, begins, until in DAY_PARTS}


def parts_of_days(
    week: Iterable[WeekRow], changes: Iterable[DayHours], days: Iterable[date], *, tz: tzinfo
) -> frozenset[DayPart]:
    """The parts of these days in which somebody is there for at least an hour in one go."""
    week, changes = list(week), list(changes)
    found = set()
    for day in days:
        start, end = instant_of(day, 0, tz), instant_of(day + timedelta(days=2), 0, tz)
        hours = free_intervals(week, (), (), start=start, end=end, tz=tz, changes=changes)
        for part, (begins, until) in WINDOWS.items():
            first, last = instant_of(day, begins, tz), instant_of(day, until, tz)
            if any(min(b, last) - max(a, first) >= SHORTEST for a, b in hours):
                found.add((day, part))
    return frozenset(found)


def with_parts(
    week: Iterable[WeekRow],
    changes: Iterable[DayHours],
    wanted: Mapping[DayPart, bool],
    *,
    tz: tzinfo,
) -> list[DayHours]:
    """`changes` after somebody ticked or unticked whole parts of days; in order, none touching.

    A part that stays as it was keeps its exact hours. One that becomes what the week says
    anyhow needs no change any more.
    """
    week, found = list(week), list(changes)
    for (day, part), is_wanted in wanted.items():
        if ((day, part) in parts_of_days(week, found, [day], tz=tz)) == is_wanted:
            continue
        found = without_window(found, day, *WINDOWS[part])
        if ((day, part) in parts_of_days(week, found, [day], tz=tz)) != is_wanted:
            found.append(DayHours(day, *WINDOWS[part], is_wanted))
    return sorted(found, key=lambda one: (one.day, one.starts))


def without_window(
    changes: Iterable[DayHours], day: date, starts: int, ends: int
) -> list[DayHours]:
    """`changes` with nothing left in [starts, ends) of `day`; what sticks out of it stays."""
    left = []
    for one in changes:
        shift = (one.day - day).days * MINUTES_A_DAY
        begins, until = one.starts + shift, one.ends + shift
        if until <= starts or ends <= begins:
            left.append(one)
            continue
        left += [
            _placed(day, a, b, is_there=one.is_there)
            for a, b in ((begins, min(until, starts)), (max(begins, ends), until))
            if a < b
        ]
    return left


def _placed(day: date, begins: int, until: int, *, is_there: bool) -> DayHours:
    """[begins, until) in minutes after midnight of `day`, as hours of the day they begin in."""
    days, starts = divmod(begins, MINUTES_A_DAY)
    return DayHours(
        day + timedelta(days=days), starts, until - days * MINUTES_A_DAY, is_there=is_there
    )
