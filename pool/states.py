"""States of an expert's membership of the pool and of the blocks in a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class ExpertState(models.TextChoices):
    """Where somebody is between a first word and having left."""

    APPLICANT = "APPLICANT", _("applied")
    INTAKE = "INTAKE", _("in first talks")
    IN_TRAINING = "IN_TRAINING", _("in training")
    ACTIVE = "ACTIVE", _("active")
    PAUSED = "PAUSED", _("has a pause")
    SUSPENDED = "SUSPENDED", _("suspended")
    LEAVING = "LEAVING", _("is leaving")
    LEFT = "LEFT", _("left")


class Mover(StrEnum):
    """Whose word moves somebody; `core.access` says who a coordinator is."""

    EXPERT = "the expert"
    STAFF = "coordinator"
    TWO = "two coordinators"
    CLOCK = "the calendar"


_OWN = frozenset({Mover.EXPERT, Mover.STAFF})
_STAFF = frozenset({Mover.STAFF})
_TWO = frozenset({Mover.TWO})
_LAST_DAY = _OWN | {Mover.CLOCK}

# From where to where, and whose word it takes. What is not here does not exist.
EXPERT_MOVES: Mapping[ExpertState, Mapping[ExpertState, frozenset[Mover]]] = {
    ExpertState.APPLICANT: {ExpertState.INTAKE: _STAFF, ExpertState.LEFT: _OWN},
    ExpertState.INTAKE: {
        ExpertState.IN_TRAINING: _STAFF,
        ExpertState.ACTIVE: _STAFF,
        ExpertState.LEFT: _OWN,
    },
    ExpertState.IN_TRAINING: {
        ExpertState.ACTIVE: _STAFF,
        ExpertState.SUSPENDED: _STAFF,
        ExpertState.LEFT: _OWN,
    },
    ExpertState.ACTIVE: {
        ExpertState.IN_TRAINING: _STAFF,
        ExpertState.PAUSED: _OWN,
        ExpertState.SUSPENDED: _STAFF,
        ExpertState.LEAVING: _OWN,
        ExpertState.LEFT: _OWN,
    },
    ExpertState.PAUSED: {
        ExpertState.ACTIVE: _OWN,
        ExpertState.SUSPENDED: _STAFF,
        ExpertState.LEAVING: _OWN,
        ExpertState.LEFT: _OWN,
    },
    # Back to where somebody stood; what was said of leaving goes on meanwhile.
    ExpertState.SUSPENDED: {
        ExpertState.IN_TRAINING: _TWO,
        ExpertState.ACTIVE: _TWO,
        ExpertState.PAUSED: _TWO,
        ExpertState.LEAVING: _TWO,
        ExpertState.LEFT: _LAST_DAY,
    },
    # Whoever thinks again stays.
    ExpertState.LEAVING: {
        ExpertState.ACTIVE: _OWN,
        ExpertState.SUSPENDED: _STAFF,
        ExpertState.LEFT: _LAST_DAY,
    },
    ExpertState.LEFT: {},
}


def _said(movers: Iterable[Mover]) -> str:
    return " or ".join(one for one in Mover if one in set(movers))


EXPERT = machine(
    "expert",
    {state: set(moves) for state, moves in EXPERT_MOVES.items()},
    {
        to: _said(mover for moves in EXPERT_MOVES.values() for mover in moves.get(to, ()))
        for to in ExpertState
    }
    | {ExpertState.APPLICANT: "the expert through an invitation, or a coordinator who writes in"},
    {
        (old, new): _said(movers)
        for old, moves in EXPERT_MOVES.items()
        for new, movers in moves.items()
    },
)
# Admitted: the first talks are over, and somebody said yes.
ADMITTED = frozenset(
    {
        ExpertState.IN_TRAINING,
        ExpertState.ACTIVE,
        ExpertState.PAUSED,
        ExpertState.SUSPENDED,
        ExpertState.LEAVING,
    }
)
# Members who do the work, or have a pause from it.
TAKES_PART = frozenset({ExpertState.ACTIVE, ExpertState.PAUSED})
# These, and who leaves but works until the last day.
AT_WORK = TAKES_PART | {ExpertState.LEAVING}
# Nothing is asked of them yet.
NEWCOMERS = frozenset({ExpertState.APPLICANT, ExpertState.INTAKE, ExpertState.IN_TRAINING})


class VogState(models.TextChoices):
    """How an application for a VOG goes (domain.md 2.9); nobody has to tell more than "waits"."""

    NEEDED = "NEEDED", _("needed, nothing begun")
    PREPARED = "PREPARED", _("our part is sent")
    SUBMITTED = "SUBMITTED", _("sent by the expert")
    INTENT_TO_REFUSE = "INTENT_TO_REFUSE", _("a letter that it may be refused")
    REFUSED = "REFUSED", _("refused")
    OBJECTION = "OBJECTION", _("objection runs")
    APPEAL = "APPEAL", _("appeal runs")
    NOT_RECEIVED = "NOT_RECEIVED", _("not received")
    GRANTED_NOT_SEEN = "GRANTED_NOT_SEEN", _("is there, not seen yet")
    VERIFIED = "VERIFIED", _("seen")
    WITHDRAWN = "WITHDRAWN", _("stopped by the expert")


# Told by the expert, or by nobody; kept six months at most and gone when a VOG was seen.
VOLUNTARY = frozenset(
    {VogState.INTENT_TO_REFUSE, VogState.REFUSED, VogState.OBJECTION, VogState.APPEAL}
)
_ENDS = {VogState.NOT_RECEIVED, VogState.GRANTED_NOT_SEEN, VogState.VERIFIED, VogState.WITHDRAWN}

VOG_APPLICATION = machine(
    "VOG application",
    {
        # Whoever comes with a paper has passed every step before it.
        VogState.NEEDED: {VogState.PREPARED, *_ENDS},
        VogState.PREPARED: {VogState.SUBMITTED, *_ENDS},
        # Nobody has to tell of the first letter in order to tell of the second.
        VogState.SUBMITTED: {VogState.INTENT_TO_REFUSE, VogState.REFUSED, *_ENDS},
        VogState.INTENT_TO_REFUSE: {VogState.REFUSED, *_ENDS},
        VogState.REFUSED: {VogState.OBJECTION, *_ENDS},
        VogState.OBJECTION: {VogState.APPEAL, *_ENDS},
        VogState.APPEAL: set(_ENDS),
        VogState.NOT_RECEIVED: {VogState.NEEDED, VogState.PREPARED, *_ENDS}
        - {VogState.NOT_RECEIVED},
        VogState.GRANTED_NOT_SEEN: {
            VogState.VERIFIED,
            VogState.NOT_RECEIVED,
            VogState.WITHDRAWN,
        },
        VogState.VERIFIED: set(),
        VogState.WITHDRAWN: {VogState.NEEDED, VogState.PREPARED, VogState.VERIFIED},
    },
    {
        VogState.NEEDED: "the calendar, ninety days before the end; or two persons who ask again",
        VogState.PREPARED: "own coordinator",
        VogState.SUBMITTED: "the expert, or the own coordinator",
        VogState.INTENT_TO_REFUSE: "the expert, who may also not tell",
        VogState.REFUSED: "the expert, who may also not tell",
        VogState.OBJECTION: "the expert, who may also not tell",
        VogState.APPEAL: "the expert, who may also not tell",
        VogState.NOT_RECEIVED: "the calendar, when the term is over; or the own coordinator",
        VogState.GRANTED_NOT_SEEN: "the expert",
        VogState.VERIFIED: "own coordinator; the application is erased at once",
        VogState.WITHDRAWN: "the expert, also by leaving",
    },
)


class VogStanding(models.TextChoices):
    """How the VOG that was seen stands; follows from dates, and is stored nowhere."""

    NOT_REQUIRED = "NOT_REQUIRED", _("no work that asks for it")
    NEEDED = "NEEDED", _("none seen")
    VERIFIED = "VERIFIED", _("in order")
    EXPIRING = "EXPIRING", _("ends soon")
    EXPIRED = "EXPIRED", _("has ended")
    RECHECK = "RECHECK", _("asked for again")


_SHOWN = {VogStanding.VERIFIED, VogStanding.EXPIRING}

VOG_STANDING = machine(
    "VOG as it stands",
    {
        # A paper may be near its end, or past it, on the day on which it is first shown.
        VogStanding.NOT_REQUIRED: {VogStanding.NEEDED, *_SHOWN, VogStanding.EXPIRED},
        VogStanding.NEEDED: {VogStanding.NOT_REQUIRED, *_SHOWN, VogStanding.EXPIRED},
        VogStanding.VERIFIED: {VogStanding.EXPIRING, VogStanding.RECHECK},
        VogStanding.EXPIRING: {VogStanding.VERIFIED, VogStanding.EXPIRED, VogStanding.RECHECK},
        VogStanding.EXPIRED: {*_SHOWN, VogStanding.RECHECK},
        VogStanding.RECHECK: {*_SHOWN},
    },
    {
        VogStanding.NOT_REQUIRED: "the work that was chosen, and the matrix of the region",
        VogStanding.NEEDED: "the work that was chosen, and the matrix of the region",
        VogStanding.VERIFIED: "own coordinator, who saw it",
        VogStanding.EXPIRING: "the calendar, ninety days before the end; or a paper near its end",
        VogStanding.EXPIRED: "the calendar, on the day of the end",
        VogStanding.RECHECK: "two persons",
    },
)


class AbsenceKind(models.TextChoices):
    AWAY = "AWAY", _("away")
    TODAY = "TODAY", _("not today")


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
    """A talk that was offered. Silence is no no: somebody calls then, too."""

    OFFERED = "OFFERED", _("offered")
    DECLINED = "DECLINED", _("no, thanks")
    WANTED = "WANTED", _("yes, call me")
    SILENT = "SILENT", _("no answer")
    HELD = "HELD", _("talked")
    MISSED = "MISSED", _("not reached")


DEBRIEF = machine(
    "debrief",
    {
        DebriefState.OFFERED: {
            DebriefState.DECLINED,
            DebriefState.WANTED,
            DebriefState.SILENT,
        },
        # Whoever thinks again may say so.
        DebriefState.DECLINED: {DebriefState.WANTED},
        DebriefState.WANTED: {DebriefState.DECLINED, DebriefState.HELD, DebriefState.MISSED},
        DebriefState.SILENT: {
            DebriefState.DECLINED,
            DebriefState.WANTED,
            DebriefState.HELD,
            DebriefState.MISSED,
        },
        DebriefState.HELD: set(),
        DebriefState.MISSED: set(),
    },
    {
        DebriefState.DECLINED: "the expert",
        DebriefState.WANTED: "the expert",
        DebriefState.SILENT: "the clock, after a day",
        DebriefState.HELD: "coordinator",
        DebriefState.MISSED: "coordinator",
    },
)


class AskState(models.TextChoices):
    """What became of a region's question to another for somebody."""

    OPEN = "OPEN", _("waits for an answer")
    ANSWERED = "ANSWERED", _("somebody was found")
    DECLINED = "DECLINED", _("not possible now")
    WITHDRAWN = "WITHDRAWN", _("taken back")


