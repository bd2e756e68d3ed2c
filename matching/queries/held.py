"""What runs with one expert, for whoever has to hand it over."""

from __future__ import annotations

from uuid import UUID

from matching.models import Assignment
from matching.states import AssignmentState


def held_of(expert_id: UUID) -> list[Assignment]:
    """The work that this expert holds in the region of this scope, the oldest first."""
    held = Assignment.objects.filter(expert=expert_id).exclude(state=AssignmentState.ENDED)
    return list(
        held.select_related(
            "expert__data_key", "seat__request__requester", "seat__request__organisation"
        ).order_by("started_at", "pk")
    )
