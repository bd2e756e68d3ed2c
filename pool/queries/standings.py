"""Everybody of the pool: where each stands, what each may do, and when each has time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.clock import AMSTERDAM, local
from pool.models import Absence, Expert, ExpertActivity, ExpertLanguage
from pool.queries.agreed import owes_answer
from pool.queries.deployable import deployable_at
from pool.queries.hours import booked, changes_of, weeks_of
from pool.queries.work import PaperRows, paper_rows, papers_of, requirements, trainings_on
from pool.rules import (
    Interval,
    Papers,
    Rule,
    WeekRow,
    free_intervals,
    paper_problems,
    parts_free,
)
from pool.states import NEWCOMERS, ExpertState
from pool.vocabulary import Activity

HORIZON = timedelta(days=7)
# An enumeration makes this list anew each time it is asked.
ACTIVITIES = tuple(Activity.values)
SeesDates = Callable[[Expert], bool]


# The region asks for an answer about being in the pool, and there is none yet.
OWES_ANSWER = "CONSENT_OPEN"


class Standing(StrEnum):
    """Where one person stands today; each counts once, the first that holds."""

    TRAINING = "TRAINING"
    STOPPED = "STOPPED"
    PAUSED = "PAUSED"
    LEAVING = "LEAVING"
    FULL = "FULL"
    READY = "READY"


@dataclass(frozen=True)
class Person:
    """One line of the list.

    Attributes:
        name: opened at first reading.
        sessions: booked in this local week.
        works: (activity, may be asked for it) in the order of the vocabulary.
        hosts: activity -> kinds of host at which this person may do it today, as matching judges.
        trainings: kinds of training that were seen and count today.
        absences: [away from, back at), those that are not over.
        problems: codes that keep this person from all work, or from some.
        is_free_now: inside the week, not away and not booked at this moment.
        parts: parts of the day in which there is an hour free in the coming week.
        shows_dates: whether the one who looks may know which paper is missing.
    """

    expert: Expert
    standing: Standing
    sessions: int
    works: tuple[tuple[str, bool], ...]
    hosts: Mapping[str, frozenset[str]]
    trainings: frozenset[str]
    absences: tuple[Interval, ...]
    problems: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    is_free_now: bool
    parts: frozenset[str]
    shows_dates: bool

    @property
    def name(self) -> str:
        return self.expert.full_name

    @property
    def is_stopped(self) -> bool:
        """Suspended: whatever the papers say, nothing is asked."""
        return self.expert.state == ExpertState.SUSPENDED

    @property
    def may_do(self) -> tuple[str, ...]:
        return tuple(activity for activity, may in self.works if may)


def people_now(*, sees_dates_of: SeesDates, now: datetime) -> list[Person]:
    """The same people in no order, for who counts them: no name is opened."""
    return people_of(paper_rows(None), sees_dates_of, now)


def people_of(rows: PaperRows, sees_dates_of: SeesDates, now: datetime) -> list[Person]:
    """Everybody of the pool at `now`, judged by what was seen on paper."""
    today = local(now).date()
    experts = list(
        Expert.objects.filter(hidden_at=None)
        .exclude(state=ExpertState.LEFT)
        .select_related("data_key")
    )
    papers = papers_of(None, on=today, rows=rows)
    asked = requirements(on=today)
    rules = _different(asked)
    trainings = _grouped(trainings_on(rows, today))
    activities = _grouped(ExpertActivity.objects.values_list("expert_id", "activity"))
    languages = _grouped(
        (expert, (code, level))
        for expert, code, level in ExpertLanguage.objects.order_by("language").values_list(
            "expert_id", "language", "level"
        )
    )
    absences = _grouped(
        (expert, (starts, ends))
        for expert, starts, ends in Absence.objects.filter(ends_at__gt=now).values_list(
            "expert_id", "starts_at", "ends_at"
        )
    )
    busy, sessions = booked(now, now + HORIZON)
    free_of = _free(weeks_of(), absences, busy, now)
    owing = owes_answer(on=today)
    found = []
    # Who was cleared away between two questions is nobody any more.
    for expert in (one for one in experts if one.pk in papers):
        own = set(activities.get(expert.pk, ()))
        works = {
            one: problems_of_work(papers[expert.pk], rules[one], today)
            for one in ACTIVITIES
            if one in own
        }
        if expert.pk in owing:
            works = {one: [OWES_ANSWER, *problems] for one, problems in works.items()}
        n_sessions = sessions.get(expert.pk, 0)
        free = free_of(expert.pk)
        found.append(
            Person(
                expert=expert,
                standing=_standing(expert, works, n_sessions),
                sessions=n_sessions,
                works=tuple((one, not problems) for one, problems in works.items()),
                hosts={}
                if expert.pk in owing
                else deployable_at(expert, works, papers[expert.pk], asked, on=today),
                trainings=frozenset(trainings.get(expert.pk, ())),
                absences=tuple(absences.get(expert.pk, ())),
                problems=_told(works),
                languages=tuple(languages.get(expert.pk, ())),
                is_free_now=bool(free) and free[0][0] == now,
                parts=parts_free(free, tz=AMSTERDAM),
                shows_dates=sees_dates_of(expert),
            )
        )
    return found


def _free(
    weeks: Mapping[UUID, list[WeekRow]],
    absences: Mapping[UUID, list[Interval]],
    busy: Mapping[UUID, list[Interval]],
    now: datetime,
) -> Callable[[UUID], list[Interval]]:
    """What the coming week leaves free of somebody's hours; one query, for days that differ."""
    today = local(now).date()
    changes = changes_of(first=today - timedelta(days=2), last=today + HORIZON)

    def free(expert_id: UUID) -> list[Interval]:
        return free_intervals(
            weeks.get(expert_id, ()),
            absences.get(expert_id, ()),
            busy.get(expert_id, ()),
            start=now,
            end=now + HORIZON,
            tz=AMSTERDAM,
            changes=changes.get(expert_id, ()),
        )

    return free


def _different(asked: Mapping[tuple[str, str], Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, dict[Rule, None]] = {}
    for (activity, _host_kind), rule in asked.items():
        found.setdefault(activity, {})[rule] = None
    return {activity: tuple(rules) for activity, rules in found.items()}


def problems_of_work(papers: Papers, rules: Iterable[Rule], on: date) -> list[str]:
    """What stands in the way at the host that asks least; empty where one host can be served."""
    return min((paper_problems(papers, rule, on=on, starts_new=True) for rule in rules), key=len)


def _standing(expert: Expert, works: dict[str, list[str]], n_sessions: int) -> Standing:
    if expert.state in NEWCOMERS:
        return Standing.TRAINING
    if expert.state == ExpertState.LEAVING:
        return Standing.LEAVING
    nothing = not any(not problems for problems in works.values())
    if expert.state == ExpertState.SUSPENDED or nothing:
        return Standing.STOPPED
    if expert.is_paused:
        return Standing.PAUSED
    return Standing.FULL if n_sessions >= expert.max_per_week else Standing.READY


def _told(works: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for problems in works.values() for code in problems))


def _grouped(pairs: Iterable[tuple[UUID, Any]]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for expert, value in pairs:
        found.setdefault(expert, []).append(value)
    return found
