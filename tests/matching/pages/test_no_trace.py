"""No page of one region differs by whether somebody is in the pool of another, without a grant.

Status, body and number of queries, of every address, filter and form, got and posted by each role
and by nobody with the links of a mailbox: ids of somebody who is there against ids of nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.http import HttpRequest

from core.access.models import Region
from core.access.scope import region_scope
from core.ui import nav as menu
from pool.models import Expert
from tests.factories.lending import make_neighbours, propose, second
from tests.factories.people import client_as
from tests.matching.pages.trace import Ask, Here, crawl, make_here, traces

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

# The first page of each role: where a leak is planted.
HOMES = {
    "expert": "/vandaag/",
    "professional": "/",
    "coordinator": "/",
    "admin": "/pool/",
    "auditor": "/toezicht/",
}
# How many of the answers are pages, at the least.
OPENS = {
    "expert": 25,
    "professional": 24,
    "coordinator": 75,
    "admin": 50,
    "auditor": 9,
    "nobody": 3,
}
FEW = ("/", "/pool/", "/aanvragen/", "/pool/uitlenen/", "/pool/uitlenen/vragen/")


@pytest.fixture
def here(region: Region) -> Here:
    return make_here(region)


@pytest.mark.parametrize("role", [*HOMES, "nobody"])
def test_no_page_tells_of_somebody_in_another_region(
    here: Here, region: Region, other_region: Region, role: str
) -> None:
    found, seen = traces(here, role, region=region, other_region=other_region)

    assert found == []
    # Not for want of pages: they open, and forms are refused with words of their own.
    statuses = [answer[0] for answer in seen.values()]
    assert statuses.count(200) >= OPENS[role]
    assert role == "nobody" or 422 in statuses


def counts(other: Region) -> int:
    with region_scope(other.pk):
        return Expert.objects.count()


def asks_more(other: Region) -> int:
    """The same page, and one question more to the database."""
    if counts(other):
        counts(other)
    return 0


@pytest.mark.parametrize("leak", [counts, asks_more])
@pytest.mark.parametrize("role", HOMES)
def test_a_number_or_a_question_that_leaks_would_be_seen(  # noqa: PLR0913, PLR0917
    here: Here,
    region: Region,
    other_region: Region,
    role: str,
    leak: Callable[[Region], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: a leak behind the menu, as small as leaks are, for every role."""

    def count(_request: HttpRequest) -> int:
        return leak(other_region)

    planted = [replace(one, count=count) for one in menu._entries]
    monkeypatch.setattr(menu, "_entries", planted)

    found, _n = traces(
        here, role, region=region, other_region=other_region, only=[("get", HOMES[role], {})]
    )

    assert found == [f"0 get {HOMES[role]}"]


def test_a_lending_that_waits_for_its_expert_leaves_no_trace(
    region: Region, other_region: Region
) -> None:
    two = make_neighbours(home=other_region, here=region)
    reader = client_as(two.pool.cas)
    steps: list[Ask] = [("get", path, {}) for path in FEW]
    crawl(reader, steps, two.noor.pk)
    before = crawl(reader, steps, two.noor.pk)

    grant = propose(two)
    second(two, grant)

    assert crawl(reader, steps, two.noor.pk) == before
