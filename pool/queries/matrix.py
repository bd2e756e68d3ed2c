"""The region's matrix as people read it, and what a change of it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from core.access.models import OrganisationKind
from pool.models import Expert, ExpertActivity, Requirement
from pool.queries.work import papers_of, requirements, rule_of
from pool.rules import Rule, paper_problems
from pool.states import TAKES_PART
from pool.vocabulary import Activity


@dataclass(frozen=True)
class Cell:
    """One kind of work at one kind of host.

    Attributes:
        rule: what counts, or None where the region decided nothing: then the strictest counts.
        since: the day it began; None where nothing was decided.
        coming: what follows, and from which day.
    """

    activity: str
    host_kind: str
    rule: Rule | None = None
    since: date | None = None
    coming: tuple[Rule, date] | None = None


@dataclass(frozen=True)
class Row:
    """One kind of work at every kind of host."""

    activity: str
    cells: tuple[Cell, ...]

    @property
    def n_undecided(self) -> int:
        """At how many kinds of host nothing was decided."""
        return sum(cell.rule is None for cell in self.cells)


def matrix(*, on: date) -> list[Row]:
    """Every kind of work at every kind of host, as it stands on day `on`: one query."""
    rows = Requirement.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("valid_from")
    found: dict[tuple[str, str], list[Requirement]] = {}
    for row in rows:
        found.setdefault((row.activity, row.host_kind), []).append(row)
    return [
        Row(
            activity,
            tuple(
                _cell(activity, host_kind, found.get((activity, host_kind), []), on)
                for host_kind in OrganisationKind.values
            ),
        )
        for activity in Activity.values
    ]


def matrix_cell(*, activity: str, host_kind: str, on: date) -> Cell:
    """One cell of the matrix as it stands on day `on`."""
    rows = Requirement.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), activity=activity, host_kind=host_kind
    )
    return _cell(activity, host_kind, list(rows.order_by("valid_from")), on)


def _cell(activity: str, host_kind: str, rows: list[Requirement], on: date) -> Cell:
    began = [row for row in rows if row.valid_from <= on]
    later = [row for row in rows if row.valid_from > on]
    return Cell(
        activity=activity,
        host_kind=host_kind,
        rule=rule_of(began[-1]) if began else None,
        since=began[-1].valid_from if began else None,
        coming=(rule_of(later[0]), later[0].valid_from) if later else None,
    )


@dataclass(frozen=True)
class Effect:
    """For whom another rule in one cell would change what they may do.

    Attributes:
        people: everybody who takes part and does this work, with a pause or without.
        before: who of them may do it here now; `after`: who may do it under the other rule.
    """

    activity: str
    host_kind: str
    people: frozenset[UUID]
    before: frozenset[UUID]
    after: frozenset[UUID]

    @property
    def lost(self) -> frozenset[UUID]:
        """Who may do it no longer."""
        return self.before - self.after

    @property
    def gained(self) -> frozenset[UUID]:
        """Who may do it from then on."""
        return self.after - self.before


def effects(rules: Mapping[tuple[str, str], Rule], *, on: date) -> list[Effect]:
    """What these rules would do if they counted on day `on`: a constant number of queries.

    A pause is left out of it, because it ends with one tap; who is stopped or learns is no part.
    """
    active = set(
        Expert.objects.filter(state__in=TAKES_PART, hidden_at=None).values_list("pk", flat=True)
    )
    doing: dict[str, set[UUID]] = {}
    for expert, activity in ExpertActivity.objects.values_list("expert_id", "activity"):
        if expert in active:
            doing.setdefault(activity, set()).add(expert)
    papers = papers_of(active, on=on)
    standing = requirements(on=on)

    def may(people: set[UUID], rule: Rule) -> frozenset[UUID]:
        return frozenset(
            one for one in people if not paper_problems(papers[one], rule, on=on, starts_new=True)
        )

    return [
        Effect(
            activity=activity,
            host_kind=host_kind,
            people=frozenset(doing.get(activity, ())),
            before=may(doing.get(activity, set()), standing[activity, host_kind]),
            after=may(doing.get(activity, set()), rule),
        )
        for (activity, host_kind), rule in rules.items()
    ]
