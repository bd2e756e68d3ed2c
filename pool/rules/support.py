"""When support is due, and who is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pool.rules.papers import add_months

# From here on somebody is told that it is nearly time.
SOON = timedelta(days=14)


class Due(StrEnum):
    """How one person stands with one kind of support."""

    FINE = "FINE"
    SOON = "SOON"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True)
class Rhythm:
    """One kind of support, due every so many weeks or months since `valid_from`."""

    kind: str
    every: int
    unit: str
    valid_from: date


def due_on(rhythm: Rhythm, *, last: date | None, started_on: date | None) -> date:
    """The last day on which nobody is late.

    One period after the latest of: the last time, the first day of taking part, and the day on
    which the region began to ask it. So a new rule makes nobody late overnight.
    """
    since = max(day for day in (rhythm.valid_from, last, started_on) if day is not None)
    if rhythm.unit == "WEEKS":
        return since + timedelta(weeks=rhythm.every)
    return add_months(since, rhythm.every)


def standing(due: date, *, on: date) -> Due:
    """How it stands on day `on`; the day itself is in time."""
    if on > due:
        return Due.OVERDUE
    return Due.SOON if on + SOON >= due else Due.FINE
