"""Everything with the keyboard alone: each page from top to end, and the main acts on a phone.

What Tab meets is every visible control, once, in the order of reading; each shows that it has
the focus, nothing lies over it, and it is large enough for a thumb.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import keys
from tests.journeys.sunday import CALLS, NOW, link_to, request_of
from tests.journeys.test_pages import VISITORS, walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 800}
SOUND = """<!doctype html><html lang="en"><style>
  button, a, input {{ display: block; margin: 8px; min-height: 30px; min-width: 30px; }}
  :focus-visible {{ outline: 3px solid red }} {style}
</style><body><a href="#main" class="utrecht-skip-link">To the content</a><main id="main">
<button>One</button><button>Two</button>{more}<button>Three</button></main></body></html>"""


@pytest.mark.parametrize(
    ("style", "more", "problem"),
    [
        ("", "", None),
        ("", '<button tabindex="3">Eager</button>', "out of order"),
        ("button:focus-visible { outline: none }", "", "no focus mark"),
        ("", "<a href='#' onkeydown='event.preventDefault()'>Tar</a>", "trap"),
        ("", "<button onfocus='this.previousElementSibling.focus()'>Back</button>", "skipped"),
        ("", "<button tabindex='-1'>Forgotten</button>", "skipped"),
        (
            "",
            "<button style='opacity:0;min-width:0;width:1px;padding:0;border:0'></button>",
            "hidd",
        ),
        ("", "<button style='position:absolute;left:-999px'>Away</button>", "outside the window"),
        (
            "body { height: 3000px } main { margin-top: 700px }",
            "<div style='position:fixed;inset:auto 0 0 0;height:300px' class='bar'></div>",
            "under bar",
        ),
        ("", "<button style='min-height:0;height:20px'>Small</button>", "x 20"),
        ("main { display: flex; flex-direction: row-reverse }", "", "jumps back"),
        (
            "",
            "<details><summary onclick='event.preventDefault()'>Shut</summary>In</details>",
            "fold",
        ),
    ],
)
def test_the_walk_sees_what_is_wrong(
    browser: Browser, style: str, more: str, problem: str | None
) -> None:
    page = browser.new_page(viewport=keys.PHONE)  # type: ignore[arg-type]
    page.set_content(SOUND.format(style=style, more=more))

    found = keys.walk_through(page)
    page.close()

    assert any(problem in one for one in found) if problem else not found, found


def test_a_page_without_a_way_past_the_menu_is_seen(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<header><a href='/'>Menu</a></header><main><button>One</button></main>")

    found = keys.skips(page)
    page.close()

    assert found


def test_tab_meets_everything_in_order(browser: Browser, sunday: Stack) -> None:
    found: dict[str, list[str]] = {}

    for size in (keys.PHONE, DESK):
        for who, paths, deeper in VISITORS:
            page = keys.come_in(browser, sunday, who, size)
            for path in walk(page, paths, deeper):
                page.goto(sunday.url + path)
                problems = keys.skips(page) + keys.walk_through(page)
                found[f"{who} {path} {size['width']}"] = problems
            page.context.close()

    wrong = [f"{where}: {problems}" for where, problems in found.items() if problems]
    assert not wrong, "\n".join(wrong)


def test_a_refresh_leaves_the_focus_where_it_is(browser: Browser, sunday: Stack) -> None:
    """Pages of what runs fetch themselves anew every ten seconds."""
    page = keys.come_in(browser, sunday, "Ruben Kaldenbach")
    page.clock.install()
    page.reload()
    no = page.get_by_role("button", name="Nee, nu niet")
    keys.go_to(page, no)
    before = no.element_handle()

    page.clock.fast_forward(10_500)
    page.wait_for_function("one => !one.isConnected", arg=before)

    expect(no).to_be_focused()
    page.context.close()


def test_a_fault_low_on_the_page_has_the_focus(browser: Browser, sunday: Stack) -> None:
    """The answer opens at the form by its place in the address, which takes the focus away."""
    page = keys.come_in(browser, sunday, "Ruben Kaldenbach")
    page.goto(f"{sunday.url}/ik/beschikbaarheid/")

    keys.go_to(page, page.get_by_role("button", name="Schrijf dagen weg op"))
    page.keyboard.press("Enter")

    expect(page.locator("#weg .naast-errors")).to_be_focused()
    page.context.close()


def test_main_acts_on_a_phone(browser: Browser, sunday: Stack) -> None:
    page = keys.come_in(browser, sunday, "Bram Citroen")
    file_a_request(page)
    page.context.close()

    page = keys.come_in(browser, sunday, "")
    page.goto(link_to(sunday, "Ruben"))
    sunday.travel(NOW + timedelta(minutes=1))
    keys.choose(page, "answer", "yes")
    keys.choose(page, "conflict", "NO_CONFLICT")
    keys.follow(page, page.get_by_role("button", name="Verstuur mijn antwoord"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dank")
    page.context.close()

    page = keys.come_in(browser, sunday, "Hanneke Vossen")
    half_done, meets = request_of("Joyce"), request_of("Malika")
    page.goto(f"{sunday.url}/aanvragen/{half_done}/")
    before = page.locator("#check + .naast-num").inner_text()
    keys.follow(page, page.get_by_role("button", name=re.compile("^Bevestig")))
    expect(page.locator("#check + .naast-num")).not_to_have_text(before)
    page.goto(f"{sunday.url}/aanvragen/{meets}/plannen/")
    keys.choose(page, "kind", "MEETING")
    keys.choose(page, "moment", page.locator('[name="moment"]').first.get_attribute("value") or "")
    keys.follow(page, page.get_by_role("button", name=re.compile("Plan en vertel")))
    expect(page).to_have_url(re.compile("/afspraken/"))
    page.context.close()

    page = keys.come_in(browser, sunday, "Ruben Kaldenbach")
    keys.follow(page, page.get_by_role("button", name="Pauze"))
    expect(page.get_by_role("button", name="Begin weer")).to_be_visible()
    keys.follow(page, page.get_by_role("button", name="Snel weg"))
    assert page.inner_text("body").strip() == "Deze pagina is leeg"
    page.context.close()


def file_a_request(page: Page) -> None:
    """The four steps and the check; each step is also walked through."""
    keys.follow(page, page.get_by_role("link", name="Nieuwe aanvraag"))
    keys.choose(page, "urgency", "URGENT")
    keys.choose(page, "kind", "THV")
    keys.write_moment(page, "imposed", "2026-10-25", "02:30")
    keys.choose(page, "decision_seen", "NO")
    keys.tick(page, "protected_roles", "PARTNER", "CHILDREN")
    onward(page)
    # The clock showed half past two twice that night.
    expect(page.locator(".naast-errors")).to_be_focused()
    keys.choose(page, "fold", "1")
    onward(page)
    keys.choose(page, "age_band", "THIRTIES")
    keys.choose(page, "relation", "PARTNER")
    keys.choose(page, "when", "NOW")
    onward(page)
    keys.write(page, "area", "1112")
    keys.tick(page, "day_parts", "EVENING")
    for name, words in CALLS.items():
        keys.write(page, name, words)
    onward(page)
    keys.choose(page, "risk", "OPEN")
    keys.choose(page, "consent", "OPEN")
    onward(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Klopt dit")
    assert not keys.walk_through(page)
    keys.follow(page, page.get_by_role("button", name="Verstuur aanvraag"))
    expect(page).to_have_url(re.compile("/status/"))


def onward(page: Page) -> None:
    """To the next step, when everything on this one can be reached."""
    problems = keys.skips(page) + keys.walk_through(page)
    assert not problems, (page.url, problems)
    keys.follow(page, page.locator("main form .utrecht-button--primary-action"))
