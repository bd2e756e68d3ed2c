"""A coordinator invites a professional of a new organisation, who comes in with a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.access.scope import region_scope
from insight.simulation.regions import Stage
from tests.journeys.test_passkey import AUTHENTICATOR
from tests.journeys.test_s01 import DESK, PHONE, signed_in
from tests.scenarios.stage import agree, on_the_wall, set_the_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASSWORD = "vier gewone woorden samen"


@pytest.fixture
def stage(transactional_db: None) -> Stage:  # noqa: ARG001
    """The region of S1, committed, so that web and worker see it."""
    stage = set_the_stage(now=on_the_wall(2026, 9, 1, 9))
    with region_scope(stage.region.pk):
        agree()
    return stage


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone that can make a passkey."""
    context = browser.new_context(viewport=PHONE, locale="nl-NL")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


def fits(page: Page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.usefixtures("stage")
def test_an_invited_professional_comes_in_and_opens_the_form(
    browser: Browser, stack: Stack, phone: Page, pictures: Path
) -> None:
    stack.travel(on_the_wall(2026, 9, 4, 10, 0))

    # The coordinator, at the desk: a person and an organisation on one page.
    with signed_in(browser, stack, "Hanneke Vossen", DESK) as page:
        page.get_by_role("link", name="Mensen").click()
        page.get_by_role("main").get_by_role("link", name="Nodig iemand uit").first.click()
        page.get_by_label("Voor- en achternaam").fill("Fien de Wit")
        page.get_by_label("E-mailadres van het werk").fill("fien@crisis.example")
        page.get_by_label("Telefoon van het werk").fill("088 000 12 34")
        page.get_by_text("Staat de organisatie er niet bij?").click()
        page.get_by_label("Naam van de organisatie").fill("Crisisteam Zuid")
        page.get_by_label("Soort organisatie").select_option("CRISIS_SERVICE")
        page.get_by_role("button", name="Verstuur de uitnodiging").click()
        expect(page.get_by_role("main")).to_contain_text("Crisisteam Zuid")
        expect(page.get_by_role("main")).to_contain_text("Fien de Wit")
        page.screenshot(path=pictures / "mensen-1280.png", full_page=True)

    # The professional, on a phone: from the mail to a password and a passkey.
    phone.goto(f"{stack.url}/demo/berichten")
    phone.locator("summary", has_text="Open de mail").first.click()
    phone.locator('a[href*="/uitnodiging/"]').first.click()
    expect(phone.get_by_role("main")).to_contain_text("fien@crisis.example")
    phone.screenshot(path=pictures / "uitnodiging-360.png", full_page=True)
    phone.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    phone.get_by_label("Nog een keer hetzelfde wachtwoord").fill(PASSWORD)
    phone.get_by_role("button", name="Maak mijn account").click()
    assert fits(phone)
    phone.get_by_role("link", name="Maak een passkey").click()
    phone.locator("#mfa_webauthn_add").click()
    phone.wait_for_url("**/recovery-codes/**")
    assert fits(phone)
    phone.get_by_role("link", name="Verder").click()

    # Home, and the form is one tap away.
    phone.wait_for_url(f"{stack.url}/")
    assert fits(phone)
    phone.screenshot(path=pictures / "thuis-professional-360.png", full_page=True)
    phone.locator('main a[href="/aanvragen/nieuw/"]').first.click()
    expect(phone.locator('input[name="activity"]').first).to_be_attached()
    assert fits(phone)

    # Back at the desk nobody waits any more.
    with signed_in(browser, stack, "Hanneke Vossen", DESK) as page:
        page.goto(f"{stack.url}/mensen/")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Iedereen die is uitgenodigd, is binnen."
        )
