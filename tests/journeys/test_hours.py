"""Saying when one can, on a phone at the kitchen table: few taps, also where no script runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.access.scope import region_scope
from pool.models import Absence, DayChange
from tests.journeys import keys
from tests.journeys.sunday import expert_called, region
from tests.journeys.test_pages import look_at

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


class Thumb:
    """Taps, and counts them."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()


@pytest.mark.parametrize("javascript", [True, False])
def test_this_week_is_told_in_five_taps(
    browser: Browser, sunday: Stack, pictures: Path, *, javascript: bool
) -> None:
    page = keys.come_in(browser, sunday, "Ruben Kaldenbach", javascript=javascript)
    thumb = Thumb()
    thumb.tap(page.get_by_role("link", name="Uren").first)

    # Monday evening not, Tuesday by day after all: the Sunday is the first of the days.
    days = page.locator(".naast-days").first.locator("fieldset")
    expect(days).to_have_count(7)
    thumb.tap(days.nth(1).get_by_text("Avond"))
    thumb.tap(days.nth(2).get_by_text("Dag", exact=True))
    thumb.tap(page.get_by_role("button", name="Bewaar deze dagen"))
    expect(days.nth(1)).to_contain_text("anders dan je week")
    thumb.tap(page.get_by_role("button", name="Vandaag niet"))

    expect(page.get_by_text("Geen vragen vóór ma 26 okt 08:00")).to_be_visible()
    assert thumb.taps == 5
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.screenshot(path=pictures / f"uren-360-{javascript}.png", full_page=True)
    if javascript:
        for name, path in (("uren", "/ik/beschikbaarheid/"), ("grenzen", "/ik/grenzen/")):
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                picture = pictures / f"{name}-{width}.png"
                assert look_at(page, sunday.url + path, 200, [], picture) == []
    with region_scope(region()):
        ruben = expert_called("Ruben")
        found = list(
            DayChange.objects.filter(expert=ruben)
            .order_by("day")
            .values_list("is_there", flat=True)
        )
        assert found == [False, True]
        assert Absence.objects.filter(expert=ruben, kind="TODAY").exists()
    page.context.close()


def test_the_week_of_the_pool_on_a_phone_a_desk_and_paper(
    browser: Browser, sunday: Stack, pictures: Path
) -> None:
    page = keys.come_in(browser, sunday, "Hanneke Vossen")
    page.goto(f"{sunday.url}/pool/week/")

    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        picture = pictures / f"pool-week-{width}.png"
        assert look_at(page, f"{sunday.url}/pool/week/", 200, [], picture) == []
    page.get_by_role("link", name="Volgende").click()
    expect(page.get_by_text("Week 44: ma 26 okt tot en met zo 1 nov")).to_be_visible()
    page.get_by_role("link", name="Alleen voorletters").click()
    expect(page.locator(".naast-weekgrid")).not_to_contain_text("Kaldenbach")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Volgende")).to_be_hidden()
    paper = page.pdf(prefer_css_page_size=True)
    (pictures / "pool-week.pdf").write_bytes(paper)
    # A4 lying down, in points.
    assert b"/MediaBox [0 0 841" in paper
    page.context.close()
