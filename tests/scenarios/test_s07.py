"""S7, the date of a VOG passes in the middle of contacts (domain.md 12), with its exact dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from core import approvals
from core.access.models import Membership, Organisation, OrganisationKind, Role, User
from core.access.scope import region_scope
from core.errors import NotAllowed
from core.outbox.models import Message
from insight.simulation.cast import ALWAYS, Person
from insight.simulation.regions import Stage
from matching import actions
from matching.models import Assignment, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.pages.status import status_of
from matching.states import AssignmentState, OfferState
from pool import actions as pool
from pool import queries
from pool.models import Expert, RegionProfile, Requirement, VogBridge, VogEvidence
from pool.states import VogState
from scheduling import actions as scheduling
from scheduling.models import Session
from scheduling.queries import sessions_to_decide
from scheduling.states import SessionState
from tests.factories.people import client_as
from tests.factories.scheduling import complete_gate
from tests.scenarios.stage import CAST, agree, deliver, on_the_wall, set_the_stage

pytestmark = [pytest.mark.django_db(databases=["default", "denials"]), pytest.mark.scenario]

ISSUED, ENDS = date(2023, 11, 12), date(2026, 11, 12)
NOTICES = [date(2026, 8, 14), date(2026, 9, 13), date(2026, 10, 13), date(2026, 10, 29)]
LISTED = date(2026, 10, 13)
PLANNED = [date(2026, 11, 17), date(2026, 11, 24), date(2026, 12, 1)]
BRIDGED_UNTIL = date(2027, 1, 8)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

DIRK = Person(
    "Dirk", "Dekkers", "1091", week=ALWAYS, vog="none", max_running=5, can_meet=("PARENT",)
)
STAGED = replace(CAST, experts=(DIRK, *CAST.experts[1:]))


def morning(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return on_the_wall(day.year, day.month, day.day, hour, minute)


@pytest.fixture(params=["POLICY", "LEGAL"])
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stage(level: str) -> Iterator[Stage]:
    """July: the region renews after 36 months, and Dirk's VOG of 12 November 2023 was seen."""
    stage = set_the_stage(now=on_the_wall(2026, 7, 1, 9), cast=STAGED)
    with region_scope(stage.region.pk):
        agree()
        RegionProfile.objects.update(vog_policy_months=36)
        # Who stands in for the own coordinator is nobody of these two.
        Membership.objects.filter(role=Role.REGIONAL_ADMIN).delete()
        Requirement.objects.all().delete()
        for activity, host_kind in ask_of(stage):
            pool.set_requirement(
                activity=activity,
                host_kind=host_kind,
                level=level,
                profile_kind="ASPECT",
                profile_code="85",
                valid_from=date(2020, 1, 1),
                by=None,
                now=on_the_wall(2026, 7, 1, 9),
            )
        pool.record_vog(
            expert_id=stage.experts["Dirk"].pk,
            issue_date=ISSUED,
            seen_on=ISSUED + 5 * DAY,
            profile_kind="ASPECT",
            profile_codes=["85"],
            authenticity_checked=True,
            by=own_coordinator(stage),
            now=on_the_wall(2026, 7, 1, 10),
        )
        # He began with the VOG at hand, so the start rule of the law is met.
        Expert.objects.filter(pk=stage.experts["Dirk"].pk).update(started_on=date(2023, 12, 1))
        yield stage


def ask_of(stage: Stage) -> list[tuple[str, str]]:
    host = Organisation.objects.get(name="Veilig Thuis Waterstreek")
    assert host.kind == OrganisationKind.VEILIG_THUIS
    assert stage.professionals
    return [("BUDDY_1ON1", host.kind)]


def dirk_of(stage: Stage) -> Expert:
    return Expert.objects.select_related("data_key", "coordinator", "user").get(
        pk=stage.experts["Dirk"].pk
    )


def own_coordinator(stage: Stage) -> User:
    coordinator: User = stage.experts["Dirk"].coordinator
    return coordinator


def colleague(stage: Stage) -> User:
    return next(one for one in stage.coordinators if one.pk != own_coordinator(stage).pk)


def filing(*, now: datetime) -> actions.Filing:
    return actions.Filing(
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
    )


