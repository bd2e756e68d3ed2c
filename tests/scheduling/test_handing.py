"""Somebody stops: the same day everything that runs is on one page, and passes to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from core.access.models import Role
from core.errors import NotAllowed
from core.outbox import run_due
from core.outbox.models import Message
from core.states import IllegalMove
from matching import actions as matching
from matching.models import Assignment, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.states import AssignmentState, OfferState, RequestState
from pool import actions as pool
from pool.models import Block, Expert
from pool.states import BlockState
from scheduling import actions
from scheduling.actions.needs import WeekFull
from scheduling.models import Session, SessionRole
from scheduling.pages.handing import handing
from scheduling.queries import recipients
from scheduling.queries.people import roles_in
from scheduling.states import RoleKind, SessionKind, SessionState
from tests.factories.matching import Pool, accept, ask, open_offers
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert
from tests.factories.scheduling import (
    DAY,
    HOUR,
    PLANNING,
    SUNDAY,
    Scene,
    complete_gate,
    make_assignment,
    make_request,
    make_scene,
    role_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
Stop = Callable[[Scene], object]


@pytest.fixture
def scene(in_region: object) -> Scene:  # noqa: ARG001  (first the region)
    return make_scene()


@pytest.fixture
def malika(scene: Scene) -> Expert:
    """Fits as well as Ruben does."""
    return make_active_expert(scene.hanneke, first_name="Malika", last_name="Ouassif")


def suspend(scene: Scene) -> object:
    return pool.suspend(
        expert_id=scene.ruben.pk, reason="SCREENING", by=scene.hanneke, now=PLANNING
    )


def learn(scene: Scene) -> object:
    return pool.start_training(expert_id=scene.ruben.pk, by=scene.hanneke, now=PLANNING)


def leave(scene: Scene) -> object:
    return pool.leave(expert_id=scene.ruben.pk, by=scene.hanneke, now=PLANNING)


def announce(scene: Scene, last_day: date = date(2026, 9, 6)) -> object:
    return pool.announce_leaving(
        expert_id=scene.ruben.pk, last_day=last_day, by=scene.hanneke, now=PLANNING
    )


def hide(scene: Scene) -> object:
    return pool.withdraw_consent(expert_id=scene.ruben.pk, by=scene.ruben_user, now=PLANNING)


def open_tasks(kind: TaskKind = TaskKind.PASS_WORK) -> list[Task]:
    return list(Task.objects.filter(kind=kind, done_at=None))


def pass_on(scene: Scene, to: Expert | None, **changes: Any) -> Any:
    plain: dict[str, Any] = {
        "assignment_id": scene.assignment.pk,
        "to": to.pk if to else None,
        "by": scene.hanneke,
        "now": PLANNING + HOUR,
    }
    return matching.pass_work(**plain | changes)


# --- One task, the same day ---------------------------------------------------------------------


@pytest.mark.parametrize("stop", [suspend, leave, announce, learn])
def test_who_stops_is_a_task_of_the_same_day(scene: Scene, stop: Stop) -> None:
    stop(scene)

    (task,) = open_tasks()
    assert task.expert_id == scene.ruben.pk
    assert task.due_at - PLANNING <= timedelta(hours=4)


@pytest.mark.parametrize("stop", [suspend, leave, announce, learn])
def test_who_carries_nothing_leaves_no_task(scene: Scene, stop: Stop) -> None:
    matching.end_assignment(
        assignment_id=scene.assignment.pk, by=scene.hanneke, now=PLANNING - HOUR
    )

    stop(scene)

    assert open_tasks() == []


def test_the_task_is_over_when_nothing_runs_any_more(scene: Scene, malika: Expert) -> None:
    other = make_request(make_user("Fatih Meulendijk", Role.PROFESSIONAL))
    second = make_assignment(other, scene.ruben)
    suspend(scene)

    pass_on(scene, malika)
    assert len(open_tasks()) == 1
    matching.end_assignment(assignment_id=second.pk, by=scene.hanneke, now=PLANNING + HOUR)

    assert open_tasks() == []


def test_who_learns_first_goes_nowhere_until_then(scene: Scene) -> None:
    session = scene.plan()
    other = make_request(make_user("Fatih Meulendijk", Role.PROFESSIONAL))
    offer = ask(Pool(scene.hanneke, scene.bram, other.organisation), other, scene.ruben)

    learn(scene)

    session.refresh_from_db()
    offer.refresh_from_db()
    assert (session.state, offer.state) == (SessionState.TO_CONFIRM, OfferState.WITHDRAWN)
    page = client_as(scene.hanneke).get(reverse("pool:expert-detail", args=[scene.ruben.pk]))
    assert reverse("scheduling:work-pass", args=[scene.ruben.pk]) in page.content.decode()
    pool.activate(expert_id=scene.ruben.pk, by=scene.hanneke, now=PLANNING + HOUR)
    assert open_tasks() == []


def test_who_stays_after_all_leaves_no_task(scene: Scene) -> None:
    announce(scene)

    pool.stay(expert_id=scene.ruben.pk, by=scene.ruben_user, now=PLANNING + HOUR)

    assert open_tasks() == []


def test_what_goes_on_until_the_last_day_is_asked_again_then(scene: Scene) -> None:
    announce(scene)

    matching.finish_handing(expert_id=scene.ruben.pk, by=scene.hanneke, now=PLANNING)
    assert open_tasks() == []
    pool.leave_on_last_day(expert_id=scene.ruben.pk, now=SUNDAY + DAY)

    assert len(open_tasks()) == 1


# --- The page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [suspend, leave, hide])
def test_every_session_and_offer_stands_there_with_a_proposal(
    scene: Scene, malika: Expert, stop: Stop
) -> None:
    near = scene.plan()
    far = scene.plan(start=SUNDAY + 7 * DAY, kind=SessionKind.MEETING)
    other = make_request(make_user("Fatih Meulendijk", Role.PROFESSIONAL))
    asked = Pool(scene.hanneke, scene.bram, other.organisation)
    ask(asked, other, scene.ruben, malika, now=PLANNING)

    stop(scene)
    page = handing(Expert.objects.get(pk=scene.ruben.pk), now=PLANNING + HOUR)

    (work,) = page.works
    assert work.next_id == malika.pk
    assert work.whys
    assert [one.session for one in work.sessions] == [near, far]
    assert not any(one.goes_on for one in work.sessions)
    near.refresh_from_db()
    far.refresh_from_db()
    assert {near.state, far.state} == {SessionState.TO_CONFIRM}
    (touched,) = page.offers
    assert touched.request == other
    assert [name for name, _until in touched.asked] == ["Malika O."]
    assert page.n_left == 1


def test_what_lies_before_the_last_day_goes_on(scene: Scene) -> None:
    before = scene.plan(kind=SessionKind.MEETING)
    after = scene.plan(start=SUNDAY + DAY, kind=SessionKind.MEETING)
    midnight = scene.plan(start=SUNDAY + timedelta(hours=10), kind=SessionKind.PHONE)

    announce(scene)
    page = handing(Expert.objects.get(pk=scene.ruben.pk), now=PLANNING)

    rows = (before, midnight, after)
    for one in rows:
        one.refresh_from_db()
    # Midnight after the last day begins the next one.
    assert [one.state for one in rows] == ["PLANNED", "TO_CONFIRM", "TO_CONFIRM"]
    assert [one.goes_on for one in page.works[0].sessions] == [True, False, False]
    (expert,) = [one for one in recipients(roles_in(before), at=before.starts_at) if one.is_expert]
    assert expert.is_there


def test_a_session_within_a_day_says_to_call(scene: Scene) -> None:
    scene.plan(start=PLANNING + 23 * HOUR)
    scene.plan(start=PLANNING + 50 * HOUR, kind=SessionKind.MEETING)
    suspend(scene)

    page = handing(Expert.objects.get(pk=scene.ruben.pk), now=PLANNING)

    assert [one.must_call for one in page.works[0].sessions] == [True, False]


@pytest.mark.django_db(databases=["default", "denials"])
def test_the_page_opens_for_coordinators_of_the_region_alone(scene: Scene) -> None:
    url = reverse("scheduling:work-pass", args=[scene.ruben.pk])
    suspend(scene)

    assert client_as(scene.hanneke).get(url).status_code == 200
    for user in (scene.bram, scene.ruben_user, make_user("Ada Auditor", Role.AUDITOR)):
        assert client_as(user).get(url).status_code == 403
    unknown = reverse("scheduling:work-pass", args=[uuid4()])
    assert client_as(scene.hanneke).get(unknown).status_code == 404


def test_a_tap_on_the_page_hands_over(scene: Scene, malika: Expert) -> None:
    scene.plan()
    suspend(scene)
    url = reverse("scheduling:work-pass", args=[scene.ruben.pk])
    client = client_as(scene.hanneke)

    with time_machine.travel(PLANNING + HOUR):
        answer = client.post(
            url, {"act": "pass", "work": str(scene.assignment.pk), "to": str(malika.pk)}
        )
        page = client.get(url).content.decode()

    assert answer.status_code == 302
    assert [one.expert_id for one in open_offers(scene.request)] == [malika.pk]
    assert "Nog niemand zei ja" in page


@pytest.mark.parametrize(
    "posted", [{}, {"act": "fly"}, {"act": "pass", "work": "x"}, {"act": "until_last_day"}]
)
def test_what_the_page_does_not_offer_is_not_there(scene: Scene, posted: dict[str, str]) -> None:
    suspend(scene)
    url = reverse("scheduling:work-pass", args=[scene.ruben.pk])

    assert client_as(scene.hanneke).post(url, posted).status_code == 404


# --- Passing on ---------------------------------------------------------------------------------


def test_work_passes_and_what_was_planned_waits(scene: Scene, malika: Expert) -> None:
    session = scene.plan()
    suspend(scene)

    pass_on(scene, malika)

    scene.assignment.refresh_from_db()
    session.refresh_from_db()
    assert scene.assignment.state == AssignmentState.ENDED
    assert session.state == SessionState.TO_CONFIRM
    assert not Block.objects.filter(state=BlockState.LIVE, source=session.pk).exists()
    assert Request.objects.get().state == RequestState.SEARCHING
    assert Offer.objects.get(pk=scene.assignment.offer_id).state == OfferState.WITHDRAWN
    # Nobody confirms it for somebody who does not come.
    with pytest.raises(actions.AssignmentOver):
        actions.confirm_session(session_id=session.pk, by=scene.hanneke, now=PLANNING + HOUR)


def test_whoever_says_yes_comes_in_the_free_place(scene: Scene, malika: Expert) -> None:
    session = scene.plan()
    suspend(scene)
    pass_on(scene, malika)
    assignment = accept(open_offers(scene.request)[0], now=PLANNING + 2 * HOUR)
    complete_gate(scene.request, scene.hanneke)

    page = handing(Expert.objects.get(pk=scene.ruben.pk), now=PLANNING + 2 * HOUR)
    (waiting,) = page.waiting
    assert waiting.heirs == ((assignment.pk, "Malika O."),)
    actions.replace_expert(
        session_id=session.pk,
        assignment_id=assignment.pk,
        by=scene.hanneke,
        now=PLANNING + 2 * HOUR,
    )

    session.refresh_from_db()
    assert session.state == SessionState.PLANNED
    assert role_of(session).assignment == assignment
    (block,) = Block.objects.filter(state=BlockState.LIVE, source=session.pk)
    assert block.expert_id == malika.pk
    told = Message.objects.filter(about=session.pk, about_version=session.version)
    assert malika.email in {one.address for one in told}
    assert handing(Expert.objects.get(pk=scene.ruben.pk), now=PLANNING + 2 * HOUR).n_left == 0
    with pytest.raises(actions.NobodyFellOut):
        actions.replace_expert(
            session_id=session.pk,
            assignment_id=assignment.pk,
            by=scene.hanneke,
            now=PLANNING + 2 * HOUR,
        )


def test_the_new_one_is_judged_as_for_any_session(scene: Scene, malika: Expert) -> None:
    session = scene.plan()
    suspend(scene)
    pass_on(scene, malika)
    assignment = accept(open_offers(scene.request)[0], now=PLANNING + 2 * HOUR)
    complete_gate(scene.request, scene.hanneke)
    Expert.objects.filter(pk=malika.pk).update(max_per_week=0)

    with pytest.raises(WeekFull):
        actions.replace_expert(
            session_id=session.pk,
            assignment_id=assignment.pk,
            by=scene.hanneke,
            now=PLANNING + 2 * HOUR,
        )

    assert role_of(session).assignment == scene.assignment


def test_a_first_meeting_of_two_waits_for_the_second_too(scene: Scene, malika: Expert) -> None:
    daan = make_active_expert(scene.hanneke, first_name="Daan")
    second = make_assignment(scene.request, daan)
    session = scene.plan(with_professional=False, with_assignments=[second.pk])
    for one in (scene.ruben, daan):
        pool.suspend(expert_id=one.pk, reason="OTHER", by=scene.hanneke, now=PLANNING)
    pass_on(scene, malika)
    first = accept(open_offers(scene.request)[0], now=PLANNING + 2 * HOUR)
    noa = make_active_expert(scene.hanneke, first_name="Noa")
    pass_on(scene, noa, assignment_id=second.pk)
    complete_gate(scene.request, scene.hanneke)

    def come(work: Assignment) -> tuple[str, set[Any]]:
        actions.replace_expert(
            session_id=session.pk, assignment_id=work.pk, by=scene.hanneke, now=PLANNING + 3 * HOUR
        )
        session.refresh_from_db()
        return session.state, {role.assignment_id for role in roles_in(session)}

    state, inside = come(first)
    assert (state, len(inside)) == (SessionState.TO_CONFIRM, 2)
    # Whoever comes in hears it, by mail and by text, and nobody else does.
    told = Message.objects.filter(about=session.pk, about_version=session.version)
    assert sorted(one.address for one in told) == sorted([malika.email, malika.phone])
    with pytest.raises(actions.AssignmentOver):
        actions.confirm_session(session_id=session.pk, by=scene.hanneke, now=PLANNING + 3 * HOUR)

    after = accept(open_offers(scene.request)[0], now=PLANNING + 2 * HOUR)
    complete_gate(scene.request, scene.hanneke)
    assert come(after) == (SessionState.PLANNED, {first.pk, after.pk})


def test_whoever_takes_over_may_wave_aside_what_stands_in_the_way(
    scene: Scene, malika: Expert
) -> None:
    session = scene.plan()
    suspend(scene)
    pass_on(scene, malika)
    assignment = accept(open_offers(scene.request)[0], now=PLANNING + 2 * HOUR)
    complete_gate(scene.request, scene.hanneke)
    pool.add_absence(
        expert_id=malika.pk,
        starts_at=SUNDAY,
        ends_at=SUNDAY + DAY,
        by=scene.hanneke,
        now=PLANNING + 2 * HOUR,
    )
    client, url = client_as(scene.hanneke), reverse("scheduling:session-replace", args=[session.pk])

    with time_machine.travel(PLANNING + 3 * HOUR):
        refused = client.post(url, {"work": str(assignment.pk)})
        page = client.get(refused["Location"]).content.decode()
        assert 'name="agreed"' in page
        client.post(url, {"work": str(assignment.pk), "agreed": "on"})

    session.refresh_from_db()
    assert session.state == SessionState.PLANNED
    assert role_of(session).assignment == assignment


def test_with_nobody_left_people_are_told_at_once(scene: Scene) -> None:
    suspend(scene)

    assert pass_on(scene, None) is None

    assert len(open_tasks(TaskKind.NOBODY_FITS)) == 1
    assert Request.objects.get().state == RequestState.UNFILLED


def test_only_a_coordinator_passes_work_on_and_only_once(scene: Scene, malika: Expert) -> None:
    with pytest.raises(NotAllowed):
        pass_on(scene, malika, by=scene.bram)
    pass_on(scene, malika)
    with pytest.raises(IllegalMove):
        pass_on(scene, malika)


def test_whoever_cannot_is_not_asked_and_nothing_is_lost(scene: Scene) -> None:
    far = make_active_expert(scene.hanneke, first_name="Verre", max_running=0)

    with pytest.raises(matching.DoesNotFit):
        pass_on(scene, far)

    scene.assignment.refresh_from_db()
    assert scene.assignment.state == AssignmentState.ACTIVE


# --- With two, at first -------------------------------------------------------------------------


@pytest.fixture
def new_scene(in_region: object) -> Scene:  # noqa: ARG001  (first the region)
    """Ruben is new: his first two assignments are with two."""
    scene = make_scene()
    pool.set_duos(expert_id=scene.ruben.pk, n=2, by=scene.hanneke, now=PLANNING)
    matching.end_assignment(assignment_id=scene.assignment.pk, by=scene.hanneke, now=PLANNING)
    offer = ask(
        Pool(scene.hanneke, scene.bram, scene.request.organisation),
        scene.request,
        scene.ruben,
        now=PLANNING,
    )
    assignment = accept(offer, now=PLANNING)
    complete_gate(scene.request, scene.hanneke)
    assert assignment.as_duo
    return Scene(scene.hanneke, scene.bram, scene.ruben, scene.request, assignment)


def test_somebody_new_meets_nobody_alone(new_scene: Scene) -> None:
    alone = {"with_professional": False, "kind": SessionKind.MEETING}

    with pytest.raises(actions.NewcomerAlone):
        new_scene.plan(**alone)
    new_scene.plan(kind=SessionKind.PHONE, with_professional=False)
    malika = make_active_expert(new_scene.hanneke, first_name="Malika")
    company = make_assignment(new_scene.request, malika)
    new_scene.plan(**alone, start=SUNDAY + DAY, with_assignments=[company.pk])


def test_two_who_are_new_are_no_company(new_scene: Scene) -> None:
    also_new = make_assignment(
        new_scene.request, make_active_expert(new_scene.hanneke, first_name="Malika")
    )
    Assignment.objects.filter(pk=also_new.pk).update(as_duo=True)

    with pytest.raises(actions.NewcomerAlone):
        new_scene.plan(
            kind=SessionKind.MEETING, with_professional=False, with_assignments=[also_new.pk]
        )


def test_work_that_came_to_a_meeting_counts(new_scene: Scene) -> None:
    def ended_with(kind: SessionKind, state: SessionState) -> int:
        session = Session.objects.create(
            kind=kind,
            state=state,
            starts_at=SUNDAY,
            ends_at=SUNDAY + HOUR,
            changed_at=PLANNING,
            planned_at=PLANNING,
            planned_by=new_scene.hanneke,
        )
        SessionRole.objects.create(
            session=session, kind=RoleKind.EXPERT, assignment=new_scene.assignment
        )
        actions.count_newcomer(new_scene.assignment, now=SUNDAY + DAY)
        while run_due(now=SUNDAY + DAY):
            pass
        session.delete()
        return Expert.objects.get(pk=new_scene.ruben.pk).duos_to_go

    assert ended_with(SessionKind.MEETING, SessionState.MISSED) == 2
    assert ended_with(SessionKind.PHONE, SessionState.HELD) == 2
    assert ended_with(SessionKind.MEETING, SessionState.HELD) == 1


def test_a_probation_that_ended_does_not_change_work_that_began(new_scene: Scene) -> None:
    pool.set_duos(expert_id=new_scene.ruben.pk, n=0, by=new_scene.hanneke, now=PLANNING)

    with pytest.raises(actions.NewcomerAlone):
        new_scene.plan(with_professional=False, kind=SessionKind.MEETING)
