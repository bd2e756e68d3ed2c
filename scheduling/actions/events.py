"""What events of the work itself do to planned sessions: unsure, or over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import audit, outbox
from core.access.models import User
from matching.actions import GateIncomplete, open_task, require_complete_gate
from matching.models import Request
from matching.models.requests import TaskKind
from scheduling.actions.needs import GATE_AGAIN
from scheduling.actions.settling import GATE_KIND, call_off, come_along, doubt, own_tasks, task_key
from scheduling.models import Session, SessionRole
from scheduling.queries import request_of
from scheduling.states import LIVE, SessionKind, SessionState

# As long as a near session is unsure somebody has to have a task about it. The task may be
# closed with the safety check, while the session itself still waits for its yes.
LOOK_AGAIN = timedelta(hours=1)


@transaction.atomic
def unsettle(sessions: Iterable[Session], *, why: str, now: datetime) -> int:
    """Make these sessions unsure, those that are planned. Returns how many.

    Whoever is to come within a day cannot wait for a mail: a coordinator gets a task.
    """
    n_moved = 0
    for request, session in _locked(sessions):
        if session.state == SessionState.PLANNED:
            doubt(session, request, why=why, now=now)
            n_moved += 1
            if session.starts_at - now < GATE_AGAIN:
                _warn(session, request, now=now)
    return n_moved


@transaction.atomic
def cancel_sessions(sessions: Iterable[Session], *, now: datetime) -> int:
    """Cancel these sessions with the work they belonged to. Returns how many."""
    n_moved = 0
    for request, session in _locked(sessions):
        if session.state in LIVE:
            call_off(session, request, by=None, now=now)
            n_moved += 1
    return n_moved


@transaction.atomic
def gate_again(*, session_id: UUID, now: datetime) -> None:
    """Ask about the safety check a day before a session, for the moment of the session.

    A check that will have lapsed makes the session unsure and calls a human. Safe to run
    twice, early or late.
    """
    session = Session.objects.filter(pk=session_id, state__in=LIVE).first()
    near = session is not None and now < session.starts_at <= now + GATE_AGAIN
    if session is None or not near or session.kind == SessionKind.PHONE:
        return
    request = request_of(session)
    if session.state == SessionState.TO_CONFIRM:
        _warn(session, request, now=now)
        return
    try:
        require_complete_gate(request, at=session.starts_at)
    except GateIncomplete:
        unsettle([session], why="GATE_LAPSED", now=now)


@transaction.atomic
def pass_roles(sessions: Iterable[Session], *, before: User, to: User, now: datetime) -> int:
    """Let `to` come along where `before` would have. Returns in how many sessions."""
    n_passed = 0
    for request, session in _locked(sessions):
        role = SessionRole.objects.filter(session=session, user=before).first()
        if role is None:
            continue
        if SessionRole.objects.filter(session=session, user=to).exists():
            role.delete()
        else:
            SessionRole.objects.filter(pk=role.pk).update(user=to)
        audit.record("session.passed_on", by=None, at=now, subject=request.case_id, target=session)
        if session.state == SessionState.PLANNED:
            come_along(session, request, now=now)
        n_passed += 1
    return n_passed


def _locked(sessions: Iterable[Session]) -> Iterable[tuple[Request, Session]]:
    for one in sorted(sessions, key=lambda row: (row.starts_at, row.pk)):
        request = request_of(one)
        Request.objects.select_for_update().get(pk=request.pk)
        yield request, Session.objects.select_for_update().get(pk=one.pk)


def _warn(session: Session, request: Request, *, now: datetime) -> None:
    """Call a human: this session is within a day and nobody knows whether it may take place."""
    stamp = f"{session.version}:{now:%Y%m%dT%H%M}"
    if not own_tasks(session).exists():
        open_task(
            TaskKind.GATE_LAPSED,
            request=request,
            due_at=session.starts_at,
            once_per=f"{task_key(session)}{stamp}",
            now=now,
        )
    if now + LOOK_AGAIN < session.starts_at:
        outbox.schedule(
            GATE_KIND,
            subject=session.pk,
            at=now + LOOK_AGAIN,
            once_per=f"gate:{session.pk}:{stamp}",
        )
