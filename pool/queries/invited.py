"""Who was asked to write in and has not yet: addresses only, there is no name."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.access.models import Invitation, Role

# After this an invitation that lapsed is not shown any more.
SHOWN_FOR = timedelta(days=14)


def asked_to_write_in(*, now: datetime) -> list[Invitation]:
    """Open and lapsed invitations to write in, the newest first: one query."""
    rows = Invitation.objects.filter(
        role=Role.EXPERT,
        subject=None,
        used_at=None,
        withdrawn_at=None,
        expires_at__gt=now - SHOWN_FOR,
    )
    return list(rows.select_related("invited_by").order_by("-invited_at", "pk"))
