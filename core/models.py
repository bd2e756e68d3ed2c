"""Every table of core, gathered for Django."""

from core.access.deputies import Deputy
from core.access.models import (
    Invitation,
    LinkToken,
    Membership,
    Organisation,
    RateBucket,
    Region,
    User,
)
from core.approvals.models import Approval
from core.audit.models import AuditChain, AuditEntry, Denial
from core.crypto.models import DataKey
from core.outbox.models import Delivery, DueWork, Heartbeat, Message

__all__ = [
    "Approval",
    "AuditChain",
    "AuditEntry",
    "DataKey",
    "Delivery",
    "Denial",
    "Deputy",
    "DueWork",
    "Heartbeat",
    "Invitation",
    "LinkToken",
    "Membership",
    "Message",
    "Organisation",
    "RateBucket",
    "Region",
    "User",
]
