"""States of an expert's membership of the pool and of the blocks in a calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class ExpertState(models.TextChoices):
    """Where somebody is between first talk and leaving. A pause is no state: it is a switch."""

    INVITED = "INVITED", _("invited")
    IN_TRAINING = "IN_TRAINING", _("in training")
    ACTIVE = "ACTIVE", _("active")
    SUSPENDED = "SUSPENDED", _("suspended")
    LEFT = "LEFT", _("left")


EXPERT = machine(
    "expert",
    {
        ExpertState.INVITED: {ExpertState.IN_TRAINING, ExpertState.ACTIVE, ExpertState.LEFT},
        ExpertState.IN_TRAINING: {ExpertState.ACTIVE, ExpertState.SUSPENDED, ExpertState.LEFT},
        ExpertState.ACTIVE: {ExpertState.SUSPENDED, ExpertState.IN_TRAINING, ExpertState.LEFT},
        ExpertState.SUSPENDED: {ExpertState.ACTIVE, ExpertState.LEFT},
        ExpertState.LEFT: set(),
    },
    {
        ExpertState.INVITED: "coordinator",
        ExpertState.IN_TRAINING: "coordinator",
        ExpertState.ACTIVE: "coordinator; after a suspension two persons",
        ExpertState.SUSPENDED: "one coordinator, at once",
        ExpertState.LEFT: "coordinator, or the expert",
    },
)


class BlockKind(models.TextChoices):
    SESSION = "SESSION", _("session")
    SHIFT = "SHIFT", _("shift")
    WORKSHOP = "WORKSHOP", _("workshop")


class BlockState(models.TextChoices):
    LIVE = "LIVE", _("booked")
    RELEASED = "RELEASED", _("released")


BLOCK = machine(
    "calendar block",
    {BlockState.LIVE: {BlockState.RELEASED}, BlockState.RELEASED: set()},
    {BlockState.LIVE: "planning", BlockState.RELEASED: "moving or cancelling"},
)


class DebriefState(models.TextChoices):
    """A talk that was offered. Silence is no no: it becomes WANTED, and somebody calls."""

    OFFERED = "OFFERED", _("offered")
    DECLINED = "DECLINED", _("no, thanks")
    WANTED = "WANTED", _("call")
    HELD = "HELD", _("talked")
    MISSED = "MISSED", _("not reached")


DEBRIEF = machine(
    "debrief",
    {
        DebriefState.OFFERED: {DebriefState.DECLINED, DebriefState.WANTED, DebriefState.HELD},
        # Whoever thinks again may say so.
        DebriefState.DECLINED: {DebriefState.WANTED},
        DebriefState.WANTED: {DebriefState.DECLINED, DebriefState.HELD, DebriefState.MISSED},
        DebriefState.HELD: set(),
        DebriefState.MISSED: set(),
    },
    {
        DebriefState.DECLINED: "the expert",
        DebriefState.WANTED: "the expert, or the clock after a day of silence",
        DebriefState.HELD: "coordinator",
        DebriefState.MISSED: "coordinator",
    },
)
