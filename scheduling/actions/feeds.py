"""The personal calendar feed: a secret address per person, replaced or ended by that person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core import audit
from core.access import links
from core.access.models import LinkPurpose, LinkToken, User

# Enough to see that a feed lives; more would write a row at every fetch.
SEEN_EVERY = timedelta(hours=1)


@transaction.atomic
def rotate_feed(user: User, *, now: datetime) -> str:
    """Give `user` a new feed; the old one, if any, is over. The token is kept nowhere."""
    links.revoke(purpose=LinkPurpose.FEED, subject=user.pk, now=now)
    token = links.issue(purpose=LinkPurpose.FEED, subject=user.pk, holder=user, now=now)
    audit.record("feed.rotated", by=user, at=now, target=user)
    return token


@transaction.atomic
def revoke_feed(user: User, *, now: datetime) -> int:
    """End the feed of `user`. Returns how many there were."""
    n_ended = links.revoke(purpose=LinkPurpose.FEED, subject=user.pk, now=now)
    audit.record("feed.revoked", by=user, at=now, target=user, n=n_ended)
    return n_ended


def feed_seen(link: LinkToken, *, now: datetime) -> None:
    """Note that a program fetched this feed."""
    if link.last_used_at is not None and link.last_used_at > now - SEEN_EVERY:
        return
    old = Q(last_used_at=None) | Q(last_used_at__lte=now - SEEN_EVERY)
    LinkToken.objects.filter(old, pk=link.pk).update(last_used_at=now)