ASK = machine(
    "question to lend",
    {
        AskState.OPEN: {AskState.ANSWERED, AskState.DECLINED, AskState.WITHDRAWN},
        AskState.ANSWERED: set(),
        AskState.DECLINED: set(),
        AskState.WITHDRAWN: set(),
    },
    {
        AskState.OPEN: "coordinator of the region that asks",
        AskState.ANSWERED: "the expert, by agreeing",
        AskState.DECLINED: "coordinator of the region that was asked",
        AskState.WITHDRAWN: "coordinator of the region that asks",
    },
)


class GrantState(models.TextChoices):
    """How far an agreement to lend somebody is."""

    PROPOSED = "PROPOSED", _("waits for a second person")
    GRANTED = "GRANTED", _("waits for the expert")
    RUNNING = "RUNNING", _("runs")
    ENDED = "ENDED", _("over")


class GrantEnd(models.TextChoices):
    """Whose word ended an agreement; never why."""

    HOME = "HOME", _("the own region")
    BORROWER = "BORROWER", _("the other region")
    EXPERT = "EXPERT", _("the expert")
    DATE = "DATE", _("the agreed day")


GRANT = machine(
    "agreement to lend",
    {
        GrantState.PROPOSED: {GrantState.GRANTED, GrantState.ENDED},
        GrantState.GRANTED: {GrantState.RUNNING, GrantState.ENDED},
        GrantState.RUNNING: {GrantState.ENDED},
        GrantState.ENDED: set(),
    },
    {
        GrantState.PROPOSED: "coordinator of the home region",
        GrantState.GRANTED: "a second person of the home region; one of both is its administrator",
        GrantState.RUNNING: "the expert, with an own distance",
        GrantState.ENDED: "either region or the expert, at once; or the agreed day",
    },
)
