"""What the pool does when core announces something."""

from __future__ import annotations

from typing import Any

from core.access.models import Invitation, Role, User
from core.access.signals import invitation_accepted
from pool import actions


def tie_account(invitation: Invitation, user: User, **_signal: Any) -> None:
    """Somebody came in through the invitation of an expert: that is who this expert is."""
    if invitation.role == Role.EXPERT and invitation.subject is not None:
        # Written in the same action, a moment ago: the instant of coming in.
        now = invitation.used_at or invitation.invited_at
        actions.join(expert_id=invitation.subject, user=user, now=now)


def connect() -> None:
    """Listen; called once, when the site starts."""
    invitation_accepted.connect(tie_account, dispatch_uid="pool.tie_account")
