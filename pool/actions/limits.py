"""How much an expert carries, when the phone is quiet, and the rest after a heavy contact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.models import User
from pool.models import Expert
from pool.permissions import is_self, require_edit


@dataclass(frozen=True)
class Limits:
    """What an expert agrees. Quiet hours and rest that are None are the region's."""

    max_running: int
    max_per_week: int
    quiet_from: time | None
    quiet_until: time | None
    urgent_wakes: bool
    heavy_rest_minutes: int | None


def limits_of(expert: Expert) -> Limits:
    """What this expert agreed so far."""
    return Limits(**{name: getattr(expert, name) for name in Limits.__dataclass_fields__})


@transaction.atomic
def set_limits(*, expert_id: UUID, limits: Limits, by: User, now: datetime) -> Expert:
    """Write what an expert agrees from now on. What was agreed before stays in the calendar.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_edit(by, expert)
    before, after = asdict(limits_of(expert)), asdict(limits)
    changed = sorted(name for name in after if after[name] != before[name])
    Expert.objects.filter(pk=expert.pk).update(**after)
    expert.refresh_from_db()
    audit.record(
        "limits.set",
        by=by,
        at=now,
        subject=expert.pk,
        fields=" ".join(changed),
        on_behalf=not is_self(by, expert),
    )
    return expert
