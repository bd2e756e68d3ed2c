"""Requests and their seats: what is asked, how urgent, and how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class Urgency(models.TextChoices):
    URGENT = "URGENT", _("urgent")
    NORMAL = "NORMAL", _("normal")


class Release(models.TextChoices):
    """Who starts a wave; frozen in the PolicyVersion of the request."""

    AUTOMATIC = "AUTOMATIC", _("at once, by itself")
    COORDINATOR = "COORDINATOR", _("after a coordinator looked")


class RequestState(models.TextChoices):
    FILED = "FILED", _("received")
    SEARCHING = "SEARCHING", _("offers are out")
    UNFILLED = "UNFILLED", _("nobody can now; a coordinator calls")
    MATCHED = "MATCHED", _("somebody said yes")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    CLOSED = "CLOSED", _("closed")


REQUEST = machine(
    "request",
    {
        RequestState.FILED: {
            RequestState.SEARCHING,
            RequestState.UNFILLED,
            RequestState.WITHDRAWN,
            RequestState.CLOSED,
        },
        RequestState.SEARCHING: {
            RequestState.MATCHED,
            RequestState.UNFILLED,
            RequestState.FILED,
            RequestState.WITHDRAWN,
            RequestState.CLOSED,
        },
        RequestState.UNFILLED: {
            RequestState.SEARCHING,
            RequestState.MATCHED,
            RequestState.WITHDRAWN,
            RequestState.CLOSED,
        },
        RequestState.MATCHED: {
            RequestState.SEARCHING,
            RequestState.UNFILLED,
            RequestState.WITHDRAWN,
            RequestState.CLOSED,
        },
        RequestState.WITHDRAWN: set(),
        RequestState.CLOSED: set(),
    },
    {
        RequestState.FILED: "professional; back here when offers were taken back",
        RequestState.SEARCHING: "a wave, started by itself or by a coordinator",
        RequestState.UNFILLED: "the machine, out of candidates",
        RequestState.MATCHED: "an expert who accepts",
        RequestState.WITHDRAWN: "professional or coordinator",
        RequestState.CLOSED: "coordinator",
    },
)
RUNNING = (
    RequestState.FILED,
    RequestState.SEARCHING,
    RequestState.UNFILLED,
    RequestState.MATCHED,
)


class SeatRole(models.TextChoices):
    """A role to fill; a duo is two seats."""

    BUDDY = "BUDDY", _("buddy")
    SECOND = "SECOND", _("second buddy")
    RESERVE = "RESERVE", _("reserve")


class SeatState(models.TextChoices):
    OPEN = "OPEN", _("open")
    FILLED = "FILLED", _("filled")
    CLOSED = "CLOSED", _("closed")


SEAT = machine(
    "seat",
    {
        SeatState.OPEN: {SeatState.FILLED, SeatState.CLOSED},
        SeatState.FILLED: {SeatState.OPEN, SeatState.CLOSED},
        SeatState.CLOSED: set(),
    },
    {
        SeatState.OPEN: "the request; again when an assignment is handed back",
        SeatState.FILLED: "the expert who accepts first",
        SeatState.CLOSED: "the end of the request",
    },
)


class AgeBand(models.TextChoices):
    UNDER_20 = "UNDER_20", _("under 20")
    TWENTIES = "TWENTIES", _("20-29")
    THIRTIES = "THIRTIES", _("30-39")
    FORTIES = "FORTIES", _("40-49")
    FIFTIES = "FIFTIES", _("50-59")
    SIXTY_PLUS = "SIXTY_PLUS", _("60+")


class Relation(models.TextChoices):
    """Who the other is to the participant; not always a partner (domain.md 1.8)."""

    PARTNER = "PARTNER", _("partner")
    EX_PARTNER = "EX_PARTNER", _("ex-partner")
    CHILD = "CHILD", _("child")
    PARENT = "PARENT", _("parent")
    OTHER = "OTHER", _("somebody else")
