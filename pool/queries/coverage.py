"""How many can be asked for which work, when, and with what to offer: where the holes are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pool.models import LifeExperience
from pool.queries.board import NIGHT_WORK, PARTS, Cell, Person
from pool.vocabulary import Activity, DayPart


class Facet(StrEnum):
    """What a row of the matrix may be split by."""

    NONE = ""
    LANGUAGE = "language"
    NEED = "need"
    EXPERIENCE = "experience"


@dataclass(frozen=True)
class Line:
    """One row: everybody (empty value), or those who have one thing to offer."""

    value: str
    cells: tuple[Cell, ...]

    @property
    def n_holes(self) -> int:
        return sum(cell.n == 0 for cell in self.cells)


@dataclass(frozen=True)
class Work:
    """One kind of work: first everybody, then a row for each thing that somebody offers."""

    activity: str
    lines: tuple[Line, ...]

    @property
    def n_holes(self) -> int:
        return sum(line.n_holes for line in self.lines)


def coverage(people: Iterable[Person], *, facet: Facet, host: str = "") -> list[Work]:
    """Who may be asked at `host` (empty: at some host) and has an hour free in the coming week.

    Whether somebody may be asked is the judge of matching; `people` carry its answer. At most
    one query. Work that nobody chose and things that nobody offers are no holes: they are not
    offered here.
    """
    everybody = list(people)
    offers = _offers(everybody, facet)
    counted: Counter[tuple[str, str, str]] = Counter()
    offered: dict[str, set[str]] = defaultdict(set)
    for one in everybody:
        values = offers.get(one.expert.pk, frozenset())
        for activity, hosts in one.hosts.items():
            offered[activity] |= values
            if host in hosts or (hosts and not host):
                counted.update(
                    (activity, value, part) for value in ("", *values) for part in one.parts
                )
    return [
        Work(
            activity,
            tuple(
                Line(value, _cells(activity, value, counted))
                for value in ("", *sorted(offered[activity]))
            ),
        )
        for activity in Activity.values
        if activity in offered
    ]


def _cells(
    activity: str, value: str, counted: Mapping[tuple[str, str, str], int]
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            part,
            None
            if part == DayPart.NIGHT and activity not in NIGHT_WORK
            else counted[activity, value, part],
        )
        for part in PARTS
    )


def _offers(people: Iterable[Person], facet: Facet) -> dict[UUID, frozenset[str]]:
    """What each person has to offer of one kind."""
    if facet == Facet.LANGUAGE:
        return {one.expert.pk: frozenset(code for code, _level in one.languages) for one in people}
    if facet == Facet.NEED:
        return {one.expert.pk: frozenset(one.expert.can_meet) for one in people}
    if facet == Facet.EXPERIENCE:
        found: dict[UUID, set[str]] = defaultdict(set)
        for expert, code in LifeExperience.objects.values_list("expert_id", "code"):
            found[expert].add(code)
        return {expert: frozenset(codes) for expert, codes in found.items()}
    return {}
