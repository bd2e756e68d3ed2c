"""Every state in matching and the only moves between them; drawn in docs/reference/states.md."""

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
        OfferState.DECLINED: set(),
        OfferState.EXPIRED: set(),
        OfferState.SUPERSEDED: set(),
        OfferState.WITHDRAWN: set(),
        OfferState.UNDONE: set(),
    },
    {
        OfferState.OPEN: "a wave",
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


class ProtectedRole(models.TextChoices):
    """Roles, never names: those are told by the case manager by voice."""

    PARTNER = "PARTNER", _("partner")
    EX_PARTNER = "EX_PARTNER", _("ex-partner")
    CHILDREN = "CHILDREN", _("children")
    PARENTS = "PARENTS", _("parents")
    OTHER = "OTHER", _("somebody else in the home")


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
