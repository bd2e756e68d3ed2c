"""Two persons: one asks, another decides, within a day, while nothing changed."""

from core.approvals.actions import approve, ask, effect, reject
from core.approvals.models import Approval

__all__ = ["Approval", "approve", "ask", "effect", "reject"]
