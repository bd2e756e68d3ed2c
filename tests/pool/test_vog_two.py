"""What takes two persons about a VOG, the notices of the calendar, and what they set going."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import approvals
from core.access.models import OrganisationKind, Role, User
from core.approvals import Approval
from core.approvals.actions import AlreadyAsked, SamePerson, SomethingChanged
from core.errors import NotAllowed
from core.outbox import run_due
from core.outbox.models import DueWork, Message
from pool import actions, queries, signals
from pool.models import Expert, Requirement, VogApplication, VogBridge, VogEvidence
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, require_vog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
BUDDY = Activity.BUDDY_1ON1
TEAM, HOME = OrganisationKind.LOCAL_TEAM, OrganisationKind.VEILIG_THUIS


@pytest.fixture
def cas() -> User:
    return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def hanneke() -> User:
    return make_user("Hanneke Vos", Role.COORDINATOR)


@pytest.fixture
def ruben(cas: User) -> Expert:
    """Takes part; policy at the local team, law at Veilig Thuis; the VOG ends in 2029."""
    require_vog(BUDDY, TEAM, RequirementLevel.POLICY)
    require_vog(BUDDY, HOME, RequirementLevel.LEGAL)
    return make_active_expert(cas)


@pytest.fixture
def end(ruben: Expert) -> date:
    return VogEvidence.objects.get(expert=ruben, replaced_on=None).policy_valid_until


def noon_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def policy() -> list[object]:
    return list(Requirement.objects.filter(level="POLICY").values_list("pk", flat=True))


def ask(ruben: Expert, until: date, *, by: User, now: datetime, **more: Any) -> Approval:
    wanted: dict[str, Any] = {"reason": "NO_OTHER", "requirements": policy()}
    return actions.ask_bridge(
        expert_id=ruben.pk,
        ends_on=until,
        by=by,
        now=now,
        **(wanted | more),
    )


def may(ruben: Expert, host: OrganisationKind, on: date, **more: Any) -> tuple[str, ...]:
    verdict = queries.deployability(ruben, activity=BUDDY, host_kind=host, on=on, **more)
    return verdict.problems


# --- Bridges ----------------------------------------------------------------------------------


def test_two_persons_let_running_work_of_policy_go_on_and_nothing_of_the_law(
    ruben: Expert, cas: User, hanneke: User, end: date
) -> None:
    now = noon_of(end + DAY)
    asked = ask(ruben, end + DAY + 8 * WEEK, by=cas, now=now)
    before = may(ruben, TEAM, end + 3 * DAY)

    approvals.approve(approval_id=asked.pk, by=hanneke, now=now)

    assert before == ("VOG_EXPIRED",)
    assert may(ruben, TEAM, end + DAY) == ()
    assert may(ruben, TEAM, end + 8 * WEEK) == ()
    assert may(ruben, TEAM, end + DAY + 8 * WEEK) == ("VOG_EXPIRED",)
    assert may(ruben, HOME, end + 3 * DAY) == ("VOG_EXPIRED",)
    assert may(ruben, TEAM, end + 3 * DAY, starts_new=True) == ("VOG_EXPIRED",)


def test_one_person_is_not_two(ruben: Expert, cas: User, end: date) -> None:
    now = noon_of(end)
    asked = ask(ruben, end + WEEK, by=cas, now=now)

    with pytest.raises(SamePerson):
        approvals.approve(approval_id=asked.pk, by=cas, now=now)

    assert not VogBridge.objects.filter(granted_at__isnull=False).exists()


def test_a_bridge_is_for_the_weeks_around_the_end(ruben: Expert, cas: User, end: date) -> None:
    with pytest.raises(actions.TooSoon):
        ask(ruben, end + WEEK, by=cas, now=noon_of(end - 91 * DAY))
    with pytest.raises(actions.BridgeTooLong):
        ask(ruben, end + 8 * WEEK + DAY, by=cas, now=noon_of(end - 90 * DAY))
    with pytest.raises(actions.BridgeEmpty):
        ask(ruben, end, by=cas, now=noon_of(end - 90 * DAY))

    ask(ruben, end + 8 * WEEK, by=cas, now=noon_of(end - 90 * DAY))

    assert VogBridge.objects.get().starts_on == end


def test_the_law_and_what_nobody_decided_are_not_bridged(
    ruben: Expert, cas: User, end: date
) -> None:
    law = list(Requirement.objects.filter(level="LEGAL").values_list("pk", flat=True))

    for works in (law, [*policy(), *law], []):
        with pytest.raises(actions.OnlyPolicy):
            ask(ruben, end + WEEK, by=cas, now=noon_of(end), requirements=works)


def test_a_vog_is_bridged_once(ruben: Expert, cas: User, hanneke: User, end: date) -> None:
    now = noon_of(end)
    asked = ask(ruben, end + WEEK, by=cas, now=now)
    with pytest.raises(AlreadyAsked):
        ask(ruben, end + 2 * WEEK, by=cas, now=now)
    approvals.approve(approval_id=asked.pk, by=hanneke, now=now)

    with pytest.raises(actions.BridgedBefore):
        ask(ruben, end + 3 * WEEK, by=cas, now=now + WEEK)


def test_what_was_not_answered_within_a_day_can_be_asked_again(
    ruben: Expert, cas: User, hanneke: User, end: date
) -> None:
    ask(ruben, end + WEEK, by=cas, now=noon_of(end))

    again = ask(ruben, end + 2 * WEEK, by=cas, now=noon_of(end) + 25 * timedelta(hours=1))
    approvals.approve(
        approval_id=again.pk,
        by=hanneke,
        now=noon_of(end) + 26 * timedelta(hours=1),
    )

    [bridge] = VogBridge.objects.all()
    assert bridge.ends_on == end + 2 * WEEK


def test_a_bridge_falls_with_the_decision_it_rests_on(
    ruben: Expert, cas: User, hanneke: User, end: date
) -> None:
    now = noon_of(end)
    asked = ask(ruben, end + 4 * WEEK, by=cas, now=now)
    approvals.approve(approval_id=asked.pk, by=hanneke, now=now)

    actions.set_requirement(
        activity=BUDDY,
        host_kind=TEAM,
        level="LEGAL",
        profile_kind="ASPECT",
        profile_code="85",
        valid_from=end + 10 * DAY,
        by=None,
        now=now,
    )

    assert may(ruben, TEAM, end + 9 * DAY) == ()
    assert may(ruben, TEAM, end + 10 * DAY) == ("VOG_EXPIRED",)


def test_a_new_vog_in_between_makes_the_question_void(
    ruben: Expert, cas: User, hanneke: User, end: date
) -> None:
    now = noon_of(end)
    asked = ask(ruben, end + WEEK, by=cas, now=now)
    see(ruben, now.date() - DAY, now=now)

    with pytest.raises(SomethingChanged):
        approvals.approve(approval_id=asked.pk, by=hanneke, now=now)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EXPERT, Role.PROFESSIONAL])
def test_only_the_own_coordinator_and_the_deputy_ask(ruben: Expert, end: date, role: Role) -> None:
    somebody = make_user("Ada Jansen", role)

    with pytest.raises(NotAllowed):
        ask(ruben, end + WEEK, by=somebody, now=noon_of(end))
    with pytest.raises(NotAllowed):
        actions.ask_recheck(expert_id=ruben.pk, by=somebody, now=noon_of(end))
    ask(ruben, end + WEEK, by=make_user("Door Smit", Role.REGIONAL_ADMIN), now=noon_of(end))


def test_without_a_vog_there_is_nothing_to_decide(ruben: Expert, cas: User, end: date) -> None:
    VogEvidence.objects.all().delete()

    with pytest.raises(actions.NoVog):
        ask(ruben, end + WEEK, by=cas, now=noon_of(end))
    with pytest.raises(actions.NoVog):
        actions.ask_recheck(expert_id=ruben.pk, by=cas, now=NOON)


# --- Asking again -----------------------------------------------------------------------------


def see(ruben: Expert, issued: date, *, now: datetime) -> VogEvidence:
    return actions.record_vog(
        expert_id=ruben.pk,
        issue_date=issued,
        seen_on=now.date(),
        profile_kind="ASPECT",
        profile_codes=["85"],
        authenticity_checked=True,
        by=ruben.coordinator,
        now=now,
    )


@pytest.fixture
def again(ruben: Expert, cas: User, hanneke: User) -> Expert:
    """Two persons asked for a new VOG at NOON."""
    asked = actions.ask_recheck(expert_id=ruben.pk, by=cas, now=NOON)
    approvals.approve(approval_id=asked.pk, by=hanneke, now=NOON)
    return ruben


def test_one_person_asks_and_nothing_stops_yet(ruben: Expert, cas: User) -> None:
    asked = actions.ask_recheck(expert_id=ruben.pk, by=cas, now=NOON)

    assert may(ruben, TEAM, NOON.date()) == ()
    with pytest.raises(SamePerson):
        approvals.approve(approval_id=asked.pk, by=cas, now=NOON)


def test_asked_again_all_work_that_needs_it_stops_and_the_rest_goes_on(again: Expert) -> None:
    actions.set_requirement(
        activity=BUDDY,
        host_kind=OrganisationKind.MUNICIPALITY,
        level="NONE",
        valid_from=NOON.date(),
        by=None,
        now=NOON,
    )
    today = NOON.date()

    assert may(again, TEAM, today) == may(again, HOME, today) == ("VOG_RECHECK",)
    assert may(again, OrganisationKind.MUNICIPALITY, today) == ()
    [candidate] = queries.candidates(activity=BUDDY, host_kind=TEAM, on=today, now=NOON)
    assert candidate.papers.vog_asked_again
    assert queries.vog_page(again, now=NOON).standing == "RECHECK"
    assert queries.progress_of(again) == queries.Progress(state="NEEDED")


def test_only_a_newer_vog_brings_somebody_back(again: Expert) -> None:
    later = NOON + 3 * WEEK
    with pytest.raises(actions.NotNewEnough):
        see(again, NOON.date() - DAY, now=later)

    see(again, NOON.date() + WEEK, now=later)

    assert may(again, TEAM, later.date()) == ()
    assert not VogApplication.objects.exists()


def test_ten_weeks_without_a_new_one_is_not_received(again: Expert) -> None:
    # Tuesday 10 March and ten weeks is Tuesday 19 May; looked at the morning after.
    run_due(now=datetime(2026, 5, 20, 6, 59, tzinfo=UTC))
    before = queries.progress_of(again)
    run_due(now=datetime(2026, 5, 20, 7, 0, tzinfo=UTC))
    after = queries.progress_of(again)

    assert before is not None
    assert after is not None
    assert (before.state, after.state) == ("NEEDED", "NOT_RECEIVED")
    assert may(again, TEAM, date(2026, 5, 20)) == ("VOG_RECHECK",)


def test_what_is_asked_again_is_not_bridged_and_not_asked_twice(again: Expert, cas: User) -> None:
    with pytest.raises(actions.AskedAgain):
        ask(again, NOON.date() + WEEK, by=cas, now=NOON)
    with pytest.raises(actions.AskedAgain):
        actions.ask_recheck(expert_id=again.pk, by=cas, now=NOON)


# --- The calendar -----------------------------------------------------------------------------


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What the pool announced, in order."""
    names: list[str] = []

    def note(name: str) -> object:
        def listen(**_facts: object) -> None:
            names.append(name)

        return listen

    listening = {
        "soon": signals.vog_ends_soon,
        "stopped": signals.vog_stopped,
        "carries": signals.vog_carries,
    }
    kept = {name: note(name) for name in listening}
    for name, signal in listening.items():
        signal.connect(kept[name])  # type: ignore[arg-type]
    yield names
    for name, signal in listening.items():
        signal.disconnect(kept[name])  # type: ignore[arg-type]


