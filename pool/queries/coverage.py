"""How many can be asked for which work, when, and with what to offer: where the holes are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.access.models import User
from pool.queries.board import NIGHT_WORK, PARTS, Cell
from pool.queries.specialisms import known_codes, readable_codes
from pool.queries.standings import Person
from pool.specialisms import KIND_OF, VOCABULARY, SpecialismKind
from pool.vocabulary import Activity, DayPart


class Facet(StrEnum):
    """What a row of the matrix may be split by."""

    NONE = ""
    LANGUAGE = "language"
    NEED = "need"
    FORM = "form"
    PHASE = "phase"
    APPROACH = "approach"
    EXPERIENCE = "experience"


# The facets that experts told something about; who may read the guarded part sees it as well.
KIND_TOLD: dict[Facet, SpecialismKind] = {
    Facet.FORM: SpecialismKind.FORM,
    Facet.PHASE: SpecialismKind.PHASE,
    Facet.APPROACH: SpecialismKind.APPROACH,
    Facet.EXPERIENCE: SpecialismKind.EXPERIENCE,
}
ORDER = {code: place for place, code in enumerate(KIND_OF)}


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


@dataclass(frozen=True)
class Matrix:
    """All work that is offered here.

    Attributes:
        untold: words of the list it is split by which nobody in the pool told, of those that the
            region uses and the one who looks may read.
    """

    works: tuple[Work, ...]
    untold: tuple[str, ...] = ()

    @property
    def n_holes(self) -> int:
        return sum(work.n_holes for work in self.works)


def coverage(people: Iterable[Person], *, facet: Facet, reader: User, host: str = "") -> Matrix:
    """Who may be asked at `host` (empty: at some host) and has an hour free in the coming week.

    Whether somebody may be asked is the judge of matching; `people` carry its answer. What people
    told is what `reader` may know of it: of the rest there is no row, no count and no hole. Seven
    queries at most. Work that nobody chose and things that nobody offers are no holes: they are
    not offered here.
    """
    everybody = list(people)
    offers = _offers(everybody, facet, reader)
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
    works = (
        Work(
            activity,
            tuple(
                Line(value, _cells(activity, value, counted))
                for value in ("", *sorted(offered[activity], key=_place))
            ),
        )
        for activity in Activity.values
        if activity in offered
    )
    return Matrix(tuple(works), _untold(offers, facet, reader))


def _place(value: str) -> tuple[int, str]:
    """In the order of the vocabulary; what stands in none by its code."""
    return ORDER.get(value, 0), value


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


def _offers(people: Iterable[Person], facet: Facet, reader: User) -> Mapping[UUID, frozenset[str]]:
    """What each person has to offer of one kind."""
    if facet == Facet.LANGUAGE:
        return {one.expert.pk: frozenset(code for code, _level in one.languages) for one in people}
    if facet == Facet.NEED:
        return {one.expert.pk: frozenset(one.expert.can_meet) for one in people}
    if facet in KIND_TOLD:
        among = VOCABULARY[KIND_TOLD[facet]].values
        return known_codes([one.expert for one in people], reader=reader, among=among)
    return {}


def _untold(offers: Mapping[UUID, frozenset[str]], facet: Facet, reader: User) -> tuple[str, ...]:
    if facet not in KIND_TOLD:
        return ()
    told = frozenset[str]().union(*offers.values())
    readable = dict(readable_codes(reader))[KIND_TOLD[facet]]
    return tuple(code for code in readable if code not in told)
