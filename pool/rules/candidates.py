"""One expert as matching reads one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pool.geo import Point
from pool.rules.hours import DayHours, Interval, WeekRow
from pool.rules.papers import Papers, Rule


@dataclass(frozen=True)
class Candidate:
    """One expert as matching sees one: facts and codes, no name, no contact.

    Attributes:
        languages: (ISO code, level) pairs.
        can_meet: needs of a participant that this expert said to be able to meet.
        point: centre of the home area.
        rule: what the asked work needs at the asked host on the asked day.
        absences, busy: half-open and aware; busy is a live block with its travel, from two days
            ago on.
        last_contact_end: when the last session that has ended, ended.
        sessions_per_week: (ISO year, ISO week, number) of live sessions, this local week and on.
        changes: days that differ from the week, from two days ago on.
        not_today_until: said "not today": no question before this moment.
        heavy_ends: ends of heavy contacts, planned ones too, and moments at which something was
            too heavy; `own_rest` is asked after each.
        rest_waived: requests for which rest counts less, each for contact before a moment.
        has_consent: said yes to being in the pool, and did not take it back.
        quiet: own quiet hours, where they differ from the region's.
        urgent_wakes: agreed that urgent questions come in quiet hours.
        leaves_on: last day of somebody who leaves; what runs goes on up to and with it.
        approaches: ways of dealing with people that this expert told of.
        avoids: keyed traces of whom this expert does not want to meet at work.
    """

    expert_id: UUID
    state: str
    is_paused: bool
    is_suspended: bool
    activities: frozenset[str]
    languages: tuple[tuple[str, str], ...]
    can_meet: frozenset[str]
    experiences: frozenset[str]
    area: str
    point: Point
    travel_radius_km: int
    excluded_areas: frozenset[str]
    excluded_organisations: frozenset[UUID]
    max_running: int
    max_per_week: int
    papers: Papers
    rule: Rule
    week: tuple[WeekRow, ...]
    absences: tuple[Interval, ...]
    busy: tuple[Interval, ...]
    last_contact_end: datetime | None
    sessions_per_week: tuple[tuple[int, int, int], ...]
    changes: tuple[DayHours, ...] = ()
    not_today_until: datetime | None = None
    heavy_ends: tuple[datetime, ...] = ()
    own_rest: timedelta = timedelta(0)
    quiet: tuple[time, time] | None = None
    urgent_wakes: bool = True
    approaches: frozenset[str] = frozenset()
    avoids: frozenset[str] = frozenset()
    leaves_on: date | None = None
    rest_waived: tuple[tuple[UUID, datetime], ...] = ()
    has_consent: bool = True
