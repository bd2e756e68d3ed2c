"""How much lasting work somebody carries, at home and elsewhere together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from pool.models import Carried, LendingGrant


def carried_by(expert_ids: Collection[UUID] | None = None) -> Counter[UUID]:
    """How much lasting work each expert, or these, carry now, in whatever region.

    The lines stand at home. The database shows them there, and to a region to which somebody is
    lent; about whom or for whom the work is stands in none of them.
    """
    rows = Carried.unbound.order_by()
    if expert_ids is not None:
        rows = rows.filter(expert_id__in=expert_ids)
    return Counter(rows.values_list("expert_id", flat=True))


def carried_here_by(expert_ids: Collection[UUID]) -> Counter[UUID]:
    """How much of it these lent experts carry for the region of this scope."""
    ours = LendingGrant.to_us.order_by().values("pk")
    rows = Carried.unbound.order_by().filter(expert_id__in=expert_ids, grant_id__in=ours)
    return Counter(rows.values_list("expert_id", flat=True))
