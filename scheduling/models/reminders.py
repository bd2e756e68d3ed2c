"""Reminders: a row per person, channel, moment and version of the session."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.outbox.states import Channel
from core.retention import Keep
from scheduling.states import ReminderState


class Reminder(Regional):
    """One message that must leave at `due_at`, about one version of a session.

    `minutes_before` is the agreed distance to the start; `due_at` may be earlier because of
    quiet hours. The worker asks again when it is due: an old version is skipped.
    """

    retention = Keep.with_parent("session")

    session = regional_key("scheduling.Session", on_delete=models.CASCADE)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel)
    minutes_before = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ReminderState, default=ReminderState.WAITING)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "session", "user", "channel", "minutes_before", "version"],
                name="reminder_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.WAITING) ^ Q(ended_at__isnull=False),
                name="reminder_ended_at_iff_not_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
