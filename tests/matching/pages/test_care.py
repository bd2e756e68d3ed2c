"""What weighs on an expert reaches coordinators and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from matching import actions
from matching.models import Request, Task
from matching.models.requests import TaskKind
from pool.models import Debrief
from pool.vocabulary import DebriefOccasion
from tests.conftest import NOON
from tests.factories.matching import HOUR, Pool, ask, decline, file_request, make_matched
from tests.factories.people import client_as, make_user
from tests.matching.pages.conftest import read

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
TOLD = ("too heavy", "Call the expert", "Ada")


@pytest.fixture
def heavy(pool: Pool, region: Region) -> Request:
    """Ada said no, because it was too heavy."""
    with region_scope(region.pk):
        request = file_request(pool)
        decline(ask(pool, request, pool.experts[0]), "TOO_HEAVY")
        return request


@pytest.mark.usefixtures("heavy")
def test_too_heavy_tells_a_coordinator_whom_to_call(cas: Client, pool: Pool) -> None:
    shown = read(cas, "/")

    for words in TOLD:
        assert words in shown
    assert f"/pool/{pool.experts[0].pk}/" in shown


def test_too_heavy_is_told_to_nobody_who_asked(bram: Client, heavy: Request) -> None:
    for address in ("/", f"/aanvragen/{heavy.pk}/status/", "/agenda/"):
        shown = read(bram, address)
        for words in TOLD:
            assert words not in shown


@pytest.mark.usefixtures("heavy")
def test_too_heavy_is_done_by_coordinators_only(bram: Client, ada: Client, region: Region) -> None:
    with region_scope(region.pk):
        task = Task.objects.get(kind=TaskKind.TOO_HEAVY)
        auditor = client_as(make_user("Fee Gerards", Role.AUDITOR))

    for somebody in (bram, ada, auditor):
        assert somebody.post(f"/taken/{task.pk}/klaar/").status_code == 403
    with region_scope(region.pk):
        assert Task.objects.get(pk=task.pk).done_at is None


@pytest.mark.usefixtures("heavy")
def test_too_heavy_stands_in_no_log(region: Region) -> None:
    with region_scope(region.pk):
        rows = AuditEntry.objects.all()
        assert not [row for row in rows if "HEAVY" in str(row.facts) + row.event + row.target]


def test_a_first_contact_offers_the_expert_a_talk_once(pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool)
        for hours in (2, 3):
            actions.record_first_contact(
                request_id=request.pk, by=pool.bram, now=NOON + hours * HOUR, at=NOON + HOUR
            )

        offered = Debrief.objects.get()
        assert (offered.expert_id, offered.source) == (assignment.expert_id, assignment.pk)
        assert offered.occasion == DebriefOccasion.FIRST_CONTACT
