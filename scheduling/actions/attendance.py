"""Check-in and check-out, and what became of a session. Tapping twice is harmless."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from pool.actions import weigh
from scheduling.actions.care import offer_talk
from scheduling.actions.overdue import is_out
from scheduling.actions.reminders import stop_reminders
from scheduling.actions.sessions import locked, own_role
from scheduling.actions.watches import watch
from scheduling.models import Session, SessionRole
from scheduling.queries import request_of, roles_in
from scheduling.rules import CHECK_IN_OPENS
from scheduling.states import HEAVY, SESSION, RoleKind, SessionState


class TooEarly(Refusal):
    message = _("Checking in is possible from one hour before the start.")


class NotCheckedIn(Refusal):
    message = _("Check in first. Did you forget? Call the coordinator.")


class NotBegun(Refusal):
    message = _("This session has not begun yet.")


@transaction.atomic
def check_in(*, role_id: UUID, by: User, now: datetime) -> SessionRole:
    """Say that one is there. From here the clock for checking out runs.

    Never refused because a session is unsure: where somebody is, is a matter of safety.

    Raises:
        SessionRole.DoesNotExist: not a role of a session that `by` may open.
        IllegalMove: the session was cancelled. TooEarly.
    """
    role, session = own_role(role_id, by=by)
    if role.checked_in_at is not None:
        return role
    if session.state not in {SessionState.HELD, SessionState.MISSED}:
        SESSION.require(session.state, SessionState.HELD)
    if now < session.starts_at - CHECK_IN_OPENS:
        raise TooEarly
    SessionRole.objects.filter(pk=role.pk, checked_in_at=None).update(checked_in_at=now)
    _record("session.checked_in", role, session, by=by, now=now)
    role.refresh_from_db()
    watch(role, session)
    return role


@transaction.atomic
def check_out(*, role_id: UUID, by: User, now: datetime) -> SessionRole:
    """Say that one is out and well; when every expert is, the session was held.

    Raises:
        SessionRole.DoesNotExist: not a role of a session that `by` may open.
        NotCheckedIn: there is nothing to check out of.
    """
    role, session = own_role(role_id, by=by)
    if role.checked_out_at is not None:
        return role
    if role.checked_in_at is None:
        raise NotCheckedIn
    SessionRole.objects.filter(pk=role.pk, checked_out_at=None).update(checked_out_at=now)
    _record("session.checked_out", role, session, by=by, now=now)
    role.refresh_from_db()
    is_out(role, now=now)
    offer_talk(role, session, now=now)
    experts = [one for one in roles_in(session) if one.kind == RoleKind.EXPERT]
    if all(one.checked_out_at for one in experts) and session.state != SessionState.HELD:
        _end(session, SessionState.HELD, by=by, now=now)
    return role


@transaction.atomic
def mark_held(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Say that a session took place, where nobody checked out. Twice is harmless.

    Raises:
        Session.DoesNotExist, NotBegun, IllegalMove.
    """
    return _mark(session_id, SessionState.HELD, by=by, now=now)


@transaction.atomic
def mark_missed(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Say that a session did not take place because somebody was not there.

    Raises:
        Session.DoesNotExist, NotBegun, IllegalMove: for example, it was held.
    """
    return _mark(session_id, SessionState.MISSED, by=by, now=now)


def _mark(session_id: UUID, state: SessionState, *, by: User, now: datetime) -> Session:
    _request, session = locked(session_id, by=by)
    if session.state == state:
        return session
    SESSION.require(session.state, state)
    if now < session.starts_at:
        raise NotBegun
    _end(session, state, by=by, now=now)
    return session


def _end(session: Session, state: SessionState, *, by: User, now: datetime) -> None:
    """Write what became of it. No new SEQUENCE: for others the hours stay what they were."""
    for role in roles_in(session):
        is_out(role, now=now)
        offer_talk(role, session, missed=state == SessionState.MISSED, now=now)
    stop_reminders(session, now=now)
    Session.objects.filter(pk=session.pk, state__in=SESSION.sources(state)).update(state=state)
    session.refresh_from_db()
    if session.kind in HEAVY:
        # Nobody rests from a meeting that was not.
        weigh(source=session.pk, is_heavy=state == SessionState.HELD)
    audit.record(
        f"session.{state.lower()}",
        by=by,
        at=now,
        subject=request_of(session).case_id,
        target=session,
    )


def _record(event: str, role: SessionRole, session: Session, *, by: User, now: datetime) -> None:
    expert = role.assignment.expert_id if role.assignment else None
    audit.record(event, by=by, at=now, subject=expert, target=session, role=role.kind)
