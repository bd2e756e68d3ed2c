"""A call was promised to who asked; when its moment passes unkept, they hear that there is news.

The page says then that the call is late, and which number to call: a broken promise is told by
us, and not found out by who waits.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit, outbox
from matching.actions import notices
from matching.models import Task
from matching.models.requests import TaskKind
from matching.states import RequestState

PROMISE = "matching.promise"


def look_at_promise(task: Task) -> None:
    """Look at the moment of the promise whether the call was made."""
    outbox.schedule(PROMISE, subject=task.pk, at=task.due_at, once_per=f"promise:{task.pk}")


@transaction.atomic
def admit_promise_passed(*, task_id: UUID, now: datetime) -> bool:
    """Tell who asked once that there is news, where nobody called in time. Returns whether.

    Asked too early, twice, or when the matter is no longer open, it tells nobody anything.
    """
    open_ones = Task.objects.select_for_update(of=("self",)).filter(
        pk=task_id, kind=TaskKind.NOBODY_FITS, done_at=None, due_at__lte=now
    )
    task = open_ones.select_related("request__requester").first()
    if task is None or task.request is None or task.request.state != RequestState.UNFILLED:
        return False
    key = f"promise:{task.pk}"
    notices.tell_requester(task.request, "matching/news", once_per=key, now=now)
    audit.record("promise.passed", by=None, at=now, subject=task.request.case_id, target=task)
    return True
