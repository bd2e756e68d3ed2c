"""One-time links: 256 random bits in the path, their SHA-256 in the table, one purpose each."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from core.access.models import LinkPurpose, LinkToken, User
from core.access.scope import current_region


def issue(
    *,
    purpose: LinkPurpose,
    subject: uuid.UUID,
    now: datetime,
    holder: User | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A new token for `subject`; the plain text exists only in the caller's message."""
    token = secrets.token_urlsafe(32)
    LinkToken.objects.create(
        digest=_digest(token),
        purpose=purpose,
        region_id=current_region(),
        subject=subject,
        holder=holder,
        created_at=now,
        expires_at=expires_at,
    )
    return token


def find(token: str, *, purpose: LinkPurpose, now: datetime) -> LinkToken | None:
    """The living link behind `token` for this purpose, or None. Unknown and dead look alike."""
    return (
        LinkToken.objects.filter(digest=_digest(token), purpose=purpose, revoked_at=None)
        .select_related("holder")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def recall(token: str, *, purpose: LinkPurpose) -> LinkToken | None:
    """The link behind `token`, dead or alive: only to tell its holder kindly what became of it.

    Whoever lets a link act uses `find`.
    """
    return LinkToken.objects.filter(digest=_digest(token), purpose=purpose).first()


def revoke(*, purpose: LinkPurpose, subject: uuid.UUID, now: datetime) -> int:
    """End every living link to `subject` for this purpose. Returns how many."""
    return LinkToken.objects.filter(purpose=purpose, subject=subject, revoked_at=None).update(
        revoked_at=now
    )


def url(viewname: str, token: str) -> str:
    """The absolute address of a token page, for a message."""
    return f"{settings.BASE_URL}{reverse(viewname, args=[token])}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
