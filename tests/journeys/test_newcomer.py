"""From nothing to somebody who can be asked, in at most six screens; and out again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.access.actions import accept_invitation
from core.access.models import User
from core.access.scope import region_scope
from core.clock import local
from pool import actions
from pool.models import Expert
from pool.queries import Standing, board
from tests.journeys import keys
from tests.journeys.sunday import NOW, expert_called, region
from tests.journeys.test_pages import look_at

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 900}
DAY = timedelta(days=1)


def day(days_ago: int) -> str:
    """A date as the calendar of a browser writes it."""
    return (local(NOW) - days_ago * DAY).date().isoformat()


class Screens:
    """Counts the pages on which something had to be done."""

    def __init__(self, page: Page, pictures: Path, size: str) -> None:
        self.page, self.pictures, self.size, self.n = page, pictures, size, 0

    def next(self, heading: str) -> None:
        """A page with this heading stands there; its picture is kept."""
        self.n += 1
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        picture = self.pictures / f"nieuw-{self.n}-{self.size}.png"
        self.page.screenshot(path=picture, full_page=True)
        assert not self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("size", [DESK, keys.PHONE], ids=["desk", "phone"])
def test_a_new_coordinator_brings_somebody_in_on_six_screens(
    browser: Browser, sunday: Stack, pictures: Path, size: dict[str, int]
) -> None:
    page = keys.come_in(browser, sunday, "Jorrit Bakkeren", size)
    screens = Screens(page, pictures, str(size["width"]))

    page.goto(f"{sunday.url}/pool/")
    screens.next("")
    page.get_by_role("link", name="Nodig iemand uit").click()
    screens.next("Nodig iemand uit")
    page.get_by_label("Voornaam").fill("Nadia")
    page.get_by_label("Achternaam").fill("Verwoerd")
    page.get_by_label("Mobiel nummer").fill("06 0000 1999")
    page.get_by_label("E-mailadres").fill("nadia@demo.naast.example")
    page.get_by_label("Woongebied").fill("1091")
    page.get_by_label("Buddy", exact=True).check()
    page.get_by_role("button", name="Schrijf in en nodig uit").click()

    screens.next("Eerste gesprek met Nadia")
    for topic in page.locator("fieldset").filter(has=page.get_by_label("Nog niet besproken")).all():
        topic.get_by_label("Ja", exact=True).check()
    page.get_by_label("Welkom: kan meedoen zodra de papieren er zijn").check()
    page.get_by_role("button", name="Schrijf op").click()

    screens.next("Papieren van Nadia")
    for prefix in ("confidentiality", "code_of_conduct"):
        page.locator(f"[name={prefix}-signed_on]").fill(day(1))
    page.locator("[name=training-kind]").select_option("HEE")
    page.locator("[name=training-started_on]").fill(day(200))
    page.locator("[name=training-completed_on]").fill(day(40))
    page.locator("[name=training-certificate_seen_on]").fill(day(1))
    page.locator("[name=vog-issue_date]").fill(day(20))
    page.locator("[name=vog-profile_kind][value=ASPECT]").check()
    page.locator("[name=vog-profile_codes]").fill("84 85")
    page.locator("[name=vog-authenticity_checked]").check()
    page.get_by_role("button", name="Schrijf op en ga verder").click()

    screens.next("Wanneer kunnen we Nadia vragen?")
    for weekday in range(5):
        page.locator(f"[name=d{weekday}_parts][value=EVENING]").check()
    page.get_by_role("button", name="Bewaar deze week").click()

    screens.next("Nadia Verwoerd")
    page.get_by_role("button", name="Doet vanaf nu mee").click()

    expect(page.get_by_text("Nog 2 inzetten met z'n tweeën.")).to_be_visible()
    assert screens.n <= 6
    with region_scope(region()):
        found = board(sees_dates_of=lambda _one: False, now=NOW)
        (nadia,) = [one for one in found.people if one.name == "Nadia Verwoerd"]
        assert nadia.standing == Standing.READY
        assert nadia.may_do == ("BUDDY_1ON1",)
    page.context.close()


def test_somebody_writes_in_on_a_phone_and_a_coordinator_hears_it(
    browser: Browser, sunday: Stack, pictures: Path
) -> None:
    with region_scope(region()):
        lead = User.objects.get(name="Hanneke Vossen")
        token = actions.invite_applicant(email="sam@demo.naast.example", by=lead, now=NOW)
        user = accept_invitation(token=token, password=None, now=NOW)
        User.objects.filter(pk=user.pk).update(name="Sam Nieuwkomer")
    page = keys.come_in(browser, sunday, "Sam Nieuwkomer")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Fijn dat je er bent")
    page.screenshot(path=pictures / "aanmelden-360.png", full_page=True)
    page.get_by_role("button", name="Meld mij aan").click()
    expect(page.get_by_text("Schrijf de voornaam.").first).to_be_visible()
    page.get_by_label("Voornaam").fill("Sam")
    page.get_by_label("Achternaam").fill("Nieuwkomer")
    page.get_by_label("Mobiel nummer").fill("06 0000 1998")
    page.get_by_label("Woongebied").fill("1055")
    page.get_by_role("button", name="Meld mij aan").click()
    page.goto(f"{sunday.url}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hanneke belt je")
    page.screenshot(path=pictures / "aangemeld-360.png", full_page=True)
    page.context.close()

    desk = keys.come_in(browser, sunday, "Hanneke Vossen", DESK)
    expect(desk.get_by_role("heading", name="Iemand wil erbij: bel")).to_be_visible()
    desk.get_by_role("link", name="Eerste gesprek").first.click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Eerste gesprek met Sam")
    desk.context.close()


def test_who_stops_is_handed_over_on_one_page(
    browser: Browser, sunday: Stack, pictures: Path
) -> None:
    with region_scope(region()):
        frans = expert_called("Frans")
    desk = keys.come_in(browser, sunday, "Hanneke Vossen", DESK)
    desk.goto(f"{sunday.url}/pool/{frans.pk}/")
    desk.locator("#stoppen summary").click()
    desk.get_by_label("Welzijn").check()
    desk.get_by_role("button", name="Zet deze persoon stil").click()
    expect(desk.get_by_role("link", name="Wat naar anderen gaat")).to_be_visible()

    desk.goto(f"{sunday.url}/")
    expect(desk.get_by_role("heading", name="Draag vandaag over wat loopt")).to_be_visible()
    desk.get_by_role("link", name="Overdragen").first.click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("iemand anders")
    for width in (360, 1280):
        desk.set_viewport_size({"width": width, "height": 900})
        picture = pictures / f"overdragen-{width}.png"
        assert look_at(desk, f"{sunday.url}/pool/{frans.pk}/overdragen/", 200, [], picture) == []
    desk.get_by_role("button", name="Draag over, vraag").first.click()
    expect(desk.get_by_text("Overgedragen. De volgende is gevraagd")).to_be_visible()
    desk.screenshot(path=pictures / "overgedragen-1280.png", full_page=True)
    desk.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_an_expert_names_a_last_day_and_thinks_again(
    browser: Browser, sunday: Stack, pictures: Path, width: int
) -> None:
    page = keys.come_in(browser, sunday, "Ruben Kaldenbach", {"width": width, "height": 800})
    assert (
        look_at(page, f"{sunday.url}/ik/stoppen/", 200, [], pictures / f"stoppen-{width}.png") == []
    )

    page.get_by_label("Laatste dag").fill(day(-10))
    page.get_by_role("button", name="Ik stop na deze dag").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Je laatste dag is")
    page.screenshot(path=pictures / f"laatste-dag-{width}.png", full_page=True)
    page.get_by_role("button", name="Ik blijf").click()

    with region_scope(region()):
        assert Expert.objects.get(pk=expert_called("Ruben").pk).state == "ACTIVE"
    page.context.close()