def beside(stage: Stage, *, now: datetime) -> Assignment:
    """Dirk is asked and says yes; the safety check is complete."""
    dirk, coordinator = dirk_of(stage), own_coordinator(stage)
    request = actions.open_request(filing=filing(now=now), by=stage.professionals[0], now=now)
    seat = Seat.objects.get(request=request)
    actions.start_wave(seat_id=seat.pk, by=coordinator, now=now, experts=[dirk.pk])
    actions.declare_conflict(
        request_id=request.pk, expert_id=dirk.pk, answer="NO_CONFLICT", now=now
    )
    offer = Offer.objects.get(seat=seat)
    assignment = actions.accept_offer(
        offer_id=offer.pk, by=dirk.user, expert_id=dirk.pk, now=now, by_link=True
    )
    complete_gate(request, coordinator)
    return assignment


def plan(assignment: Assignment, day: date, *, by: User, now: datetime) -> Session:
    return scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="MEETING",
        start=morning(day, 14),
        end=morning(day, 15),
        with_professional=True,
        by=by,
        now=now,
    )


@pytest.fixture
def running(stage: Stage) -> Assignment:
    """In October Dirk stands beside somebody; three sessions after his date are planned."""
    assignment = beside(stage, now=on_the_wall(2026, 10, 1, 9))
    for day in (date(2026, 11, 10), *PLANNED):
        plan(assignment, day, by=own_coordinator(stage), now=on_the_wall(2026, 10, 1, 10))
    return assignment


def states() -> dict[date, str]:
    rows = Session.objects.order_by("starts_at")
    return {one.starts_at.astimezone(UTC).date(): one.state for one in rows}


def open_question(stage: Stage) -> Task | None:
    rows = Task.objects.filter(kind=TaskKind.PAPERS_END, done_at=None)
    return rows.filter(expert=stage.experts["Dirk"]).first()


# --- The dates --------------------------------------------------------------------------------


def test_three_years_later_on_the_same_day_it_ends(stage: Stage) -> None:
    vog = VogEvidence.objects.get(expert=stage.experts["Dirk"])

    assert vog.policy_valid_until == ENDS


def test_notices_leave_at_nine_on_the_four_days_and_on_no_other(stage: Stage) -> None:
    told = {}
    day = date(2026, 8, 1)
    while day <= ENDS:
        assert ("pool/look", own_coordinator(stage).name) not in deliver(
            now=morning(day, 9) - MINUTE
        )
        left = [one for one in deliver(now=morning(day, 9)) if one[0].startswith("pool/")]
        if left:
            told[day] = left
        day += DAY

    both = [("pool/look", own_coordinator(stage).name), ("pool/renew", "Dirk Dekkers")]
    assert told == dict.fromkeys(NOTICES, both)


def test_the_three_sessions_are_listed_thirty_days_before_and_not_a_day_earlier(
    stage: Stage, running: Assignment
) -> None:
    deliver(now=morning(LISTED - DAY, 23, 59))
    before = open_question(stage)
    deliver(now=morning(LISTED))
    question = open_question(stage)

    assert before is None
    assert question is not None
    assert question.due_at == on_the_wall(2026, 11, 12, 0)
    lines = sessions_to_decide(dirk_of(stage), now=morning(LISTED))
    assert [line.on for line in lines] == PLANNED
    assert {line.assignment.pk for line in lines} == {running.pk}


def test_sent_on_20_october_it_comes_on_15_december_at_the_latest(stage: Stage) -> None:
    dirk = dirk_of(stage)
    deliver(now=morning(NOTICES[0]))
    coordinator = own_coordinator(stage)
    pool.prepare_vog(
        expert_id=dirk.pk, on=date(2026, 10, 18), by=coordinator, now=on_the_wall(2026, 10, 18, 12)
    )
    assert dirk.user is not None
    pool.tell_vog(
        expert_id=dirk.pk,
        to=VogState.SUBMITTED,
        on=date(2026, 10, 20),
        by=dirk.user,
        now=on_the_wall(2026, 10, 20, 12),
    )

    progress = queries.progress_of(dirk)
    assert progress is not None
    assert progress.latest_on == date(2026, 12, 15)
    deliver(now=morning(date(2026, 12, 14)))
    still = queries.progress_of(dirk)
    deliver(now=morning(date(2026, 12, 15)))
    after = queries.progress_of(dirk)
    assert still is not None
    assert after is not None
    assert (still.state, after.state) == (VogState.SUBMITTED, VogState.NOT_RECEIVED)


