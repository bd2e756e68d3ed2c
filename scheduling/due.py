"""What the clock does for scheduling. Each handler makes one call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core import outbox
from core.outbox.models import Message
from scheduling import actions
from scheduling.actions.reminders import is_current


@outbox.handler("scheduling.reminder")
def remind(subject: UUID, now: datetime) -> None:
    """Post one reminder, if it is still wanted."""
    actions.remind(reminder_id=subject, now=now)


@outbox.handler("scheduling.gate")
def gate_again(subject: UUID, now: datetime) -> None:
    """Ask about the safety check once more; a session is near."""
    actions.gate_again(session_id=subject, now=now)


@outbox.still_wanted("scheduling/reminder")
def reminder_still_wanted(message: Message, now: datetime) -> bool:  # noqa: ARG001
    """Asked at the moment of sending, after whatever time the message waited."""
    return message.about is not None and is_current(message.about, message.about_version)
