"""Figures from facts: counts, the middle term, and the share within a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from insight.rules.facts import Fact, Kind

# Goals of every region alike (domain.md 7.2), so that a year can be laid beside another.
DAY, THREE_DAYS = 24 * 60, 72 * 60


@dataclass(frozen=True)
class Share:
    """`n` of `of`."""

    n: int
    of: int


@dataclass(frozen=True)
class Span:
    """Terms of one kind: those that ended well, and how long others were waited for."""

    came: tuple[int, ...] = ()
    waited: tuple[int, ...] = ()

    @property
    def middle(self) -> int | None:
        """Minutes within which half of what came was there; None where nothing came."""
        return round(median(self.came)) if self.came else None

    def within(self, limit: int) -> Share:
        """How many came within `limit` minutes, of those of which that can be said.

        Who was waited for longer counts as late, also where nobody ever came. What ended or
        runs with a shorter wait says nothing yet, and is left out.
        """
        n_in_time = sum(minutes <= limit for minutes in self.came)
        n_too_long = sum(minutes > limit for minutes in self.waited)
        return Share(n_in_time, len(self.came) + n_too_long)


@dataclass(frozen=True)
class Figures:
    """Everything that is told of some requests."""

    n: Counter[Kind]
    matched: Span = Span()
    contact: Span = Span()
    meeting: Span = Span()

    @property
    def n_requests(self) -> int:
        return self.n[Kind.FILED]


def figures(facts: Iterable[Fact]) -> Figures:
    """Count facts."""
    happened: Counter[Kind] = Counter()
    came: dict[Kind, list[int]] = {}
    waited: dict[Kind, list[int]] = {}
    for fact in facts:
        if fact.minutes is None:
            happened[fact.kind] += 1
        else:
            (came if fact.came else waited).setdefault(fact.kind, []).append(fact.minutes)

    def span(kind: Kind) -> Span:
        return Span(tuple(came.get(kind, ())), tuple(waited.get(kind, ())))

    return Figures(happened, span(Kind.MATCHED), span(Kind.CONTACT), span(Kind.MEETING))


def per_week(facts: Iterable[Fact]) -> Counter[date]:
    """How many requests came in, by the Monday of their week."""
    return Counter(fact.week for fact in facts if fact.kind == Kind.FILED)
