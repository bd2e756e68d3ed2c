"""When to remind, what to suggest, what a day looks like. Plain values, no database.

Instants are aware, intervals half-open. Only here does scheduling think on the wall clock of
the Netherlands; whoever calls gives and gets instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
Interval = tuple[datetime, datetime]

DAY = timedelta(days=1)
STEP = timedelta(minutes=30)
# A reminder that quiet hours move leaves a while before they begin, so that a slow provider
# has time for a second try and still wakes nobody.
BEFORE_QUIET = timedelta(minutes=15)
# People meet by daylight or in the evening, in a place with others near.
FIRST_START, LAST_END = time(8, 0), time(22, 0)
# Two moments of one day are enough to choose from; then the next day gets its turn.
PER_DAY = 2
APART = timedelta(hours=3)


# From here on somebody may be on the way; a tap on an earlier day is a slip, and would start
# an alarm about somebody who is at home.
CHECK_IN_OPENS = timedelta(hours=1)
# Who should be out is asked after this long, a coordinator is called a step later and the rota
# from there on (domain.md 5.2: 30 + 15 + 15 minutes).
OVERDUE_AFTER, OVERDUE_STEP = timedelta(minutes=30), timedelta(minutes=15)
LAST_STEP = 2


def overdue_at(out_by: datetime, *, step: int) -> datetime:
    """When step 1 or 2 is due for somebody who should be out at the instant `out_by`."""
    return out_by + OVERDUE_AFTER + (step - 1) * OVERDUE_STEP


# --- Wall clock -------------------------------------------------------------------------------


def instants_of(wall: datetime) -> tuple[datetime, ...]:
    """Every instant at which Dutch clocks show `wall`: one, or none or two on two nights a year.

    Args:
        wall: naive; in the hour that is skipped in March nothing is found, in the hour that
            October repeats the earlier one (summer time) stands first.
    """
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=ZONE, fold=fold).astimezone(UTC)
        if instant.astimezone(ZONE).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
            found.append(instant)
    return tuple(dict.fromkeys(found))


def _on_the_clock(wall: datetime) -> datetime:
    """The instant of `wall`; the first of two, and the moment after a gap where there is none."""
    return wall.replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def local_day(day: date) -> Interval:
    """From local midnight until the next: 23, 24 or 25 hours."""
    start = datetime.combine(day, time.min)
    return _on_the_clock(start), _on_the_clock(start + DAY)


# --- Reminders --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReminderAt:
    """A reminder `minutes_before` the start as agreed, and the instant at which it leaves."""

    minutes_before: int
    at: datetime


def reminder_instants(
    start: datetime,
    minutes_before: Iterable[int],
    *,
    quiet_from: time,
    quiet_until: time,
    now: datetime,
) -> list[ReminderAt]:
    """When to remind of a session that begins at `start`, soonest first.

    Whole days are counted on the wall clock ("the same time yesterday"), the rest as elapsed
    time. What would fall in quiet hours moves earlier, to just before they begin: a reminder
    is never later than agreed. Of two that would then leave together the one nearest to the
    start stays. Moments that are past are left out; where all are, the list is empty and the
    confirmation that is sent when planning is reminder enough.
    """
    leaving: dict[datetime, int] = {}
    wall = start.astimezone(ZONE).replace(tzinfo=None)
    # Python subtracts on the wall clock wherever a zone is attached; elapsed time needs UTC.
    start = start.astimezone(UTC)
    for minutes in minutes_before:
        days, rest = divmod(timedelta(minutes=minutes), DAY)
        # Without whole days no detour over the wall clock: it would lose which 02:30 it is.
        same_time = _on_the_clock(wall - days * DAY) if days else start
        at = before_quiet(same_time - rest, quiet_from, quiet_until)
        if at > now:
            leaving[at] = min(minutes, leaving.get(at, minutes))
    return [ReminderAt(minutes, at) for at, minutes in sorted(leaving.items())]


def before_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """`at`, or just before the quiet hours in which it falls."""
    quiet = _quiet_around(at, quiet_from, quiet_until)
    return quiet[0] - BEFORE_QUIET if quiet else at


def after_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """`at`, or the end of the quiet hours in which it falls."""
    quiet = _quiet_around(at, quiet_from, quiet_until)
    return quiet[1] if quiet else at


def _quiet_around(at: datetime, quiet_from: time, quiet_until: time) -> Interval | None:
    """The quiet hours that hold `at`, if any; equal times mean that there are none."""
    today = at.astimezone(ZONE).date()
    for day in (today - DAY, today):
        last = day if quiet_from < quiet_until else day + DAY
        begins = _on_the_clock(datetime.combine(day, quiet_from))
        ends = _on_the_clock(datetime.combine(last, quiet_until))
        if quiet_from != quiet_until and begins <= at < ends:
            return begins, ends
    return None


# --- Suggestions ------------------------------------------------------------------------------


def suggest(  # noqa: PLR0913  what a moment has to satisfy, by name
    open_hours: Iterable[Interval],
    busy: Sequence[Interval],
    *,
    length: timedelta,
    travel: timedelta,
    not_before: datetime,
    day_parts: frozenset[str] = frozenset(),
    n: int = 5,
) -> list[datetime]:
    """At most `n` starts at which somebody could meet, soonest first.

    The meeting itself lies in open hours; the travel around it may lie outside them but
    never in somebody else's hours. Starts stand on whole and half hours of the clock.

    Args:
        open_hours: when this person said to be free, absences taken out.
        busy: hours given away, travel included.
        length: how long the meeting lasts.
        travel: kept free before and after it.
        not_before: no meeting begins earlier.
        day_parts: codes of the request; empty means any part of the day.
        n: how many to find.
    """
    found: list[datetime] = []
    for begins, ends in sorted(open_hours):
        start = _next_step(max(begins, not_before).astimezone(UTC))
        while start + length <= ends and len(found) < n:
            fits = _civil(start, length) and (not day_parts or _in_part(start, day_parts))
            free = not _overlaps((start - travel, start + length + travel), busy)
            if fits and free and _spread(start, found):
                found.append(start)
            start += STEP
    return found


def _next_step(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + STEP


def _civil(start: datetime, length: timedelta) -> bool:
    begins, ends = start.astimezone(ZONE), (start + length).astimezone(ZONE)
    return begins.date() == ends.date() and begins.time() >= FIRST_START and ends.time() <= LAST_END


def _in_part(start: datetime, parts: frozenset[str]) -> bool:
    wall = start.astimezone(ZONE)
    weekend = wall.weekday() >= 5  # noqa: PLR2004  Saturday
    part = "EVENING" if wall.hour >= EVENING else "DAYTIME"
    return part in parts or (weekend and "WEEKEND" in parts)


def _spread(start: datetime, found: Sequence[datetime]) -> bool:
    day = start.astimezone(ZONE).date()
    same = [one for one in found if one.astimezone(ZONE).date() == day]
    return len(same) < PER_DAY and all(abs(start - one) >= APART for one in same)


def _overlaps(period: Interval, others: Iterable[Interval]) -> bool:
    return any(begins < period[1] and period[0] < ends for begins, ends in others)


# --- A day in four parts ----------------------------------------------------------------------

# Hours at which the parts of a day begin; the night reaches into the next morning.
MORNING, AFTERNOON, EVENING, NIGHT = 6, 12, 18, 23
PARTS = ("MORNING", "AFTERNOON", "EVENING", "NIGHT")
# Somebody counts as free in a part of the day from two hours on: shorter holds no meeting.
ENOUGH = timedelta(hours=2)


def day_parts(day: date) -> tuple[Interval, ...]:
    """The morning, afternoon, evening and night of `day`; they meet, on the wall clock."""
    edges = [
        _on_the_clock(datetime.combine(day, time(hour)))
        for hour in (MORNING, AFTERNOON, EVENING, NIGHT)
    ]
    edges.append(_on_the_clock(datetime.combine(day + DAY, time(MORNING))))
    return tuple(pairwise(edges))


def part_states(
    day: date, *, open_hours: Sequence[Interval], busy: Sequence[Interval]
) -> tuple[str, ...]:
    """Per part of `day`: "busy" where hours are given away, "free" where two hours are, or ""."""
    states = []
    for part in day_parts(day):
        if _overlaps(part, busy):
            states.append("busy")
            continue
        pieces = [(max(part[0], begins), min(part[1], ends)) for begins, ends in open_hours]
        longest = max((ends - begins for begins, ends in pieces), default=timedelta(0))
        states.append("free" if longest >= ENOUGH else "")
    return tuple(states)


def covers(period: Interval, others: Iterable[Interval]) -> bool:
    """Whether the whole of `period` lies in `others` taken together."""
    reached = period[0]
    for begins, ends in sorted(others):
        if begins <= reached < ends:
            reached = ends
    return reached >= period[1]


def without(hours: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """`hours` minus `taken`; what is left of each, in order."""
    left = sorted(hours)
    for away, back in taken:
        left = [
            piece
            for begins, ends in left
            for piece in ((begins, min(ends, away)), (max(begins, back), ends))
            if piece[0] < piece[1]
        ]
    return left
