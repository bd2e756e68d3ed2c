"""States of sessions, of what people did there, and of reminders."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class SessionKind(models.TextChoices):
    FIRST_MEETING = "FIRST_MEETING", _("first meeting")
    MEETING = "MEETING", _("meeting")
    PHONE = "PHONE", _("phone call")


class SessionState(models.TextChoices):
    PLANNED = "PLANNED", _("planned")
    TO_CONFIRM = "TO_CONFIRM", _("confirm first: something changed")
    HELD = "HELD", _("was held")
    MISSED = "MISSED", _("was missed")
    CANCELLED = "CANCELLED", _("cancelled")


SESSION = machine(
    "session",
    {
        SessionState.PLANNED: {
            SessionState.TO_CONFIRM,
            SessionState.HELD,
            SessionState.MISSED,
            SessionState.CANCELLED,
        },
        SessionState.TO_CONFIRM: {
            SessionState.PLANNED,
            SessionState.HELD,
            SessionState.MISSED,
            SessionState.CANCELLED,
        },
        SessionState.HELD: set(),
        SessionState.MISSED: {SessionState.HELD},
        SessionState.CANCELLED: set(),
    },
    {
        SessionState.PLANNED: "coordinator or professional",
        SessionState.TO_CONFIRM: "an event of the measure, or a safety check that lapsed",
        SessionState.HELD: "the check-out, or who was there",
        SessionState.MISSED: "who was there",
        SessionState.CANCELLED: "coordinator, professional or expert",
    },
)
# After these whoever was there rests (the region says how long).
HEAVY = frozenset({SessionKind.FIRST_MEETING})
LIVE = (SessionState.PLANNED, SessionState.TO_CONFIRM)


class RoleKind(models.TextChoices):
    EXPERT = "EXPERT", _("expert by experience")
    PROFESSIONAL = "PROFESSIONAL", _("professional")


class ReminderState(models.TextChoices):
    WAITING = "WAITING", _("waiting")
    POSTED = "POSTED", _("on its way")
    SKIPPED = "SKIPPED", _("not needed any more")


REMINDER = machine(
    "reminder",
    {
        ReminderState.WAITING: {ReminderState.POSTED, ReminderState.SKIPPED},
        ReminderState.POSTED: set(),
        ReminderState.SKIPPED: set(),
    },
    {
        ReminderState.WAITING: "planning or moving a session",
        ReminderState.POSTED: "the clock, after asking again",
        ReminderState.SKIPPED: "the clock, or a change of the session",
    },
)
