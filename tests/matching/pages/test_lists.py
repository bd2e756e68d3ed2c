"""Long lists of requests: a page at a time, whoever looks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from core.access.models import Region
from core.access.scope import region_scope
from matching import actions
from matching.models import Request
from matching.pages import lists
from tests.conftest import NOON
from tests.factories.matching import Pool, file_request
from tests.matching.pages.conftest import cost, read

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
LIST = "/aanvragen/"


@pytest.fixture
def numbers(pool: Pool, region: Region, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Five requests, longest waiting first, where two fit on a page."""
    monkeypatch.setattr(lists, "SHOWN", 2)
    with region_scope(region.pk):
        return [
            file_request(pool, measure=None, now=NOON - timedelta(minutes=9 - place)).number
            for place in range(5)
        ]


def shown(page: str) -> list[str]:
    return re.findall(r">(26-\d{4})<", page)


def neighbours(page: str) -> list[str]:
    return re.findall(rf'href="{re.escape(LIST)}\?blad=(\d+)"', page)


@pytest.mark.parametrize("who", ["cas", "bram"])
def test_a_long_list_has_pages(
    who: str, numbers: list[str], request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(who)

    first, second, last = (read(client, f"{LIST}?blad={number}") for number in (1, 2, 3))

    assert [shown(first), shown(second), shown(last)] == [numbers[:2], numbers[2:4], numbers[4:]]
    assert "3 to 4 of 5" in second
    assert [neighbours(first), neighbours(second), neighbours(last)] == [["2"], ["1", "3"], ["2"]]


def test_the_sentence_counts_all_of_them(numbers: list[str], cas: Client) -> None:
    assert len(numbers) == 5
    assert "Five requests run" in read(cas, LIST)


@pytest.mark.parametrize(("asked", "place"), [("9", 4), ("0", 4), ("x", 0), ("", 0)])
def test_a_page_that_is_none_shows_the_nearest(
    asked: str, place: int, numbers: list[str], cas: Client
) -> None:
    assert shown(read(cas, f"{LIST}?blad={asked}"))[0] == numbers[place]


def test_a_page_costs_the_same_however_long_the_list(numbers: list[str], cas: Client) -> None:
    read(cas, LIST)
    assert numbers
    assert cost(cas, LIST) == cost(cas, f"{LIST}?blad=2")


def test_a_row_more_costs_no_query(numbers: list[str], bram: Client) -> None:
    read(bram, LIST)
    assert numbers
    # Two rows on the first page, one on the last.
    assert cost(bram, LIST) == cost(bram, f"{LIST}?blad=3")


def test_what_is_over_keeps_its_tab_from_page_to_page(
    numbers: list[str], pool: Pool, region: Region, cas: Client
) -> None:
    with region_scope(region.pk):
        for found in Request.objects.filter(number__in=numbers[:3]):
            actions.close_request(request_id=found.pk, by=pool.cas, now=NOON)

    assert f"{LIST}?blad=2&amp;over=1" in read(cas, f"{LIST}?over=1")