# --- The day itself ---------------------------------------------------------------------------


@pytest.mark.usefixtures("running")
def test_sessions_before_the_date_stay_and_those_after_it_wait_for_a_decision(
    stage: Stage,
) -> None:
    deliver(now=morning(LISTED))
    deliver(now=on_the_wall(2026, 11, 9, 23, 59))
    before = states()
    deliver(now=on_the_wall(2026, 11, 12, 0))

    assert set(before.values()) == {SessionState.PLANNED}
    assert states() == {
        date(2026, 11, 10): SessionState.PLANNED,
        **dict.fromkeys(PLANNED, SessionState.TO_CONFIRM),
    }
    assert open_question(stage) is not None


@pytest.mark.usefixtures("running")
def test_from_the_date_on_nothing_new_is_offered_accepted_or_planned(stage: Stage) -> None:
    dirk, coordinator = dirk_of(stage), own_coordinator(stage)
    asked = on_the_wall(2026, 11, 11, 22)
    request = actions.open_request(filing=filing(now=asked), by=stage.professionals[0], now=asked)
    seat = Seat.objects.get(request=request)
    actions.start_wave(seat_id=seat.pk, by=coordinator, now=asked, experts=[dirk.pk])
    offer = Offer.objects.get(seat=seat)
    assert offer.state == OfferState.OPEN

    deliver(now=on_the_wall(2026, 11, 12, 0))

    offer.refresh_from_db()
    # The offer that was open is taken back, and nobody is told why.
    assert offer.state == OfferState.WITHDRAWN
    on_13 = on_the_wall(2026, 11, 13, 9)
    work: dict[str, Any] = {
        "activity": "BUDDY_1ON1",
        "host_kind": "VEILIG_THUIS",
        "on": date(2026, 11, 13),
    }
    assert queries.deployability(dirk, starts_new=True, **work).problems == ("VOG_EXPIRED",)
    running = Assignment.objects.get(expert=dirk)
    with pytest.raises(actions.GateIncomplete):
        plan(running, date(2026, 11, 20), by=coordinator, now=on_13)
    waiting = Session.objects.filter(state=SessionState.TO_CONFIRM).order_by("starts_at")[0]
    with pytest.raises(actions.GateIncomplete):
        scheduling.confirm_session(session_id=waiting.pk, by=coordinator, now=on_13)


# --- The decision -----------------------------------------------------------------------------


def ask_for_bridge(stage: Stage, *, until: date, now: datetime) -> approvals.Approval:
    return pool.ask_bridge(
        expert_id=stage.experts["Dirk"].pk,
        ends_on=until,
        reason="ASKED_IN_TIME",
        requirements=list(Requirement.objects.values_list("pk", flat=True)),
        by=own_coordinator(stage),
        now=now,
    )


ON_13 = on_the_wall(2026, 11, 13, 9)


