"""What runs out in the coming 120 days: with dates for who may know them, else only that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pool.models import Expert
from pool.queries.endings import Ending, papers_ending
from pool.states import ExpertState

AHEAD = timedelta(days=120)
# Column -> up to and with so many days from today.
COLUMNS = (
    ("past", timedelta(0)),
    ("soon", timedelta(days=14)),
    ("month", timedelta(days=30)),
    ("later", timedelta(days=60)),
    ("horizon", AHEAD),
)


@dataclass(frozen=True)
class Expiry:
    """The board of what runs out.

    Attributes:
        columns: name and endings, for people whose dates the one who looks may know.
        others: people of colleagues with some paper that runs out; no kind and no date.
    """

    columns: tuple[tuple[str, tuple[Ending, ...]], ...]
    others: tuple[Expert, ...]

    @property
    def n(self) -> int:
        return sum(len(endings) for _name, endings in self.columns)


def expiry(*, sees_dates_of: Callable[[Expert], bool], today: date) -> Expiry:
    """What ran out or will by 120 days from `today`, in a constant number of queries."""
    experts = list(
        Expert.objects.filter(hidden_at=None)
        .exclude(state=ExpertState.LEFT)
        .select_related("data_key", "coordinator")
    )
    mine = {expert.pk for expert in experts if sees_dates_of(expert)}
    columns: dict[str, list[Ending]] = {name: [] for name, _within in COLUMNS}
    others: dict[object, Expert] = {}
    for one in papers_ending(experts):
        name = next((name for name, within in COLUMNS if one.on <= today + within), None)
        if name is None:
            continue
        if one.expert.pk in mine:
            columns[name].append(one)
        else:
            others[one.expert.pk] = one.expert
    return Expiry(
        columns=tuple((name, tuple(found)) for name, found in columns.items()),
        others=tuple(sorted(others.values(), key=lambda one: (one.full_name.casefold(), one.pk))),
    )
