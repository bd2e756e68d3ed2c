"""Who leaves loses access at the next request, and what was open passes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from core.access import actions as access
from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.outbox.models import Message
from matching import actions
from matching.actions.passing import NotAColleague, hand_over_request
from matching.models import GateItem, Task
from matching.models.requests import TaskKind
from matching.states import GateItemState
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MINUTE,
    Pool,
    file_request,
    make_filing,
    make_matched,
    make_pool,
)
from tests.factories.people import client_as, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(in_region: object) -> Pool:  # noqa: ARG001
    return make_pool()


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user, ended_at=None)


def end(user: User, by: User, *, now: object = NOON) -> None:
    access.end_membership(membership_id=role_of(user).pk, by=by, now=now)  # type: ignore[arg-type]


def deputise(pool: Pool, name: str = "Dewi Blom", **days: date) -> User:
    colleague = make_user(name, Role.PROFESSIONAL, organisation=pool.office)
    access.name_deputy(
        membership_id=role_of(pool.bram).pk,
        stand_in_id=role_of(colleague).pk,
        first_day=days.get("first_day", NOON.date()),
        last_day=days.get("last_day"),
        by=pool.bram,
        now=NOON,
    )
    return colleague


def templates_to(user: User) -> set[str]:
    return set(Message.objects.filter(recipient=user).values_list("template", flat=True))


def test_an_open_request_passes_to_the_deputy_who_hears_it(pool: Pool) -> None:
    request = file_request(pool)
    dewi = deputise(pool)

    end(pool.bram, pool.cas)

    request.refresh_from_db()
    assert request.requester == dewi
    assert "matching/taken_over" in templates_to(dewi)
    assert "matching/passed_on" in templates_to(pool.bram)
    assert not Task.objects.filter(kind=TaskKind.HANDOVER).exists()
    assert AuditEntry.objects.filter(event="request.passed_on", subject=request.case_id).exists()


def test_without_a_deputy_the_coordinator_gets_a_task(pool: Pool) -> None:
    request = file_request(pool)

    end(pool.bram, pool.cas)

    task = Task.objects.get(kind=TaskKind.HANDOVER)
    assert (task.request, task.done_at) == (request, None)
    assert task.due_at == NOON + timedelta(minutes=request.policy.call_back)


@pytest.mark.parametrize(
    "days",
    [
        {"first_day": NOON.date() + DAY},
        {"first_day": NOON.date() - 9 * DAY, "last_day": NOON.date() - DAY},
    ],
)
def test_who_stands_in_on_other_days_gets_nothing(pool: Pool, days: dict[str, Any]) -> None:
    file_request(pool)
    dewi = deputise(pool, **days)

    end(pool.bram, pool.cas)

    assert Task.objects.filter(kind=TaskKind.HANDOVER, done_at=None).exists()
    assert "matching/taken_over" not in templates_to(dewi)


def test_a_coordinator_chooses_a_colleague_and_the_task_is_gone(pool: Pool) -> None:
    request = file_request(pool)
    dewi = make_user("Dewi Blom", Role.PROFESSIONAL, organisation=pool.office)
    end(pool.bram, pool.cas)

    hand_over_request(
        request_id=request.pk, membership_id=role_of(dewi).pk, by=pool.cas, now=NOON + HOUR
    )

    request.refresh_from_db()
    assert request.requester == dewi
    assert not Task.objects.filter(kind=TaskKind.HANDOVER, done_at=None).exists()


def test_a_request_passes_to_nobody_of_another_organisation(pool: Pool) -> None:
    request = file_request(pool)
    other = make_user("Wim Elders", Role.PROFESSIONAL, organisation=make_organisation())

    with pytest.raises(NotAColleague):
        hand_over_request(
            request_id=request.pk, membership_id=role_of(other).pk, by=pool.cas, now=NOON
        )


def test_a_professional_cannot_pass_a_request_on(pool: Pool) -> None:
    request = file_request(pool)

    with pytest.raises(NotAllowed):
        hand_over_request(
            request_id=request.pk, membership_id=role_of(pool.bram).pk, by=pool.bram, now=NOON
        )


def test_a_number_that_left_with_its_owner_has_to_be_tried_again(pool: Pool) -> None:
    request = file_request(pool, case_manager_name="Bram de Wit", case_manager_phone="0600000001")
    dewi = deputise(pool)
    Membership.objects.filter(user=dewi).update(phone="0600000002")

    end(pool.bram, pool.cas)

    request.refresh_from_db()
    assert (request.case_manager_name, request.case_manager_phone) == ("Dewi Blom", "0600000002")
    assert GateItem.objects.get(request=request, code="G2").state == GateItemState.OPEN


def test_the_deputy_comes_along_to_the_planned_session(pool: Pool) -> None:
    _request, assignment = make_matched(pool)
    dewi = deputise(pool)
    session = scheduling.plan_session(
        assignment_id=assignment.pk,
        kind="PHONE",
        start=NOON + 2 * DAY,
        end=NOON + 2 * DAY + HOUR,
        by=pool.bram,
        now=NOON + HOUR,
        with_professional=True,
    )

    end(pool.bram, pool.cas, now=NOON + 2 * HOUR)

    people = set(
        SessionRole.objects.filter(session=session, user__isnull=False).values_list(
            "user", flat=True
        )
    )
    assert people == {dewi.pk}
    assert "scheduling/changed" in templates_to(dewi)


@pytest.mark.django_db(transaction=True, databases=["default", "denials"])
def test_who_left_is_refused_at_the_very_next_request(region: Region) -> None:
    with region_scope(region.pk):
        bram = make_pool().bram
    with time_machine.travel(NOON, tick=False):
        browser = client_as(bram)
        assert browser.get("/aanvragen/").status_code == 200
        with region_scope(region.pk):
            # Without ending sessions: membership alone must close the door.
            Membership.objects.filter(user=bram).update(ended_at=NOON)

        assert browser.get("/aanvragen/").status_code == 403


@pytest.mark.django_db(transaction=True, databases=["default", "denials"])
def test_who_was_not_confirmed_in_time_is_refused_though_no_worker_ran(region: Region) -> None:
    with region_scope(region.pk):
        bram = make_pool().bram
        Membership.objects.filter(user=bram).update(confirm_by=NOON)
    with time_machine.travel(NOON - MINUTE, tick=False):
        browser = client_as(bram)
        assert browser.get("/aanvragen/").status_code == 200
    with time_machine.travel(NOON, tick=False):
        assert browser.get("/aanvragen/").status_code == 403


def test_news_goes_to_who_stands_in_as_well(pool: Pool) -> None:
    dewi = deputise(pool)
    file_request(pool)

    assert "matching/request_received" in templates_to(dewi)
    assert "matching/request_received" in templates_to(pool.bram)


def test_who_left_hears_no_more_news(pool: Pool) -> None:
    request = file_request(pool)
    end(pool.bram, pool.cas)
    before = templates_to(pool.bram)

    actions.withdraw_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)
    actions.open_request(filing=make_filing(), by=_colleague(pool), now=NOON + HOUR)

    assert templates_to(pool.bram) == before


def _colleague(pool: Pool) -> User:
    return make_user("Joke Smit", Role.PROFESSIONAL, organisation=pool.office)
