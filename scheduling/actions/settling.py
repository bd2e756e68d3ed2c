"""What follows when a session changes: reminders, messages, watches, and the tasks about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from core import audit, outbox
from core.access.models import User
from matching.actions import settle_tasks
from matching.models import Request, Task
from matching.models.requests import TaskKind
from pool.actions import release
from scheduling.actions.needs import GATE_AGAIN
from scheduling.actions.reminders import stop_reminders, write_reminders
from scheduling.actions.telling import Template, tell
from scheduling.models import Session, SessionRole
from scheduling.queries import (
    recipients,
    roles_in,
)
from scheduling.states import SESSION, SessionKind, SessionState

GATE_KIND = "scheduling.gate"


def call_off(session: Session, request: Request, *, by: User | None, now: datetime) -> None:
    """Cancel a locked session, for a person or with the work it belonged to."""
    SESSION.require(session.state, SessionState.CANCELLED)
    stop_reminders(session, now=now)
    outbox.cancel(GATE_KIND, subject=session.pk, now=now)
    release(source=session.pk)
    change(session, now=now, state=SessionState.CANCELLED, cancelled_at=now, cancelled_by=by)
    audit.record("session.cancelled", by=by, at=now, subject=request.case_id, target=session)
    people = recipients(roles_in(session), at=session.starts_at)
    tell(session, people, "cancelled", now=now, by_sms=people)
    settle_own_tasks(session, now=now)


def doubt(session: Session, request: Request, *, why: str, now: datetime) -> None:
    """Make a locked, planned session unsure: somebody has to say that it still takes place."""
    stop_reminders(session, now=now)
    change(session, now=now, state=SessionState.TO_CONFIRM)
    audit.record(
        "session.unsettled", by=None, at=now, subject=request.case_id, target=session, why=why
    )
    people = recipients(roles_in(session), at=session.starts_at)
    tell(session, people, "to_confirm", now=now, by_sms=people)
    watch_gate(session, now=now)


def come_along(session: Session, request: Request, *, now: datetime) -> None:
    """Others take part in a locked, planned session than before: everybody hears it."""
    stop_reminders(session, now=now)
    change(session, now=now)
    settle(session, request, "changed", now=now)


def change(session: Session, *, now: datetime, **values: object) -> None:
    """Write what others can see, with the next version and SEQUENCE in the same UPDATE."""
    Session.objects.filter(pk=session.pk).update(
        version=F("version") + 1, ics_sequence=F("ics_sequence") + 1, changed_at=now, **values
    )
    session.refresh_from_db()


def plan_again(session: Session, request: Request, *, now: datetime) -> None:
    """A locked session is planned as it stands now: everybody hears it."""
    stop_reminders(session, now=now)
    change(session, now=now, state=SessionState.PLANNED)
    settle(session, request, "changed", now=now)


def wait_on(session: Session, added: Iterable[SessionRole], *, now: datetime) -> None:
    """Others take part in a locked session that stays unsure: whoever is new hears that."""
    change(session, now=now)
    people = recipients(added, at=session.starts_at)
    tell(session, people, "to_confirm", now=now, by_sms=people)


def settle(session: Session, request: Request, template: Template, *, now: datetime) -> None:
    """Reminders, messages and watches of a session that is planned as it now stands."""
    people = recipients(roles_in(session), at=session.starts_at)
    n_moments = write_reminders(session, people, request, now=now)
    # A new plan needs no text when reminders follow; a change does: somebody may be under way.
    soon = template == "changed" or not n_moments
    tell(session, people, template, now=now, by_sms=people if soon else ())
    watch_gate(session, now=now)
    settle_own_tasks(session, now=now)
    if session.kind == SessionKind.FIRST_MEETING:
        settle_tasks(TaskKind.PLAN_FIRST, request=request, now=now)


def watch_gate(session: Session, *, now: datetime) -> None:
    """Ask about the safety check again when the session is near."""
    outbox.cancel(GATE_KIND, subject=session.pk, now=now)
    if session.kind == SessionKind.PHONE:
        return
    outbox.schedule(
        GATE_KIND,
        subject=session.pk,
        at=max(now, session.starts_at - GATE_AGAIN),
        once_per=f"gate:{session.pk}:{session.version}",
    )


def own_tasks(session: Session) -> QuerySet[Task]:
    """The open tasks that ask somebody to look at this session."""
    return Task.objects.filter(once_per__startswith=task_key(session), done_at=None)


def task_key(session: Session) -> str:
    """Begins `once_per` of every task about this session."""
    return f"session-unsure:{session.pk}:"


def settle_own_tasks(session: Session, *, now: datetime) -> None:
    """Nobody has to look at this session any more."""
    own_tasks(session).update(done_at=now)
