"""Who fits a seat and why, on plain values: objections, points, ranking. Pure.

An objection is a reason why somebody cannot take this seat now; all are collected, so that a
coordinator sees why nobody fits. Points are named parts that add up. Whether somebody declined
before is no input of either: saying no costs nothing.
"""

from matching.rules.calls import opens_by
from matching.rules.objections import (
    ASKED_FIRST,
    CHECKS,
    LATE_CHECKS,
    ROOM,
    Moment,
    objections,
)
from matching.rules.points import WEIGHTS, Part, Ranked, rank, score
from matching.rules.references import telling
from matching.rules.wishes import Objection, Settings, Wish

__all__ = [
    "ASKED_FIRST",
    "CHECKS",
    "LATE_CHECKS",
    "ROOM",
    "WEIGHTS",
    "Moment",
    "Objection",
    "Part",
    "Ranked",
    "Settings",
    "Wish",
    "objections",
    "opens_by",
    "rank",
    "score",
    "telling",
]