def told() -> list[str]:
    rows = Message.objects.filter(template__startswith="pool/").order_by("created_at", "template")
    return [one.template for one in rows]


def test_each_notice_is_given_once_however_often_the_calendar_looks(
    ruben: Expert, end: date, heard: list[str]
) -> None:
    vog = VogEvidence.objects.get(expert=ruben)
    for _twice in range(2):
        for n in (91, 90, 89, 60, 30, 14, 1):
            actions.give_notice(vog_id=vog.pk, now=noon_of(end - n * DAY))

    assert told() == ["pool/look", "pool/renew"] * 4
    assert set(heard) == {"soon"}


def test_a_calendar_that_slept_gives_the_last_notice_and_not_all(ruben: Expert, end: date) -> None:
    assert ruben.state == "ACTIVE"
    run_due(now=noon_of(end - 20 * DAY))

    assert told() == ["pool/look", "pool/renew"]


def test_the_first_notice_says_that_a_new_one_is_needed_and_leaves_what_runs(
    ruben: Expert, cas: User, end: date
) -> None:
    run_due(now=noon_of(end - 90 * DAY))
    first = queries.progress_of(ruben)
    day = end - 80 * DAY
    actions.prepare_vog(expert_id=ruben.pk, on=day, by=cas, now=noon_of(day))
    run_due(now=noon_of(end - 60 * DAY))
    second = queries.progress_of(ruben)

    assert first == queries.Progress(state="NEEDED")
    assert second is not None
    assert second.state == "PREPARED"


