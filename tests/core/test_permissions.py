"""May you? What somebody is in a region, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access.models import Membership, Region, Role
from core.access.permissions import (
    has_role,
    membership_changed,
    membership_of,
    memberships,
    require_role,
    roles_of,
)
from core.access.scope import region_scope
from core.errors import NotAllowed, Refusal
from tests.conftest import NOON
from tests.core.parts import person

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.usefixtures("in_region")
def test_somebody_is_what_their_running_memberships_say() -> None:
    ada = person("ada", Role.EXPERT, Role.AUDITOR)
    Membership.objects.filter(role=Role.AUDITOR).update(ended_at=NOON + timedelta(days=1))
    membership_changed(ada)

    assert roles_of(ada) == {Role.EXPERT}
    assert has_role(ada, Role.EXPERT, Role.COORDINATOR)
    assert not has_role(ada, Role.AUDITOR)
    assert membership_of(ada, Role.EXPERT).user == ada
    require_role(ada, Role.EXPERT)


@pytest.mark.usefixtures("in_region")
def test_what_somebody_is_not_is_refused() -> None:
    ada = person("ada", Role.EXPERT)

    with pytest.raises(NotAllowed):
        require_role(ada, Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        membership_of(ada, Role.COORDINATOR)


def test_somebody_is_nothing_in_another_region_and_without_one(
    region: Region, other_region: Region
) -> None:
    with region_scope(region.pk):
        ada = person("ada", Role.COORDINATOR)
    with region_scope(other_region.pk):
        assert roles_of(ada) == set()
    assert memberships(ada) == []


def test_memberships_are_read_once_per_scope(region: Region) -> None:
    with region_scope(region.pk):
        ada = person("ada", Role.EXPERT)

    with CaptureQueriesContext(connection) as queries, region_scope(region.pk):
        for _again in range(3):
            assert has_role(ada, Role.EXPERT)

    assert sum("core_membership" in query["sql"] for query in queries) == 1


def test_a_refusal_says_its_sentence() -> None:
    class Closed(Refusal):
        message = "Dit kan niet meer."

    assert str(Closed()) == "Dit kan niet meer."
    assert str(Closed("Anders.")) == "Anders."
