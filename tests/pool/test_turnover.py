"""Who came and who went, counted without the person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from pool import actions
from pool.models import Turnover
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


@pytest.fixture
def cas() -> User:
    return make_user("Cas Verhoef", Role.COORDINATOR)


def moves() -> list[tuple[str, date, str]]:
    return sorted(Turnover.objects.values_list("direction", "month", "reason"))


def test_beginning_counts_once_and_coming_back_does_not(cas: User) -> None:
    ruben = make_active_expert(cas)
    actions.start_training(expert_id=ruben.pk, by=cas, now=NOON)
    actions.activate(expert_id=ruben.pk, by=cas, now=NOON + timedelta(days=40))

    assert moves() == [("IN", date(2026, 3, 1), "")]


def test_leaving_counts_in_the_local_month_with_its_reason(cas: User) -> None:
    ruben = make_active_expert(cas)
    last_night = NOON.replace(month=3, day=31, hour=22, minute=30)  # April in Amsterdam

    actions.leave(expert_id=ruben.pk, by=cas, now=last_night, reason="MOVED")

    assert moves()[-1] == ("OUT", date(2026, 4, 1), "MOVED")


def test_who_never_took_part_does_not_count_as_leaving(cas: User) -> None:
    actions.leave(expert_id=make_expert(cas).pk, by=cas, now=NOON, reason="NO_TIME")

    assert moves() == []


def test_the_reason_stands_nowhere_beside_the_person(cas: User) -> None:
    ruben = make_active_expert(cas)
    actions.leave(expert_id=ruben.pk, by=cas, now=NOON, reason="NO_PAPERS")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM pool_expert e")
        assert "NO_PAPERS" not in cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(t)::text FROM pool_turnover t")
        assert not any(str(ruben.pk) in row for (row,) in cursor.fetchall())
    assert not AuditEntry.objects.filter(facts__icontains="NO_PAPERS").exists()
    assert not AuditEntry.objects.filter(target__startswith="pool.turnover").exists()


def test_another_region_counts_its_own(other_region: Region, cas: User) -> None:
    make_active_expert(cas)

    with region_scope(other_region.pk):
        assert moves() == []
