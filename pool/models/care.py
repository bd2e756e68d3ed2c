"""Care for the expert: a talk that is offered after something heavy."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from core.access.models import User
from core.access.scope import regional_key
from core.retention import Keep
from pool.models.experts import _AboutExpert
from pool.states import DebriefState
from pool.vocabulary import DebriefOccasion


class Debrief(_AboutExpert):
    """A talk offered to an expert after a first contact or an alarm. Never what it was about.

    `source` is the row above that gave cause. `due_at` is when an answer is awaited and, once
    somebody wants to be called, before when that should be.
    """

    retention = Keep.after("offered_at", timedelta(days=91), "three months after it was offered")

    expert = regional_key("pool.Expert", on_delete=models.CASCADE)
    occasion = models.CharField(max_length=14, choices=DebriefOccasion)
    source = models.UUIDField()
    state = models.CharField(max_length=8, choices=DebriefState, default=DebriefState.OFFERED)
    offered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "occasion", "source"], name="debrief_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DebriefState.values), name="debrief_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DebriefState.DECLINED, DebriefState.WANTED])
                | Q(answered_at__isnull=False),
                name="debrief_answer_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="debrief_closed_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DebriefState.HELD, DebriefState.MISSED]) ^ Q(closed_at=None),
                name="debrief_closed_at_iff_over",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expert"], condition=Q(state=DebriefState.OFFERED), name="debrief_open"
            )
        ]

    def __str__(self) -> str:
        return f"debrief {self.pk}"
