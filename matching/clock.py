"""The clock of a measure: calendar days on the wall in Amsterdam, never a count of hours.

Sources (domain.md 1.3): Wet tijdelijk huisverbod art. 2.1 (ten days), art. 9 (at most four weeks
after imposition), art. 13 (the Algemene termijnenwet does not apply: no shift for weekends or
holidays). Decisions and judgments run to the same clock time. What happens in the hour that the
clock skips or shows twice is a careful convention: nobody found case law on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Moment:
    """A reading of the wall clock, pinned to one instant.

    Attributes:
        instant: aware, in UTC.
        was_shifted: the clock skipped this reading in spring; the instant lies after the gap.
        is_ambiguous: the clock showed it twice in autumn and nobody said which; the instant is
            the later one, so that what is forbidden stays forbidden.
    """

    instant: datetime
    was_shifted: bool = False
    is_ambiguous: bool = False


@dataclass(frozen=True)
class Ends:
    """The usual and the longest end of a measure, as computed."""

    default: Moment
    maximum: Moment


def occurs_twice(wall: datetime) -> bool:
    """Does the clock show this reading twice, on the night in autumn?"""
    first, second = _read(wall, 0), _read(wall, 1)
    return first != second and _wall(first) == wall == _wall(second)


def local_instant(wall: datetime, fold: int | None) -> Moment:
    """Pin a reading of the wall clock.

    Args:
        wall: naive, Europe/Amsterdam.
        fold: 0 for the first and 1 for the second showing in autumn; None where nobody said.
            Without meaning on every other night.
    """
    if occurs_twice(wall):
        return Moment(_read(wall, 1 if fold is None else fold), is_ambiguous=fold is None)
    # In the gap, fold 0 reads the clock of before the change: 02:30 lands on 03:30.
    instant = _read(wall, 0)
    return Moment(instant, was_shifted=_wall(instant) != wall)


def add_days(imposed_wall: datetime, fold: int | None, days: int) -> Moment:
    """The same clock time, `days` calendar days after a reading of the wall clock.

    The start is pinned first: an imposition in the skipped hour counts from where the clock
    went on, which is the later, careful reading.
    """
    start = _wall(local_instant(imposed_wall, fold).instant)
    return local_instant(start + timedelta(days=days), fold if days == 0 else None)


def ends(imposed_wall: datetime, fold: int | None, *, default_days: int, max_days: int) -> Ends:
    """Both computed ends of a measure; the lengths are configuration, because the law moves."""
    return Ends(
        default=add_days(imposed_wall, fold, default_days),
        maximum=add_days(imposed_wall, fold, max_days),
    )


def days_after(instant: datetime, days: int) -> datetime:
    """The same clock time in Amsterdam, `days` later, in UTC."""
    return add_days(_wall(instant), instant.astimezone(AMSTERDAM).fold, days).instant


def after_quiet(instant: datetime, *, quiet_from: time, quiet_until: time) -> datetime:
    """`instant`, or the end of the quiet hours in which it falls. Quiet hours are half-open."""
    wall = _wall(instant)
    at = wall.time()
    if quiet_from <= quiet_until:
        if not quiet_from <= at < quiet_until:
            return instant
        until = wall.replace(hour=quiet_until.hour, minute=quiet_until.minute)
    else:
        if quiet_until <= at < quiet_from:
            return instant
        day = wall.date() + timedelta(days=1 if at >= quiet_from else 0)
        until = datetime.combine(day, quiet_until)
    return local_instant(until.replace(second=0, microsecond=0), None).instant


def question_instants(
    imposed_at: datetime, end_at: datetime, *, quiet_from: time, quiet_until: time
) -> dict[str, datetime]:
    """When to ask whether an extension is known: day 7, a day and two hours before the end.

    Source: domain.md 1.6. The day is counted on the wall, the hours elapse. Out of quiet hours
    where that is still before the end; a question that would come after the end is left out.
    """
    planned = {
        "DAY_7": days_after(imposed_at, 7),
        "DAY_BEFORE": end_at - timedelta(hours=24),
        "HOURS_BEFORE": end_at - timedelta(hours=2),
    }
    moved = {
        name: after_quiet(at, quiet_from=quiet_from, quiet_until=quiet_until)
        for name, at in planned.items()
    }
    asked = {name: at if at < end_at else planned[name] for name, at in moved.items()}
    return {name: at for name, at in asked.items() if imposed_at < at < end_at}


def written(wall: datetime) -> str:
    """A reading of the wall clock as it is stored beside its instant: 2026-09-04T22:40."""
    return wall.strftime("%Y-%m-%dT%H:%M")


def read_back(text: str) -> datetime:
    """The naive reading behind `written`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  (a wall clock has no zone)


def _read(wall: datetime, fold: int) -> datetime:
    return wall.replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC)


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0)
