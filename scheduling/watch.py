"""What the watchdog asks of scheduling: is everybody who is inside being waited for?"""

from __future__ import annotations

from datetime import datetime

from core.outbox.watch import LATE, question
from scheduling.actions.overdue import KNOWN, look_for
from scheduling.actions.watches import due_at
from scheduling.models import SessionRole
from scheduling.rules import LAST_STEP


def unlooked(*, now: datetime) -> list[SessionRole]:
    """Who should be out, and for whom the next step was not taken in time."""
    inside = SessionRole.objects.filter(
        checked_in_at__isnull=False, checked_out_at=None, overdue_step__lt=LAST_STEP
    ).exclude(session__state__in=KNOWN)
    return [
        role
        for role in inside.select_related("session").order_by("pk")
        if due_at(role, role.session) <= now - LATE
    ]


def look_now(now: datetime) -> None:
    """Take the step that is missing, at once."""
    for role in unlooked(now=now):
        look_for(role_id=role.pk, now=now)


@question("scheduling.unlooked", mend=look_now)
def n_unlooked(now: datetime) -> int:
    """People who should be out and whom nobody looked for."""
    return len(unlooked(now=now))
