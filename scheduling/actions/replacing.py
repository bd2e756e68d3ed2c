"""Somebody falls out: what was planned stays, without them, and passes to whoever says yes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.access.scope import region_scope
from core.errors import Refusal
from matching.models import Assignment
from matching.permissions import require_follower
from matching.states import AssignmentState
from pool.actions import release
from scheduling.actions.events import unsettle
from scheduling.actions.fitness import require_companion
from scheduling.actions.needs import needs_second, require_live, require_plannable, running
from scheduling.actions.sessions import locked, seat_experts
from scheduling.actions.settling import plan_again, wait_on
from scheduling.models import Session, SessionRole
from scheduling.queries import future_sessions, roles_in
from scheduling.states import SessionKind, SessionState

COUNT_DUO = "pool.count_duo"


class NobodyFellOut(Refusal):
    message = _("Nobody fell out of this session. Plan a new one for somebody else.")


@transaction.atomic
def free_of(assignment: Assignment, *, now: datetime) -> int:
    """Give the hours of somebody who falls out back, and doubt what was planned. Returns how many.

    The part stays in the session, so that everybody sees whose place is free.
    """
    rows = future_sessions(at=now, request=assignment.seat.request, expert=assignment.expert)
    sessions = list(rows)
    for one in sessions:
        release(source=one.pk, expert_id=assignment.expert_id)
    unsettle(sessions, why="EXPERT_GONE", now=now)
    return len(sessions)


@transaction.atomic
def replace_expert(
    *, session_id: UUID, assignment_id: UUID, by: User, now: datetime, agreed: bool = False
) -> Session:
    """Put whoever said yes in the free place: hours, reminders and invitations at once.

    A first meeting that needs two, with one of them, still waits for the other.

    Raises:
        Session.DoesNotExist, Assignment.DoesNotExist, IllegalMove, NobodyFellOut, and what
        `plan_session` raises: nothing was changed.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    require_live(session)
    parts = roles_in(session)
    gone = [role for role in parts if is_free(role)]
    if not gone:
        raise NobodyFellOut
    (new,) = running(request, [assignment_id])
    require_plannable(
        request,
        [new],
        (session.starts_at, session.ends_at),
        kind=session.kind,
        place_id=session.place_id,
        agreed=agreed,
        by=by,
        now=now,
        moved=session,
    )
    others = [role.assignment for role in parts if role.assignment and not is_free(role)]
    require_companion(
        [new, *others],
        n_professionals=sum(role.user_id is not None for role in parts),
        kind=session.kind,
    )
    waits = needs_second(request, kind=session.kind, n_people=len(parts) - len(gone) + 1)
    # A second who has to come along takes the other place; nobody waits for it otherwise.
    filled = gone[:1] if waits else gone
    SessionRole.objects.filter(pk__in=[role.pk for role in filled]).delete()
    seat_experts(session, request, [new], now=now)
    audit.record("session.replaced", by=by, at=now, subject=request.case_id, target=session)
    if waits:
        wait_on(session, [role for role in roles_in(session) if role.assignment == new], now=now)
    else:
        plan_again(session, request, now=now)
    return session


def count_newcomer(assignment: Assignment, *, now: datetime) -> None:
    """Work with two that came to a meeting counts for the probation, where somebody is at home.

    A moment later: the request is held here, and the expert is locked before it (`matching`).
    """
    if not assignment.as_duo:
        return
    held = SessionRole.objects.filter(assignment=assignment, session__state=SessionState.HELD)
    if held.exclude(session__kind=SessionKind.PHONE).exists():
        with region_scope(assignment.expert_region_id):
            outbox.schedule(
                COUNT_DUO, subject=assignment.expert_id, at=now, once_per=f"duo:{assignment.pk}"
            )


def is_free(role: SessionRole) -> bool:
    """Whether the place of this part is free: whoever had it does not do this work any more."""
    return role.assignment is not None and role.assignment.state == AssignmentState.ENDED
