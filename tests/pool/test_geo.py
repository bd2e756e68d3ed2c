"""How far two areas lie apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.geo import distance_km

DORDRECHT, ROTTERDAM = (51.810, 4.670), (51.922, 4.479)
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_dordrecht_is_eighteen_kilometres_from_rotterdam_by_air() -> None:
    assert distance_km(DORDRECHT, ROTTERDAM, 1.0) == pytest.approx(18.1, abs=0.2)


def test_the_road_is_longer_than_the_air() -> None:
    by_air = distance_km(DORDRECHT, ROTTERDAM, 1.0)

    assert distance_km(DORDRECHT, ROTTERDAM, 1.3) == pytest.approx(by_air * 1.3)


@given(points, points)
def test_there_is_as_far_as_back_and_never_round_the_earth(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    there, back = distance_km(a, b, 1.0), distance_km(b, a, 1.0)

    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20_016
    assert distance_km(a, a, 1.0) == pytest.approx(0, abs=1e-6)
