"""S1, Friday night (domain.md 12): from the decree at 22:40 to a meeting on Sunday afternoon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from core.access.scope import region_scope
from insight.simulation.regions import Stage
from matching import actions as matching
from matching.models import Assignment, Offer, Request, Seat, Task
from matching.queries import gate
from matching.states import MeasureState, OfferState, RequestState
from scheduling import actions as scheduling
from scheduling.models import Reminder, Session, SessionRole
from scheduling.states import SessionState
from tests.scenarios.stage import agree, deliver, on_the_wall, set_the_stage

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]

FRIDAY_2240 = on_the_wall(2026, 9, 4, 22, 40)
FRIDAY_2315 = on_the_wall(2026, 9, 4, 23, 15)
SATURDAY_0905 = on_the_wall(2026, 9, 5, 9, 5)
SATURDAY_1020 = on_the_wall(2026, 9, 5, 10, 20)
SATURDAY_1040 = on_the_wall(2026, 9, 5, 10, 40)
SATURDAY_NOON = on_the_wall(2026, 9, 5, 12)
SUNDAY_1400 = on_the_wall(2026, 9, 6, 14)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = set_the_stage(now=on_the_wall(2026, 9, 1, 9))
    with region_scope(stage.region.pk):
        agree()
        yield stage


def filing() -> matching.Filing:
    """What the picket worker knows at 23:15, on her phone."""
    return matching.Filing(
        activity="BUDDY_1ON1",
        urgency="URGENT",
        area_code="1112",
        age_band="THIRTIES",
        relation="PARTNER",
        language="nl",
        needs=("PARENT",),
        day_parts=("EVENING", "WEEKEND"),
        earliest_contact_at=SATURDAY_NOON,
        case_manager_name="Fatih Meulendijk",
        case_manager_phone="06 0000 0202",
        deputy_name="Roos Hellendaal",
        deputy_phone="06 0000 0203",
        out_of_hours_phone="088 000 11 00",
        case_reference="WS-2026-1183",
        form_key=uuid4(),
        measure=matching.MeasureFiling(
            kind="THV",
            imposed_wall=datetime(2026, 9, 4, 22, 40),  # noqa: DTZ001  (a wall clock)
            protected_roles=("PARTNER", "CHILDREN"),
        ),
        gate={"G3": matching.GateAnswer()},
    )


def test_friday_night(stage: Stage) -> None:  # noqa: PLR0915  (a story told in one piece)
    worker, coordinator = stage.professionals[0], stage.coordinators[0]

    # 23:15: the decision is not seen; the ends are computed and labelled so.
    request = matching.open_request(filing=filing(), by=worker, now=FRIDAY_2315)
    measure = request.measure
    assert measure is not None
    assert measure.state == MeasureState.ANNOUNCED
    assert measure.imposed_at == FRIDAY_2240
    assert measure.end_default_at == on_the_wall(2026, 9, 14, 22, 40)
    assert measure.end_max_at == on_the_wall(2026, 10, 2, 22, 40)
    assert measure.end_stated_at is None
    assert request.state == RequestState.FILED

    # Within a minute she hears that it runs, and duty is alerted; nobody was asked yet.
    left = deliver(now=FRIDAY_2315 + MINUTE)
    assert "Tineke Wijnands" in {name for _template, name in left}
    assert {name for _template, name in left} & {user.name for user in stage.coordinators}
    assert not Offer.objects.exists()
    assert Task.objects.filter(request=request, done_at=None).count() == 1

    # Saturday 09:05: three fit, each with reasons; Adam is asked and may think until 11:05.
    matching.see_request(request_id=request.pk, by=coordinator, now=SATURDAY_0905)
    seat = Seat.objects.get(request=request)
    decision = matching.decide(seat_id=seat.pk, by=coordinator, now=SATURDAY_0905)
    assert len(decision.ranked) == len(stage.experts)
    assert all(entry["parts"] for entry in decision.ranked)
    adam = stage.experts["Adam"]
    matching.start_wave(seat_id=seat.pk, by=coordinator, now=SATURDAY_0905, experts=[adam.pk])
    offer = Offer.objects.get(expert=adam)
    assert offer.deadline_at == on_the_wall(2026, 9, 5, 11, 5)
    assert "Adam Aalbers" in {name for _t, name in deliver(now=SATURDAY_0905 + MINUTE)}

    # 10:20: he says that he knows nobody, and yes.
    matching.declare_conflict(
        request_id=request.pk, expert_id=adam.pk, answer="NO_CONFLICT", now=SATURDAY_1020
    )
    assignment = matching.accept_offer(
        offer_id=offer.pk, by=adam.user, expert_id=adam.pk, now=SATURDAY_1020, by_link=True
    )
    request.refresh_from_db()
    offer.refresh_from_db()
    assert offer.state == OfferState.ACCEPTED
    assert request.state == RequestState.MATCHED
    assert request.matched_at is not None
    assert request.matched_at - request.filed_at == 11 * HOUR + 5 * MINUTE

    # A meeting before the safety check is complete is refused.
    with pytest.raises(matching.GateIncomplete):
        plan(stage, assignment, now=SATURDAY_1020 + MINUTE)

    # 10:40: the case manager confirms; then the coordinator and Adam do their part.
    confirm = partial(matching.confirm_gate_item, request_id=request.pk, now=SATURDAY_1040)
    confirm(code="G1", by=worker, stated_on=date(2026, 9, 5))
    confirm(code="G2", by=worker)
    confirm(code="G4", by=worker, risk="NO_CONTRAINDICATION")
    confirm(code="G6", by=worker)
    for code in ("G7", "G8", "G13"):
        confirm(code=code, by=coordinator)
    assert adam.user is not None
    confirm(code="G11", by=adam.user)
    assert gate(request, at=SATURDAY_1040).n_done == 13

    # The first call is at 12:30; the meeting on Sunday at 14:00, with the case manager.
    matching.record_first_contact(
        request_id=request.pk,
        by=coordinator,
        now=SATURDAY_NOON + 31 * MINUTE,
        at=SATURDAY_NOON + 30 * MINUTE,
    )
    session = plan(stage, assignment, now=SATURDAY_1040 + MINUTE)
    assert session.starts_at - request.filed_at == 38 * HOUR + 45 * MINUTE

    # Reminders leave on Saturday at 14:00 and on Sunday at 12:00, to both.
    due = set(Reminder.objects.values_list("due_at", flat=True))
    assert due == {SUNDAY_1400 - 24 * HOUR, SUNDAY_1400 - 2 * HOUR}
    deliver(now=SUNDAY_1400 - 24 * HOUR - MINUTE)
    for before in (24 * HOUR, 2 * HOUR):
        told = {
            name for template, name in deliver(now=SUNDAY_1400 - before) if "reminder" in template
        }
        assert told == {"Adam Aalbers", "Tineke Wijnands"}

    # In at 14:02, out at 15:10: it was held.
    role = SessionRole.objects.get(session=session, assignment=assignment)
    scheduling.check_in(role_id=role.pk, by=adam.user, now=SUNDAY_1400 + 2 * MINUTE)
    scheduling.check_out(role_id=role.pk, by=adam.user, now=SUNDAY_1400 + 70 * MINUTE)
    session.refresh_from_db()
    assert session.state == SessionState.HELD


def plan(stage: Stage, assignment: Assignment, *, now: datetime) -> Session:
    return scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="FIRST_MEETING",
        start=SUNDAY_1400,
        end=SUNDAY_1400 + HOUR,
        place_id=stage.places[0].pk,
        with_professional=True,
        by=stage.coordinators[0],
        now=now,
    )


def test_the_number_is_said_aloud(stage: Stage) -> None:
    request = matching.open_request(filing=filing(), by=stage.professionals[0], now=FRIDAY_2315)

    assert request.number == "26-0001"
    assert Request.objects.count() == 1
