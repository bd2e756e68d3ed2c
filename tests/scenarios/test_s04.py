"""S4, the night on which the clock changes (domain.md 12): parts a to d, exact times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.access.scope import region_scope
from insight.simulation.regions import Stage
from matching import actions as matching
from matching.actions import Filing, MeasureFiling, open_request
from matching.models import Measure, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.scenarios.stage import agree, deliver, on_the_wall, set_the_stage

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


def test_b_the_alarm_of_the_long_night_rings_once(stage: Stage) -> None:
    """In at 23:30, out by 01:30 summer time: asked at 02:00 summer time, which comes once."""
    role = somebody_inside(stage)
    first_two = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    second_two = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert on_the_wall(2026, 10, 25, 2) == first_two

    rung = []
    minute = timedelta(minutes=1)
    quarter = first_two + 15 * minute
    for at in (first_two - minute, first_two, quarter, second_two, second_two + minute):
        told = [name for template, name in deliver(now=at) if template == "scheduling/check_out"]
        rung += [at for _name in set(told)]
    assert rung == [first_two]

    # And a quarter of an hour later a coordinator is called, once, with nobody signed in.
    assert Task.objects.filter(kind=TaskKind.OVERDUE).count() == 1
    role.refresh_from_db()
    assert role.overdue_at is not None
    assert quarter <= role.overdue_at < quarter + minute


def somebody_inside(stage: Stage) -> SessionRole:
    """Adam, in a session from 23:30 until 01:30 of that night, and checked in."""
    adam, coordinator = stage.experts["Adam"], stage.coordinators[0]
    now = on_the_wall(2026, 10, 22, 10)
    measure = file(stage, datetime(2026, 10, 22, 3), now=now)  # noqa: DTZ001
    request = Request.objects.get(measure=measure)
    matching.start_wave(
        seat_id=Seat.objects.get(request=request).pk, by=coordinator, now=now, experts=[adam.pk]
    )
    matching.declare_conflict(
        request_id=request.pk, expert_id=adam.pk, answer="NO_CONFLICT", now=now
    )
    assignment = matching.accept_offer(
        offer_id=Offer.objects.get(expert=adam).pk,
        by=adam.user,
        expert_id=adam.pk,
        now=now,
        by_link=True,
    )
    session = scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="PHONE",
        start=on_the_wall(2026, 10, 24, 23, 30),
        end=datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
        by=coordinator,
        now=now,
    )
    deliver(now=on_the_wall(2026, 10, 24, 22))
    role = SessionRole.objects.get(session=session, assignment=assignment)
    assert adam.user is not None
    return scheduling.check_in(role_id=role.pk, by=adam.user, now=on_the_wall(2026, 10, 24, 23, 30))
