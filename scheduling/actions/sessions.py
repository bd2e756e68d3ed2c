"""Planning, moving, confirming and cancelling. Hours are booked in the same transaction.

Order of locks: the request, then the session, then turns of experts, then blocks. An event of
the measure comes in through the request, so whoever took a session first would wait for it for
ever.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.models import Membership, Role, User
from core.clock import local
from core.errors import NotAllowed
from matching.models import Assignment, Request
from matching.permissions import may_coordinate, require_follower
from pool.actions import Booking, book_all, rebook, release, take_turns
from pool.states import BlockKind
from scheduling.actions.fitness import require_companion
from scheduling.actions.needs import (
    DuoNeeded,
    needs_second,
    require_live,
    require_plannable,
    require_room,
    running,
    still_running,
)
from scheduling.actions.reminders import stop_reminders
from scheduling.actions.settling import (
    call_off,
    change,
    plan_again,
    settle,
)
from scheduling.actions.watches import watch_all
from scheduling.models import Place, Session, SessionRole
from scheduling.queries import (
    is_held_by,
    request_of,
    roles_in,
    sessions_of,
    travel_time,
)
from scheduling.states import HEAVY, SESSION, RoleKind, SessionState


@transaction.atomic
def plan_session(  # noqa: PLR0913  who, what, when, where, with whom
    *,
    assignment_id: UUID,
    kind: str,
    start: datetime,
    end: datetime,
    by: User,
    now: datetime,
    place_id: UUID | None = None,
    with_professional: bool | Collection[UUID] = False,
    with_assignments: Collection[UUID] = (),
    agreed: bool = False,
) -> Session:
    """Plan a session for an assignment: hours, roles, reminders and invitations at once.

    Besides the assignment others may take part: `with_professional` is True for whoever filed
    the request, or ids of professionals; `with_assignments` are others of the same request.
    [start, end) is aware and half-open. `agreed` is a coordinator's word that the expert was
    called and takes this session all the same (AskFirst).

    Raises:
        Assignment.DoesNotExist: none, or of somebody else's request; they look the same.
        SessionInPast, TooLong, NotReachableYet, AssignmentOver, NotDeployable, AskFirst,
        DuoNeeded, NewcomerAlone.
        matching.actions.GateIncomplete: a meeting needs the whole safety check.
        pool.actions.Overlap: the hours are given away; nothing was changed.
    """
    request = _locked_request(assignment_id)
    require_follower(by, request)
    assignments = running(request, [assignment_id, *with_assignments])
    professionals = _professionals(request, with_professional)
    require_plannable(
        request,
        assignments,
        (start, end),
        kind=kind,
        place_id=place_id,
        agreed=agreed,
        by=by,
        now=now,
    )
    require_companion(assignments, n_professionals=len(professionals), kind=kind)
    if needs_second(request, kind=kind, n_people=len(assignments) + len(professionals)):
        raise DuoNeeded
    session = Session.objects.create(
        kind=kind,
        starts_at=start,
        ends_at=end,
        place_id=place_id,
        changed_at=now,
        planned_at=now,
        planned_by=by,
    )
    seat_experts(session, request, assignments, now=now)
    for user_id in professionals:
        SessionRole.objects.create(session=session, kind=RoleKind.PROFESSIONAL, user_id=user_id)
    Place.objects.create(session=session, case_id=request.case_id)
    audit.record(
        "session.planned", by=by, at=now, subject=request.case_id, target=session, kind=str(kind)
    )
    settle(session, request, "invite", now=now)
    return session


@transaction.atomic
def move_session(  # noqa: PLR0913  the session, when and where
    *,
    session_id: UUID,
    start: datetime,
    end: datetime,
    place_id: UUID | None,
    by: User,
    now: datetime,
    agreed: bool = False,
) -> Session:
    """Give a session another time or place; it is planned afterwards, whatever was unsure.

    Raises:
        Session.DoesNotExist, IllegalMove: it is over or cancelled. And as `plan_session`.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    require_live(session)
    roles = [role for role in roles_in(session) if role.assignment is not None]
    assignments = still_running(roles)
    require_plannable(
        request,
        assignments,
        (start, end),
        kind=session.kind,
        place_id=place_id,
        agreed=agreed,
        by=by,
        now=now,
        moved=session,
    )
    travel = travel_time(session.kind, on=local(start).date())
    take_turns(role.assignment.expert_id for role in roles if role.assignment)
    # In the order in which planning books them: by expert.
    for role in sorted(roles, key=lambda one: one.block.expert_id if one.block else one.pk):
        if role.block is not None:
            rebook(block=role.block, start=start, end=end, travel=travel)
    stop_reminders(session, now=now)
    change(
        session,
        now=now,
        state=SessionState.PLANNED,
        starts_at=start,
        ends_at=end,
        place_id=place_id,
    )
    require_room(session, request, assignments, now=now)
    audit.record("session.moved", by=by, at=now, subject=request.case_id, target=session)
    watch_all(session)
    settle(session, request, "changed", now=now)
    return session


