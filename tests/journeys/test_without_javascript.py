"""The main acts in a browser that runs no script: an old phone, a strict office, a bad line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import keys
from tests.journeys.sunday import CALLS, NOW, link_to, request_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_main_acts_without_a_script(browser: Browser, sunday: Stack) -> None:
    page = keys.come_in(browser, sunday, "", javascript=False)
    page.goto(f"{sunday.url}/accounts/login/")
    # A passkey takes a script, so it is not offered here.
    expect(page.get_by_role("button", name=re.compile("passkey"))).to_be_hidden()
    page.context.close()

    page = keys.come_in(browser, sunday, "Bram Citroen", javascript=False)
    file_a_request(page)
    request_url = page.url.removesuffix("status/")
    page.context.close()

    page = keys.come_in(browser, sunday, "Hanneke Vossen", javascript=False)
    page.goto(request_url)
    page.get_by_role("button", name="Kijk wie past").click()
    card = page.locator(".naast-candidate").first
    name = card.get_by_role("heading", level=3).inner_text()
    card.get_by_role("button", name="Stuur voorstel").click()
    expect(page.locator("#voorstellen")).to_contain_text(name)
    confirm_and_plan(page, sunday)
    page.context.close()

    answer(browser, sunday, link_to(sunday, name), "no", "Dank je voor het kijken")
    answer(browser, sunday, link_to(sunday, "Ruben"), "yes", "Dank")

    page = keys.come_in(browser, sunday, "Ruben Kaldenbach", javascript=False)
    page.get_by_role("button", name="Pauze").click()
    page.get_by_role("button", name="Begin weer").click()
    expect(page.get_by_role("button", name="Pauze")).to_be_visible()
    page.get_by_role("button", name="Snel weg").click()
    assert page.inner_text("body").strip() == "Deze pagina is leeg"
    page.context.close()


def file_a_request(page: Page) -> None:
    page.get_by_role("link", name="Nieuwe aanvraag").click()
    choose(page, "urgency", "URGENT")
    choose(page, "kind", "THV")
    page.fill('[name="imposed_0"]', "2026-10-25")
    page.fill('[name="imposed_1"]', "02:30")
    choose(page, "decision_seen", "NO")
    choose(page, "protected_roles", "PARTNER")
    onward(page)
    expect(page.locator(".naast-errors")).to_contain_text("kwam twee keer")
    choose(page, "fold", "0")
    onward(page)
    choose(page, "age_band", "THIRTIES")
    choose(page, "relation", "PARTNER")
    choose(page, "when", "NOW")
    onward(page)
    page.fill('[name="area"]', "1112")
    choose(page, "day_parts", "EVENING")
    for name, words in CALLS.items():
        page.fill(f'[name="{name}"]', words)
    onward(page)
    choose(page, "risk", "OPEN")
    choose(page, "consent", "OPEN")
    onward(page)
    page.get_by_role("button", name="Verstuur aanvraag").click()
    expect(page).to_have_url(re.compile("/status/"))


def confirm_and_plan(page: Page, sunday: Stack) -> None:
    page.goto(f"{sunday.url}/aanvragen/{request_of('Joyce')}/")
    counted = page.locator("#check + .naast-num")
    before = counted.inner_text()
    page.get_by_role("button", name=re.compile("^Bevestig")).first.click()
    expect(counted).not_to_have_text(before)
    page.goto(f"{sunday.url}/aanvragen/{request_of('Malika')}/plannen/")
    choose(page, "kind", "MEETING")
    page.locator('[name="moment"]').first.check()
    page.get_by_role("button", name=re.compile("Plan en vertel")).click()
    expect(page).to_have_url(re.compile("/afspraken/"))


def answer(browser: Browser, sunday: Stack, link: str, said: str, thanks: str) -> None:
    """Answer by the link, a minute after it was opened."""
    sunday.travel(NOW)
    page = keys.come_in(browser, sunday, "", javascript=False)
    page.goto(link)
    sunday.travel(NOW + timedelta(minutes=1))
    choose(page, "answer", said)
    if said == "yes":
        choose(page, "conflict", "NO_CONFLICT")
    page.get_by_role("button", name="Verstuur mijn antwoord").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(thanks)
    page.context.close()


def choose(page: Page, field: str, value: str) -> None:
    page.locator(f'input[name="{field}"][value="{value}"]').check()


def onward(page: Page) -> None:
    page.locator("main form .utrecht-button--primary-action").last.click()
