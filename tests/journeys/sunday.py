"""The demo's story, told on the Sunday that the clock went back: half past two came twice."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from core.access import links
from core.access.models import LinkPurpose, Region
from core.access.scope import region_scope
from matching.models import Assignment, Offer
from matching.states import OfferState
from pool.models import Expert
from tests.scenarios.stage import on_the_wall

if TYPE_CHECKING:
    from tests.journeys.stack import Stack

NOW = on_the_wall(2026, 10, 25, 11)
# Whom a request names to call.
CALLS = {
    "case_manager_name": "Fatih Meulendijk",
    "case_manager_phone": "06 0000 0202",
    "deputy_name": "Roos Hellendaal",
    "deputy_phone": "06 0000 0203",
    "out_of_hours_phone": "088 000 11 00",
}


def region() -> int:
    """The region that the story is about."""
    return Region.objects.get(name="Amsterdam-Amstelland").pk


def expert_called(name: str) -> Expert:
    """The expert with this short name, such as "Ruben K."."""
    return next(one for one in Expert.objects.all() if one.short_name.startswith(name))


def link_to(stack: Stack, name: str) -> str:
    """A living link to the question that waits for this expert."""
    with region_scope(region()):
        waiting = Offer.objects.filter(expert=expert_called(name), state=OfferState.OPEN)
        offer = waiting.latest("offered_at")
        token = links.issue(
            purpose=LinkPurpose.OFFER, subject=offer.pk, now=NOW, expires_at=offer.deadline_at
        )
    return f"{stack.url}/v/{token}/"


def request_of(name: str) -> uuid.UUID:
    """The request for which this expert works now."""
    with region_scope(region()):
        work = Assignment.objects.select_related("seat").get(expert=expert_called(name))
        found: uuid.UUID = work.seat.request_id
        return found
