"""The safety gate: its items, who confirms them, and how they stand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class GateCode(models.TextChoices):
    """The thirteen items before a first meeting (domain.md 5.2)."""

    G1 = "G1", _("safety plan known")
    G2 = "G2", _("case manager and deputy reachable")
    G3 = "G3", _("measure and protected roles recorded")
    G4 = "G4", _("risk looked at by a professional")
    G5 = "G5", _("forensic consultation")
    G6 = "G6", _("participant wants this contact")
    G7 = "G7", _("safe place")
    G8 = "G8", _("first time as a duo")
    G9 = "G9", _("knows nobody in this matter")
    G10 = "G10", _("papers in order for this work")
    G11 = "G11", _("is it going well enough?")
    G12 = "G12", _("emergency card shared")
    G13 = "G13", _("check-in and check-out agreed")


class GateWho(models.TextChoices):
    """Who confirms an item."""

    REQUESTER = "REQUESTER", _("case manager")
    COORDINATOR = "COORDINATOR", _("coordinator")
    EXPERT = "EXPERT", _("expert by experience")
    SYSTEM = "SYSTEM", _("Naast")


class GateItemState(models.TextChoices):
    OPEN = "OPEN", _("open")
    CONFIRMED = "CONFIRMED", _("confirmed")
    NOT_NEEDED = "NOT_NEEDED", _("not needed here")
    WAIVED = "WAIVED", _("waived by two persons")
    REFUSED = "REFUSED", _("stands in the way")


GATE_ITEM = machine(
    "item of the safety gate",
    {
        GateItemState.OPEN: {
            GateItemState.CONFIRMED,
            GateItemState.NOT_NEEDED,
            GateItemState.WAIVED,
            GateItemState.REFUSED,
        },
        GateItemState.CONFIRMED: {
            GateItemState.OPEN,
            GateItemState.REFUSED,
            GateItemState.CONFIRMED,
        },
        GateItemState.NOT_NEEDED: {GateItemState.OPEN, GateItemState.CONFIRMED},
        GateItemState.WAIVED: {GateItemState.OPEN, GateItemState.CONFIRMED},
        GateItemState.REFUSED: {GateItemState.OPEN, GateItemState.CONFIRMED},
    },
    {
        GateItemState.OPEN: "a change of end, state, place or protected roles, or 14 days",
        GateItemState.CONFIRMED: "who the item names",
        GateItemState.NOT_NEEDED: "an answer elsewhere that makes it superfluous",
        GateItemState.WAIVED: "two persons; G8 only",
        GateItemState.REFUSED: "an answer that forbids the meeting",
    },
)


class RiskAnswer(models.TextChoices):
    """The only three answers to the risk question (domain.md 5.2, G4)."""

    NO_CONTRAINDICATION = "NO_CONTRAINDICATION", _("no contra-indication")
    CONSULT_NEEDED = "CONSULT_NEEDED", _("forensic consultation needed")
    NOT_DEPLOYABLE = "NOT_DEPLOYABLE", _("not deployable")
