"""When to look for somebody who is inside; a row per look, so that no process has to remember."""

from __future__ import annotations

from datetime import datetime

from core import outbox
from scheduling import rules
from scheduling.models import Session, SessionRole

KIND = "scheduling.overdue"


def due_at(role: SessionRole, session: Session) -> datetime:
    """The instant of the next step for somebody who is inside."""
    inside_since = role.checked_in_at or session.starts_at
    out_by = max(session.ends_at, inside_since, role.expected_out_at or session.ends_at)
    return rules.overdue_at(out_by, step=role.overdue_step + 1)


def watch(role: SessionRole, session: Session) -> None:
    """Look at somebody who is inside when the next step is due; writing it twice is harmless."""
    at = due_at(role, session)
    outbox.schedule(
        KIND,
        subject=role.pk,
        at=at,
        once_per=f"overdue:{role.pk}:{role.overdue_step}:{at:%Y%m%dT%H%M%S}",
    )


def watch_all(session: Session) -> None:
    """As `watch`, for everybody who is inside: the hours of the session changed."""
    inside = SessionRole.objects.filter(
        session=session, checked_in_at__isnull=False, checked_out_at=None
    )
    for role in inside.order_by("pk"):
        watch(role, session)
