"""Planning, moving, confirming, cancelling; who may; and what events of the work do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.access.models import Role
from core.errors import NotAllowed
from core.outbox.models import DueWork, Message
from core.outbox.states import MessageState, WorkState
from core.states import IllegalMove
from matching import signals
from matching.actions import GateIncomplete
from matching.models import Assignment, GateItem, Task
from matching.models.requests import TaskKind
from matching.states import AssignmentState, GateCode, GateItemState, MeasureEventKind
from pool.actions import Overlap, book
from pool.models import Block, Expert
from pool.signals import expert_suspended
from pool.states import BlockKind, BlockState, ExpertState
from scheduling import actions
from scheduling.models import Place, Reminder, Session, SessionRole
from scheduling.states import ReminderState, RoleKind, SessionKind, SessionState
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, make_region_profile
from tests.factories.scheduling import (
    DAY,
    HOUR,
    PLANNING,
    SUNDAY,
    Scene,
    complete_gate,
    make_assignment,
    make_place,
    make_request,
    make_scene,
    open_gate,
    role_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def scene(in_region: object) -> Scene:  # noqa: ARG001  (first the region)
    return make_scene()


def sent(session: Session, template: str) -> set[tuple[str, str, int]]:
    """Address, channel and version of every message of one kind about `session`."""
    rows = Message.objects.filter(about=session.pk, template=f"scheduling/{template}")
    return {(row.address, row.channel, row.about_version) for row in rows}


# --- Planning ---------------------------------------------------------------------------------


def test_planning_books_the_hours_with_travel_and_gives_everybody_a_part(scene: Scene) -> None:
    place = make_place()

    session = scene.plan(place_id=place.pk)

    block = Block.objects.get(source=session.pk)
    assert (block.expert_id, block.period.lower, block.period.upper) == (
        scene.ruben.pk,
        SUNDAY,
        SUNDAY + HOUR,
    )
    assert block.occupied.lower == SUNDAY - timedelta(minutes=30)
    assert set(SessionRole.objects.values_list("kind", "assignment", "user", "block")) == {
        (RoleKind.EXPERT, scene.assignment.pk, None, block.pk),
        (RoleKind.PROFESSIONAL, None, scene.bram.pk, None),
    }
    assert Place.objects.get(session=session).case_id == scene.request.case_id
    assert (session.state, session.version, session.ics_sequence) == (SessionState.PLANNED, 1, 0)


def test_planning_the_first_meeting_finishes_the_task_to_do_so(scene: Scene) -> None:
    waiting = Task.objects.filter(kind=TaskKind.PLAN_FIRST, request=scene.request)
    waiting = waiting.filter(done_at=None)
    assert waiting.exists()

    scene.plan()

    assert not waiting.exists()


def test_planning_invites_everybody_by_mail_with_a_calendar_file_of_their_own(scene: Scene) -> None:
    session = scene.plan()

    invites = list(Message.objects.filter(about=session.pk, template="scheduling/invite"))

    assert {one.address for one in invites} == {"ruben@voorbeeld.example", scene.bram.email}
    for one in invites:
        body = one.content["attachment"]["body"].replace("\r\n ", "")
        assert one.content["attachment"]["method"] == "REQUEST"
        assert f"mailto:{one.address}" in body
        assert body.count("ATTENDEE") == 1
        others = {"Ruben", "Bram", scene.request.number} | {
            other.address for other in invites if other != one
        }
        assert not [word for word in others if word in body]


def test_an_expert_who_wants_no_invitations_still_hears_by_mail(in_region: object) -> None:  # noqa: ARG001
    scene = make_scene()
    Expert.objects.filter(pk=scene.ruben.pk).update(wants_invites=False)

    session = scene.plan()

    mail = Message.objects.get(
        about=session.pk, template="scheduling/invite", recipient=scene.ruben_user
    )
    assert "attachment" not in mail.content


def test_first_meeting_is_refused_while_the_safety_check_is_open(scene: Scene) -> None:
    open_gate(scene.request)

    with pytest.raises(GateIncomplete) as refused:
        scene.plan()

    assert refused.value.codes == (GateCode.G7,)
    assert not Session.objects.exists()
    assert not Block.objects.exists()


def test_a_phone_call_needs_no_safety_check_and_no_travel(scene: Scene) -> None:
    open_gate(scene.request)

    session = scene.plan(kind=SessionKind.PHONE)

    assert Block.objects.get(source=session.pk).occupied.lower == SUNDAY


@pytest.mark.parametrize(("lapses", "is_planned"), [(SUNDAY, False), (SUNDAY + SECOND, True)])
def test_a_session_within_a_day_needs_a_check_that_still_holds_then(
    scene: Scene, lapses: datetime, *, is_planned: bool
) -> None:
    complete_gate(scene.request, scene.hanneke, valid_until=lapses)
    now = SUNDAY - 2 * HOUR

    if is_planned:
        scene.plan(now=now)
    else:
        with pytest.raises(GateIncomplete):
            scene.plan(now=now)


def test_nothing_is_planned_before_the_participant_can_be_met(scene: Scene) -> None:
    earliest = scene.request.earliest_contact_at

    with pytest.raises(actions.NotReachableYet):
        scene.plan(start=earliest - SECOND)

    assert scene.plan(start=earliest).starts_at == earliest


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"start": PLANNING, "end": PLANNING + HOUR}, actions.SessionInPast),
        ({"end": SUNDAY}, actions.TooLong),
        ({"end": SUNDAY + timedelta(hours=8, seconds=1)}, actions.TooLong),
        ({"with_professional": False}, actions.DuoNeeded),
    ],
    ids=["past", "empty", "too-long", "alone"],
)
def test_what_cannot_be_is_refused_in_words(
    scene: Scene, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        scene.plan(**changes)

    assert not Session.objects.exists()


def test_two_persons_may_do_without_a_duo(scene: Scene) -> None:
    GateItem.objects.filter(request=scene.request, code=GateCode.G8).update(
        state=GateItemState.WAIVED
    )

    session = scene.plan(with_professional=False)

    assert SessionRole.objects.filter(session=session).count() == 1


def test_a_second_buddy_makes_a_duo_and_both_calendars_are_booked(scene: Scene) -> None:
    malika = make_active_expert(scene.hanneke, first_name="Malika", email="m@voorbeeld.example")
    other = make_assignment(scene.request, malika)

    session = scene.plan(with_professional=False, with_assignments=[other.pk])

    assert set(Block.objects.filter(source=session.pk).values_list("expert_id", flat=True)) == {
        scene.ruben.pk,
        malika.pk,
    }


def test_an_assignment_of_another_request_cannot_come_along(scene: Scene) -> None:
    malika = make_active_expert(scene.hanneke, first_name="Malika")
    elsewhere = make_assignment(make_request(scene.bram), malika)

    with pytest.raises(Assignment.DoesNotExist):
        scene.plan(with_assignments=[elsewhere.pk])


def test_hours_that_are_given_away_are_refused_and_nothing_remains(scene: Scene) -> None:
    make_region_profile(heavy_rest_minutes=0)
    scene.plan()

    with pytest.raises(Overlap):
        scene.plan(start=SUNDAY + HOUR)  # the way home counts

    assert Session.objects.count() == 1
    told = Message.objects.filter(template__startswith="scheduling/")
    assert told.values("about").distinct().count() == 1


def test_back_to_back_with_travel_between_is_fine(scene: Scene) -> None:
    make_region_profile(heavy_rest_minutes=0)
    scene.plan()

    scene.plan(start=SUNDAY + 2 * HOUR)

    assert Session.objects.count() == 2


def test_hours_held_since_the_accept_become_those_of_the_session(scene: Scene) -> None:
    book(
        expert=scene.ruben,
        kind=BlockKind.SESSION,
        start=SUNDAY,
        end=SUNDAY + HOUR,
        travel=timedelta(0),
        source=scene.assignment.pk,
    )

    session = scene.plan()

    assert Block.objects.get(state=BlockState.LIVE).source == session.pk


def test_who_ended_or_may_not_work_on_that_day_is_not_planned(scene: Scene) -> None:
    Expert.objects.filter(pk=scene.ruben.pk).update(state=ExpertState.SUSPENDED)
    with pytest.raises((actions.NotDeployable, GateIncomplete)):
        scene.plan()
    with pytest.raises(actions.NotDeployable):
        scene.plan(kind=SessionKind.PHONE)

    Assignment.objects.filter(pk=scene.assignment.pk).update(
        state=AssignmentState.ENDED, ended_at=PLANNING
    )
    with pytest.raises(actions.AssignmentOver):
        scene.plan()


def test_only_the_own_organisation_and_coordinators_plan(scene: Scene) -> None:
    stranger = make_user("Sanne Bakker", Role.PROFESSIONAL)
    colleague = make_user("Ada Smit", Role.PROFESSIONAL, organisation=scene.request.organisation)

    for nobody in (stranger, scene.ruben_user):
        with pytest.raises(NotAllowed):
            scene.plan(by=nobody)

    assert scene.plan(by=colleague).planned_by == colleague


# --- Changing ---------------------------------------------------------------------------------


def test_moving_raises_version_and_sequence_and_keeps_the_uid(scene: Scene) -> None:
    session = scene.plan()
    monday = SUNDAY + DAY

    moved = actions.move_session(
        session_id=session.pk,
        start=monday,
        end=monday + HOUR,
        place_id=None,
        by=scene.hanneke,
        now=PLANNING + HOUR,
    )

    assert (moved.version, moved.ics_sequence, moved.ics_uid) == (2, 1, session.ics_uid)
    assert moved.changed_at == PLANNING + HOUR
    assert Block.objects.get(source=session.pk, state=BlockState.LIVE).period.lower == monday
    old = Message.objects.filter(about=session.pk, about_version=1)
    assert {one.state for one in old} == {MessageState.WITHDRAWN}
    assert {version for _to, _channel, version in sent(session, "changed")} == {2}
    assert set(
        Reminder.objects.filter(session=session).values_list("version", "state").distinct()
    ) == {(1, ReminderState.SKIPPED), (2, ReminderState.WAITING)}


def test_moving_onto_other_hours_of_the_expert_changes_nothing(scene: Scene) -> None:
    make_region_profile(heavy_rest_minutes=0)
    first = scene.plan()
    second = scene.plan(start=SUNDAY + 3 * HOUR)

    with pytest.raises(Overlap):
        actions.move_session(
            session_id=second.pk,
            start=SUNDAY,
            end=SUNDAY + HOUR,
            place_id=None,
            by=scene.hanneke,
            now=PLANNING,
        )

    second.refresh_from_db()
    assert (second.starts_at, second.version) == (SUNDAY + 3 * HOUR, 1)
    assert Reminder.objects.filter(session=second, state=ReminderState.SKIPPED).count() == 0
    assert first.state == SessionState.PLANNED


def test_cancelling_frees_the_hours_and_ends_the_invitation(scene: Scene) -> None:
    session = scene.plan()

    cancelled = actions.cancel_session(session_id=session.pk, by=scene.bram, now=PLANNING + HOUR)

    assert (cancelled.state, cancelled.ics_sequence) == (SessionState.CANCELLED, 1)
    assert (cancelled.cancelled_by, cancelled.cancelled_at) == (scene.bram, PLANNING + HOUR)
    assert not Block.objects.filter(state=BlockState.LIVE).exists()
    assert not Reminder.objects.filter(state=ReminderState.WAITING).exists()
    mails = Message.objects.filter(template="scheduling/cancelled", channel="EMAIL")
    assert {one.content["attachment"]["method"] for one in mails} == {"CANCEL"}
    assert {one.address for one in mails} == {"ruben@voorbeeld.example", scene.bram.email}
    waiting = DueWork.objects.filter(state=WorkState.WAITING, kind__startswith="scheduling.")
    assert not waiting.exists()


def test_cancelling_twice_is_refused(scene: Scene) -> None:
    session = scene.plan()
    actions.cancel_session(session_id=session.pk, by=scene.hanneke, now=PLANNING)

    with pytest.raises(IllegalMove):
        actions.cancel_session(session_id=session.pk, by=scene.hanneke, now=PLANNING)
    with pytest.raises(IllegalMove):
        actions.move_session(
            session_id=session.pk,
            start=SUNDAY,
            end=SUNDAY + HOUR,
            place_id=None,
            by=scene.hanneke,
            now=PLANNING,
        )


def test_somebody_elses_session_looks_like_none(scene: Scene) -> None:
    session = scene.plan()
    stranger = make_user("Sanne Bakker", Role.PROFESSIONAL)

    with pytest.raises(Session.DoesNotExist):
        actions.cancel_session(session_id=session.pk, by=stranger, now=PLANNING)


def test_an_expert_cannot_move_or_cancel(scene: Scene) -> None:
    session = scene.plan()

    with pytest.raises(NotAllowed):
        actions.cancel_session(session_id=session.pk, by=scene.ruben_user, now=PLANNING)


# --- Events -----------------------------------------------------------------------------------


def test_a_gate_that_opens_again_makes_sessions_unsure_and_says_so_neutrally(scene: Scene) -> None:
    session = scene.plan(start=SUNDAY + 3 * DAY)

    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=PLANNING + HOUR
    )

    session.refresh_from_db()
    assert (session.state, session.version, session.ics_sequence) == (
        SessionState.TO_CONFIRM,
        2,
        1,
    )
    mail = Message.objects.get(
        template="scheduling/to_confirm", recipient=scene.ruben_user, channel="EMAIL"
    )
    assert "Er is iets gewijzigd" in mail.content["text"]
    assert "attachment" not in mail.content
    text = Message.objects.get(template="scheduling/to_confirm", channel="SMS")
    assert text.content["text"] == "Naast: er is iets gewijzigd. Log in."
    assert not Task.objects.filter(once_per__startswith="session-unsure").exists()
    assert not Reminder.objects.filter(state=ReminderState.WAITING).exists()


def test_two_events_about_one_change_are_told_once(scene: Scene) -> None:
    session = scene.plan()

    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=PLANNING + HOUR
    )
    signals.measure_changed.send(
        sender=None,
        measure=scene.request.measure,
        kind=MeasureEventKind.EXTENDED,
        now=PLANNING + HOUR,
    )

    session.refresh_from_db()
    assert session.version == 2


def test_a_session_within_a_day_calls_a_human_at_once(scene: Scene) -> None:
    session = scene.plan()

    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=SUNDAY - 3 * HOUR
    )

    task = Task.objects.get(once_per__startswith="session-unsure")
    assert (task.request_id, task.due_at) == (scene.request.pk, session.starts_at)


def test_an_unsure_session_gets_its_task_again_when_somebody_closes_it_too_soon(
    scene: Scene,
) -> None:
    session = scene.plan()
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=SUNDAY - 3 * HOUR
    )
    mine = Task.objects.filter(once_per__startswith="session-unsure")
    mine.update(done_at=SUNDAY - 2 * HOUR)

    actions.gate_again(session_id=session.pk, now=SUNDAY - 2 * HOUR)

    assert mine.filter(done_at=None).count() == 1


def test_confirming_puts_the_session_back_and_reminds_again(scene: Scene) -> None:
    session = scene.plan(start=SUNDAY + 3 * DAY)
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=PLANNING + HOUR
    )

    confirmed = actions.confirm_session(
        session_id=session.pk, by=scene.hanneke, now=PLANNING + 2 * HOUR
    )

    assert (confirmed.state, confirmed.version, confirmed.ics_sequence) == (
        SessionState.PLANNED,
        3,
        2,
    )
    waiting = Reminder.objects.filter(session=session, state=ReminderState.WAITING)
    assert set(waiting.values_list("version", flat=True)) == {3}
    mails = Message.objects.filter(template="scheduling/changed", about_version=3)
    assert {one.channel for one in mails} == {"EMAIL", "SMS"}


def test_confirming_needs_the_whole_check_and_something_to_confirm(scene: Scene) -> None:
    session = scene.plan()
    with pytest.raises(IllegalMove):
        actions.confirm_session(session_id=session.pk, by=scene.hanneke, now=PLANNING)

    open_gate(scene.request)
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G7",), why="PLACE", now=PLANNING
    )
    with pytest.raises(GateIncomplete):
        actions.confirm_session(session_id=session.pk, by=scene.hanneke, now=PLANNING)


def test_the_check_is_asked_again_a_day_before(scene: Scene) -> None:
    session = scene.plan(start=SUNDAY + 3 * DAY)
    work = DueWork.objects.get(kind="scheduling.gate", state=WorkState.WAITING)
    assert work.not_before == session.starts_at - DAY
    complete_gate(scene.request, scene.hanneke, valid_until=session.starts_at)

    actions.gate_again(session_id=session.pk, now=session.starts_at - DAY - SECOND)
    session.refresh_from_db()
    assert session.state == SessionState.PLANNED

    actions.gate_again(session_id=session.pk, now=session.starts_at - DAY)
    session.refresh_from_db()
    assert session.state == SessionState.TO_CONFIRM
    signals_at = session.starts_at - DAY
    assert session.changed_at == signals_at


def test_a_check_that_holds_changes_nothing(scene: Scene) -> None:
    session = scene.plan()

    actions.gate_again(session_id=session.pk, now=SUNDAY - DAY)

    session.refresh_from_db()
    assert (session.state, session.version) == (SessionState.PLANNED, 1)


def test_the_end_of_the_work_cancels_what_was_planned(scene: Scene) -> None:
    session = scene.plan()

    signals.assignment_ended.send(
        sender=None, assignment=scene.assignment, is_passed=False, now=PLANNING + HOUR
    )

    session.refresh_from_db()
    assert (session.state, session.cancelled_by) == (SessionState.CANCELLED, None)
    assert not Block.objects.filter(state=BlockState.LIVE).exists()
    assert sent(session, "cancelled")


def test_a_closed_request_cancels_what_lies_ahead_and_leaves_what_was(scene: Scene) -> None:
    held = scene.plan()
    ahead = scene.plan(start=SUNDAY + 2 * DAY, kind=SessionKind.MEETING)

    signals.request_closed.send(sender=None, request=scene.request, now=SUNDAY + HOUR)

    held.refresh_from_db()
    ahead.refresh_from_db()
    assert (held.state, ahead.state) == (SessionState.PLANNED, SessionState.CANCELLED)


def test_whoever_is_suspended_is_expected_nowhere_until_a_human_looked(scene: Scene) -> None:
    session = scene.plan()

    expert_suspended.send(sender=None, expert=scene.ruben, now=PLANNING)

    session.refresh_from_db()
    assert session.state == SessionState.TO_CONFIRM


# --- Being there ------------------------------------------------------------------------------


def test_in_and_out_as_in_the_first_story(scene: Scene) -> None:
    session = scene.plan()
    role = role_of(session)
    minutes = timedelta(minutes=1)

    for late in (2, 5):
        actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY + late * minutes)
    for late in (70, 75):
        actions.check_out(role_id=role.pk, by=scene.ruben_user, now=SUNDAY + late * minutes)

    role.refresh_from_db()
    session.refresh_from_db()
    assert (role.checked_in_at, role.checked_out_at) == (
        SUNDAY + 2 * minutes,
        SUNDAY + 70 * minutes,
    )
    assert (session.state, session.ics_sequence) == (SessionState.HELD, 0)


def test_a_session_is_held_when_the_last_expert_is_out(scene: Scene) -> None:
    malika = make_active_expert(scene.hanneke, first_name="Malika")
    other = make_assignment(scene.request, malika)
    session = scene.plan(with_professional=False, with_assignments=[other.pk])
    roles = list(SessionRole.objects.filter(session=session))
    for role in roles:
        actions.check_in(role_id=role.pk, by=scene.hanneke, now=SUNDAY)

    states = []
    for role in roles:
        actions.check_out(role_id=role.pk, by=scene.hanneke, now=SUNDAY + HOUR)
        session.refresh_from_db()
        states.append(session.state)

    assert states == [SessionState.PLANNED, SessionState.HELD]


@pytest.mark.parametrize(("early", "is_in"), [(HOUR, True), (HOUR + SECOND, False)])
def test_checking_in_opens_an_hour_before(scene: Scene, early: timedelta, *, is_in: bool) -> None:
    role = role_of(scene.plan())

    if is_in:
        actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY - early)
    else:
        with pytest.raises(actions.TooEarly):
            actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY - early)


def test_checking_in_is_never_refused_because_a_session_is_unsure(scene: Scene) -> None:
    session = scene.plan()
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=SUNDAY - HOUR
    )

    role = actions.check_in(role_id=role_of(session).pk, by=scene.ruben_user, now=SUNDAY)

    assert role.checked_in_at == SUNDAY


def test_checking_out_comes_after_checking_in(scene: Scene) -> None:
    role = role_of(scene.plan())

    with pytest.raises(actions.NotCheckedIn):
        actions.check_out(role_id=role.pk, by=scene.ruben_user, now=SUNDAY)


def test_nobody_checks_in_for_another_but_a_coordinator(scene: Scene) -> None:
    role = role_of(scene.plan())
    stranger = make_active_expert(scene.hanneke, first_name="Malika").user
    assert stranger is not None

    with pytest.raises(NotAllowed):
        actions.check_in(role_id=role.pk, by=scene.bram, now=SUNDAY)
    with pytest.raises(SessionRole.DoesNotExist):
        actions.check_in(role_id=role.pk, by=stranger, now=SUNDAY)


def test_whoever_is_inside_when_the_work_ends_can_still_check_out(scene: Scene) -> None:
    session = scene.plan()
    role = role_of(session)
    actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY)
    Assignment.objects.update(state=AssignmentState.ENDED, ended_at=SUNDAY)

    actions.check_out(role_id=role.pk, by=scene.ruben_user, now=SUNDAY + HOUR)

    with pytest.raises(SessionRole.DoesNotExist):
        actions.check_out(role_id=role.pk, by=scene.ruben_user, now=SUNDAY + HOUR)


def test_held_and_missed_wait_for_the_start_and_stop_reminders(scene: Scene) -> None:
    session = scene.plan()
    with pytest.raises(actions.NotBegun):
        actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=SUNDAY - SECOND)

    actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=SUNDAY)
    actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=SUNDAY)
    held = actions.mark_held(session_id=session.pk, by=scene.hanneke, now=SUNDAY)

    assert held.state == SessionState.HELD
    with pytest.raises(IllegalMove):
        actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=SUNDAY)
