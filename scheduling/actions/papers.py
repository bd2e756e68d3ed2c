"""What happens to sessions when a VOG ends, or a rule changes: listed in time, never overlooked."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.clock import AMSTERDAM
from core.outbox import schedule
from matching.actions import open_task, settle_task
from matching.models import Task
from matching.models.requests import TaskKind
from pool.models import Expert, Requirement, VogEvidence
from pool.rules import instant_of
from scheduling.actions.events import unsettle
from scheduling.models import SessionRole
from scheduling.queries import AfterEnd, sessions_to_decide
from scheduling.states import LIVE

# When it ended at once, somebody looks today.
TODAY = timedelta(hours=8)
DAY = timedelta(days=1)
UNDECIDED = "scheduling.undecided"


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
def look_after_rule(*, requirement: Requirement, now: datetime) -> int:
    """The region asks something else of one kind of work: what is planned is looked at again.

    A rule calls nothing off. Who is no longer carried is a question to the coordinator at once, a
    day before the first of these sessions at the latest; who is carried again, is none any more.
    Returns about how many people it asks.
    """
    planned = SessionRole.objects.filter(
        session__state__in=LIVE,
        session__starts_at__gt=now,
        assignment__seat__request__activity=requirement.activity,
        assignment__seat__request__organisation__kind=requirement.host_kind,
    )
    n_asked = 0
    whose = planned.order_by().values("assignment__expert")
    for expert in Expert.objects.filter(pk__in=whose).order_by("pk"):
        lines = sessions_to_decide(expert, now=now)
        if not lines:
            settle_lists(expert=expert, now=now)
            continue
        due_at = _stop_later(expert, lines, now=now)
        if not _asked(expert).exists():
            once_per = f"papers-rule:{requirement.pk}:{expert.pk}"
            open_task(TaskKind.PAPERS_END, expert=expert, due_at=due_at, once_per=once_per, now=now)
            n_asked += 1
    return n_asked


@transaction.atomic
def stop_undecided(*, expert_id: UUID, now: datetime) -> int:
    """A day before it, a session that nobody decided on waits for a yes. Returns how many.

    Safe to run twice, early and late.
    """
    expert = Expert.objects.filter(pk=expert_id).first()
    lines = sessions_to_decide(expert, now=now) if expert else []
    near = [line for line in lines if line.session.starts_at - now <= DAY]
    later = [line for line in lines if line.session.starts_at - now > DAY]
    if expert and later:
        _stop_later(expert, later, now=now)
    return unsettle([line.session for line in near], why="EXPERT_PAPERS", now=now)


def _stop_later(expert: Expert, lines: list[AfterEnd], *, now: datetime) -> datetime:
    """Look again a day before the first of these, or in some hours where that is over."""
    first = lines[0].session.starts_at
    at = min(first, max(first - DAY, now + TODAY))
    stamp = f"{at:%Y%m%dT%H%M}"
    schedule(UNDECIDED, subject=expert.pk, at=at, once_per=f"undecided:{expert.pk}:{stamp}")
    return at


@transaction.atomic
def settle_lists(*, expert: Expert, now: datetime) -> None:
    """Work is carried again: where nothing is left to decide, nobody is asked any more."""
    if _asked(expert).exists() and not sessions_to_decide(expert, now=now):
        _settle(expert, now=now)


def _asked(expert: Expert) -> QuerySet[Task]:
    return Task.objects.filter(kind=TaskKind.PAPERS_END, expert=expert, done_at=None)


def _ask(expert: Expert, vog: VogEvidence, when: str, *, due_at: datetime, now: datetime) -> None:
    once_per = f"papers:{vog.pk}:{when}"
    # One question at a time: a later one takes the place of the one before it.
    _settle(expert, now=now, but=once_per)
    open_task(TaskKind.PAPERS_END, expert=expert, due_at=due_at, once_per=once_per, now=now)


def _settle(expert: Expert, *, now: datetime, but: str = "") -> None:
    for once_per in _asked(expert).exclude(once_per=but).values_list("once_per", flat=True):
        settle_task(once_per=once_per, now=now)
