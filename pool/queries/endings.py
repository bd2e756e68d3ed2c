"""What runs out in the pool, and what did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pool.models import Agreement, Expert, Training, VogEvidence

SOON, LATER = timedelta(days=14), timedelta(days=61)


@dataclass(frozen=True)
class Ending:
    """A paper that runs out, or did."""

    expert: Expert
    kind: str
    code: str
    on: date


def endings(experts: Iterable[Expert], today: date) -> tuple[tuple[str, tuple[Ending, ...]], ...]:
    """Papers of these experts that are past, or run out soon, later or within this year."""
    columns: dict[str, list[Ending]] = {"past": [], "soon": [], "later": [], "year": []}
    for one in papers_ending(experts):
        if one.on <= today:
            columns["past"].append(one)
        elif one.on <= today + SOON:
            columns["soon"].append(one)
        elif one.on <= today + LATER:
            columns["later"].append(one)
        elif one.on.year == today.year:
            columns["year"].append(one)
    return tuple((name, tuple(endings)) for name, endings in columns.items())


def papers_ending(experts: Iterable[Expert]) -> list[Ending]:
    """The last end of each kind of paper of these experts, soonest first: three queries."""
    known = {expert.pk: expert for expert in experts}
    found = [*_vogs(known), *_latest(known, Agreement), *_latest(known, Training)]
    return sorted(found, key=lambda ending: (ending.on, ending.code))


def _vogs(experts: dict[UUID, Expert]) -> Iterable[Ending]:
    for row in VogEvidence.objects.filter(replaced_on=None, expert_id__in=experts):
        yield Ending(experts[row.expert_id], "VOG", "VOG", row.policy_valid_until)


def _latest(experts: dict[UUID, Expert], model: Any) -> Iterable[Ending]:
    """The last day of each kind of paper; one without an end never runs out."""
    field = "valid_until" if model is Agreement else "expires_on"
    ends: dict[tuple[UUID, str], date | None] = {}
    rows = model.objects.filter(expert_id__in=experts).values_list("expert_id", "kind", field)
    for expert, kind, until in rows:
        known = ends.get((expert, kind), date.min)
        # A missing end is no end at all, so it wins.
        ends[expert, kind] = None if known is None or until is None else max(known, until)
    for (expert, kind), last_day in ends.items():
        if last_day is not None:
            # Its last day still counts; a VOG names the first day that does not.
            yield Ending(experts[expert], model.__name__, kind, last_day + timedelta(days=1))
