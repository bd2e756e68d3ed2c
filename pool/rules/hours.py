"""Who is free: the hours of every week, days away, and what is booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

# Half-open [from, until), aware.
Interval = tuple[datetime, datetime]

MINUTES_A_DAY = 1440
# Parts of a day as [from, until) in minutes after midnight; together they fill 24 hours.
DAY_PARTS: tuple[tuple[str, int, int], ...] = (
    ("DAYTIME", 8 * 60, 18 * 60),
    ("EVENING", 18 * 60, 23 * 60),
    ("NIGHT", 23 * 60, MINUTES_A_DAY + 8 * 60),
)
SATURDAY = 5
# Less than this inside a part of the day is no time to meet anybody.
SHORTEST_MINUTES = 60
SHORTEST = timedelta(minutes=SHORTEST_MINUTES)


@dataclass(frozen=True)
class WeekRow:
    """Hours of every week, in minutes after local midnight of the weekday: [starts, ends).

    "Tuesdays from 18:00 to 22:00" is (1, 1080, 1320); 0 is Monday. `ends` may pass 1440 into the
    next day, so a night is one row.
    """

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True)
class DayHours:
    """Hours of one day that differ from the week: there after all, or not; "not" wins.

    Wall clock, as in a week: [starts, ends) in minutes after local midnight of `day`.
    """

    day: date
    starts: int
    ends: int
    is_there: bool

    def interval(self, tz: tzinfo) -> Interval:
        return instant_of(self.day, self.starts, tz), instant_of(self.day, self.ends, tz)


def is_free(  # noqa: PLR0913  the three kinds of hours and the question
    week: Iterable[WeekRow],
    absences: Iterable[Interval],
    busy: Iterable[Interval],
    *,
    start: datetime,
    end: datetime,
    tz: tzinfo,
    changes: Iterable[DayHours] = (),
) -> bool:
    """Is all of [start, end) inside the week, and none of it away or given away?"""
    found = free_intervals(week, absences, busy, start=start, end=end, tz=tz, changes=changes)
    return found == [(start.astimezone(UTC), end.astimezone(UTC))]


def is_available(
    week: Iterable[WeekRow],
    *,
    start: datetime,
    end: datetime,
    tz: tzinfo,
    changes: Iterable[DayHours] = (),
) -> bool:
    """Is all of [start, end) inside the week as it is on those days, whatever else there is?"""
    return is_free(week, (), (), start=start, end=end, tz=tz, changes=changes)


def free_intervals(  # noqa: PLR0913  the three kinds of hours and the question
    week: Iterable[WeekRow],
    absences: Iterable[Interval],
    busy: Iterable[Interval],
    *,
    start: datetime,
    end: datetime,
    tz: tzinfo,
    changes: Iterable[DayHours] = (),
) -> list[Interval]:
    """The free stretches within [start, end), in UTC, soonest first, none touching another.

    `changes` are days that differ from the week. A week is wall clock in `tz`; see `instant_of`
    for the nights in which the clock changes.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if start >= end:
        return []
    rows = list(week)
    free = []
    # A row may reach 47 hours past its own midnight.
    day = start.astimezone(tz).date() - timedelta(days=2)
    last = end.astimezone(tz).date()
    while day <= last:
        for row in rows:
            if row.weekday == day.weekday():
                begins, ends = instant_of(day, row.starts, tz), instant_of(day, row.ends, tz)
                free.append((max(begins, start), min(ends, end)))
        day += timedelta(days=1)
    taken = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in (*absences, *busy)]
    for change in changes:
        begins, ends = change.interval(tz)
        if change.is_there:
            free.append((max(begins, start), min(ends, end)))
        else:
            taken.append((begins, ends))
    return without(free, taken)


