"""What runs with one expert, for whoever has to hand it over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from matching.models import Assignment
from matching.states import AssignmentState
from pool.handing import Running


def held_of(expert_id: UUID, now: datetime) -> list[Running]:
    """The requests that this expert holds; their pages show the sessions as well."""
    del now  # what runs, runs
    held = Assignment.objects.filter(expert=expert_id).exclude(state=AssignmentState.ENDED)
    return [
        Running(
            at=one.started_at,
            label=gettext("Request %(number)s") % {"number": one.seat.request.number},
            url=reverse("matching:request-detail", args=[one.seat.request_id]),
        )
        for one in held.select_related("seat__request").order_by("started_at", "pk")
    ]
