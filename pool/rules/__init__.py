"""Who may do which work, and who is free: plain values in, plain answers out.

Codes of domain.md are written as text here, so that these rules know no framework; a test
compares them with the vocabulary.
"""

from pool.rules.candidates import (
    Candidate,
)
from pool.rules.days import DayPart, parts_of_days, with_parts, without_window
from pool.rules.hours import (
    DAY_PARTS,
    MINUTES_A_DAY,
    SATURDAY,
    SHORTEST,
    DayHours,
    Interval,
    WeekRow,
    cells_covered,
    day_parts_covered,
    free_intervals,
    instant_of,
    is_available,
    is_free,
    is_quiet,
    merged_week,
    parts_covered,
    parts_free,
    rest_until,
    without,
)
from pool.rules.intake import stands_in_the_way
from pool.rules.numbers import holds_bsn, is_bsn
from pool.rules.papers import (
    LEGAL_START_MONTHS,
    NEEDED_AGREEMENTS,
    RENEWAL_WINDOW,
    UNDECIDED,
    Deployability,
    Level,
    Papers,
    Rule,
    add_months,
    is_member,
    judge,
    paper_problems,
)
from pool.rules.support import Due, Rhythm, due_on, standing
from pool.rules.trainings import Stage, last_day, stage

__all__ = [
    "DAY_PARTS",
    "LEGAL_START_MONTHS",
    "MINUTES_A_DAY",
    "NEEDED_AGREEMENTS",
    "RENEWAL_WINDOW",
    "SATURDAY",
    "SHORTEST",
    "UNDECIDED",
    "Candidate",
    "DayHours",
    "DayPart",
    "Deployability",
    "Due",
    "Interval",
    "Level",
    "Papers",
    "Rhythm",
    "Rule",
    "Stage",
    "WeekRow",
    "add_months",
    "cells_covered",
    "day_parts_covered",
    "due_on",
    "free_intervals",
    "holds_bsn",
    "instant_of",
    "is_available",
    "is_bsn",
    "is_free",
    "is_member",
    "is_quiet",
    "judge",
    "last_day",
    "merged_week",
    "paper_problems",
    "parts_covered",
    "parts_free",
    "parts_of_days",
    "rest_until",
    "stage",
    "standing",
    "stands_in_the_way",
    "with_parts",
    "without",
    "without_window",
]
