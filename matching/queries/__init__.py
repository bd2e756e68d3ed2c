"""What others may ask of matching."""

from matching.queries.fit import (
    Fit,
    late_objections,
    look,
    session_objections,
    settings_here,
    wish_of,
)
from matching.queries.gate import GateLine, GateView, gate, open_codes
from matching.queries.lists import (
    OfferByLink,
    assignments_of,
    my_requests,
    offer_by_link,
    offers_of,
    open_requests,
    open_tasks,
)

__all__ = [
    "Fit",
    "GateLine",
    "GateView",
    "OfferByLink",
    "assignments_of",
    "gate",
    "late_objections",
    "look",
    "my_requests",
    "offer_by_link",
    "offers_of",
    "open_codes",
    "open_requests",
    "open_tasks",
    "session_objections",
    "settings_here",
    "wish_of",
]
