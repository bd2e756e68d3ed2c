"""What the clock does for scheduling. Each handler makes one call."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from core import outbox
from core.outbox.models import Message
from scheduling import actions
from scheduling.actions.reminders import is_current
from scheduling.models import SessionRole
from scheduling.queries import is_held_by


def overdue_given_up(subject: UUID, now: datetime) -> None:
    """The machine could not look: people do, at once."""
    role = SessionRole.objects.filter(pk=subject, checked_out_at=None).first()
    if role is not None:
        actions.call_about(role, now=now)


# So shortly before a session a second reminder that may be one too many is worth less than a call.
outbox.never_twice("scheduling/reminder", within=timedelta(hours=2))


@outbox.handler("scheduling.reminder")
def remind(subject: UUID, now: datetime) -> None:
    """Post one reminder, if it is still wanted."""
    actions.remind(reminder_id=subject, now=now)


@outbox.handler("scheduling.gate")
def gate_again(subject: UUID, now: datetime) -> None:
    """Ask about the safety check once more; a session is near."""
    actions.gate_again(session_id=subject, now=now)


@outbox.handler("scheduling.undecided")
def undecided(subject: UUID, now: datetime) -> None:
    """A session is near that papers do not carry: without a decision it does not go on."""
    actions.stop_undecided(expert_id=subject, now=now)


@outbox.handler("scheduling.overdue", give_up=overdue_given_up)
def look_for(subject: UUID, now: datetime) -> None:
    """Somebody should be out by now."""
    actions.look_for(role_id=subject, now=now)


@outbox.still_wanted("scheduling/check_out")
def still_inside(message: Message, now: datetime) -> bool:  # noqa: ARG001
    """Nobody is asked to check out who did."""
    inside = SessionRole.objects.filter(
        session=message.about, checked_in_at__isnull=False, checked_out_at=None
    ).select_related("assignment__expert")
    reader = message.recipient
    return reader is not None and any(is_held_by(role, reader) for role in inside)


@outbox.still_wanted("scheduling/reminder")
def reminder_still_wanted(message: Message, now: datetime) -> bool:  # noqa: ARG001
    """Asked at the moment of sending, after whatever time the message waited."""
    return message.about is not None and is_current(message.about, message.about_version)
