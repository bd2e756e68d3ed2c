"""Tasks: what needs a human, and before when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.models import User
from core.outbox.models import Message
from matching.actions.calls import stop_calling
from matching.models import Assignment, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.states import AssignmentState
from pool.models import Expert

# What went wrong with the machine waits for nobody's term.
CALL_WITHIN = timedelta(hours=1)


@transaction.atomic
def open_task(  # noqa: PLR0913  (what, about whom, when)
    kind: TaskKind,
    *,
    request: Request | None = None,
    expert: Expert | None = None,
    due_at: datetime,
    once_per: str,
    now: datetime,
) -> Task:
    """Ask the coordinators for something before `due_at`; the same occasion asks once."""
    task, is_new = Task.objects.get_or_create(
        once_per=once_per,
        defaults={
            "kind": kind,
            "request": request,
            "expert": expert,
            "lent_from": expert.region_id if expert is not None and expert.is_lent else None,
            "made_at": now,
            "due_at": due_at,
        },
    )
    if is_new:
        audit.record(
            "task.opened",
            by=None,
            at=now,
            subject=expert.pk if expert else None,
            target=task,
            **_kind(task),
        )
    return task


@transaction.atomic
def finish_task(*, task_id: UUID, by: User, now: datetime) -> Task:
    """A coordinator has done it. Finishing twice changes nothing.

    Raises:
        Task.DoesNotExist, NotAllowed.
    """
    require_coordinator(by)
    task = Task.objects.get(pk=task_id)
    done = Task.objects.filter(pk=task_id, done_at=None).update(done_at=now, done_by=by)
    if done:
        audit.record("task.done", by=by, at=now, target=task, **_kind(task))
        stop_calling([task_id], now=now)
        task.refresh_from_db()
    return task


@transaction.atomic
def ask_to_call(*, message: Message, now: datetime) -> Task:
    """A message could not be sent: ask a coordinator to call, with the request where it is known.

    Nobody is alerted by another message: that one might not arrive either, and so on.
    """
    offer = Offer.objects.filter(pk=message.about).first() if message.about else None
    return open_task(
        TaskKind.MESSAGE_FAILED,
        request=offer.seat.request if offer else None,
        expert=Expert.reachable.filter(user=message.recipient_id).first()
        if message.recipient_id
        else None,
        due_at=now + CALL_WITHIN,
        once_per=f"message-failed:{message.pk}",
        now=now,
    )


@transaction.atomic
def ask_to_look(*, request: Request | None, kind: TaskKind, what: str, now: datetime) -> Task:
    """The machine gave something up: a human looks. `what` names the occasion."""
    return open_task(
        kind, request=request, due_at=now + CALL_WITHIN, once_per=f"given-up:{what}", now=now
    )


def settle_tasks(*kinds: TaskKind, request: Request, now: datetime, is_solved: bool = True) -> int:
    """Close tasks that solved themselves, or became others. Returns how many."""
    open_ones = Task.objects.filter(request=request, done_at=None)
    if kinds:
        open_ones = open_ones.filter(kind__in=kinds)
    return _settle(open_ones.values_list("pk", flat=True), now=now, is_solved=is_solved)


def settle_expert(expert_id: UUID, *, now: datetime) -> int:
    """Nothing runs with this expert any more: nobody has to hand anything over. Returns how many.

    Who takes consent back is looked at by a person all the same.
    """
    held = Assignment.objects.filter(expert=expert_id).exclude(state=AssignmentState.ENDED)
    if held.exists():
        return 0
    return settle_handing(expert_id, now=now)


def settle_handing(expert_id: UUID, *, now: datetime) -> int:
    """Nobody has to hand over the work of this expert (any more). Returns how many tasks."""
    return _settle_of(TaskKind.PASS_WORK, expert_id, now=now)


@transaction.atomic
def finish_handing(*, expert_id: UUID, by: User, now: datetime) -> int:
    """A coordinator looked at what runs with somebody who leaves: it goes on for now.

    Raises:
        NotAllowed.
    """
    require_coordinator(by)
    rows = Task.objects.filter(expert=expert_id, kind=TaskKind.PASS_WORK, done_at=None)
    ids = list(rows.values_list("pk", flat=True))
    for task_id in ids:
        finish_task(task_id=task_id, by=by, now=now)
    return len(ids)


def settle_application(expert_id: UUID, *, now: datetime) -> int:
    """Nobody has to call this person about joining (any more). Returns how many tasks."""
    return _settle_of(TaskKind.APPLICATION, expert_id, now=now)


def _settle_of(kind: TaskKind, expert_id: UUID, *, now: datetime) -> int:
    rows = Task.objects.filter(expert=expert_id, kind=kind, done_at=None)
    return _settle(rows.values_list("pk", flat=True), now=now)


def settle_task(*, once_per: str, now: datetime) -> int:
    """Close the task of one occasion, which solved itself. Returns how many: 1 or 0."""
    return _settle(
        Task.objects.filter(once_per=once_per, done_at=None).values_list("pk", flat=True), now=now
    )


def _settle(ids: Collection[UUID], *, now: datetime, is_solved: bool = True) -> int:
    found = list(ids)
    if not found:
        return 0
    n_settled = Task.objects.filter(pk__in=found, done_at=None).update(done_at=now)
    stop_calling(found, now=now, is_solved=is_solved)
    return n_settled


def _kind(task: Task) -> dict[str, Any]:
    """What the log says of a task; nothing where the kind would tell what an expert said."""
    return {} if task.expert_id else {"kind": str(task.kind)}
