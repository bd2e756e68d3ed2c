"""The call chain of a task: climbing, taken, over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class ChainState(models.TextChoices):
    CLIMBING = "CLIMBING", _("somebody is being called")
    ANSWERED = "ANSWERED", _("somebody has it")
    ENDED = "ENDED", _("over")


CHAIN = machine(
    "call chain of a task",
    {
        ChainState.CLIMBING: {ChainState.ANSWERED, ChainState.ENDED},
        ChainState.ANSWERED: {ChainState.CLIMBING, ChainState.ENDED},
        ChainState.ENDED: set(),
    },
    {
        ChainState.CLIMBING: "the clock; back here when it stays open, or is passed on",
        ChainState.ANSWERED: "who was called, or anybody who takes it over",
        ChainState.ENDED: "the task is done",
    },
)
