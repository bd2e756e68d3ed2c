"""The personal feed: which link lives, and what stands in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from core.access.links import find
from core.access.models import LinkPurpose, LinkToken, User
from matching.models import Assignment
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
    rows = _feed_sessions(user, now=now).only(
        "state", "starts_at", "ends_at", "ics_uid", "ics_sequence", "changed_at"
    )
    return [entry(one) for one in rows.order_by("starts_at", "pk")]


def feed_version(user: User, *, now: datetime) -> str:
    """Other words as soon as the feed of `user` shows something else; one row, whatever it shows.

    Everything that others can see raises the SEQUENCE.
    """
    parts = Concat(
        Cast("ics_uid", TextField()),
        Value(":"),
        Cast("ics_sequence", TextField()),
        "state",
        output_field=TextField(),
    )
    rows = _feed_sessions(user, now=now)
    found = rows.aggregate(all=MD5(StringAgg(parts, ",", order_by=("starts_at", "pk"))))
    return str(found["all"])


def _feed_sessions(user: User, *, now: datetime) -> QuerySet[Session]:
    held = Assignment.objects.filter(expert__user=user).exclude(state=AssignmentState.ENDED)
    mine = SessionRole.objects.filter(Q(user=user) | Q(assignment__in=held.only("pk")))
    return Session.objects.filter(
        pk__in=mine.values("session_id"),
        ends_at__gte=now - FEED_BACK,
        starts_at__lt=now + FEED_AHEAD,
    ).exclude(state=SessionState.CANCELLED)


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
