"""Tasks: asked once, nearest moment first, done by somebody or solved by itself."""

from __future__ import annotations

import pytest

from core.errors import NotAllowed
from core.models import Message
from core.outbox.due import HANDLERS
from core.outbox.sending import give_up
from matching import actions
from matching.models import Task
from matching.models.requests import TaskKind
from matching.queries import open_tasks
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


@pytest.fixture
def pool() -> Pool:
    return make_pool(1)


def test_the_same_occasion_asks_once() -> None:
    first, second = (
        actions.open_task(TaskKind.OVERDUE, due_at=NOON + HOUR, once_per="overdue:1", now=NOON)
        for _turn in range(2)
    )

    assert first == second
    assert Task.objects.count() == 1


def test_the_nearest_moment_is_on_top() -> None:
    for hours in (3, 1, 2):
        actions.open_task(
            TaskKind.OVERDUE, due_at=NOON + hours * HOUR, once_per=f"overdue:{hours}", now=NOON
        )

    assert [task.once_per for task in open_tasks(at=NOON)] == [
        "overdue:1",
        "overdue:2",
        "overdue:3",
    ]


def test_a_coordinator_finishes_a_task_once(pool: Pool) -> None:
    task = actions.open_task(TaskKind.OVERDUE, due_at=NOON, once_per="overdue:1", now=NOON)
    with pytest.raises(NotAllowed):
        actions.finish_task(task_id=task.pk, by=pool.bram, now=NOON)

    for now in (NOON + HOUR, NOON + DAY):
        actions.finish_task(task_id=task.pk, by=pool.cas, now=now)

    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (NOON + HOUR, pool.cas)
    assert list(open_tasks(at=NOON + DAY)) == []


def kinds() -> list[str]:
    return [task.kind for task in open_tasks(at=NOON + DAY)]


def test_tasks_follow_a_request_and_solve_themselves(pool: Pool) -> None:
    request = file_request(pool)
    assert kinds() == [TaskKind.NEW_REQUEST]

    offer = ask(pool, request)
    assert kinds() == []

    accept(offer, now=NOON + MINUTE)
    assert kinds() == [TaskKind.PLAN_FIRST]
    assert open_tasks(at=NOON + DAY)[0].due_at == NOON + MINUTE + DAY

    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)
    assert kinds() == []


# --- When the machine fails -------------------------------------------------------------------


def test_a_message_that_could_not_leave_is_said_by_voice(pool: Pool) -> None:
    request = file_request(pool)
    offer = ask(pool, request)
    message = Message.objects.get(about=offer.pk, template="matching/offer", channel="SMS")

    for _turn in range(2):
        give_up(message.pk, NOON + HOUR)

    task = Task.objects.get(kind=TaskKind.MESSAGE_FAILED)
    assert (task.request_id, task.expert_id) == (request.pk, offer.expert_id)
    message.refresh_from_db()
    assert message.state == "FAILED"


@pytest.mark.parametrize(
    ("kind", "task"),
    [
        ("matching.offer_deadline", TaskKind.NEW_REQUEST),
        ("matching.measure_question", TaskKind.MEASURE_END),
        ("matching.measure_end", TaskKind.MEASURE_END),
        ("matching.gate_lapse", TaskKind.GATE_LAPSED),
        ("matching.promise", TaskKind.NOBODY_FITS),
    ],
)
def test_what_the_worker_gave_up_becomes_a_task(pool: Pool, kind: str, task: TaskKind) -> None:
    request = file_request(pool)
    offer = ask(pool, request)
    assert request.measure_id is not None
    promise = actions.open_task(
        TaskKind.NOBODY_FITS, request=request, due_at=NOON, once_per="promise", now=NOON
    )
    actions.finish_task(task_id=promise.pk, by=pool.cas, now=NOON)
    subject = {
        "matching.offer_deadline": offer.pk,
        "matching.measure_question": request.measure_id,
        "matching.measure_end": request.measure_id,
        "matching.gate_lapse": request.pk,
        "matching.promise": promise.pk,
    }[kind]
    tell = HANDLERS[kind].give_up
    assert tell is not None

    for _turn in range(2):
        tell(subject, NOON + HOUR)

    (found,) = Task.objects.filter(kind=task, request=request, done_at=None)
    assert found.due_at == NOON + 2 * HOUR
