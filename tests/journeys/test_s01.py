"""S1 in a real browser, in Dutch: a Friday night request becomes a reminded meeting on Sunday.

The professional and the expert hold a phone of 360 px; worker and beat are real; nothing is
done but through pages. The clock of Naast stands on the night of the scenario.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.access.scope import region_scope
from core.outbox.models import Message
from insight.simulation.regions import Stage
from scheduling.models import Session
from tests.scenarios.stage import agree, on_the_wall, set_the_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# The beat looks every five seconds; three times that is late.
PATIENCE = 25.0


@pytest.fixture
def stage(transactional_db: None) -> Stage:  # noqa: ARG001
    """The region of S1, committed, so that web and worker see it."""
    stage = set_the_stage(now=on_the_wall(2026, 9, 1, 9))
    with region_scope(stage.region.pk):
        agree()
    return stage


@contextmanager
def signed_in(browser: Browser, stack: Stack, name: str, size: dict[str, int]) -> Iterator[Page]:
    """A fresh browser of `name`, come in through the demo's button."""
    context = browser.new_context(viewport=size, locale="nl-NL", timezone_id="Europe/Amsterdam")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{stack.url}/accounts/login/")
    page.get_by_role("button", name=re.compile(name)).first.click()
    yield page
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()


def choose(page: Page, field: str, *values: str) -> None:
    """Tick these choices of a field, as a thumb would."""
    for value in values:
        page.locator(f'input[name="{field}"][value="{value}"]').check(force=True)


def tick(page: Page, field: str) -> None:
    page.locator(f'input[name="{field}"]').check(force=True)


def when(page: Page, field: str, day: str, clock: str) -> None:
    page.fill(f'[name="{field}_0"]', day)
    page.fill(f'[name="{field}_1"]', clock)


