"""After which meetings an expert is offered a talk (domain.md 5.4)."""

from __future__ import annotations

from datetime import datetime

from pool.actions import offer_debrief
from pool.vocabulary import DebriefOccasion
from scheduling import rules
from scheduling.models import Session, SessionRole


def offer_talk(role: SessionRole, session: Session, *, now: datetime, missed: bool = False) -> None:
    """Offer the expert of this role a talk where the meeting was one to talk about."""
    if role.assignment is None:
        return
    occasion = _occasion(role, session, missed=missed)
    if occasion is not None:
        first = occasion == DebriefOccasion.FIRST_MEETING
        offer_debrief(
            expert=role.assignment.expert,
            occasion=occasion,
            # One first meeting an assignment, however often it is moved; an alarm each meeting.
            source=role.assignment.pk if first else role.pk,
            now=now,
        )


def _occasion(role: SessionRole, session: Session, *, missed: bool) -> DebriefOccasion | None:
    if role.overdue_step == rules.LAST_STEP:
        return DebriefOccasion.ALARM
    if missed:
        return DebriefOccasion.NOBODY_CAME
    others = SessionRole.objects.filter(
        assignment=role.assignment,
        checked_out_at__isnull=False,
        session__starts_at__lt=session.starts_at,
    )
    return None if others.exists() else DebriefOccasion.FIRST_MEETING
