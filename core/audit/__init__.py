"""What happened, to whom, by whom: rows that the application can add and never change."""

from core.audit.records import deny, read, record

__all__ = ["deny", "read", "record"]
