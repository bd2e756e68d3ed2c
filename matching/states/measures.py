"""Measures: their kinds, their states, and what may happen to them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class MeasureKind(models.TextChoices):
    """The contact-ban logic hangs on the measure, not on one law (domain.md 1.4)."""

    THV = "THV", _("temporary measure of the mayor")
    BEHAVIOUR_ORDER = "BEHAVIOUR_ORDER", _("behaviour order of the prosecutor")
    CONDITIONS = "CONDITIONS", _("conditions of the court")
    OTHER = "OTHER", _("another measure")


class MeasureState(models.TextChoices):
    ANNOUNCED = "ANNOUNCED", _("announced, decision not seen")
    ACTIVE = "ACTIVE", _("in force")
    EXTENDED = "EXTENDED", _("in force, extended")
    END_REACHED_UNCONFIRMED = "END_REACHED_UNCONFIRMED", _("end reached, not confirmed")
    EXPIRED = "EXPIRED", _("expired, confirmed")
    WITHDRAWN = "WITHDRAWN", _("withdrawn by the mayor")
    SUSPENDED = "SUSPENDED", _("suspended by the court")
    ANNULLED = "ANNULLED", _("annulled by the court")


_ended_early = {MeasureState.WITHDRAWN, MeasureState.SUSPENDED, MeasureState.ANNULLED}
MEASURE = machine(
    "measure",
    {
        MeasureState.ANNOUNCED: {
            MeasureState.ACTIVE,
            MeasureState.EXTENDED,
            MeasureState.END_REACHED_UNCONFIRMED,
            *_ended_early,
        },
        MeasureState.ACTIVE: {
            MeasureState.EXTENDED,
            MeasureState.END_REACHED_UNCONFIRMED,
            *_ended_early,
        },
        MeasureState.EXTENDED: {
            MeasureState.EXTENDED,
            MeasureState.END_REACHED_UNCONFIRMED,
            *_ended_early,
        },
        # The paper may come late: an extension heard after the end still counts, and so does
        # a later end that the decision stated all along.
        MeasureState.END_REACHED_UNCONFIRMED: {
            MeasureState.ACTIVE,
            MeasureState.EXPIRED,
            MeasureState.EXTENDED,
            *_ended_early,
        },
        MeasureState.EXPIRED: set(),
        MeasureState.WITHDRAWN: set(),
        MeasureState.SUSPENDED: {MeasureState.ANNULLED, MeasureState.ACTIVE},
        MeasureState.ANNULLED: set(),
    },
    {
        MeasureState.ANNOUNCED: "whoever files the request",
        MeasureState.ACTIVE: "professional or coordinator, on the word of the case manager",
        MeasureState.EXTENDED: "professional or coordinator; decided by the mayor",
        MeasureState.END_REACHED_UNCONFIRMED: "the clock, five minutes after the end",
        MeasureState.EXPIRED: "a person who confirms",
        MeasureState.WITHDRAWN: "decided by the mayor",
        MeasureState.SUSPENDED: "decided by the court",
        MeasureState.ANNULLED: "decided by the court",
    },
)
# Rules of contact hold in these states; an unconfirmed end keeps them.
IN_FORCE = (
    MeasureState.ANNOUNCED,
    MeasureState.ACTIVE,
    MeasureState.EXTENDED,
    MeasureState.END_REACHED_UNCONFIRMED,
)


class MeasureEventKind(models.TextChoices):
    RECORDED = "RECORDED", _("recorded")
    DECISION_SEEN = "DECISION_SEEN", _("decision seen")
    EXTENDED = "EXTENDED", _("extended")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    SUSPENDED = "SUSPENDED", _("suspended")
    ANNULLED = "ANNULLED", _("annulled")
    RESUMED = "RESUMED", _("in force again")
    END_REACHED = "END_REACHED", _("end reached")
    END_CONFIRMED = "END_CONFIRMED", _("end confirmed")
    CORRECTED = "CORRECTED", _("corrected after the decision")


class Source(models.TextChoices):
    """On whose word something was recorded."""

    CASE_MANAGER = "CASE_MANAGER", _("case manager")
    MUNICIPALITY = "MUNICIPALITY", _("municipality")
    POLICE = "POLICE", _("police")
    COURT = "COURT", _("court")
    LAWYER = "LAWYER", _("lawyer")
    CLOCK = "CLOCK", _("the clock")


class ProtectedRole(models.TextChoices):
    """Roles, never names: those are told by the case manager by voice."""

    PARTNER = "PARTNER", _("partner")
    EX_PARTNER = "EX_PARTNER", _("ex-partner")
    CHILDREN = "CHILDREN", _("children")
    PARENTS = "PARENTS", _("parents")
    OTHER = "OTHER", _("somebody else in the home")
