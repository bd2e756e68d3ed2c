"""Coming in, changing, pausing, stopping, coming back and leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.dispatch import Signal

from core import approvals
from core.access.actions import accept_invitation
from core.access.models import Invitation, Membership, Role, User
from core.approvals.actions import AlreadyAsked, SamePerson, SomethingChanged
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.states import IllegalMove
from pool import actions, queries, signals
from pool.models import Expert, ExpertLanguage, LifeExperience, Suspension
from pool.receivers import tie_account
from pool.states import ExpertState
from tests.conftest import NOON
from tests.factories.people import make_organisation, make_user
from tests.factories.pool import make_active_expert, make_area, make_expert, make_profile
from tests.pool.conftest import Heard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR = timedelta(hours=1)


def coordinator(name: str = "Cas Verhoef") -> User:
    return make_user(name, Role.COORDINATOR)


def facts(event: str) -> list[dict[str, Any]]:
    return list(
        AuditEntry.objects.filter(event=event).order_by("pk").values_list("facts", flat=True)
    )


# --- Coming in --------------------------------------------------------------------------------


def test_an_invitation_ties_the_account_to_the_expert() -> None:
    cas = coordinator()
    expert = actions.register_expert(profile=make_profile(cas), by=cas, now=NOON)
    token = actions.invite_expert(expert_id=expert.pk, by=cas, now=NOON)

    user = accept_invitation(token=token, password=None, now=NOON + HOUR)

    assert queries.expert_of(user) == expert
    assert Invitation.objects.filter(withdrawn_at=None).get().subject == expert.pk
    with pytest.raises(actions.JoinedAlready):
        actions.invite_expert(expert_id=expert.pk, by=cas, now=NOON + HOUR)


def test_an_invitation_for_other_work_ties_nobody() -> None:
    cas = coordinator()
    expert = actions.register_expert(profile=make_profile(cas), by=cas, now=NOON)
    invitation = Invitation.objects.get()
    invitation.role = Role.PROFESSIONAL

    tie_account(invitation, cas)

    assert Expert.objects.get(pk=expert.pk).user is None


def test_a_second_account_changes_nothing() -> None:
    expert = make_expert()

    actions.join(expert_id=expert.pk, user=coordinator("Dina Prins"), now=NOON)

    assert Expert.objects.get().user == expert.user


def test_names_and_contact_are_sealed() -> None:
    expert = make_expert()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pool_expert WHERE id = %s", [expert.pk])
        stored = b"".join(
            bytes(one) for one in cursor.fetchone() if isinstance(one, memoryview | bytes)
        )

    assert b"Ruben" not in stored
    assert b"1234" not in stored
    assert expert.short_name == "Ruben K."


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_only_staff_registers(role: Role) -> None:
    cas = coordinator()

    with pytest.raises(NotAllowed):
        actions.register_expert(profile=make_profile(cas), by=make_user("Ans Bos", role), now=NOON)


def test_the_own_coordinator_is_a_coordinator() -> None:
    cas, admin = coordinator(), make_user("Door Smit", Role.REGIONAL_ADMIN)

    with pytest.raises(actions.NoCoordinator):
        actions.register_expert(profile=make_profile(admin), by=cas, now=NOON)


# --- Changing ---------------------------------------------------------------------------------


def test_a_change_is_logged_by_name_and_never_by_value() -> None:
    expert = make_expert()
    profile = replace(
        actions.profile_of(expert), phone="06 9999 9999", languages=(("nl", "B2"), ("pl", "C"))
    )

    actions.update_expert(expert_id=expert.pk, profile=profile, by=expert.coordinator, now=NOON)

    assert facts("expert.changed") == [{"changed": "phone,languages", "on_behalf": True}]
    assert actions.profile_of(Expert.objects.get()) == profile


def test_nothing_new_is_no_change() -> None:
    expert = make_expert()

    actions.update_expert(
        expert_id=expert.pk,
        profile=actions.profile_of(expert),
        by=expert.coordinator,
        now=NOON,
    )

    assert facts("expert.changed") == []


def test_untouched_rows_stay_the_same_rows() -> None:
    expert = make_expert(languages=(("nl", "NATIVE"), ("pl", "B1")))
    kept = ExpertLanguage.objects.get(language="nl").pk
    profile = replace(actions.profile_of(expert), languages=(("nl", "NATIVE"), ("pl", "C")))

    actions.update_expert(expert_id=expert.pk, profile=profile, by=expert.coordinator, now=NOON)

    assert ExpertLanguage.objects.get(language="nl").pk == kept
    assert ExpertLanguage.objects.get(language="pl").level == "C"


def test_the_expert_decides_who_may_know_of_the_own_life() -> None:
    expert = make_expert(experiences=(("DEBT", "CLIENT"),))
    profile = replace(actions.profile_of(expert), experiences=(("DEBT", "COORDINATOR"),))
    assert expert.user is not None

    actions.update_expert(expert_id=expert.pk, profile=profile, by=expert.user, now=NOON)

    assert LifeExperience.objects.get().visible_to == "COORDINATOR"
    assert facts("expert.changed") == [{"changed": "experiences", "on_behalf": False}]


def test_an_expert_does_not_change_what_is_agreed() -> None:
    expert = make_expert()
    profile = replace(actions.profile_of(expert), activities=frozenset({"POLICY"}))
    assert expert.user is not None

    with pytest.raises(actions.NotTheirs):
        actions.update_expert(expert_id=expert.pk, profile=profile, by=expert.user, now=NOON)


def test_somebody_elses_profile_is_not_ones_own() -> None:
    mine, theirs = make_expert(), make_expert(first_name="Malika")
    assert mine.user is not None

    with pytest.raises(NotAllowed):
        actions.update_expert(
            expert_id=theirs.pk, profile=actions.profile_of(theirs), by=mine.user, now=NOON
        )


def test_a_new_coordinator_is_a_coordinator() -> None:
    expert = make_expert()
    profile = replace(
        actions.profile_of(expert), coordinator=make_user("Door Smit", Role.REGIONAL_ADMIN)
    )

    with pytest.raises(actions.NoCoordinator):
        actions.update_expert(expert_id=expert.pk, profile=profile, by=expert.coordinator, now=NOON)


def test_places_to_leave_out_are_kept() -> None:
    make_area("3312")
    organisation = make_organisation()

    expert = make_expert(
        excluded_areas=frozenset({"3312"}), excluded_organisations=frozenset({organisation.pk})
    )

    assert actions.profile_of(expert).excluded_areas == frozenset({"3312"})
    assert actions.profile_of(expert).excluded_organisations == frozenset({organisation.pk})


# --- Pausing ----------------------------------------------------------------------------------


def test_a_pause_is_told_once(heard: Callable[[Signal], Heard]) -> None:
    expert, told = make_active_expert(), heard(signals.expert_paused)
    assert expert.user is not None

    for n in range(2):
        actions.pause(expert_id=expert.pk, by=expert.user, now=NOON + n * HOUR)

    assert [(one["expert"].pk, one["now"]) for one in told] == [(expert.pk, NOON)]
    assert Expert.objects.get().paused_at == NOON
    assert facts("expert.paused") == [{"on_behalf": False}]


def test_coming_back_from_a_pause_twice_is_harmless() -> None:
    expert = make_active_expert()
    actions.pause(expert_id=expert.pk, by=expert.coordinator, now=NOON)

    for _time in range(2):
        actions.resume(expert_id=expert.pk, by=expert.coordinator, now=NOON)

    assert not Expert.objects.get().is_paused
    assert facts("expert.resumed") == [{"on_behalf": True}]


def test_nobody_else_pauses_somebody() -> None:
    expert = make_active_expert()

    with pytest.raises(NotAllowed):
        actions.pause(expert_id=expert.pk, by=make_user("Bram Bos", Role.PROFESSIONAL), now=NOON)


# --- Stopping and coming back -----------------------------------------------------------------


def test_one_person_stops_somebody_at_once(heard: Callable[[Signal], Heard]) -> None:
    expert, told = make_active_expert(), heard(signals.expert_suspended)

    actions.suspend(expert_id=expert.pk, reason="WELLBEING", by=expert.coordinator, now=NOON)

    assert Expert.objects.get().state == ExpertState.SUSPENDED
    assert [one["now"] for one in told] == [NOON]
    with pytest.raises(IllegalMove):
        actions.suspend(expert_id=expert.pk, reason="OTHER", by=expert.coordinator, now=NOON)
    with pytest.raises(actions.TwoPersonsNeeded):
        actions.activate(expert_id=expert.pk, by=expert.coordinator, now=NOON)


def test_the_log_keeps_that_somebody_was_stopped_but_not_why() -> None:
    expert = make_active_expert()

    stopped = actions.suspend(
        expert_id=expert.pk, reason="WELLBEING", by=expert.coordinator, now=NOON
    )

    entry = AuditEntry.objects.get(event="expert.suspended")
    assert (entry.actor, entry.subject, entry.at) == (expert.coordinator.pk, expert.pk, NOON)
    assert str(stopped.pk) in entry.target
    assert entry.facts == {}


def test_coming_back_takes_two() -> None:
    expert, dina = make_active_expert(), coordinator("Dina Prins")
    cas = expert.coordinator
    actions.suspend(expert_id=expert.pk, reason="OTHER", by=cas, now=NOON)
    asked = actions.ask_to_lift(expert_id=expert.pk, by=cas, now=NOON)

    with pytest.raises(AlreadyAsked):
        actions.ask_to_lift(expert_id=expert.pk, by=dina, now=NOON)
    with pytest.raises(SamePerson):
        approvals.approve(approval_id=asked.pk, by=cas, now=NOON)
    approvals.approve(approval_id=asked.pk, by=dina, now=NOON + HOUR)

    assert Expert.objects.get().state == ExpertState.ACTIVE
    suspension = Suspension.objects.get()
    assert (suspension.lifted_at, suspension.lifted_by) == (NOON + HOUR, dina)


def test_an_answer_about_an_earlier_stop_does_not_count() -> None:
    expert, dina = make_active_expert(), coordinator("Dina Prins")
    actions.suspend(expert_id=expert.pk, reason="OTHER", by=dina, now=NOON)
    asked = actions.ask_to_lift(expert_id=expert.pk, by=dina, now=NOON)
    actions.lift_suspension(expert.pk, dina, NOON)
    actions.suspend(expert_id=expert.pk, reason="CONDUCT", by=dina, now=NOON + HOUR)

    with pytest.raises(SomethingChanged):
        approvals.approve(approval_id=asked.pk, by=expert.coordinator, now=NOON + HOUR)


def test_who_is_not_stopped_does_not_come_back() -> None:
    expert = make_active_expert()

    with pytest.raises(actions.NotSuspended):
        actions.ask_to_lift(expert_id=expert.pk, by=expert.coordinator, now=NOON)
    with pytest.raises(actions.NotSuspended):
        actions.lift_suspension(expert.pk, expert.coordinator, NOON)


# --- Leaving ----------------------------------------------------------------------------------


def test_leaving_closes_the_account_and_starts_the_clock(
    heard: Callable[[Signal], Heard],
) -> None:
    expert, told = make_active_expert(), heard(signals.expert_left)
    assert expert.user is not None

    actions.leave(expert_id=expert.pk, by=expert.user, now=NOON)

    left = Expert.objects.get()
    assert (left.state, left.left_at) == (ExpertState.LEFT, NOON)
    assert Membership.objects.get(user=expert.user).ended_at == NOON
    assert len(told) == 1
    with pytest.raises(IllegalMove):
        actions.leave(expert_id=expert.pk, by=expert.coordinator, now=NOON)


def test_leaving_takes_the_invitation_back() -> None:
    cas = coordinator()
    expert = actions.register_expert(profile=make_profile(cas), by=cas, now=NOON)

    actions.leave(expert_id=expert.pk, by=cas, now=NOON + HOUR)

    assert Invitation.objects.get().withdrawn_at == NOON + HOUR
    with pytest.raises(actions.JoinedAlready):
        actions.invite_expert(expert_id=expert.pk, by=cas, now=NOON + HOUR)


def test_nobody_else_sends_somebody_away() -> None:
    with pytest.raises(NotAllowed):
        actions.leave(
            expert_id=make_expert().pk, by=make_user("Bram Bos", Role.PROFESSIONAL), now=NOON
        )
