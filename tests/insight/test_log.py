"""Who looked at this, and why: answered for the auditor, without what was there to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import audit
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.audit.whence import truncated
from insight import log
from tests.conftest import NOON
from tests.factories.matching import HOUR, Pool, make_matched, make_pool
from tests.factories.people import client_as, make_user

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def pool(in_region: Region) -> Iterator[Pool]:  # noqa: ARG001
    with time_machine.travel(NOON + HOUR, tick=False):
        yield make_pool(2)


@pytest.fixture
def gea(pool: Pool) -> User:  # noqa: ARG001
    return make_user("Gea Auditor", Role.AUDITOR)


def test_who_looked_at_an_expert_and_why(pool: Pool, gea: User) -> None:
    ada = pool.experts[0]
    client_as(pool.cas).get(f"/pool/{ada.pk}/")

    answer = client_as(gea).post("/toezicht/", {"about": str(ada.pk)})

    page = answer.content.decode()
    assert "Cas Verhoef" in page
    assert "bekeek een profiel" in page
    assert "onder de hoede van wie keek" in page
    assert not any(word in page for word in ("Ada", "Kaars", ada.phone, ada.email))


def test_who_looked_at_a_request_by_its_number(pool: Pool, gea: User) -> None:
    request, _assignment = make_matched(pool)
    client_as(pool.bram).get(f"/aanvragen/{request.pk}/status/")

    page = client_as(gea).post("/toezicht/", {"about": request.number}).content.decode()

    assert "Bram de Wit" in page
    assert f"aanvraag {request.number}" in page


def test_a_list_counts_for_everybody_on_it(pool: Pool) -> None:
    client_as(pool.cas).get("/pool/")

    for expert in pool.experts:
        found = log.search(log.Wanted(about=str(expert.pk)))
        assert "pool.listed" in {line.entry.event for line in found.lines}


def test_a_search_leaves_a_line_with_its_kind_and_not_its_words(pool: Pool, gea: User) -> None:
    client_as(gea).post("/toezicht/", {"about": str(pool.experts[0].pk)})

    line = AuditEntry.objects.get(event="log.searched")
    assert line.facts["criteria"] == "about"
    assert str(pool.experts[0].pk) not in str(line.facts)


def test_a_name_searched_for_in_the_pool_is_in_no_line(pool: Pool) -> None:
    client_as(pool.cas).post("/pool/", {"q": "Kaars"})

    line = AuditEntry.objects.get(event="pool.listed")
    assert line.facts["filters"] == "q"
    assert "Kaars" not in str(line.facts)


def test_an_unknown_number_says_so(gea: User) -> None:
    page = client_as(gea).post("/toezicht/", {"about": "99-9999"}).content.decode()

    assert "Dat nummer is er niet." in page


def test_an_empty_question_comes_back_with_a_sentence(gea: User) -> None:
    assert client_as(gea).post("/toezicht/", {}).status_code == 422


@pytest.mark.parametrize(
    "role", [Role.EXPERT, Role.PROFESSIONAL, Role.COORDINATOR, Role.REGIONAL_ADMIN]
)
@pytest.mark.parametrize("path", ["/toezicht/", "/toezicht/maand/"])
def test_nobody_but_the_auditor_comes_in(region: Region, role: Role, path: str) -> None:
    with region_scope(region.pk):
        user = make_user("Eef Smit", role)

    assert client_as(user).get(path).status_code == 403


def test_lines_of_another_region_are_not_there(pool: Pool, other_region: Region) -> None:
    ada = pool.experts[0]
    client_as(pool.cas).get(f"/pool/{ada.pk}/")

    with region_scope(other_region.pk):
        assert log.search(log.Wanted(about=str(ada.pk))).lines == []
        assert log.month(date(2026, 3, 1)) == []


def test_the_month_counts_looks_without_a_request_and_at_night(pool: Pool) -> None:
    ada, bes = pool.experts
    night = NOON + timedelta(hours=11)
    audit.read("profile", by=pool.cas, at=NOON, subject=ada.pk)
    audit.read("profile", by=pool.cas, at=night, subject=ada.pk, reason="CHARGE")
    audit.read("profile", by=pool.cas, at=NOON, subject=bes.pk, purpose=ada.pk)

    [cas] = [one for one in log.month(date(2026, 3, 1)) if one.user == pool.cas.pk]

    assert (cas.reads, cas.without, cas.night) == (3, 1, 1)


def test_the_search_costs_the_same_for_one_line_and_for_many(pool: Pool) -> None:
    ada = pool.experts[0]
    audit.read("profile", by=pool.cas, at=NOON, subject=ada.pk, purpose=ada.pk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            log.search(log.Wanted(about=str(ada.pk)))
        return len(found)

    few = queries()
    for minute in range(40):
        at = NOON + timedelta(minutes=minute)
        audit.read("profile", by=pool.bram, at=at, subject=ada.pk, purpose=ada.pk)

    assert queries() == few


def test_a_line_says_from_which_device_and_corner_it_came(pool: Pool) -> None:
    client_as(pool.cas).get(f"/pool/{pool.experts[0].pk}/", REMOTE_ADDR="203.0.113.77")

    line = AuditEntry.objects.get(event="profile.read")
    assert line.address == "203.0.113.0/24"
    assert len(line.device) == 16
    assert line.request_id is not None


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("x", "")],
)
def test_of_an_address_only_the_network_stays(address: str, kept: str) -> None:
    assert truncated(address) == kept


def test_a_page_that_stays_open_is_one_line_in_a_quarter_of_an_hour(pool: Pool) -> None:
    ada = pool.experts[0]

    def look(minutes: int) -> None:
        at = NOON + timedelta(minutes=minutes)
        audit.read("profile", by=pool.cas, at=at, subject=ada.pk, live=True)

    for minutes in (0, 5, 14, 15, 16):
        look(minutes)

    assert AuditEntry.objects.filter(event="profile.read").count() == 2


def test_somebody_new_on_a_page_that_stays_open_gets_a_line(pool: Pool) -> None:
    ada, bes = pool.experts

    def see(*people: object) -> None:
        audit.listed("home", by=pool.cas, at=NOON, subjects=people, live=True)  # type: ignore[arg-type]

    see(ada.pk)
    see(ada.pk)
    see(ada.pk, bes.pk)

    assert AuditEntry.objects.filter(event="home.listed").count() == 2
