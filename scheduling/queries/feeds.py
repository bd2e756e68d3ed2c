"""The personal feed: which link lives, and what stands in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from core.access.links import find
from core.access.models import LinkPurpose, LinkToken, User
from matching.states import AssignmentState
from scheduling import ics
from scheduling.models import Session, SessionRole
from scheduling.states import SessionState

# A feed holds little history: whoever finds a phone finds no more than a week of somebody's life.
FEED_BACK, FEED_AHEAD = timedelta(days=7), timedelta(days=90)
# A feed that nobody fetches is somebody's old phone.
FEED_UNUSED = timedelta(days=90)


def living_feed(token: str, *, now: datetime) -> LinkToken | None:
    """The feed behind `token`, or None: unknown, replaced and long unused look alike."""
    link = find(token, purpose=LinkPurpose.FEED, now=now)
    if link is None or link.holder_id is None or _is_stale(link, now):
        return None
    return link


def feed_of(user: User, *, now: datetime) -> LinkToken | None:
    """The feed that `user` has now, if any; the address itself is kept nowhere."""
    link = (
        LinkToken.objects.filter(purpose=LinkPurpose.FEED, subject=user.pk, revoked_at=None)
        .order_by("-created_at")
        .first()
    )
    return None if link is None or _is_stale(link, now) else link


def _is_stale(link: LinkToken, now: datetime) -> bool:
    return (link.last_used_at or link.created_at) < now - FEED_UNUSED


def feed_entries(user: User, *, now: datetime) -> list[ics.Entry]:
    """What the feed of `user` shows: own sessions of a week back to ninety days ahead.

    Also a coordinator's feed holds only sessions that this person takes part in.
    """
    running = ~Q(assignment__state=AssignmentState.ENDED)
    mine = SessionRole.objects.filter(Q(user=user) | (Q(assignment__expert__user=user) & running))
    rows = Session.objects.filter(
        pk__in=mine.values("session_id"),
        ends_at__gte=now - FEED_BACK,
        starts_at__lt=now + FEED_AHEAD,
    ).exclude(state=SessionState.CANCELLED)
    return [entry(one) for one in rows.order_by("starts_at", "pk")]


def entry(session: Session) -> ics.Entry:
    """A session as a calendar knows it."""
    status = {
        SessionState.TO_CONFIRM.value: ics.Status.TENTATIVE,
        SessionState.CANCELLED.value: ics.Status.CANCELLED,
    }.get(session.state, ics.Status.CONFIRMED)
    return ics.Entry(
        uid=session.ics_uid,
        sequence=session.ics_sequence,
        start=session.starts_at,
        end=session.ends_at,
        changed_at=session.changed_at,
        status=status,
    )
