"""What is counted and how, on plain values: a course becomes facts, facts become figures."""

from insight.rules.cells import FEWEST, told, told_middle, told_share, told_sum
from insight.rules.counting import DAY, THREE_DAYS, Figures, Share, Span, figures, per_week
from insight.rules.facts import TIMED, Course, Fact, Kind, facts_of, month_of, week_of

__all__ = [
    "DAY",
    "FEWEST",
    "THREE_DAYS",
    "TIMED",
    "Course",
    "Fact",
    "Figures",
    "Kind",
    "Share",
    "Span",
    "facts_of",
    "figures",
    "month_of",
    "per_week",
    "told",
    "told_middle",
    "told_share",
    "told_sum",
    "week_of",
]
