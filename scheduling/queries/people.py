"""Whose sessions, who takes part, and how each of them hears about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.models import Membership, Role, User
from core.access.permissions import has_role, memberships
from core.outbox.states import Channel
from matching.models import Assignment, Request
from matching.states import AssignmentState
from pool.models import Expert
from pool.queries import contact, own_quiet, quiet_hours
from pool.states import ExpertState
from scheduling.models import Session, SessionRole
from scheduling.states import LIVE, RoleKind

USUAL_REMINDERS = (1440, 120)
WITH_PEOPLE = (
    "assignment__seat__request__policy",
    "assignment__expert__user",
    "assignment__expert__data_key",
    "user",
)


def sessions_of(user: User) -> QuerySet[Session]:
    """The sessions that `user` may open: a coordinator's region, or one's own.

    A professional's are those of the requests of the own organisation, as nights change hands,
    and those where this person comes along. An expert's access ends with the assignment;
    whoever is checked in can still check out.
    """
    if has_role(user, Role.COORDINATOR):
        return Session.objects.all()
    running = ~Q(assignment__state=AssignmentState.ENDED) | Q(
        checked_in_at__isnull=False, checked_out_at=None
    )
    own = Q(user=user) | Q(assignment__seat__request__organisation__in=organisations_of(user))
    mine = SessionRole.objects.filter(own | (Q(assignment__expert__user=user) & running))
    return Session.objects.filter(pk__in=mine.values("session_id"))


def organisations_of(user: User) -> list[UUID]:
    """The organisations for which `user` asks."""
    return [
        membership.organisation_id
        for membership in memberships(user)
        if membership.role == Role.PROFESSIONAL and membership.organisation_id
    ]


def request_of(session: Session) -> Request:
    """The request that `session` belongs to."""
    role = (
        SessionRole.objects.filter(session=session, kind=RoleKind.EXPERT)
        .select_related("assignment__seat__request__policy", "assignment__seat__request__data_key")
        .order_by("pk")
        .first()
    )
    if role is None or role.assignment is None:
        raise Request.DoesNotExist
    request: Request = role.assignment.seat.request
    return request


def roles_in(session: Session) -> list[SessionRole]:
    """Everybody's part in `session`, experts first, in a fixed order."""
    rows = SessionRole.objects.filter(session=session).select_related(*WITH_PEOPLE, "block")
    return list(rows.order_by("kind", "pk"))


def future_sessions(
    *, at: datetime, request: Request | None = None, expert: Expert | None = None
) -> QuerySet[Session]:
    """Live sessions that have not begun, of a request or of an expert, soonest first."""
    roles = SessionRole.objects.filter(kind=RoleKind.EXPERT)
    if request is not None:
        roles = roles.filter(assignment__seat__request=request)
    if expert is not None:
        roles = roles.filter(assignment__expert=expert)
    return Session.objects.filter(
        pk__in=roles.values("session_id"), state__in=LIVE, starts_at__gt=at
    ).order_by("starts_at", "pk")


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told about a session, with the ways this person chose.

    Attributes:
        channels: for what cannot wait, the preferred one first.
        wants_invite: a calendar file comes with the mail.
        is_expert: is spoken to as "je" and reads nothing that tells a stranger anything.
        is_there: takes part still: not left, suspended or paused, membership running.
        quiet: when the phone is quiet: from and until, on the wall clock.
    """

    user: User | None
    email: str
    phone: str
    channels: tuple[Channel, ...]
    wants_invite: bool
    language: str
    is_expert: bool
    is_there: bool
    quiet: tuple[time, time]

    @property
    def key(self) -> str:
        return str(self.user.pk) if self.user else self.email

    def address(self, channel: Channel) -> str:
        return self.phone if channel == Channel.SMS else self.email


def recipients(roles: Iterable[SessionRole], *, at: datetime) -> list[Recipient]:
    """Who takes part in these roles, and how to reach each around `at`."""
    listed = list(roles)
    staff = [role.user_id for role in listed if role.user_id]
    wanted = (Role.PROFESSIONAL, Role.COORDINATOR)
    members = {
        row.user_id: row
        for row in Membership.objects.filter(
            user_id__in=staff, role__in=wanted, ended_at=None
        ).order_by("phone", "pk")
    }
    quiet = quiet_hours(at=at)
    found = []
    for role in listed:
        if role.assignment is not None:
            found.append(_expert(role.assignment, quiet))
        elif role.user is not None:
            found.append(_professional(role.user, members.get(role.user.pk), quiet))
    return found


def _expert(assignment: Assignment, quiet: tuple[time, time]) -> Recipient:
    expert = assignment.expert
    reach = contact(expert)
    by_sms = reach.wants_sms and bool(reach.phone)
    return Recipient(
        user=reach.user,
        email=reach.email,
        phone=reach.phone,
        channels=(Channel.SMS,) if by_sms and not _mails_first(reach.user) else (Channel.EMAIL,),
        wants_invite=expert.wants_invites,
        language=reach.language,
        is_expert=True,
        is_there=expert.state in {ExpertState.ACTIVE, ExpertState.LEAVING}
        and assignment.state == AssignmentState.ACTIVE,
        quiet=own_quiet(expert) or quiet,
    )


def _professional(user: User, membership: Membership | None, quiet: tuple[time, time]) -> Recipient:
    phone = membership.phone if membership else ""
    return Recipient(
        user=user,
        email=user.email,
        phone=phone,
        channels=_channels_at_work(user, phone),
        wants_invite=True,
        language=user.language,
        is_expert=False,
        is_there=membership is not None and user.is_active,
        quiet=quiet,
    )


def _mails_first(user: User | None) -> bool:
    return user is not None and user.texts_first is False


def _channels_at_work(user: User, phone: str) -> tuple[Channel, ...]:
    """Both, until somebody chose one; the other is what remains where that one fails."""
    if not phone or user.texts_first is False:
        return (Channel.EMAIL,)
    return (Channel.SMS,) if user.texts_first else (Channel.EMAIL, Channel.SMS)


def reminder_minutes(request: Request) -> list[int]:
    """How long before a session people are reminded, as it was agreed when the request came."""
    return list(request.policy.reminders) or list(USUAL_REMINDERS)


def roles_by_session(sessions: Iterable[Session]) -> dict[UUID, list[SessionRole]]:
    """Everybody's part in each of `sessions`, experts first: one query."""
    found: dict[UUID, list[SessionRole]] = defaultdict(list)
    rows = SessionRole.objects.filter(session__in=[one.pk for one in sessions])
    for role in rows.select_related(*WITH_PEOPLE).order_by("kind", "pk"):
        found[role.session_id].append(role)
    return found


def is_held_by(role: SessionRole, reader: User) -> bool:
    """Whether this part is the one of `reader`."""
    holder = role.assignment.expert.user_id if role.assignment else role.user_id
    return holder == reader.pk


def name_of(role: SessionRole) -> str:
    """First name and initial of whoever has this part."""
    if role.assignment is not None:
        expert: Expert = role.assignment.expert
        return expert.short_name
    return role.user.short_name if role.user else ""
