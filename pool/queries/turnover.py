"""How many came and went, per month or quarter, and why where enough left to say so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from pool.models import Direction, Turnover
from pool.rules import add_months

MONTHS = 12
# Of fewer leavers a reason would tell about somebody (domain.md 7.2).
FEWEST = 5


@dataclass(frozen=True)
class Period:
    """A month, or three of them; `first` is its first day."""

    first: date
    n_in: int
    n_out: int

    @property
    def net(self) -> int:
        return self.n_in - self.n_out


@dataclass(frozen=True)
class Flow:
    """The last twelve months, newest first.

    Attributes:
        reasons: (code, how many), most first; empty where fewer than five left.
    """

    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    reasons: tuple[tuple[str, int], ...]

    @property
    def n_in(self) -> int:
        return sum(one.n_in for one in self.months)

    @property
    def n_out(self) -> int:
        return sum(one.n_out for one in self.months)


def flow(today: date) -> Flow:
    """The twelve months up to and with that of `today`, in one query."""
    last = today.replace(day=1)
    firsts = [add_months(last, -n) for n in range(MONTHS)]
    moves: Counter[tuple[str, date]] = Counter()
    reasons: Counter[str] = Counter()
    rows = Turnover.objects.filter(month__gte=firsts[-1], month__lte=last)
    for direction, month, reason in rows.values_list("direction", "month", "reason"):
        moves[direction, month] += 1
        if direction == Direction.OUT:
            reasons[reason] += 1
    months = tuple(
        Period(month, moves[Direction.IN, month], moves[Direction.OUT, month]) for month in firsts
    )
    tellable = sum(reasons.values()) >= FEWEST
    return Flow(
        months=months,
        quarters=_quarters(months),
        reasons=tuple(reasons.most_common()) if tellable else (),
    )


def _quarters(months: tuple[Period, ...]) -> tuple[Period, ...]:
    """Quarters of the calendar; the oldest may miss a month."""
    found: dict[date, Period] = {}
    for one in months:
        first = one.first.replace(month=(one.first.month - 1) // 3 * 3 + 1)
        so_far = found.get(first, Period(first, 0, 0))
        found[first] = Period(first, so_far.n_in + one.n_in, so_far.n_out + one.n_out)
    return tuple(found.values())
