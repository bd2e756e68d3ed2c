"""Small numbers are not told exactly, nor found by subtracting."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.rules import Share, Span, told, told_middle, told_share, told_sum


def test_one_to_four_is_told_as_such_and_none_as_none() -> None:
    assert [told(n) for n in range(7)] == [(0, 0), *[(1, 4)] * 4, (5, 5), (6, 6)]


@given(st.lists(st.integers(0, 9), max_size=6))
def test_what_is_told_of_a_column_never_singles_a_cell_out(cells: list[int]) -> None:
    said = [told(n) for n in cells], told_sum(cells)

    for place, n in enumerate(cells):
        if 0 < n < 5:
            others = [[*cells[:place], other, *cells[place + 1 :]] for other in range(1, 5)]
            assert all(said == ([told(m) for m in other], told_sum(other)) for other in others)


def test_a_sum_of_cells_that_are_told_is_told() -> None:
    assert told_sum([0, 5, 12]) == (17, 17)
    assert all(
        low <= a + b <= high
        for a, b in product(range(9), repeat=2)
        for low, high in [told_sum([a, b])]
    )


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(0, 0), None),
        (Share(4, 4), None),
        (Share(5, 5), 100),
        (Share(8, 9), 85),
        (Share(0, 5), 0),
        (Share(21, 25), 80),
        (Share(99, 100), 95),
    ],
)
def test_a_share_of_too_few_is_not_told(share: Share, said: int | None) -> None:
    assert told_share(share) == said


def test_more_in_time_never_tells_less() -> None:
    said = [told_share(Share(n, 37)) or 0 for n in range(38)]

    assert all(less <= more for less, more in pairwise(said))


def test_the_middle_of_too_few_is_not_told() -> None:
    assert told_middle(Span((15, 30, 45, 60))) is None
    assert told_middle(Span((15, 30, 45, 60, 75))) == 45
