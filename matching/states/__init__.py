"""Every state in matching and the only moves between them; drawn in docs/reference/states.md."""

from matching.states.assignments import ASSIGNMENT, AssignmentState
from matching.states.calls import CHAIN, ChainState
from matching.states.gate import GATE_ITEM, GateCode, GateItemState, GateWho, RiskAnswer
from matching.states.measures import (
    IN_FORCE,
    MEASURE,
    MeasureEventKind,
    MeasureKind,
    MeasureState,
    ProtectedRole,
    Source,
)
from matching.states.offers import OFFER, WAVE, Conflict, DeclineReason, OfferState, WaveState
from matching.states.requests import (
    REQUEST,
    RUNNING,
    SEAT,
    AgeBand,
    Relation,
    Release,
    RequestState,
    SeatRole,
    SeatState,
    Urgency,
)

__all__ = [
    "ASSIGNMENT",
    "CHAIN",
    "GATE_ITEM",
    "IN_FORCE",
    "MEASURE",
    "OFFER",
    "REQUEST",
    "RUNNING",
    "SEAT",
    "WAVE",
    "AgeBand",
    "AssignmentState",
    "ChainState",
    "Conflict",
    "DeclineReason",
    "GateCode",
    "GateItemState",
    "GateWho",
    "MeasureEventKind",
    "MeasureKind",
    "MeasureState",
    "OfferState",
    "ProtectedRole",
    "Relation",
    "Release",
    "RequestState",
    "RiskAnswer",
    "SeatRole",
    "SeatState",
    "Source",
    "Urgency",
    "WaveState",
]