def test_a_vog_that_was_replaced_gives_no_notice_and_does_not_end(
    ruben: Expert, end: date, heard: list[str]
) -> None:
    see(ruben, end - 100 * DAY, now=noon_of(end - 95 * DAY))

    run_due(now=noon_of(end + DAY))

    assert told() == []
    assert "stopped" not in heard


def test_on_the_day_it_ends_those_who_planned_with_it_hear_that(
    ruben: Expert, end: date, heard: list[str]
) -> None:
    vog = VogEvidence.objects.get(expert=ruben)
    actions.end_vog(vog_id=vog.pk, now=noon_of(end - DAY))
    before = list(heard)
    actions.end_vog(vog_id=vog.pk, now=noon_of(end))

    assert (before, heard) == ([], ["stopped"])


def test_a_vog_seen_late_is_not_told_about_what_was(ruben: Expert) -> None:
    DueWork.objects.all().delete()
    see(ruben, NOON.date() - 2 * DAY, now=NOON)
    DueWork.objects.all().delete()
    actions.record_vog(
        expert_id=ruben.pk,
        issue_date=NOON.date() - 2 * DAY,
        seen_on=NOON.date(),
        profile_kind="ASPECT",
        profile_codes=["85"],
        authenticity_checked=True,
        by=ruben.coordinator,
        now=NOON,
        policy_valid_until=NOON.date() + 40 * DAY,
    )

    planned = DueWork.objects.filter(kind__startswith="pool.paper").order_by("not_before")
    assert [one.kind for one in planned] == [
        "pool.paper_notice",
        "pool.paper_notice",
        "pool.paper_end",
    ]


def test_who_left_is_told_nothing(ruben: Expert, cas: User, end: date) -> None:
    actions.leave(expert_id=ruben.pk, by=cas, now=NOON)

    run_due(now=noon_of(end + DAY))

    assert told() == []