@pytest.mark.parametrize("level", ["POLICY"], indirect=True)
@pytest.mark.usefixtures("running")
def test_policy_is_bridged_by_two_until_8_january_and_no_day_longer(stage: Stage) -> None:
    dirk, first, second = dirk_of(stage), own_coordinator(stage), colleague(stage)
    deliver(now=on_the_wall(2026, 11, 12, 0))
    with pytest.raises(pool.BridgeTooLong):
        ask_for_bridge(stage, until=BRIDGED_UNTIL + DAY, now=ON_13)
    asked = ask_for_bridge(stage, until=BRIDGED_UNTIL, now=ON_13)
    with pytest.raises(approvals.actions.SamePerson):
        approvals.approve(approval_id=asked.pk, by=first, now=ON_13)
    assert [line.on for line in sessions_to_decide(dirk, now=ON_13)] == PLANNED

    approvals.approve(approval_id=asked.pk, by=second, now=ON_13 + HOUR)

    bridge = VogBridge.objects.get(granted_at__isnull=False)
    assert (bridge.starts_on, bridge.ends_on) == (date(2026, 11, 13), BRIDGED_UNTIL)
    assert (bridge.asked_by, bridge.granted_by) == (first, second)
    assert sessions_to_decide(dirk, now=ON_13 + HOUR) == []
    assert open_question(stage) is None
    for session in Session.objects.filter(state=SessionState.TO_CONFIRM):
        scheduling.confirm_session(session_id=session.pk, by=first, now=ON_13 + HOUR)
    assert set(states().values()) == {SessionState.PLANNED}
    # Running work only, and until the last day of it.
    work: dict[str, Any] = {"activity": "BUDDY_1ON1", "host_kind": "VEILIG_THUIS"}
    last, over = BRIDGED_UNTIL - DAY, BRIDGED_UNTIL
    assert queries.deployability(dirk, on=last, **work).is_deployable
    assert queries.deployability(dirk, on=over, **work).problems == ("VOG_EXPIRED",)
    new = queries.deployability(dirk, on=last, starts_new=True, **work)
    assert new.problems == ("VOG_EXPIRED",)


@pytest.mark.parametrize("level", ["LEGAL"], indirect=True)
def test_the_law_knows_no_bridge_and_the_work_goes_to_another(
    stage: Stage, running: Assignment
) -> None:
    dirk, coordinator = dirk_of(stage), own_coordinator(stage)
    deliver(now=on_the_wall(2026, 11, 12, 0))
    with pytest.raises(pool.OnlyPolicy):
        ask_for_bridge(stage, until=date(2026, 11, 30), now=ON_13)
    assert queries.bridgeable(dirk, on=date(2026, 11, 13)) == []

    with time_machine.travel(ON_13, tick=False):
        client = client_as(coordinator)
        there = reverse("scheduling:sessions-after", args=[dirk.pk])
        page = client.get(there).content.decode()
        first = Session.objects.filter(state=SessionState.TO_CONFIRM).order_by("starts_at")[0]
        answer = client.post(there, {"session": str(first.pk), "act": "hand_over"})

    assert "er komt een andere buddy" in page
    assert "wettelijk verplicht: kan niet doorgaan" in page
    assert answer.status_code == 302
    running.refresh_from_db()
    assert running.state == AssignmentState.ENDED
    assert [states()[day] for day in PLANNED] == [SessionState.CANCELLED] * 3
    assert open_question(stage) is None


# --- Who sees it ------------------------------------------------------------------------------


def test_nobody_but_coordinators_sees_the_word(stage: Stage, running: Assignment) -> None:
    dirk = dirk_of(stage)
    for day in NOTICES:
        deliver(now=morning(day))
    deliver(now=on_the_wall(2026, 11, 12, 0))
    if Requirement.objects.filter(level="LEGAL").exists():
        actions.end_assignment(assignment_id=running.pk, by=own_coordinator(stage), now=ON_13)
    deliver(now=ON_13)

    request = Request.objects.get(pk=running.seat.request_id)
    said = [str(one.content) for one in Message.objects.all()]
    status = status_of(request, now=ON_13)
    said += [status.sentence, *(str(step.text) for step in status.steps)]
    with time_machine.travel(ON_13, tick=False):
        professional = client_as(stage.professionals[0])
        page = reverse("matching:request-status", args=[request.pk])
        said.append(professional.get(page).content.decode())
        assert dirk.user is not None
        expert = client_as(dirk.user)
        for name in ("pool:my-vog", "pool:my-profile", "scheduling:agenda"):
            said.append(expert.get(reverse(name)).content.decode())
        other = client_as(colleague(stage))
        assert other.get(reverse("pool:vog", args=[dirk.pk])).status_code == 403
        assert professional.get(reverse("pool:vog", args=[dirk.pk])).status_code == 403
    assert not [text for text in said if "VOG" in text or "Justis" in text]


def test_a_colleague_decides_nothing_alone_and_asks_nothing(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        pool.ask_bridge(
            expert_id=stage.experts["Dirk"].pk,
            ends_on=BRIDGED_UNTIL,
            reason="NO_OTHER",
            requirements=[],
            by=colleague(stage),
            now=ON_13,
        )
