"""S4, the night on which the clock changes (domain.md 12): parts a, c and d, exact times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.access.scope import region_scope
from insight.simulation.regions import Stage
from matching.actions import Filing, MeasureFiling, open_request
from matching.models import Measure
from tests.scenarios.stage import agree, on_the_wall, set_the_stage

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = set_the_stage(now=on_the_wall(2026, 9, 1, 9))
    with region_scope(stage.region.pk):
        agree()
        yield stage


def file(stage: Stage, imposed_wall: datetime, *, now: datetime) -> Measure:
    """The measure of a request that is filed at `now`, imposed at a reading of the wall clock."""
    filing = Filing(
        activity="BUDDY_1ON1",
        urgency="URGENT",
        area_code="1112",
        age_band="THIRTIES",
        relation="PARTNER",
        earliest_contact_at=now,
        case_manager_name="Fatih Meulendijk",
        case_manager_phone="06 0000 0202",
        form_key=uuid4(),
        day_parts=("EVENING",),
        measure=MeasureFiling(kind="THV", imposed_wall=imposed_wall, protected_roles=("PARTNER",)),
    )
    request = open_request(filing=filing, by=stage.professionals[0], now=now)
    return Measure.objects.get(case=request.case)


def test_a_ten_days_end_at_the_same_clock_time_in_winter(stage: Stage) -> None:
    measure = file(stage, datetime(2026, 10, 24, 23, 50), now=on_the_wall(2026, 10, 25, 0, 30))  # noqa: DTZ001

    assert measure.end_default_at == on_the_wall(2026, 11, 3, 23, 50)
    assert measure.end_max_at == on_the_wall(2026, 11, 21, 23, 50)
    # The twin: elapsed-time arithmetic gives 22:50, an hour too early.
    naive = measure.imposed_at + timedelta(days=10)
    assert naive == on_the_wall(2026, 11, 3, 22, 50)
    assert naive != measure.end_default_at


def test_c_an_end_that_the_clock_shows_twice_counts_as_the_later_one(stage: Stage) -> None:
    measure = file(stage, datetime(2026, 10, 15, 2, 30), now=on_the_wall(2026, 10, 15, 3))  # noqa: DTZ001

    assert measure.end_is_ambiguous
    assert measure.end_default_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_d_an_end_that_does_not_exist_moves_on_by_the_gap(stage: Stage) -> None:
    measure = file(stage, datetime(2027, 3, 18, 2, 30), now=on_the_wall(2027, 3, 18, 3))  # noqa: DTZ001

    assert measure.end_was_shifted
    assert measure.end_default_at == on_the_wall(2027, 3, 28, 3, 30)