def without(hours: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What `taken` leaves of `hours`; in order, none touching another."""
    return _without(_merged(hours), _merged(taken))


# A whole pool asks for the same hours of the same days, thousands of times.
@lru_cache(maxsize=20_000)
def instant_of(day: date, minutes: int, tz: tzinfo) -> datetime:
    """The instant, in UTC, at which a wall clock in `tz` reads `minutes` after midnight of `day`.

    A reading that the clock skips in spring is the moment of the change; one that it shows
    twice in autumn is the first. So two rows that touch on paper touch in time, on every night.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    if first.astimezone(tz).replace(tzinfo=None) == wall:
        return first
    # In a gap, fold 1 reads the clock of after the change: it lands before the change.
    before = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    offset_before = before.astimezone(tz).utcoffset()
    after = first
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def day_parts_covered(week: Iterable[WeekRow]) -> frozenset[str]:
    """Parts of the day, and WEEKEND, in which this week holds at least an hour."""
    covered = set()
    for row in week:
        covered |= {part for _day, part in _parts_of(row)}
        weekend = (SATURDAY - row.weekday) * MINUTES_A_DAY
        # Monday's row belongs to no weekend; Sunday's ends at midnight.
        if _overlap(row.starts, row.ends, weekend, weekend + 2 * MINUTES_A_DAY):
            covered.add("WEEKEND")
    return frozenset(covered)


def parts_covered(
    week: Iterable[WeekRow], changes: Iterable[DayHours], *, first: date, tz: tzinfo
) -> frozenset[str]:
    """`day_parts_covered` of the seven days from `first` on, as these days really are."""
    last = first + timedelta(days=7)
    near = [one for one in changes if first - timedelta(days=2) <= one.day <= last]
    if not near:
        return day_parts_covered(week)
    start, end = instant_of(first, 0, tz), instant_of(last, 0, tz)
    open_hours = free_intervals(week, (), (), start=start, end=end, tz=tz, changes=near)
    covered = parts_free(open_hours, tz=tz)
    for shift in range(7):
        day = first + timedelta(days=shift)
        if day.weekday() >= SATURDAY:
            begins, ends = instant_of(day, 0, tz), instant_of(day, MINUTES_A_DAY, tz)
            if any(min(b, ends) - max(a, begins) >= SHORTEST for a, b in open_hours):
                covered |= {"WEEKEND"}
    return covered


def rest_until(
    heavy_ends: Iterable[datetime], rest: timedelta, *, start: datetime, end: datetime | None = None
) -> datetime | None:
    """Until when somebody rests who would be at work from `start` on, or in [start, end).

    Rest is half-open: it is over at exactly the agreed time. None where no rest is in the way.
    """
    begins = start.astimezone(UTC)
    ends = begins + timedelta(microseconds=1) if end is None else end.astimezone(UTC)
    rests = [(one.astimezone(UTC), one.astimezone(UTC) + rest) for one in heavy_ends]
    return max((back for away, back in rests if away < ends and begins < back), default=None)


def is_quiet(at: datetime, quiet_from: time, quiet_until: time, *, tz: tzinfo) -> bool:
    """Does the wall clock in `tz` stand in quiet hours? Equal times mean that there are none."""
    clock = at.astimezone(tz).time()
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def parts_free(intervals: Iterable[Interval], *, tz: tzinfo) -> frozenset[str]:
    """Parts of the day in which these stretches leave at least an hour in one go."""
    found = set()
    for begins, ends in intervals:
        day, last = (one.astimezone(tz).date() for one in (begins, ends))
        day -= timedelta(days=1)  # the night that began the evening before
        while day <= last:
            for part, starts, until in DAY_PARTS:
                if part in found:
                    continue
                first, until_instant = instant_of(day, starts, tz), instant_of(day, until, tz)
                if min(ends, until_instant) - max(begins, first) >= SHORTEST:
                    found.add(part)
            day += timedelta(days=1)
    return frozenset(found)


def cells_covered(week: Iterable[WeekRow]) -> frozenset[tuple[int, str]]:
    """Weekday and part of the day, each with at least an hour: (1, "EVENING") is Tuesday evening.

    A night belongs to the day on which it begins.
    """
    return frozenset(cell for row in week for cell in _parts_of(row))


def _parts_of(row: WeekRow) -> set[tuple[int, str]]:
    found = set()
    # From the night that began the day before, to the parts of two days later.
    for shift in (-1, 0, 1, 2):
        midnight = shift * MINUTES_A_DAY
        for part, begins, ends in DAY_PARTS:
            if _overlap(row.starts, row.ends, midnight + begins, midnight + ends):
                found.add(((row.weekday + shift) % 7, part))
    return found


def _overlap(starts: int, ends: int, begins: int, until: int) -> bool:
    return min(ends, until) - max(starts, begins) >= SHORTEST_MINUTES


def merged_week(rows: Iterable[WeekRow]) -> list[WeekRow]:
    """The same week in few rows, in order; touching and doubled hours of a weekday become one.

    No row grows past 24 hours, which the table refuses; such a pair stays two rows.
    """
    merged: list[WeekRow] = []
    for row in sorted(rows, key=lambda one: (one.weekday, one.starts, one.ends)):
        last = merged[-1] if merged else None
        touches = last is not None and last.weekday == row.weekday and row.starts <= last.ends
        if last and touches and max(last.ends, row.ends) <= last.starts + MINUTES_A_DAY:
            merged[-1] = WeekRow(last.weekday, last.starts, max(last.ends, row.ends))
        else:
            merged.append(row)
    return merged


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for begins, ends in sorted(one for one in intervals if one[0] < one[1]):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _without(free: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """`free` minus `taken`; both merged and in order."""
    left = []
    for begins, ends in free:
        at = begins
        for away, back in taken:
            if back <= at or away >= ends:
                continue
            if away > at:
                left.append((at, away))
            at = max(at, back)
        if at < ends:
            left.append((at, ends))
    return left
