"""How the course of one request becomes facts that name nobody.

All facts of a request stand in the week and month in which it was filed, so that a row of
figures always speaks of the same requests. Terms are rounded up to whole quarters of an hour:
what came within 24 hours still says so, and a term is no fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
QUARTER = timedelta(minutes=15)
SATURDAY = 5
# Monday to Friday between these hours somebody sits at a desk; feast days are not known here.
OPENS, CLOSES = time(8), time(18)


class Kind(StrEnum):
    """What a fact says. The first three have a term, the others only happened."""

    MATCHED = "MATCHED"
    CONTACT = "CONTACT"
    MEETING = "MEETING"
    FILED = "FILED"
    OUT_OF_HOURS = "OUT_OF_HOURS"
    NOBODY = "NOBODY"
    WITHDRAWN = "WITHDRAWN"
    EXTENDED = "EXTENDED"
    ENDED_EARLY = "ENDED_EARLY"
    ASKED = "ASKED"
    DECLINED = "DECLINED"
    SILENT = "SILENT"


TIMED = (Kind.MATCHED, Kind.CONTACT, Kind.MEETING)


class Fact(NamedTuple):
    """One thing that happened to some request of a week.

    Attributes:
        week: its Monday. month: its first day. Both of the local day of filing.
        minutes: for a term, how long it took, in whole quarters; how long it was waited for
            where `came` is False.
        came: False where a term ended, or runs, without the thing itself.
    """

    kind: Kind
    week: date
    month: date
    activity: str
    urgency: str
    minutes: int | None = None
    came: bool = True


@dataclass(frozen=True)
class Course:
    """What happened to one request, without whom; every moment is aware.

    Attributes:
        reachable_at: before it nobody could speak with the participant (`earliest_contact_at`).
        met_at: the first check-in at a meeting.
        ended_at: closed or withdrawn; None while it runs.
        n_declined, n_silent: of the `n_asked` questions, those that got a no, and no answer.
    """

    filed_at: datetime
    reachable_at: datetime
    activity: str
    urgency: str
    matched_at: datetime | None = None
    contact_at: datetime | None = None
    met_at: datetime | None = None
    ended_at: datetime | None = None
    was_withdrawn: bool = False
    had_nobody: bool = False
    was_extended: bool = False
    ended_early: bool = False
    n_asked: int = 0
    n_declined: int = 0
    n_silent: int = 0


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def facts_of(course: Course, *, now: datetime) -> list[Fact]:
    """Everything that is ever counted of a request; asked again later, a running one says more."""
    day = course.filed_at.astimezone(ZONE).date()
    week, month = week_of(day), month_of(day)
    told = [Fact(kind, week, month, course.activity, course.urgency) for kind in _happened(course)]
    for kind, since, at in (
        (Kind.MATCHED, course.filed_at, course.matched_at),
        # Nobody can be met before they can be reached: only then does this clock start.
        (Kind.CONTACT, _reachable(course), course.contact_at),
        (Kind.MEETING, _reachable(course), course.met_at),
    ):
        minutes = _minutes(since, at or course.ended_at or now)
        told.append(
            Fact(kind, week, month, course.activity, course.urgency, minutes, at is not None)
        )
    return told


def _happened(course: Course) -> Iterator[Kind]:
    yield Kind.FILED
    for did, kind in (
        (_is_out_of_hours(course.filed_at), Kind.OUT_OF_HOURS),
        (course.had_nobody, Kind.NOBODY),
        (course.was_withdrawn, Kind.WITHDRAWN),
        (course.was_extended, Kind.EXTENDED),
        (course.ended_early, Kind.ENDED_EARLY),
    ):
        if did:
            yield kind
    yield from [Kind.ASKED] * course.n_asked
    yield from [Kind.DECLINED] * course.n_declined
    yield from [Kind.SILENT] * course.n_silent


def _is_out_of_hours(at: datetime) -> bool:
    local = at.astimezone(ZONE)
    return local.weekday() >= SATURDAY or not OPENS <= local.time() < CLOSES


def _reachable(course: Course) -> datetime:
    return max(course.filed_at, course.reachable_at)


def _minutes(since: datetime, until: datetime) -> int:
    """Time that really passed, rounded up; two moments of one zone subtract on the wall."""
    passed = until.astimezone(UTC) - since.astimezone(UTC)
    n_quarters = -(-max(passed, timedelta(0)) // QUARTER)
    return n_quarters * (QUARTER // timedelta(minutes=1))
