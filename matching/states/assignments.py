"""Assignments: somebody said yes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class AssignmentState(models.TextChoices):
    ACTIVE = "ACTIVE", _("running")
    PAUSED = "PAUSED", _("paused")
    ON_HOLD = "ON_HOLD", _("on hold after an incident")
    ENDED = "ENDED", _("ended")


ASSIGNMENT = machine(
    "assignment",
    {
        AssignmentState.ACTIVE: {
            AssignmentState.PAUSED,
            AssignmentState.ON_HOLD,
            AssignmentState.ENDED,
        },
        AssignmentState.PAUSED: {
            AssignmentState.ACTIVE,
            AssignmentState.ON_HOLD,
            AssignmentState.ENDED,
        },
        AssignmentState.ON_HOLD: {AssignmentState.ACTIVE, AssignmentState.ENDED},
        AssignmentState.ENDED: set(),
    },
    {
        AssignmentState.ACTIVE: "an accepted offer; after a hold the case manager and two persons",
        AssignmentState.PAUSED: "coordinator or expert",
        AssignmentState.ON_HOLD: "an incident",
        AssignmentState.ENDED: "coordinator, or the expert who stops",
    },
)
