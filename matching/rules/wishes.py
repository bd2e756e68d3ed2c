"""What is asked, as plain values. Codes of the vocabulary are text here; a test compares them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pool.geo import Point

Fact = str | int | float | list[str]


@dataclass(frozen=True)
class Wish:
    """One seat to fill.

    Attributes:
        on: local date of the work; papers are judged on that day.
        point: centre of the area where they meet.
        begins_at: from when contact is possible: the fixed time, or the earliest one.
        seat_start, seat_end: fixed hours, half-open, or both None for a time to be agreed.
        conflicts: experts who said that they know somebody in this request.
        already_asked: experts who answered or let pass an offer of this request.
        known_here: experts who stood beside this participant before.
        asked_at: when the question would be put; None leaves out what speaks against that moment.
        is_urgent: the question cannot wait until quiet hours are over.
        asked_by: keyed traces of the professionals and the organisation behind this request.
        request_id: for which a coordinator may have made an exception to somebody's rest.
        place: code of the area of the very place where they meet, or empty; beside `area`.
    """

    activity: str
    host_kind: str
    organisation_id: UUID
    area: str
    point: Point
    language: str
    needs: frozenset[str]
    day_parts: frozenset[str]
    begins_at: datetime
    on: date
    seat_start: datetime | None = None
    seat_end: datetime | None = None
    conflicts: frozenset[UUID] = frozenset()
    already_asked: frozenset[UUID] = frozenset()
    known_here: frozenset[UUID] = frozenset()
    asked_at: datetime | None = None
    is_urgent: bool = False
    asked_by: frozenset[str] = frozenset()
    place: str = ""
    request_id: UUID | None = None


@dataclass(frozen=True)
class Settings:
    """What the region agreed: kilometres, durations, and when phones are quiet.

    Travel is counted by road, the least distance to home in a straight line.
    """

    min_distance_km: float
    road_factor: float
    rest: timedelta
    travel: timedelta
    first_contact_within: timedelta
    heavy_rest: timedelta = timedelta(0)
    quiet: tuple[time, time] = (time(0), time(0))
    asks_consent: bool = False


@dataclass(frozen=True)
class Objection:
    """One reason why somebody cannot take this seat; `facts` are codes and numbers only."""

    code: str
    facts: dict[str, Fact]
