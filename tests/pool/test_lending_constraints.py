"""What must never be false of lending, the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.access.models import Region, Role
from pool.models import Expert, LendingAsk, LendingGrant
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TODAY, DAY = NOON.date(), timedelta(days=1)
Break = Callable[[Expert, Region], object]


def grant(expert: Expert, other: Region, **fields: Any) -> LendingGrant:
    plain: dict[str, Any] = {
        "borrower_region": other,
        "activities": ["BUDDY_1ON1"],
        "starts_on": TODAY,
        "ends_on": TODAY + 30 * DAY,
        "max_km": 40,
        "proposed_at": NOON,
        "proposed_by": expert.coordinator,
    }
    return LendingGrant.objects.create(expert=expert, **plain | fields)


def ask(expert: Expert, other: Region, **fields: Any) -> LendingAsk:
    plain: dict[str, Any] = {
        "lender_region": other,
        "activities": ["BUDDY_1ON1"],
        "starts_on": TODAY,
        "ends_on": TODAY + 30 * DAY,
        "max_km": 40,
        "asked_at": NOON,
        "asked_by": expert.coordinator,
    }
    return LendingAsk.objects.create(**plain | fields)


def another() -> dict[str, Any]:
    return {"granted_at": NOON, "granted_by": make_user("Wim Bos", Role.REGIONAL_ADMIN)}


REFUSED: dict[str, Break] = {
    "lending_ask_to_another_region": lambda e, _other: ask(e, e.region),
    "lending_ask_ends_after_start": lambda e, other: ask(e, other, ends_on=TODAY - DAY),
    "lending_ask_closed_at_with_by": lambda e, other: ask(e, other, closed_at=NOON),
    "lending_to_another_region": lambda e, _other: grant(e, e.region),
    "lending_ends_after_start": lambda e, other: grant(e, other, ends_on=TODAY - DAY),
    "lending_granted_at_with_another_by": lambda e, other: grant(
        e, other, granted_at=NOON, granted_by=e.coordinator
    ),
    "lending_runs_with_consent": lambda e, other: grant(e, other, state="RUNNING", **another()),
    "lending_agreed_after_granted": lambda e, other: grant(
        e,
        other,
        agreed_at=NOON,
        own_km=5,
        state="ENDED",
        ended_at=NOON,
        ended_by=e.coordinator,
        end_side="HOME",
    ),
    "lending_ended_at_with_by": lambda e, other: grant(e, other, state="ENDED"),
    "lending_ended_by_somebody": lambda e, other: grant(
        e, other, state="ENDED", ended_at=NOON, end_side="HOME"
    ),
    "lending_one_per_expert_and_region": lambda e, other: (grant(e, other), grant(e, other)),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.usefixtures("in_region")
def test_database_refuses(name: str, other_region: Region) -> None:
    expert = make_expert()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name](expert, other_region)