def wait_until(check: Callable[[], object], what: str) -> None:
    """Wait for the worker; a bounded time, then say what did not come."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if check():
            return
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


def sent(stage: Stage, template: str, name: str) -> list[Message]:
    """Messages of this template that left for somebody."""
    with region_scope(stage.region.pk):
        found = Message.objects.filter(template=template, state="SENT", recipient__name=name)
        return [message for message in found if message.content]


def test_friday_night_in_the_browser(  # noqa: PLR0915  (a story told in one piece)
    browser: Browser, stack: Stack, stage: Stage, pictures: Path
) -> None:
    stack.travel(on_the_wall(2026, 9, 4, 23, 15))

    # 23:15, on her phone: four steps and a check.
    with signed_in(browser, stack, "Tineke Wijnands", PHONE) as page:
        page.goto(f"{stack.url}/aanvragen/nieuw/")
        choose(page, "activity", "BUDDY_1ON1")
        choose(page, "urgency", "URGENT")
        choose(page, "kind", "THV")
        when(page, "imposed", "2026-09-04", "22:40")
        choose(page, "decision_seen", "NO")
        choose(page, "protected_roles", "PARTNER", "CHILDREN")
        next_step(page)
        choose(page, "age_band", "THIRTIES")
        choose(page, "relation", "PARTNER")
        choose(page, "when", "LATER")
        when(page, "earliest", "2026-09-05", "12:00")
        choose(page, "needs", "PARENT")
        next_step(page)
        page.fill('[name="area"]', "1112")
        choose(page, "day_parts", "EVENING", "WEEKEND")
        page.fill('[name="case_manager_name"]', "Fatih Meulendijk")
        page.fill('[name="case_manager_phone"]', "06 0000 0202")
        page.fill('[name="deputy_name"]', "Roos Hellendaal")
        page.fill('[name="deputy_phone"]', "06 0000 0203")
        page.fill('[name="out_of_hours_phone"]', "088 000 11 00")
        next_step(page)
        tick(page, "measure_right")
        choose(page, "risk", "OPEN")
        choose(page, "consent", "OPEN")
        page.fill('[name="reference"]', "WS-2026-1183")
        next_step(page)
        page.screenshot(path=pictures / "controle-360.png", full_page=True)
        page.get_by_role("button", name="Verstuur aanvraag").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("U hoort|dienst"))
        page.screenshot(path=pictures / "status-360.png", full_page=True)
        status_url = page.url
    wait_until(
        lambda: sent(stage, "matching/request_received", "Tineke Wijnands"), "an answer to her"
    )
    assert any(to for to, _mail in stack.postbox.mails)

    # Saturday 09:05: the coordinator sees who fits and why, and asks Adam.
    stack.travel(on_the_wall(2026, 9, 5, 9, 5))
    with signed_in(browser, stack, "Hanneke Vossen", DESK) as page:
        expect(page.get_by_role("heading", level=1)).to_contain_text("nodig")
        page.screenshot(path=pictures / "nu-1280.png", full_page=True)
        page.goto(f"{stack.url}/aanvragen/")
        page.get_by_role("link", name="26-0001").first.click()
        request_url = page.url
        page.screenshot(path=pictures / "aanvraag-0.png", full_page=True)
        card = page.locator(".naast-candidate").filter(has_text="Adam A.")
        if not card.count():
            page.get_by_role("button", name=re.compile("Kijk wie past")).first.click()
        page.screenshot(path=pictures / "aanvraag-1280.png", full_page=True)
        card.get_by_role("button", name=re.compile("Stuur voorstel")).click()
        expect(page.locator("body")).to_contain_text("11:05")
    wait_until(lambda: sent(stage, "matching/offer", "Adam Aalbers"), "the question to Adam")

    # 10:20: Adam opens the link of the text message; two choices, one button.
    stack.travel(on_the_wall(2026, 9, 5, 10, 20))
    texts = [message.content["text"] for message in sent(stage, "matching/offer", "Adam Aalbers")]
    link = re.search(r"https?://\S+/v/\S+", " ".join(texts))
    assert link
    phone = browser.new_context(viewport=PHONE, locale="nl-NL")  # type: ignore[arg-type]
    page = phone.new_page()
    page.goto(link.group().rstrip("."))
    page.screenshot(path=pictures / "vraag-360.png", full_page=True)
    page.wait_for_timeout(2200)
    choose(page, "answer", "yes")
    choose(page, "conflict", "NO_CONFLICT")
    page.get_by_role("button", name="Verstuur mijn antwoord").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dank")
    phone.close()

    # 10:40: the professional fills in what is open, on her phone.
    stack.travel(on_the_wall(2026, 9, 5, 10, 40))
    with signed_in(browser, stack, "Tineke Wijnands", PHONE) as page:
        page.goto(status_url)
        page.get_by_role("link", name=re.compile("Vul aan")).first.click()
        page.fill('[name="plan_on"]', "2026-09-05")
        tick(page, "numbers_work")
        choose(page, "risk", "NO_CONTRAINDICATION")
        choose(page, "consent", "YES")
        page.get_by_role("button", name="Leg vast").click()

    # The coordinator confirms place, duo and check-in, and plans Sunday at 14:00.
    with signed_in(browser, stack, "Hanneke Vossen", DESK) as page:
        for words in ("veilige plek", "met twee", "uitchecken", "goed genoeg"):
            page.goto(request_url)
            row = page.locator("li").filter(has_text=re.compile(words, re.IGNORECASE))
            page.screenshot(path=pictures / "check-1280.png", full_page=True)
            with page.expect_navigation():
                row.get_by_role("button", name=re.compile("^Bevestig")).first.click()
        page.goto(request_url)
        expect(page.locator("body")).to_contain_text("13 van 13")
        page.get_by_role("link", name=re.compile("Plan")).first.click()
        choose(page, "kind", "FIRST_MEETING")
        choose(page, "moment", "other")
        when(page, "other", "2026-09-06", "14:00")
        tick(page, "with_professional")
        page.get_by_role("button", name=re.compile("Plan en vertel")).click()
        expect(page.locator("body")).to_contain_text("14:00")
        page.screenshot(path=pictures / "afspraak-1280.png", full_page=True)

    # Saturday 14:00 and Sunday 12:00: the reminders leave by themselves.
    for n, moment in enumerate((on_the_wall(2026, 9, 5, 14), on_the_wall(2026, 9, 6, 12)), start=1):
        stack.travel(moment)
        for name in ("Adam Aalbers", "Tineke Wijnands"):
            wait_until(
                lambda name=name, n=n: len(sent(stage, "scheduling/reminder", name)) >= n,  # type: ignore[misc]
                f"reminder {n} of {name}",
            )

    # Sunday 14:02: in; 15:10: out. The meeting was held.
    stack.travel(on_the_wall(2026, 9, 6, 14, 2))
    with signed_in(browser, stack, "Adam Aalbers", PHONE) as page:
        page.screenshot(path=pictures / "vandaag-360.png", full_page=True)
        page.goto(f"{stack.url}/agenda/")
        page.get_by_role("link", name=re.compile("14:00|Open|Afspraak")).first.click()
        page.get_by_role("button", name=re.compile("Ik ben er|Check in|Inchecken")).click()
        stack.travel(on_the_wall(2026, 9, 6, 14) + timedelta(minutes=70))
        page.reload()
        page.get_by_role("button", name=re.compile("klaar|Check uit|Uitchecken")).click()
        page.screenshot(path=pictures / "na-360.png", full_page=True)
    with region_scope(stage.region.pk):
        assert Session.objects.get().state == "HELD"


def next_step(page: Page) -> None:
    """The one filled button at the foot of a step."""
    before = page.url
    page.locator("form .utrecht-button--primary-action").last.click()
    page.wait_for_url(lambda url: url != before)


def test_moment_is_what_it_says() -> None:
    """The clock of the journey is the one of the scenario."""
    assert on_the_wall(2026, 9, 4, 23, 15) == datetime.fromisoformat("2026-09-04T23:15:00+02:00")
