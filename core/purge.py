"""The purge: reads every table's retention clock and removes what is past it."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps

from core.access.models import LinkToken, Region
from core.access.scope import region_scope
from core.audit.models import AuditEntry, Denial
from core.outbox.due import become_app
from core.retention import Keep


def purge_all(*, now: datetime) -> int:
    """Purge every region, one transaction each. Returns how many rows went. Worker role."""
    gone = sum(_purge(region_id, now) for region_id in Region.objects.values_list("pk", flat=True))
    return gone + _purge_log(now)


def _purge(region_id: int, now: datetime) -> int:
    with region_scope(region_id):
        become_app()
        gone = 0
        # Higher layers first: their rows point down.
        for label in ("insight", "scheduling", "matching", "pool", "core"):
            for model in reversed(list(apps.get_app_config(label).get_models())):
                keep = getattr(model, "retention", None)
                if isinstance(keep, Keep) and keep.clock and keep.term and not keep.by_worker:
                    past = {f"{keep.clock}__lt": now - keep.term}
                    gone += model.objects.filter(**past).delete()[0]  # type: ignore[attr-defined]
        return gone + LinkToken.objects.filter(region_id=region_id, expires_at__lt=now).delete()[0]


def _purge_log(now: datetime) -> int:
    """Old log rows; a policy lets the worker delete those and no younger ones."""
    gone = 0
    for model in (AuditEntry, Denial):
        term = model.retention.term
        if term:
            gone += model.unbound.filter(at__lt=now - term).delete()[0]
    return gone
