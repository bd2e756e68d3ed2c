"""What runs out in the pool, and what did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pool.models import Expert
from pool.queries.work import PaperRows, paper_rows

SOON, LATER = timedelta(days=14), timedelta(days=61)


@dataclass(frozen=True)
class Ending:
    """A paper that runs out, or did."""

    expert: Expert
    kind: str
    code: str
    on: date


def endings(
    experts: Iterable[Expert], today: date, rows: PaperRows | None = None
) -> tuple[tuple[str, tuple[Ending, ...]], ...]:
    """Papers of these experts that are past, or run out soon, later or within this year."""
    columns: dict[str, list[Ending]] = {"past": [], "soon": [], "later": [], "year": []}
    for one in papers_ending(experts, rows):
        if one.on <= today:
            columns["past"].append(one)
        elif one.on <= today + SOON:
            columns["soon"].append(one)
        elif one.on <= today + LATER:
            columns["later"].append(one)
        elif one.on.year == today.year:
            columns["year"].append(one)
    return tuple((name, tuple(endings)) for name, endings in columns.items())


def papers_ending(experts: Iterable[Expert], rows: PaperRows | None = None) -> list[Ending]:
    """The last end of each kind of paper of these experts, soonest first.

    Three queries, or none for who read the rows; of these the ones of others are left out.
    """
    known = {expert.pk: expert for expert in experts}
    rows = rows or paper_rows(list(known))
    found = [
        *(
            Ending(known[expert], "VOG", "VOG", until)
            for expert, _issued, until, *_rest in rows.vogs
            if expert in known
        ),
        *_latest(known, "Agreement", ((row[0], row[1], row[3]) for row in rows.agreements)),
        *_latest(known, "Training", ((row[0], row[1], row[4]) for row in rows.trainings)),
    ]
    return sorted(found, key=lambda ending: (ending.on, ending.code))


def _latest(
    experts: Mapping[UUID, Expert], paper: str, rows: Iterable[tuple[UUID, str, date | None]]
) -> Iterable[Ending]:
    """The last day of each kind of paper; one without an end never runs out."""
    ends: dict[tuple[UUID, str], date | None] = {}
    for expert, kind, until in rows:
        if expert in experts:
            known = ends.get((expert, kind), date.min)
            # A missing end is no end at all, so it wins.
            ends[expert, kind] = None if known is None or until is None else max(known, until)
    for (expert, kind), last_day in ends.items():
        if last_day is not None:
            # Its last day still counts; a VOG names the first day that does not.
            yield Ending(experts[expert], paper, kind, last_day + timedelta(days=1))
