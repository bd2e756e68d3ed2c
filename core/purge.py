"""The purge: reads every table's retention clock and removes what is past it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q

from core.access.actions import close_left_accounts, erase_closed
from core.access.models import LinkToken, Region, User
from core.access.scope import region_scope
from core.access.tables import NAMED
from core.audit import seal
from core.audit.models import Denial
from core.crypto.keys import erase_key
from core.crypto.models import DataKey, Subject
from core.outbox.due import become_app
from core.outbox.models import Heartbeat
from core.retention import Keep

log = logging.getLogger(__name__)

# Higher layers first: their rows point down.
LAYERS = ("insight", "scheduling", "matching", "pool", "core")
# A new key's row may not be there yet.
KEY_REST = timedelta(days=1)


class PurgeIncomplete(RuntimeError):
    """Some table kept rows past their term; the log says which. The others were purged."""


def purge_all(*, now: datetime) -> int:
    """Purge every region, one transaction each. Returns how many rows went. Worker role.

    Raises:
        PurgeIncomplete: after everything else was purged.
    """
    gone = 0
    stuck: set[str] = set()
    for region_id in Region.objects.order_by("pk").values_list("pk", flat=True):
        with region_scope(region_id):
            become_app()
            for model in _regional():
                n_rows = _clean(model, now)
                if n_rows is None:
                    stuck.add(_name(model))
                gone += n_rows or 0
            gone += _erase_orphaned_keys(now)
    with transaction.atomic():
        become_app()
        close_left_accounts(now=now)
        gone += erase_closed(now=now)
        gone += _purge_unbound(now)
    gone += seal.purge(now=now) + _purge_denials(now)
    if stuck:
        raise PurgeIncomplete(", ".join(sorted(stuck)))
    # A purge that stops running must be noticed.
    Heartbeat.objects.update_or_create(name="purge", defaults={"seen_at": now})
    return gone


def _name(model: type[models.Model]) -> str:
    return model._meta.label  # noqa: SLF001


def _regional() -> list[Any]:
    """Models with a clock, children before their parents as far as layers tell."""
    return [
        model
        for label in LAYERS
        for model in reversed(list(apps.get_app_config(label).get_models()))
        if isinstance(keep := getattr(model, "retention", None), Keep)
        and keep.clock
        and not keep.by_worker
    ]


def _clean(model: Any, now: datetime) -> int | None:
    """Remove rows of one table past their clock; None where the table refuses."""
    keep: Keep = model.retention
    try:
        with transaction.atomic():
            return _remove(model.objects.filter(keep.past(now=now)))
    except IntegrityError as kept:
        # Also Django's ProtectedError. One table that refuses does not keep the others.
        outcome = type(kept).__name__
        log.exception("purge stuck", extra={"kind": _name(model), "outcome": outcome})
        return None


def _remove(rows: models.QuerySet[Any]) -> int:
    """Delete rows and, before them, those that are kept with them. Returns how many."""
    gone = 0
    for child in _children(rows.model):
        parents = {f"{child.retention.follows}__in": rows.order_by().values("pk")}
        gone += _remove(child.objects.filter(**parents))
    return gone + rows.order_by().delete()[0]


def _children(parent: type[models.Model]) -> list[Any]:
    return [
        model
        for label in LAYERS
        for model in apps.get_app_config(label).get_models()
        if isinstance(keep := getattr(model, "retention", None), Keep)
        and keep.follows
        and model._meta.get_field(keep.follows).related_model is parent  # noqa: SLF001
    ]


def _erase_orphaned_keys(now: datetime) -> int:
    """Destroy the keys of which every sealed row is gone: backups hold nothing readable then."""
    orphaned = DataKey.objects.filter(erased_at=None, created_at__lt=now - KEY_REST)
    for label in LAYERS:
        for model in apps.get_app_config(label).get_models():
            if issubclass(model, Subject):
                rows = model.objects.filter(data_key=OuterRef("pk")).order_by()
                orphaned = orphaned.filter(~Exists(rows.values("pk")))
    keys = list(orphaned)
    for key in keys:
        erase_key(key, now=now)
    return len(keys)


def _purge_unbound(now: datetime) -> int:
    """Tables without a region that have a clock."""
    gone = 0
    for model in apps.get_models(include_auto_created=True):
        named = NAMED.get(model._meta.db_table)  # noqa: SLF001
        # An account is erased, not deleted: rows of a longer term point at its number.
        if named and named.keep.clock and model is not User:
            past = named.keep.past(now=now)
            if model is LinkToken:
                # A link without an end, such as a feed's, is dead once revoked.
                past |= Q(revoked_at__lt=now - timedelta(days=7))
            gone += model._default_manager.filter(past).delete()[0]  # noqa: SLF001
    return gone


def _purge_denials(now: datetime) -> int:
    """Old denials; a policy lets the worker delete those and no younger ones."""
    return Denial.unbound.filter(Denial.retention.past(now=now)).delete()[0]
