"""Waves and offers, and how somebody may answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class WaveState(models.TextChoices):
    ACTIVE = "ACTIVE", _("running")
    CLOSED = "CLOSED", _("closed")


WAVE = machine(
    "wave",
    {WaveState.ACTIVE: {WaveState.CLOSED}, WaveState.CLOSED: set()},
    {
        WaveState.ACTIVE: "by itself or a coordinator, as the policy says",
        WaveState.CLOSED: "an accept, the last answer, its deadline, or a withdrawal",
    },
)


class OfferState(models.TextChoices):
    OPEN = "OPEN", _("waiting for an answer")
    ACCEPTED = "ACCEPTED", _("accepted")
    DECLINED = "DECLINED", _("declined")
    EXPIRED = "EXPIRED", _("no answer in time")
    SUPERSEDED = "SUPERSEDED", _("somebody else was first")
    WITHDRAWN = "WITHDRAWN", _("taken back")
    UNDONE = "UNDONE", _("accepted and given back")


OFFER = machine(
    "offer",
    {
        OfferState.OPEN: {
            OfferState.ACCEPTED,
            OfferState.DECLINED,
            OfferState.EXPIRED,
            OfferState.SUPERSEDED,
            OfferState.WITHDRAWN,
        },
        OfferState.ACCEPTED: {OfferState.UNDONE, OfferState.WITHDRAWN},
        OfferState.DECLINED: {OfferState.OPEN},
        OfferState.EXPIRED: set(),
        OfferState.SUPERSEDED: set(),
        OfferState.WITHDRAWN: set(),
        OfferState.UNDONE: set(),
    },
    {
        OfferState.OPEN: "a wave; the expert, after a no by link that was not meant",
        OfferState.ACCEPTED: "the expert; the first one per seat",
        OfferState.DECLINED: "the expert, no reason asked",
        OfferState.EXPIRED: "the clock",
        OfferState.SUPERSEDED: "the accept of somebody else",
        OfferState.WITHDRAWN: "coordinator, or the end of the request",
        OfferState.UNDONE: "the expert, or a conflict that came to light",
    },
)


class DeclineReason(models.TextChoices):
    """Optional, and each with its own consequence (domain.md S5); never a lower rank."""

    CONFLICT = "CONFLICT", _("I know somebody in this matter")
    NO_TIME = "NO_TIME", _("no time")
    TOO_HEAVY = "TOO_HEAVY", _("too heavy now")


class Conflict(models.TextChoices):
    """Blind check before any detail opens (domain.md 5.3)."""

    NO_CONFLICT = "NO_CONFLICT", _("I know nobody in this matter")
    CONFLICT = "CONFLICT", _("I know somebody in this matter")
    UNSURE = "UNSURE", _("I am not sure")
