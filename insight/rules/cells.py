"""Small numbers: in what may be passed on, a handful of people cannot be counted (domain.md 7.2).

One to four is told as "1-4". A sum over such cells is told as what it can be, from what is told
already: nobody gets a cell back by subtracting. Shares are told in steps of five per cent, down:
nothing is told as better than it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from insight.rules.counting import Share, Span

FEWEST = 5
STEP = 5


def told(n: int) -> tuple[int, int]:
    """The least and the most that a count is told as; none at all points at nobody."""
    return (1, FEWEST - 1) if 0 < n < FEWEST else (n, n)


def told_sum(cells: Iterable[int]) -> tuple[int, int]:
    """The least and the most that a sum is told as, beside its cells."""
    bounds = [told(n) for n in cells]
    return sum(low for low, _ in bounds), sum(high for _, high in bounds)


def told_share(share: Share) -> int | None:
    """Per cent in steps of five, rounded down; None where there are too few to speak of."""
    if share.of < FEWEST:
        return None
    return share.n * 100 // share.of // STEP * STEP


def told_middle(span: Span) -> int | None:
    """Minutes within which half was there; None where too few were."""
    return span.middle if len(span.came) >= FEWEST else None
