"""The life of an expert: every state, every move, and whose word it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.dispatch import Signal

from core import approvals
from core.access.actions import accept_invitation
from core.access.models import Invitation, Membership, Role, User
from core.access.permissions import membership_changed
from core.audit.models import AuditEntry
from core.errors import NotAllowed, Refusal
from core.outbox import run_due
from core.outbox.models import DueWork
from core.states import IllegalMove
from pool import actions, queries
from pool.models import Direction, Expert, Intake, Suspension, Turnover
from pool.rules import stands_in_the_way
from pool.rules.intake import MAY_GROW, NEVER_OPEN
from pool.signals import intake_again
from pool.states import ADMITTED, EXPERT, EXPERT_MOVES, ExpertState, Mover
from pool.vocabulary import IntakeAnswer, IntakeOutcome, IntakeTopic
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import (
    admit,
    make_active_expert,
    make_expert,
    make_profile,
    make_region_profile,
)
from tests.pool.conftest import Heard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.date()
YES = dict.fromkeys(IntakeTopic.values, "YES")
Act = Callable[[Expert, User], object]


def standing(expert: Expert, state: ExpertState) -> Expert:
    """The same person, put where a test begins, with what belongs there."""
    Suspension.objects.filter(expert=expert).delete()
    if state == ExpertState.SUSPENDED:
        Suspension.objects.create(
            expert=expert,
            reason="OTHER",
            came_from=ExpertState.ACTIVE,
            started_at=NOON,
            started_by=expert.coordinator,
        )
    Expert.objects.filter(pk=expert.pk).update(
        state=state,
        admitted_on=None if state == ExpertState.APPLICANT else TODAY,
        paused_at=NOON if state == ExpertState.PAUSED else None,
        leaves_on=TODAY if state == ExpertState.LEAVING else None,
        left_at=NOON if state == ExpertState.LEFT else None,
        keep_until=NOON if state == ExpertState.LEFT else None,
    )
    return Expert.objects.get(pk=expert.pk)


def write_intake(expert: Expert, by: User, **said: Any) -> Expert:
    plain: dict[str, Any] = {
        "answers": YES,
        "outcome": "GOES_ON",
        "talked_on": TODAY,
        "now": NOON,
    }
    return actions.write_intake(expert_id=expert.pk, by=by, **(plain | said))


def act_for(old: ExpertState, new: ExpertState) -> Act:
    """The act with which people try to come from one state to another."""
    if new == ExpertState.ACTIVE:
        name = {ExpertState.PAUSED: "resume", ExpertState.LEAVING: "stay"}.get(old, "activate")
        return lambda expert, by: getattr(actions, name)(expert_id=expert.pk, by=by, now=NOON)
    acts: dict[ExpertState, Act] = {
        ExpertState.INTAKE: write_intake,
        ExpertState.IN_TRAINING: lambda expert, by: actions.start_training(
            expert_id=expert.pk, by=by, now=NOON
        ),
        ExpertState.PAUSED: lambda expert, by: actions.pause(expert_id=expert.pk, by=by, now=NOON),
        ExpertState.SUSPENDED: lambda expert, by: actions.suspend(
            expert_id=expert.pk, reason="OTHER", by=by, now=NOON
        ),
        ExpertState.LEAVING: lambda expert, by: actions.announce_leaving(
            expert_id=expert.pk, last_day=TODAY, by=by, now=NOON
        ),
        ExpertState.LEFT: lambda expert, by: actions.leave(expert_id=expert.pk, by=by, now=NOON),
    }
    return acts[new]


# Nobody becomes an applicant twice; a state that is there already is no move.
PAIRS = [
    (old, new)
    for old, new in product(ExpertState, ExpertState)
    if new not in {old, ExpertState.APPLICANT}
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
@pytest.mark.parametrize("who", [Mover.EXPERT, Mover.STAFF, None])
def test_a_move_takes_the_word_that_the_table_names(
    old: ExpertState, new: ExpertState, who: Mover | None
) -> None:
    make_region_profile()
    expert = standing(make_expert(), old)
    assert expert.user is not None
    by = {
        Mover.EXPERT: expert.user,
        Mover.STAFF: expert.coordinator,
        None: make_user("Bram Bos", Role.PROFESSIONAL),
    }[who]
    try:
        act_for(old, new)(expert, by)
        done = True
    except Refusal:
        done = False

    assert done == (who in EXPERT_MOVES[old].get(new, ()))
    assert Expert.objects.get().state == (new if done else old)


def test_every_state_can_be_reached_and_only_who_left_stays() -> None:
    reached = {to for moves in EXPERT_MOVES.values() for to in moves}

    assert reached == set(ExpertState) - {ExpertState.APPLICANT}
    assert [state for state, moves in EXPERT_MOVES.items() if not moves] == [ExpertState.LEFT]
    assert set(EXPERT.who) == set(ExpertState)


# --- Writing in -------------------------------------------------------------------------------


@pytest.fixture
def cas() -> User:
    return make_user("Cas Verhoef", Role.COORDINATOR)


def newcomer(cas: User, *, email: str = "malika@voorbeeld.example") -> User:
    token = actions.invite_applicant(email=email, by=cas, now=NOON)
    return accept_invitation(token=token, password=None, now=NOON + HOUR)


def test_somebody_writes_in_through_an_invitation(cas: User) -> None:
    user = newcomer(cas)
    assert queries.expert_of(user) is None

    profile = make_profile(cas, first_name="Malika", activities=frozenset({"BUDDY_1ON1"}))
    expert = actions.write_in(profile=profile, by=user, now=NOON + HOUR)

    assert queries.expert_of(user) == expert
    assert (expert.state, expert.coordinator, expert.email) == ("APPLICANT", cas, user.email)
    assert not actions.profile_of(expert).activities  # agreed on in the first talk
    assert AuditEntry.objects.filter(event="expert.applied").count() == 1
    with pytest.raises(actions.NotInvited):
        actions.write_in(profile=profile, by=user, now=NOON + 2 * HOUR)


def test_nobody_writes_in_without_an_invitation_of_that_kind(cas: User) -> None:
    profile = make_profile(cas)

    with pytest.raises(actions.NotInvited):
        actions.write_in(profile=profile, by=make_user("Ans Bos", Role.EXPERT), now=NOON)
    with pytest.raises(actions.NotInvited):
        actions.write_in(profile=profile, by=cas, now=NOON)
    assert not Expert.objects.exists()


def test_whoever_left_writes_in_anew_while_the_old_profile_is_still_kept(cas: User) -> None:
    user = newcomer(cas)
    profile = make_profile(cas, email=user.email)
    before = actions.write_in(profile=profile, by=user, now=NOON + HOUR)
    actions.leave(expert_id=before.pk, by=user, now=NOON + HOUR)
    again = newcomer(cas)
    assert again == user
    assert queries.expert_of(again) is None

    after = actions.write_in(profile=profile, by=again, now=NOON + 2 * HOUR)

    assert queries.expert_of(again) == after
    assert Expert.objects.get(pk=before.pk).user is None


def test_whoever_left_and_is_written_in_anew_comes_in_by_the_new_invitation(cas: User) -> None:
    profile = make_profile(cas, email="malika@voorbeeld.example")
    accounts = []
    for _time in range(2):
        expert = actions.register_expert(profile=profile, by=cas, now=NOON, sends_invitation=False)
        token = actions.invite_expert(expert_id=expert.pk, by=cas, now=NOON)
        user = accept_invitation(token=token, password=None, now=NOON + HOUR)
        assert queries.expert_of(user) == expert
        actions.leave(expert_id=expert.pk, by=user, now=NOON + 2 * HOUR)
        accounts.append(user)

    assert accounts[0] == accounts[1]


def test_another_coordinator_calls_where_whoever_invited_is_none_any_more(cas: User) -> None:
    user = newcomer(cas)
    other = make_user("Hanneke Vos", Role.COORDINATOR)
    Membership.objects.filter(user=cas).update(ended_at=NOON)
    membership_changed(cas)

    expert = actions.write_in(profile=make_profile(cas), by=user, now=NOON + HOUR)

    assert expert.coordinator == other


def test_only_a_coordinator_lets_somebody_write_in() -> None:
    admin = make_user("Rie Admin", Role.REGIONAL_ADMIN)

    with pytest.raises(actions.NoCoordinator):
        actions.invite_applicant(email="x@voorbeeld.example", by=admin, now=NOON)
    with pytest.raises(NotAllowed):
        actions.invite_applicant(
            email="x@voorbeeld.example", by=make_user("Bram", Role.PROFESSIONAL), now=NOON
        )


def test_who_was_asked_to_write_in_stands_on_a_list_until_then(cas: User) -> None:
    actions.invite_applicant(email="een@voorbeeld.example", by=cas, now=NOON)
    newcomer(cas, email="twee@voorbeeld.example")
    actions.register_expert(profile=make_profile(cas), by=cas, now=NOON)

    asked = queries.asked_to_write_in(now=NOON + HOUR)

    assert [one.email for one in asked] == ["een@voorbeeld.example"]
    assert queries.asked_to_write_in(now=NOON + 30 * DAY) == []


# --- First talks ------------------------------------------------------------------------------


def test_the_rules_know_the_words_of_the_vocabulary() -> None:
    assert {NEVER_OPEN} | MAY_GROW <= set(IntakeTopic.values)
    assert {"TRAIN", "START"} <= set(IntakeOutcome.values)
    assert set(IntakeAnswer.values) == {"YES", "NOT_YET", "OPEN"}


@pytest.mark.parametrize(
    ("answers", "outcome", "in_the_way"),
    [
        ({}, "START", []),
        ({"NETWORK": "NOT_YET", "SIGNALS": "NOT_YET"}, "START", []),
        ({"ROLE": "NOT_YET"}, "START", ["ROLE"]),
        ({"NETWORK": "OPEN"}, "START", ["NETWORK"]),
        ({"ROLE": "NOT_YET", "DISTANCE": "NOT_YET"}, "TRAIN", []),
        ({"ROLE": "OPEN"}, "TRAIN", ["ROLE"]),
        ({"NOTHING_RUNS": "NOT_YET"}, "TRAIN", ["NOTHING_RUNS"]),
        ({"NOTHING_RUNS": "NOT_YET"}, "LATER", []),
        (dict.fromkeys(IntakeTopic.values, "OPEN"), "NOT", []),
        (dict.fromkeys(IntakeTopic.values, "OPEN"), "GOES_ON", []),
        (dict.fromkeys(IntakeTopic.values, "OPEN"), "KNOWN", []),
        ({"NOTHING_RUNS": "NOT_YET"}, "KNOWN", ["NOTHING_RUNS"]),
    ],
)
def test_open_points_keep_the_talks_from_ending(
    answers: dict[str, str], outcome: str, in_the_way: list[str]
) -> None:
    assert stands_in_the_way(YES | answers, outcome) == in_the_way


@pytest.mark.parametrize(
    ("outcome", "state", "admitted"),
    [
        ("GOES_ON", "INTAKE", None),
        ("LATER", "INTAKE", None),
        ("TRAIN", "IN_TRAINING", TODAY),
        ("START", "INTAKE", TODAY),
        ("KNOWN", "INTAKE", TODAY),
        ("NOT", "LEFT", None),
    ],
)
def test_the_talks_go_on_as_was_written_down(
    outcome: str, state: str, admitted: date | None
) -> None:
    expert = make_expert()
    again_on = TODAY + 10 * DAY if outcome == "LATER" else None

    write_intake(expert, expert.coordinator, outcome=outcome, again_on=again_on)

    after = Expert.objects.get()
    assert (after.state, after.admitted_on) == (state, admitted)
    assert Intake.objects.get().said["outcome"] == outcome


@pytest.mark.parametrize(
    ("later", "state"), [("GOES_ON", "INTAKE"), ("LATER", "INTAKE"), ("NOT", "LEFT")]
)
def test_a_later_talk_takes_a_yes_back(later: str, state: str) -> None:
    expert = make_expert()
    write_intake(expert, expert.coordinator, outcome="START")

    write_intake(expert, expert.coordinator, outcome=later, again_on=TODAY + 10 * DAY)

    after = Expert.objects.get()
    assert (after.state, after.admitted_on) == (state, None)
    with pytest.raises((actions.NotAdmitted, IllegalMove)):
        actions.activate(expert_id=expert.pk, by=expert.coordinator, now=NOON)
    assert after.keep_until in {None, NOON + 28 * DAY}


def test_what_is_not_enough_changes_nothing_and_says_what_is_open() -> None:
    expert = make_expert()

    with pytest.raises(actions.NotYetEnough) as refusal:
        write_intake(expert, expert.coordinator, answers={"ROLE": "YES"}, outcome="START")

    assert refusal.value.topics == [one for one in IntakeTopic.values if one != "ROLE"]
    assert Expert.objects.get().state == "APPLICANT"
    assert not Intake.objects.exists()


def test_a_talk_has_been_and_a_day_to_call_is_to_come() -> None:
    expert = make_expert()
    own = expert.coordinator

    with pytest.raises(actions.TalkToCome):
        write_intake(expert, own, talked_on=TODAY + DAY)
    for again_on in (None, TODAY, TODAY + 400 * DAY):
        with pytest.raises(actions.DayMissing):
            write_intake(expert, own, outcome="LATER", again_on=again_on)


def test_only_the_own_coordinator_and_the_deputy_write_a_talk_down() -> None:
    expert = make_expert()

    with pytest.raises(NotAllowed):
        write_intake(expert, make_user("Dina Prins", Role.COORDINATOR))
    with pytest.raises(NotAllowed):
        write_intake(expert, expert.user or expert.coordinator)
    write_intake(expert, make_user("Rie Admin", Role.REGIONAL_ADMIN))


def test_answers_are_sealed_and_of_one_length() -> None:
    one = make_expert()
    two = make_expert(one.coordinator, email="anders@voorbeeld.example")
    write_intake(one, one.coordinator)
    write_intake(two, two.coordinator, answers={"ROLE": "NOT_YET"}, outcome="GOES_ON")

    with connection.cursor() as cursor:
        cursor.execute("SELECT box FROM pool_intake")
        boxes = [bytes(box) for (box,) in cursor.fetchall()]

    assert all(b"ROLE" not in box and b"GOES_ON" not in box for box in boxes)
    assert len({len(box) for box in boxes}) == 1


def test_the_log_tells_that_somebody_talked_and_never_how_it_went() -> None:
    expert = make_expert()

    write_intake(expert, expert.coordinator, outcome="NOT")

    entry = AuditEntry.objects.get(event="intake.written")
    assert (entry.subject, entry.facts) == (expert.pk, {})


def test_on_the_day_to_call_the_coordinator_is_reminded_once(
    heard: Callable[[Signal], Heard],
) -> None:
    told, expert = heard(intake_again), make_expert()
    write_intake(expert, expert.coordinator, outcome="LATER", again_on=TODAY + 10 * DAY)
    due = DueWork.objects.get(kind="pool.call_again")

    assert due.not_before == datetime(2026, 3, 20, 8, 0, tzinfo=UTC)  # nine o'clock
    assert not actions.call_again(expert_id=expert.pk, now=due.not_before - DAY)
    assert actions.call_again(expert_id=expert.pk, now=due.not_before)
    assert [one["expert"] for one in told] == [expert]
    write_intake(expert, expert.coordinator, outcome="START", now=due.not_before)
    assert not actions.call_again(expert_id=expert.pk, now=due.not_before)


def test_nobody_takes_part_before_the_talks_are_over() -> None:
    expert = make_expert()
    write_intake(expert, expert.coordinator)

    for step in (actions.activate, actions.start_training):
        with pytest.raises(actions.NotAdmitted):
            step(expert_id=expert.pk, by=expert.coordinator, now=NOON)


# --- Probation --------------------------------------------------------------------------------


def test_who_begins_does_the_first_assignments_with_two() -> None:
    make_region_profile(first_with_two=3)
    expert = make_active_expert()
    own = expert.coordinator

    assert expert.duos_to_go == 3
    for _time in range(4):
        actions.count_duo(expert_id=expert.pk, now=NOON)
    assert Expert.objects.get().duos_to_go == 0
    actions.set_duos(expert_id=expert.pk, n=1, by=own, now=NOON)
    actions.start_training(expert_id=expert.pk, by=own, now=NOON)
    actions.activate(expert_id=expert.pk, by=own, now=NOON)
    # Coming back from a course is no beginning.
    assert Expert.objects.get().duos_to_go == 1


@pytest.mark.parametrize("n", [-1, 11])
def test_a_probation_has_a_number_that_makes_sense(n: int) -> None:
    expert = make_active_expert()

    with pytest.raises(actions.DuosOutOfRange):
        actions.set_duos(expert_id=expert.pk, n=n, by=expert.coordinator, now=NOON)
    with pytest.raises(NotAllowed):
        actions.set_duos(expert_id=expert.pk, n=1, by=expert.user or expert.coordinator, now=NOON)


# --- Coming back ------------------------------------------------------------------------------


@pytest.mark.parametrize("before", sorted(ADMITTED - {ExpertState.SUSPENDED}))
def test_who_is_let_back_stands_where_they_stood(before: ExpertState) -> None:
    expert = standing(make_expert(), before)
    dina = make_user("Dina Prins", Role.COORDINATOR)
    actions.suspend(expert_id=expert.pk, reason="WELLBEING", by=dina, now=NOON)
    assert Expert.objects.get().paused_at is None

    asked = actions.ask_to_lift(expert_id=expert.pk, by=dina, now=NOON)
    approvals.approve(approval_id=asked.pk, by=expert.coordinator, now=NOON + HOUR)

    after = Expert.objects.get()
    assert after.state == before
    assert after.is_paused == (before == ExpertState.PAUSED)


# --- Leaving ----------------------------------------------------------------------------------


def test_a_last_day_is_kept_by_the_calendar() -> None:
    expert = make_active_expert()
    last_day = date(2026, 3, 28)  # the night after it has no two o'clock

    actions.announce_leaving(
        expert_id=expert.pk, last_day=last_day, by=expert.coordinator, now=NOON, reason="MOVED"
    )

    over = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Amsterdam
    assert DueWork.objects.get(kind="pool.last_day").not_before == over
    assert not actions.leave_on_last_day(expert_id=expert.pk, now=over - timedelta(seconds=1))
    assert Expert.objects.get().state == ExpertState.LEAVING
    assert actions.leave_on_last_day(expert_id=expert.pk, now=over)
    assert not actions.leave_on_last_day(expert_id=expert.pk, now=over)
    left = Expert.objects.get()
    assert (left.state, left.left_at, left.leaving_reason) == ("LEFT", over, None)
    assert Membership.objects.get(user=expert.user).ended_at == over
    out = Turnover.objects.get(direction=Direction.OUT)
    assert (out.month, out.reason) == (date(2026, 3, 1), "MOVED")


def test_the_reason_is_sealed_until_the_last_day() -> None:
    expert = make_active_expert()
    actions.announce_leaving(
        expert_id=expert.pk, last_day=TODAY, by=expert.coordinator, now=NOON, reason="NO_PAPERS"
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM pool_expert e")
        assert "NO_PAPERS" not in cursor.fetchone()[0]
    assert not Turnover.objects.filter(direction=Direction.OUT).exists()
    assert not AuditEntry.objects.filter(facts__reason="NO_PAPERS").exists()


@pytest.mark.parametrize("last_day", [TODAY - DAY, TODAY + 184 * DAY])
def test_a_last_day_lies_within_half_a_year(last_day: date) -> None:
    expert = make_active_expert()

    with pytest.raises(actions.LastDayOutOfReach):
        actions.announce_leaving(
            expert_id=expert.pk, last_day=last_day, by=expert.coordinator, now=NOON
        )


def test_who_thinks_again_stays_and_the_calendar_forgets() -> None:
    expert = make_active_expert()
    assert expert.user is not None
    actions.announce_leaving(expert_id=expert.pk, last_day=TODAY, by=expert.user, now=NOON)

    actions.stay(expert_id=expert.pk, by=expert.user, now=NOON + HOUR)

    stays = Expert.objects.get()
    assert (stays.state, stays.leaves_on, stays.leaving_reason) == ("ACTIVE", None, None)
    assert not actions.leave_on_last_day(expert_id=expert.pk, now=NOON + 2 * DAY)
    with pytest.raises(IllegalMove):
        actions.stay(expert_id=expert.pk, by=expert.user, now=NOON + HOUR)


def test_who_is_stopped_while_leaving_leaves_all_the_same() -> None:
    expert = make_active_expert()
    own = expert.coordinator
    actions.announce_leaving(expert_id=expert.pk, last_day=TODAY, by=own, now=NOON)
    actions.suspend(expert_id=expert.pk, reason="CONDUCT", by=own, now=NOON)

    assert actions.leave_on_last_day(expert_id=expert.pk, now=NOON + DAY)
    stopped = Suspension.objects.get()
    # The calendar has no name: whoever stopped stands there.
    assert (stopped.lifted_at, stopped.lifted_by) == (NOON + DAY, own)


def test_the_worker_keeps_the_last_day() -> None:
    expert = make_active_expert()
    actions.announce_leaving(expert_id=expert.pk, last_day=TODAY, by=expert.coordinator, now=NOON)
    over = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)

    states = []
    for at in (over - timedelta(seconds=1), over):
        with time_machine.travel(at, tick=False):
            while run_due(now=at):
                pass
        states.append(Expert.objects.get().state)

    assert states == ["LEAVING", "LEFT"]


@pytest.mark.parametrize(("is_admitted", "days"), [(True, 91), (False, 28)])
def test_a_profile_stays_three_months_or_four_weeks(*, is_admitted: bool, days: int) -> None:
    expert = make_active_expert() if is_admitted else make_expert()
    actions.leave(expert_id=expert.pk, by=expert.coordinator, now=NOON)

    def kept(*, now: datetime) -> bool:
        return not Expert.objects.filter(Expert.retention.past(now=now)).exists()

    assert (kept(now=NOON + days * DAY), kept(now=NOON + days * DAY + HOUR)) == (True, False)
    assert not Invitation.objects.filter(withdrawn_at=None, used_at=None).exists()


def test_who_leaves_work_planned_does_it_until_the_last_day() -> None:
    expert = make_active_expert()
    actions.announce_leaving(
        expert_id=expert.pk, last_day=TODAY + DAY, by=expert.coordinator, now=NOON
    )
    expert = Expert.objects.get()
    work: dict[str, Any] = {"activity": "BUDDY_1ON1", "host_kind": "LOCAL_TEAM"}

    new = queries.deployability(expert, **work, on=TODAY, starts_new=True)
    running = queries.deployability(expert, **work, on=TODAY + DAY)
    after = queries.deployability(expert, **work, on=TODAY + 2 * DAY)

    assert "LEAVING" in new.problems
    assert "LEAVING" not in running.problems
    assert "LEAVING" in after.problems


def test_an_admitted_newcomer_takes_part(cas: User) -> None:
    make_region_profile()
    expert = admit(make_expert(cas))

    active = actions.activate(expert_id=expert.pk, by=cas, now=NOON)

    assert (active.state, active.started_on, active.admitted_on) == ("ACTIVE", TODAY, TODAY)
