"""What happened, to whom, by whom: rows that the application can add and never change."""

from core.audit.lent import Lent, lent_with
from core.audit.models import Reason
from core.audit.net import opened_so_far
from core.audit.records import deny, listed, read, record

__all__ = ["Lent", "Reason", "deny", "lent_with", "listed", "opened_so_far", "read", "record"]