@transaction.atomic
def confirm_session(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Say that a session takes place after all; reminders are written anew.

    Raises:
        Session.DoesNotExist, IllegalMove: it was not unsure.
        SessionInPast: it has begun. And, for the safety check and the papers, as `plan_session`.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    if session.state != SessionState.TO_CONFIRM:
        SESSION.require(session.state, SessionState.PLANNED)
    require_plannable(
        request,
        still_running(roles_in(session)),
        (session.starts_at, session.ends_at),
        kind=session.kind,
        place_id=session.place_id,
        # Whoever confirms has spoken with everybody: that is what is being asked.
        agreed=True,
        by=by,
        now=now,
        moved=session,
    )
    audit.record("session.confirmed", by=by, at=now, subject=request.case_id, target=session)
    plan_again(session, request, now=now)
    return session


@transaction.atomic
def cancel_session(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Call a session off: hours are free again, everybody hears, nobody is reminded.

    Raises:
        Session.DoesNotExist, IllegalMove: it is over or was cancelled already.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    call_off(session, request, by=by, now=now)
    return session


def locked(session_id: UUID, *, by: User) -> tuple[Request, Session]:
    """The request and the session, locked in that order.

    Raises:
        Session.DoesNotExist: no such session, or not one that `by` may open.
    """
    request = request_of(sessions_of(by).get(pk=session_id))
    Request.objects.select_for_update().get(pk=request.pk)
    return request, Session.objects.select_for_update().get(pk=session_id)


def own_role(role_id: UUID, *, by: User) -> tuple[SessionRole, Session]:
    """A role that `by` may check in or out: one's own, or anybody's for a coordinator.

    Raises:
        SessionRole.DoesNotExist: not a role of a session that `by` may open.
        NotAllowed: somebody else's.
    """
    role = SessionRole.objects.get(pk=role_id, session__in=sessions_of(by).values("pk"))
    try:
        _request, session = locked(role.session_id, by=by)
    except Session.DoesNotExist:
        raise SessionRole.DoesNotExist from None
    role = next(one for one in roles_in(session) if one.pk == role_id)
    if not is_held_by(role, by) and not may_coordinate(by):
        raise NotAllowed("")
    return role, session


def seat_experts(
    session: Session, request: Request, assignments: Sequence[Assignment], *, now: datetime
) -> None:
    """Give these experts a part in a session, and the session their hours.

    Raises:
        pool.actions.Overlap, Resting, NextTooSoon, WeekFull.
    """
    for one in assignments:
        # A seat at a fixed time holds hours from the accept on; the session takes them over.
        release(source=one.pk)
    travel = travel_time(session.kind, on=local(session.starts_at).date())
    take_turns(one.expert_id for one in assignments)
    blocks = book_all(
        Booking(
            one.expert,
            BlockKind.SESSION,
            session.starts_at,
            session.ends_at,
            travel,
            session.pk,
            is_heavy=session.kind in HEAVY,
            grant_id=one.grant_id,
        )
        for one in assignments
    )
    require_room(session, request, assignments, now=now)
    block_of = {block.expert_id: block for block in blocks}
    for one in assignments:
        SessionRole.objects.create(
            session=session,
            kind=RoleKind.EXPERT,
            assignment=one,
            block=block_of[one.expert_id],
            lent_from=one.expert.region_id if one.expert.is_lent else None,
        )


# --- Parts ------------------------------------------------------------------------------------


def _locked_request(assignment_id: UUID) -> Request:
    assignment = Assignment.objects.select_related("seat").get(pk=assignment_id)
    Request.objects.select_for_update().get(pk=assignment.seat.request_id)
    return Request.objects.select_related("policy", "organisation").get(
        pk=assignment.seat.request_id
    )


def _professionals(request: Request, wanted: bool | Collection[UUID]) -> list[UUID]:  # noqa: FBT001
    if isinstance(wanted, bool):
        return [request.requester_id] if wanted else []
    staff = (Role.PROFESSIONAL, Role.COORDINATOR)
    here = set(
        Membership.objects.filter(user_id__in=wanted, role__in=staff, ended_at=None).values_list(
            "user_id", flat=True
        )
    )
    if here != set(wanted):
        raise User.DoesNotExist
    return sorted(here)
