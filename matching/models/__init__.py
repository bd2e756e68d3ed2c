"""Every table of matching, gathered for Django."""

from matching.models.assignments import Assignment, GateItem
from matching.models.calls import Call, CallChain
from matching.models.cases import Case, Measure, MeasureEvent
from matching.models.offers import ConflictDeclaration, Decision, Offer, Wave
from matching.models.requests import PolicyVersion, Request, RequestNumber, Seat, Task

__all__ = [
    "Assignment",
    "Call",
    "CallChain",
    "Case",
    "ConflictDeclaration",
    "Decision",
    "GateItem",
    "Measure",
    "MeasureEvent",
    "Offer",
    "PolicyVersion",
    "Request",
    "RequestNumber",
    "Seat",
    "Task",
    "Wave",
]
