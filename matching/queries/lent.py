"""Work of experts outside their own region: seen from home, and from where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.access.scope import current_region
from matching.models import Assignment, Offer
from matching.states import AssignmentState, OfferState
from pool.models import Expert

Row = TypeVar("Row", Offer, Assignment)


def asked_elsewhere(expert: Expert) -> list[int]:
    """Regions in which a question to `expert` waits, seen from home."""
    rows = _elsewhere(Offer, expert).filter(state=OfferState.OPEN)
    return sorted(set(rows.values_list("region_id", flat=True)))


def works_elsewhere(expert: Expert) -> list[int]:
    """Regions in which `expert` has work that runs, seen from home."""
    rows = _elsewhere(Assignment, expert).exclude(state=AssignmentState.ENDED)
    return sorted(set(rows.values_list("region_id", flat=True)))


def running_here(expert: Expert) -> list[Assignment]:
    """What `expert`, who may be of another region, has that runs in the region of this scope."""
    rows = Assignment.objects.filter(expert=expert).exclude(state=AssignmentState.ENDED)
    return list(rows.select_related("seat__request").order_by("started_at", "pk"))


def _elsewhere(model: type[Row], expert: Expert) -> QuerySet[Row]:
    rows = model.unbound.filter(expert=expert, expert_region_id=expert.region_id)
    return rows.exclude(region_id=expert.region_id)


@dataclass(frozen=True)
class There:
    """What waits and runs for one expert in another region: numbers, never about whom."""

    n_asked: int
    n_running: int
    answer_before: datetime | None


def there(expert: Expert, region_id: int) -> There:
    """What `expert` has in another region, seen from home."""
    asked = _elsewhere(Offer, expert).filter(region_id=region_id, state=OfferState.OPEN)
    running = _elsewhere(Assignment, expert).filter(region_id=region_id)
    nearest = asked.order_by("deadline_at").values_list("deadline_at", flat=True)
    found = list(nearest)
    return There(
        n_asked=len(found),
        n_running=running.exclude(state=AssignmentState.ENDED).count(),
        answer_before=found[0] if found else None,
    )


def running_by_grant(grants: Sequence[UUID]) -> dict[UUID, int]:
    """How much work runs through each agreement, for both regions; those without are left out."""
    here = current_region()
    rows = (
        Assignment.unbound.filter(Q(region_id=here) | Q(expert_region_id=here), grant_id__in=grants)
        .exclude(state=AssignmentState.ENDED)
        .order_by()
        .values_list("grant_id")
        .annotate(n=Count("pk"))
    )
    return {grant: n for grant, n in rows if grant is not None}
