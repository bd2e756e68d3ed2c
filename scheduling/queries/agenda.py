"""The agenda: the week of the whole pool, and one's own days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from core.access.models import User
from core.clock import local
from pool.models import Block, Expert
from pool.queries import carried_by
from pool.rules import Candidate, free_intervals
from pool.states import AT_WORK, BlockState
from scheduling import rules
from scheduling.models import Session, SessionRole
from scheduling.queries.people import is_held_by, name_of, roles_by_session, sessions_of
from scheduling.queries.planning import hours_of_everybody
from scheduling.states import SessionState

N_DAYS = 7
MOST_OWN = 100


@dataclass(frozen=True)
class Event:
    """One session in an agenda; `title` and `under` hold what this reader may see of it."""

    session: Session
    title: str
    under: str
    case_id: UUID | None = None

    @property
    def is_unsure(self) -> bool:
        return self.session.state == SessionState.TO_CONFIRM


@dataclass(frozen=True)
class Day:
    """One day of a list: what is planned, and how many people are free per part of it."""

    date: date
    start: datetime
    is_today: bool
    events: list[Event]
    free: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One person on one day: the four parts, or away, and what is planned."""

    parts: tuple[str, ...]
    away: str
    events: list[Event]
    is_today: bool


@dataclass(frozen=True)
class Row:
    """One person in the week: name, load, seven days.

    Somebody who is not of this pool now, and has a session in it, `is_outside`: the sessions
    stand there, and no hours or load. `is_lent` says that another region lends this person.
    """

    name: str
    n_running: int
    max_running: int
    is_paused: bool
    cells: list[Cell]
    is_outside: bool = False
    is_lent: bool = False


@dataclass(frozen=True)
class Week:
    """Seven days of the whole pool, for whoever coordinates it."""

    days: list[Day]
    rows: list[Row]

    @property
    def first(self) -> datetime:
        return self.days[0].start

    @property
    def last(self) -> datetime:
        return self.days[-1].start

    @property
    def numbers(self) -> list[int]:
        """ISO numbers of the one or two weeks that these days are in."""
        return list(dict.fromkeys(day.date.isocalendar().week for day in self.days))


def cases_of(days: list[Day]) -> set[UUID]:
    """Whose sessions stand on these days, for the log."""
    return {one.case_id for day in days for one in day.events if one.case_id}


def _case_of(roles: list[SessionRole]) -> UUID | None:
    held = next((role.assignment for role in roles if role.assignment is not None), None)
    return held.seat.request.case_id if held else None


def own_days(user: User, *, first: date, now: datetime) -> list[Day]:
    """The coming sessions of `user` by day; an expert reads no request numbers."""
    start, _midnight = rules.local_day(first)
    rows = sessions_of(user).filter(ends_at__gte=start).exclude(state=SessionState.CANCELLED)
    by_day: dict[date, list[Event]] = defaultdict(list)
    listed = list(rows.order_by("starts_at", "pk")[:MOST_OWN])
    people = roles_by_session(listed)
    for session in listed:
        roles = people[session.pk]
        mine = any(role.assignment and is_held_by(role, user) for role in roles)
        title, under = ("", "") if mine else _described(roles)
        by_day[local(session.starts_at).date()].append(
            Event(session, title, under, _case_of(roles))
        )
    return [_day(day, now, by_day[day]) for day in sorted(by_day)]


def week(*, first: date, now: datetime) -> Week:
    """Who is free and what is planned in the seven days from `first` on."""
    dates = [first + timedelta(days=n) for n in range(N_DAYS)]
    start, end = rules.local_day(dates[0])[0], rules.local_day(dates[-1])[1]
    sessions = list(
        Session.objects.filter(starts_at__gte=start, starts_at__lt=end)
        .exclude(state=SessionState.CANCELLED)
        .order_by("starts_at", "pk")
    )
    people = roles_by_session(sessions)
    events: dict[tuple[UUID, date], list[Event]] = defaultdict(list)
    by_day: dict[date, list[Event]] = defaultdict(list)
    held: dict[UUID, SessionRole] = {}
    for session in sessions:
        roles = people[session.pk]
        event = Event(session, *_described(roles), _case_of(roles))
        on = local(session.starts_at).date()
        by_day[on].append(event)
        for role in roles:
            if role.assignment is not None:
                events[role.assignment.expert_id, on].append(event)
                held[role.assignment.expert_id] = role
    rows = _rows(dates, events, now)
    days = [
        _day(day, now, by_day[day], free=_free(list(rows.values()), column))
        for column, day in enumerate(dates)
    ]
    outside = [
        _outside(role, [events.get((expert, day), []) for day in dates], dates, now)
        for expert, role in held.items()
        if expert not in rows
    ]
    listed = [*rows.values(), *outside]
    return Week(days, sorted(listed, key=lambda row: (row.is_outside, row.name.casefold())))


