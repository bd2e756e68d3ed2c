"""What the watchdog asks of matching and scheduling, and how it puts it right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.outbox.models import DueWork
from core.outbox.watch import QUESTIONS
from matching import actions
from matching.models import Call, CallChain, Offer, Request, Task
from matching.models.requests import TaskKind
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.conftest import NOON
from tests.factories.matching import HOUR, MINUTE, Pool, ask, file_request, make_pool
from tests.factories.scheduling import SUNDAY, make_scene, role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


def wrong(name: str, *, at_minutes: float) -> int:
    """The answer of one question, some minutes after noon; what can be mended is."""
    asked, now = QUESTIONS[name], NOON + timedelta(minutes=at_minutes)
    n_wrong = asked.count(now)
    if n_wrong and asked.mend:
        asked.mend(now)
    return n_wrong


@pytest.fixture
def pool() -> Pool:
    return make_pool(2)


@pytest.fixture
def request_(pool: Pool) -> Request:
    return file_request(pool, earliest_contact_at=NOON)


def test_a_request_that_somebody_is_called_about_is_not_silent(request_: Request) -> None:
    assert request_.state == "FILED"
    assert wrong("matching.silent_requests", at_minutes=3) == 0
    assert wrong("matching.never_called", at_minutes=3) == 0


def test_a_request_without_task_or_question_is_brought_to_people(request_: Request) -> None:
    Task.objects.filter(request=request_).update(done_at=NOON)

    assert wrong("matching.silent_requests", at_minutes=1) == 0
    assert wrong("matching.silent_requests", at_minutes=3) == 1
    task = Task.objects.get(request=request_, done_at=None)
    assert Call.objects.filter(chain__task=task).count() == 1
    assert wrong("matching.silent_requests", at_minutes=4) == 0


def test_a_request_that_somebody_is_asked_for_is_not_silent(pool: Pool, request_: Request) -> None:
    ask(pool, request_)
    assert wrong("matching.silent_requests", at_minutes=30) == 0


def test_what_a_human_finished_is_known(pool: Pool, request_: Request) -> None:
    task = Task.objects.get(request=request_)
    actions.finish_task(task_id=task.pk, by=pool.cas, now=NOON + MINUTE)
    assert wrong("matching.silent_requests", at_minutes=30) == 0


def test_a_question_that_was_taken_back_leaves_the_request_to_people(
    pool: Pool, request_: Request
) -> None:
    offer = ask(pool, request_)
    actions.withdraw_offer(offer_id=offer.pk, by=pool.cas, now=NOON + MINUTE)

    assert wrong("matching.silent_requests", at_minutes=2) == 0
    assert wrong("matching.silent_requests", at_minutes=4) == 1
    assert Task.objects.get(request=request_, done_at=None).kind == TaskKind.NEW_REQUEST


def test_a_lapsed_question_that_nobody_closed_is_late(pool: Pool, request_: Request) -> None:
    offer = ask(pool, request_)
    Offer.objects.filter(pk=offer.pk).update(deadline_at=NOON + HOUR)

    assert wrong("matching.late_offers", at_minutes=61) == 0
    assert wrong("matching.late_offers", at_minutes=61.5) == 1


def test_a_bell_that_did_not_ring_is_late(request_: Request) -> None:
    chain = CallChain.objects.get(task__request=request_)
    CallChain.objects.filter(pk=chain.pk).update(next_at=NOON + HOUR)

    assert wrong("matching.late_calls", at_minutes=61) == 0
    assert wrong("matching.late_calls", at_minutes=61.5) == 1


def test_a_task_without_a_call_gets_one(request_: Request) -> None:
    actions.ask_to_look(request=request_, kind=TaskKind.NEW_REQUEST, what="x", now=NOON)

    assert wrong("matching.never_called", at_minutes=3) == 1
    assert wrong("matching.never_called", at_minutes=3) == 0
    assert CallChain.objects.filter(task__once_per="given-up:x").exists()


def test_whoever_should_be_out_is_looked_for_even_without_a_row() -> None:
    scene = make_scene()
    role = role_of(scene.plan())
    scheduling.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY)
    DueWork.objects.filter(kind="scheduling.overdue").delete()
    asked = QUESTIONS["scheduling.unlooked"]
    due = SUNDAY + HOUR + 30 * MINUTE

    assert asked.count(due + MINUTE) == 0
    late = due + 2 * MINUTE
    assert asked.count(late) == 1
    assert asked.mend is not None
    asked.mend(late)
    assert SessionRole.objects.get(pk=role.pk).overdue_step == 1
    assert asked.count(late) == 0
