"""Rows of the overview, and of files that come and go, which the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from core.access.models import Role
from core.crypto import new_data_key
from pool.models import Direction, Expert, ImportDraft, PoolExport, SavedView, Turnover
from tests.conftest import NOON
from tests.factories.people import make_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def view(expert: Expert, **fields: Any) -> None:
    plain = {"name": "x", "filters": {}, "made_at": NOON, "used_at": NOON}
    key = new_data_key(now=NOON)
    SavedView.objects.create(data_key=key, owner=expert.coordinator, **plain | fields)


def draft(expert: Expert, **fields: Any) -> None:
    plain = {"rows": {}, "made_at": NOON, "expires_at": NOON + HOUR}
    key = new_data_key(now=NOON)
    ImportDraft.objects.create(data_key=key, owner=expert.coordinator, **plain | fields)


def export(expert: Expert, **fields: Any) -> None:
    PoolExport.objects.create(asked_at=NOON, asked_by=expert.coordinator, **fields)


def agreed(expert: Expert, **fields: Any) -> None:
    plain = {
        "agreed_at": NOON,
        "agreed_by": make_user("Dina Maas", Role.COORDINATOR),
        "agreed_on": NOON.date(),
        "expires_at": NOON + DAY,
    }
    export(expert, **plain | fields)


def move(_expert: Expert, **fields: Any) -> None:
    plain = {"direction": Direction.OUT, "month": date(2026, 3, 1)}
    Turnover.objects.create(**plain | fields)


def twice(make: Callable[..., None]) -> Callable[[Expert], object]:
    def both(expert: Expert) -> None:
        make(expert)
        make(expert)

    return both


OVERVIEW_REFUSED: dict[str, Callable[[Expert], object]] = {
    "saved_view_keeps_no_name": lambda e: view(e, filters={"q": "malika"}),
    "saved_view_keeps_no_guarded_code": lambda e: view(e, filters={"specialism": "SV_OTHER"}),
    "saved_view_used_after_made": lambda e: view(e, used_at=NOON - HOUR),
    "turnover_knows_no_day": lambda e: move(e, month=date(2026, 3, 2)),
    "turnover_direction_known": lambda e: move(e, direction="UP"),
    "turnover_reason_only_for_leaving": lambda e: move(e, direction="IN", reason="MOVED"),
    "import_draft_one_a_person": twice(draft),
    "import_draft_lives_an_hour": lambda e: draft(e, expires_at=NOON + HOUR + HOUR),
    "pool_export_once_a_day": twice(agreed),
    "pool_export_one_waits": twice(export),
    "pool_export_agreed_at_with_by": lambda e: agreed(e, agreed_by=None),
    "pool_export_two_different_people": lambda e: agreed(e, agreed_by=e.coordinator),
    "pool_export_fetched_in_time": lambda e: agreed(e, fetched_at=NOON + DAY),
}
