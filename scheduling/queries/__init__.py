"""What others may ask of scheduling."""

from scheduling.queries.agenda import N_DAYS, Day, Event, Week, cases_of, own_days, week
from scheduling.queries.feeds import entry, feed_entries, feed_of, feed_version, living_feed
from scheduling.queries.pages import SessionPage, marks_of, place_of, session_page
from scheduling.queries.papers import AfterEnd, sessions_to_decide
from scheduling.queries.people import (
    Recipient,
    future_sessions,
    is_held_by,
    recipients,
    reminder_minutes,
    request_of,
    roles_in,
    sessions_of,
)
from scheduling.queries.planning import (
    PlanPage,
    move_suggestions,
    open_places,
    plan_page,
    suggestions,
    travel_time,
)

__all__ = [
    "N_DAYS",
    "AfterEnd",
    "Day",
    "Event",
    "PlanPage",
    "Recipient",
    "SessionPage",
    "Week",
    "cases_of",
    "entry",
    "feed_entries",
    "feed_of",
    "feed_version",
    "future_sessions",
    "is_held_by",
    "living_feed",
    "marks_of",
    "move_suggestions",
    "open_places",
    "own_days",
    "place_of",
    "plan_page",
    "recipients",
    "reminder_minutes",
    "request_of",
    "roles_in",
    "session_page",
    "sessions_of",
    "sessions_to_decide",
    "suggestions",
    "travel_time",
    "week",
]
