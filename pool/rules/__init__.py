"""Who may do which work, and who is free: plain values in, plain answers out.

Codes of domain.md are written as text here, so that these rules know no framework; a test
compares them with the vocabulary.
"""

from pool.rules.candidates import (
    Candidate,
)
from pool.rules.hours import (
    DAY_PARTS,
    MINUTES_A_DAY,
    SATURDAY,
    Interval,
    WeekRow,
    cells_covered,
    day_parts_covered,
    free_intervals,
    instant_of,
    is_available,
    is_free,
    merged_week,
    parts_free,
)
from pool.rules.papers import (
    LEGAL_START_MONTHS,
    NEEDED_AGREEMENTS,
    UNDECIDED,
    Deployability,
    Level,
    Papers,
    Rule,
    add_months,
    judge,
    paper_problems,
)

__all__ = [
    "DAY_PARTS",
    "LEGAL_START_MONTHS",
    "MINUTES_A_DAY",
    "NEEDED_AGREEMENTS",
    "SATURDAY",
    "UNDECIDED",
    "Candidate",
    "Deployability",
    "Interval",
    "Level",
    "Papers",
    "Rule",
    "WeekRow",
    "add_months",
    "cells_covered",
    "day_parts_covered",
    "free_intervals",
    "instant_of",
    "is_available",
    "is_free",
    "judge",
    "merged_week",
    "paper_problems",
    "parts_free",
]
