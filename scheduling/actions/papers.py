"""What happens to sessions when a VOG ends: listed in time, and never held by an oversight."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from core.clock import AMSTERDAM
from matching.actions import open_task, settle_task
from matching.models import Task
from matching.models.requests import TaskKind
from pool.models import Expert, VogEvidence
from pool.rules import instant_of
from scheduling.actions.events import unsettle
from scheduling.queries import sessions_to_decide

# When it ended at once, somebody looks today.
TODAY = timedelta(hours=8)


@transaction.atomic
def list_sessions(*, expert: Expert, vog: VogEvidence, n_days: int, now: datetime) -> int:
    """Ask the coordinator to decide on the sessions after the end of a VOG. Returns how many."""
    lines = sessions_to_decide(expert, now=now)
    if lines:
        ends = instant_of(vog.policy_valid_until, 0, AMSTERDAM)
        _ask(expert, vog, f"{n_days}", due_at=ends, now=now)
    return len(lines)


@transaction.atomic
def stop_sessions(*, expert: Expert, vog: VogEvidence, now: datetime) -> int:
    """No session goes on without a decision from here on. Returns how many wait for one.

    Whoever was asked weeks ago and did not decide is asked again, before the first of them.
    """
    lines = sessions_to_decide(expert, now=now)
    if lines:
        unsettle([line.session for line in lines], why="EXPERT_PAPERS", now=now)
        due_at = min(lines[0].session.starts_at, now + TODAY)
        _ask(expert, vog, "end", due_at=due_at, now=now)
    return len(lines)


@transaction.atomic
def settle_lists(*, expert: Expert, now: datetime) -> None:
    """Work is carried again: where nothing is left to decide, nobody is asked any more."""
    asked = Task.objects.filter(kind=TaskKind.PAPERS_END, expert=expert, done_at=None)
    if asked.exists() and not sessions_to_decide(expert, now=now):
        _settle(expert, now=now)


def _ask(expert: Expert, vog: VogEvidence, when: str, *, due_at: datetime, now: datetime) -> None:
    once_per = f"papers:{vog.pk}:{when}"
    # One question at a time: a later one takes the place of the one before it.
    _settle(expert, now=now, but=once_per)
    open_task(TaskKind.PAPERS_END, expert=expert, due_at=due_at, once_per=once_per, now=now)


def _settle(expert: Expert, *, now: datetime, but: str = "") -> None:
    rows = Task.objects.filter(kind=TaskKind.PAPERS_END, expert=expert, done_at=None)
    for once_per in rows.exclude(once_per=but).values_list("once_per", flat=True):
        settle_task(once_per=once_per, now=now)
