"""The pool at a glance: who can now, where the gaps are, what runs out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.clock import local
from pool.queries.endings import Ending, endings
from pool.queries.standings import Person, SeesDates, Standing, people_of
from pool.queries.work import paper_rows
from pool.vocabulary import Activity, DayPart

PARTS = (DayPart.DAYTIME, DayPart.EVENING, DayPart.NIGHT)
# Work that the pool offers at night as well; the rest waits for the morning.
NIGHT_WORK = frozenset({Activity.BUDDY_1ON1.value, Activity.CHAT.value})


@dataclass(frozen=True)
class Cell:
    """How many can do one kind of work in one part of the day; None is "not offered"."""

    part: str
    n: int | None

    @property
    def heat(self) -> str:
        """The class of the colour: 0, 1, 2 or 3, 4 or 5, 6 and more."""
        if self.n is None:
            return "hx"
        return f"h{min((self.n + 2) // 2, 4) if self.n > 1 else self.n}"


@dataclass(frozen=True)
class Coverage:
    """One row of the heat map."""

    activity: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Board:
    """Everything of the page; `people` are sorted by name."""

    people: tuple[Person, ...]
    coverage: tuple[Coverage, ...]
    endings: tuple[tuple[str, tuple[Ending, ...]], ...]

    def count(self, standing: Standing) -> int:
        return sum(person.standing == standing for person in self.people)

    @property
    def gaps(self) -> list[tuple[str, str]]:
        """(activity, part of the day) where nobody can."""
        return [
            (row.activity, cell.part) for row in self.coverage for cell in row.cells if cell.n == 0
        ]


def board(*, sees_dates_of: SeesDates, now: datetime) -> Board:
    """The pool at `now`, in a constant number of queries whatever its size.

    `sees_dates_of` says of whom the one who looks may know which paper is missing, and when.
    """
    rows = paper_rows(None)
    people = people_of(rows, sees_dates_of, now)
    return Board(
        people=tuple(sorted(people, key=lambda one: (one.name.casefold(), one.expert.pk))),
        coverage=tuple(_coverage(people)),
        endings=endings([one.expert for one in people if one.shows_dates], local(now).date(), rows),
    )


# --- Coverage ---------------------------------------------------------------------------------


def _coverage(people: Iterable[Person]) -> Iterable[Coverage]:
    """A row for all work that somebody in the pool chose; the rest is not offered here."""
    counted: Counter[tuple[str, str]] = Counter()
    offered = set()
    for person in people:
        offered |= {activity for activity, _may in person.works}
        if person.standing in {Standing.READY, Standing.FULL}:
            counted.update((one, part) for one in person.may_do for part in person.parts)
    for activity in Activity.values:
        if activity in offered:
            yield Coverage(
                activity,
                tuple(
                    Cell(
                        part,
                        None
                        if part == DayPart.NIGHT and activity not in NIGHT_WORK
                        else counted[activity, part.value],
                    )
                    for part in PARTS
                ),
            )
