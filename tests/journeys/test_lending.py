"""Two regions and one expert, each at the own screen: asked, agreed on a phone, and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.access.scope import region_scope
from pool.models import LendingGrant
from pool.states import GrantState
from tests.journeys import keys
from tests.journeys.sunday import expert_called, region

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def look_at(page: Page, pictures: Path, name: str) -> None:
    """On a phone and on a desk; nothing scrolls sideways."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=pictures / f"uitlenen-{name}-{width}.png", full_page=True)
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def grant_of_ruben() -> LendingGrant:
    with region_scope(region()):
        return LendingGrant.objects.get(expert=expert_called("Ruben"))


@pytest.mark.parametrize("javascript", [True, False])
def test_an_expert_says_yes_on_a_phone_and_stops_again(
    browser: Browser, sunday: Stack, pictures: Path, *, javascript: bool
) -> None:
    page = keys.come_in(browser, sunday, "Ruben Kaldenbach", javascript=javascript)
    look_at(page, pictures, "vandaag")
    page.get_by_role("link", name="Bekijk en antwoord").click()
    look_at(page, pictures, "woord")
    page.get_by_text("Ja", exact=True).click()
    page.get_by_label("Hoe ver reis je").fill("")
    page.get_by_role("button", name="Verstuur mijn antwoord").click()
    expect(page.get_by_text("Vul in hoeveel kilometer.").first).to_be_visible()
    page.get_by_label("Hoe ver reis je").fill("12")
    page.get_by_role("button", name="Verstuur mijn antwoord").click()

    expect(page.get_by_text("Je werkt ook in Kennemerland")).to_be_visible()
    grant = grant_of_ruben()
    assert (grant.state, grant.own_km) == (GrantState.RUNNING, 12)
    look_at(page, pictures, "loopt")
    page.get_by_role("link", name="Stoppen").click()
    look_at(page, pictures, "stop")
    page.get_by_role("button", name="Ja, ik stop ermee").click()
    expect(page.get_by_text("Je werkt ook in Kennemerland")).to_have_count(0)
    assert grant_of_ruben().state == GrantState.ENDED
    page.context.close()


def test_a_coordinator_reads_asks_and_proposes(
    browser: Browser, sunday: Stack, pictures: Path
) -> None:
    page = keys.come_in(browser, sunday, "Hanneke Vossen")
    page.goto(f"{sunday.url}/pool/uitlenen/")
    expect(page.get_by_role("heading", name="Corné D., uit regio Kennemerland")).to_be_visible()
    look_at(page, pictures, "regio")
    page.get_by_role("link", name="Kies iemand").click()
    look_at(page, pictures, "voorstel")
    page.goto(f"{sunday.url}/pool/uitlenen/vragen/")
    look_at(page, pictures, "vraag")
    page.goto(f"{sunday.url}/pool/uitlenen/")
    page.get_by_role("link", name="Stop deze uitleen").first.click()
    look_at(page, pictures, "einde")
    page.context.close()