def _outside(
    role: SessionRole, planned: list[list[Event]], dates: list[date], now: datetime
) -> Row:
    """Somebody who comes here and is not of this pool: what is planned, and nothing else."""
    is_lent = role.assignment is not None and role.assignment.expert.is_lent
    return Row(
        name=name_of(role),
        n_running=0,
        max_running=0,
        is_paused=False,
        cells=[
            Cell(parts=(), away="", events=own, is_today=local(now).date() == day)
            for own, day in zip(planned, dates, strict=True)
        ],
        is_outside=True,
        is_lent=is_lent,
    )


def _rows(
    dates: list[date], events: dict[tuple[UUID, date], list[Event]], now: datetime
) -> dict[UUID, Row]:
    start, end = rules.local_day(dates[0])[0], rules.local_day(dates[-1])[1] + timedelta(days=1)
    candidates_by_id = {one.expert_id: one for one in hours_of_everybody(min(now, start))}
    busy: dict[UUID, list[rules.Interval]] = defaultdict(list)
    for block in Block.objects.filter(
        state=BlockState.LIVE, ends_at__gte=start - timedelta(days=1)
    ).only("expert_id", "period"):
        busy[block.expert_id].append((block.period.lower, block.period.upper))
    running = carried_by()
    rows: dict[UUID, Row] = {}
    for expert in Expert.objects.filter(state__in=AT_WORK, hidden_at=None):
        person = candidates_by_id.get(expert.pk)
        if person is None:
            continue
        hours = free_intervals(
            person.week, (), (), start=start, end=end, tz=rules.ZONE, changes=person.changes
        )
        rows[expert.pk] = Row(
            name=expert.short_name,
            n_running=running[expert.pk],
            max_running=expert.max_running,
            is_paused=expert.is_paused,
            cells=[
                _cell(
                    person,
                    day,
                    hours=hours,
                    busy=busy[expert.pk],
                    events=events.get((expert.pk, day), []),
                    now=now,
                )
                for day in dates
            ],
        )
    return rows


def _cell(  # noqa: PLR0913  one person's day
    person: Candidate,
    day: date,
    *,
    hours: list[rules.Interval],
    busy: list[rules.Interval],
    events: list[Event],
    now: datetime,
) -> Cell:
    away = ""
    if person.is_paused:
        away = "pause"
    elif rules.covers(rules.local_day(day), person.absences):
        away = "away"
    there = rules.without(hours, person.absences)
    return Cell(
        parts=rules.part_states(day, open_hours=there, busy=busy),
        away=away,
        events=events,
        is_today=local(now).date() == day,
    )


def _free(rows: list[Row], column: int) -> tuple[int, ...]:
    cells = [row.cells[column] for row in rows if not row.cells[column].away]
    return tuple(
        sum(cell.parts[part] == "free" for cell in cells) for part in range(len(rules.PARTS))
    )


def _day(day: date, now: datetime, events: list[Event], *, free: tuple[int, ...] = ()) -> Day:
    return Day(day, rules.local_day(day)[0], local(now).date() == day, events, free)


def _described(roles: list[SessionRole]) -> tuple[str, str]:
    """Names of the experts, and the number of the request."""
    names = [name_of(role) for role in roles if role.assignment is not None]
    numbers = [role.assignment.seat.request.number for role in roles if role.assignment]
    return ", ".join(names), numbers[0] if numbers else ""
