"""One session as its reader may see it, and how pages of matching show sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from core.access.models import Role, User
from core.access.permissions import has_role
from matching.hooks import SessionMark
from matching.models import Assignment, Request
from matching.permissions import may_follow
from matching.queries.gate import running_assignments
from matching.states import AssignmentState
from pool.models import MeetingPlace
from pool.queries import coordinator_phone
from scheduling.models import Session, SessionRole
from scheduling.queries.people import is_held_by, name_of, request_of, roles_in, sessions_of
from scheduling.rules import CHECK_IN_OPENS
from scheduling.states import LIVE, RoleKind, SessionKind, SessionState

MARKS: dict[str, str] = {
    SessionState.PLANNED: "planned",
    SessionState.TO_CONFIRM: "confirm",
    SessionState.HELD: "done",
}


@dataclass(frozen=True)
class RolePage:
    """One person's part, as the reader may see it; an empty name is told by voice."""

    role: SessionRole
    name: str
    is_mine: bool

    @property
    def is_free(self) -> bool:
        """Whoever had this part does not do this work any more."""
        held = self.role.assignment
        return held is not None and held.state == AssignmentState.ENDED


@dataclass(frozen=True)
class SessionPage:
    """One session as `reader` may see it. The place is not in it: that is a tap of its own.

    `heirs` are those who said yes and could come in a free place.
    """

    session: Session
    request: Request
    roles: list[RolePage]
    mine: SessionRole | None
    is_expert: bool
    may_change: bool
    has_place: bool
    request_url: str
    phone: str
    now: datetime
    heirs: tuple[Assignment, ...] = ()

    @property
    def has_free_place(self) -> bool:
        """Somebody fell out, and nobody came in that place yet."""
        return self.is_live and any(one.is_free for one in self.roles)

    @property
    def is_live(self) -> bool:
        return self.session.state in LIVE

    @property
    def has_begun(self) -> bool:
        return self.session.starts_at <= self.now

    @property
    def checks_in_from(self) -> datetime:
        return self.session.starts_at - CHECK_IN_OPENS

    @property
    def can_check_in(self) -> bool:
        return self.now >= self.checks_in_from


def session_page(*, session_id: UUID, reader: User, now: datetime) -> SessionPage:
    """The page of one session.

    Raises:
        Session.DoesNotExist: no such session, or not one of this reader's; they look the same.
    """
    session = sessions_of(reader).get(pk=session_id)
    roles = roles_in(session)
    request = request_of(session)
    mine = next((role for role in roles if is_held_by(role, reader)), None)
    is_staff = has_role(reader, Role.COORDINATOR)
    return SessionPage(
        session=session,
        request=request,
        roles=[RolePage(role, name_of(role), is_held_by(role, reader)) for role in roles],
        mine=mine,
        is_expert=mine is not None and mine.kind == RoleKind.EXPERT and not is_staff,
        may_change=may_follow(reader, request),
        has_place=session.place_id is not None,
        request_url=_request_url(request, reader),
        phone=coordinator_phone(at=now),
        now=now,
        heirs=heirs_of(request, roles),
    )


def heirs_of(request: Request, roles: Sequence[SessionRole]) -> tuple[Assignment, ...]:
    """Who could come in a free place: those beside this participant who are not in it yet."""
    inside = {role.assignment_id for role in roles}
    free = any(one.assignment and one.assignment.state == AssignmentState.ENDED for one in roles)
    rows = running_assignments(request) if free else ()
    return tuple(one for one in rows if one.pk not in inside)


def _request_url(request: Request, reader: User) -> str:
    """Where this reader follows the request; empty for who may not."""
    if not may_follow(reader, request):
        return ""
    page = "request-detail" if has_role(reader, Role.COORDINATOR) else "request-status"
    return reverse(f"matching:{page}", args=[request.pk])


def place_of(session: Session) -> MeetingPlace | None:
    """Where people meet; whoever shows it logs the reading."""
    if session.place_id is None:
        return None
    return MeetingPlace.objects.filter(pk=session.place_id).first()


def marks_of(requests: Collection[UUID]) -> dict[UUID, list[SessionMark]]:
    """The sessions of requests as the pages of matching show them, soonest first: one query."""
    found: dict[UUID, dict[UUID, SessionMark]] = defaultdict(dict)
    rows = SessionRole.objects.filter(kind=RoleKind.EXPERT, assignment__seat__request__in=requests)
    shown = rows.exclude(session__state__in=[SessionState.CANCELLED, SessionState.MISSED])
    for role in shown.select_related("session", "assignment__seat").order_by(
        "session__starts_at", "pk"
    ):
        if role.assignment is None:
            continue
        session = role.session
        # A duo is one session with two roles: the first one speaks for both.
        found[role.assignment.seat.request_id].setdefault(
            session.pk,
            SessionMark(
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                state=MARKS[session.state],
                label=str(SessionKind(session.kind).label),
                url=reverse("scheduling:session-detail", args=[session.pk]),
                assignment_id=role.assignment_id,
            ),
        )
    return {request_id: list(marks.values()) for request_id, marks in found.items()}
