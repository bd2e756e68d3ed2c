"""What scanners of mail do with a link, each as a program of its own (security.md, F20).

A bot knows an address and nothing else. It may wait: the clock of Naast then moves on. Those
that press or send do so at once and again after three seconds, as patient scanners would.
"""

from __future__ import annotations

import random
import re
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.fetching import Fetcher, Forms

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PRESSABLE = "button, input[type=submit], [role=button], a[class*=button]"
PATIENCE = (0.0, 3.0)
PRESSED_WITHIN = 10_000
FIVE_MINUTES, A_DAY = 300.0, 86_400.0


@dataclass
class Errand:
    """One bot with one link. `wait` moves the clock of Naast on by so many seconds."""

    url: str
    browser: Browser
    wait: Callable[[float], None]
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    patience: tuple[float, ...] = PATIENCE

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A browser with a fresh profile, which reaches Naast and nothing else."""
        context = self.browser.new_context(locale="nl-NL")
        host = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(self.url))
        context.route(lambda url: not url.startswith(host), lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(self.url)
        yield page
        context.close()


Bot = Callable[[Errand], None]


def get(errand: Errand) -> None:
    Fetcher().ask(errand.url)


def head(errand: Errand) -> None:
    Fetcher().ask(errand.url, method="HEAD")


def get_with_scripts(errand: Errand) -> None:
    with errand.page() as page:
        page.wait_for_load_state("networkidle")


def follow_redirects(errand: Errand) -> None:
    """Where a refresh or a script of the page leads, by hand and in a browser."""
    fetcher = Fetcher()
    page = fetcher.ask(errand.url)
    found = re.findall(r'http-equiv="refresh"[^>]*url=([^"]+)|location\s*=\s*"([^"]+)"', page)
    for target in {one or other for one, other in found}:
        fetcher.ask(urllib.parse.urljoin(errand.url, target))
    with errand.page() as browsing:
        errand.wait(10)
        browsing.wait_for_load_state("networkidle")
        browsing.reload()


def click_first(errand: Errand) -> None:
    for patience in errand.patience:
        with errand.page() as page:
            errand.wait(patience)
            press(page, page.locator(PRESSABLE).first)


def click_every(errand: Errand) -> None:
    for patience in errand.patience:
        with errand.page() as first:
            for place in range(first.locator(PRESSABLE).count()):
                # A page of its own for each: the way out leads elsewhere.
                page = first.context.new_page()
                page.goto(errand.url)
                errand.wait(patience)
                if place < page.locator(PRESSABLE).count():
                    press(page, page.locator(PRESSABLE).nth(place))
                page.close()


def submit_defaults(errand: Errand) -> None:
    """Every form as it stands: over plain HTTP, and by the browser's own submit."""
    for patience in errand.patience:
        send_all(errand, Fetcher(), patience)
        with errand.page() as page:
            for place in range(page.locator("form").count()):
                page.goto(errand.url)
                errand.wait(patience)
                if place < page.locator("form").count():
                    with page.expect_navigation(timeout=PRESSED_WITHIN):
                        page.locator("form").nth(place).evaluate("one => { one.submit() }")


def come_again(errand: Errand) -> None:
    """The same profile twice, five minutes apart."""
    fetcher = Fetcher()
    with errand.page() as page:
        for pause in (0.0, FIVE_MINUTES):
            errand.wait(pause)
            send_all(errand, fetcher, 0)
            page.goto(errand.url)
            errand.wait(pause)
            press(page, page.locator("main button, main a[class*=button]").first)


def from_two_addresses(errand: Errand) -> None:
    """One looks and another one sends, with what the first was given and without."""
    first = Fetcher("127.0.0.2")
    forms = Forms(first.ask(errand.url)).forms
    for second in (Fetcher("127.0.0.3", first.jar), Fetcher("127.0.0.4")):
        for patience in errand.patience:
            errand.wait(patience)
            for form in forms:
                second.send(errand.url, form, form.defaults())


def with_cookies(errand: Errand) -> None:
    """What was given is kept and shown again, for an hour."""
    fetcher = Fetcher()
    for patience in (*errand.patience, 60.0, 3600.0):
        send_all(errand, fetcher, patience)


def scan_again(errand: Errand) -> None:
    """A day later from elsewhere, with the old cookie and without."""
    fetcher = Fetcher("127.0.0.5")
    fetcher.ask(errand.url)
    errand.wait(A_DAY)
    for later in (Fetcher("127.0.0.6", fetcher.jar), Fetcher("127.0.0.7")):
        later.ask(errand.url, method="HEAD")
        for patience in errand.patience:
            send_all(errand, later, patience)
    get_with_scripts(errand)


# The order of F20; the eighth, which chooses at random, stands below.
ELEVEN: dict[str, Bot] = {
    "GET": get,
    "HEAD": head,
    "GET with scripts": get_with_scripts,
    "follows meta and script redirects": follow_redirects,
    "clicks the first button": click_first,
    "clicks every button": click_every,
    "submits every form with defaults": submit_defaults,
    "second visit after 5 minutes": come_again,
    "from two addresses": from_two_addresses,
    "with cookies": with_cookies,
    "scans again after a day": scan_again,
}


def send_all(errand: Errand, fetcher: Fetcher, patience: float) -> None:
    for form in Forms(fetcher.ask(errand.url)).forms:
        errand.wait(patience)
        fetcher.send(errand.url, form, form.defaults())


def press(page: Page, button: Locator) -> None:
    """Click as a script does, and wait where the click leads to a page."""
    leads = button.evaluate("one => Boolean(one.form) || one.matches('a[href^=\"/\"]')")
    if not leads:
        button.evaluate("one => { one.click() }")
        return
    with page.expect_navigation(timeout=PRESSED_WITHIN):
        button.evaluate("one => { one.click() }")


# --- The one that chooses ---------------------------------------------------------------------


def choose_at_random(errand: Errand, *, sees_all: bool = True) -> str:
    """One of each group of a form, over HTTP, after some seconds; returns the page that came."""
    fetcher = Fetcher()
    forms = Forms(fetcher.ask(errand.url)).forms
    form = next(one for one in forms if one.choices(sees_all=False))
    errand.wait(errand.rng.uniform(2.1, 30))
    chosen = [
        (name, errand.rng.choice(values))
        for name, values in form.choices(sees_all=sees_all).items()
    ]
    return fetcher.send(errand.url, form, form.defaults() + chosen)


def choose_as_people_do(errand: Errand) -> str:
    """The same, leaving alone what the page hides from people."""
    return choose_at_random(errand, sees_all=False)


def choose_in_a_browser(errand: Errand) -> None:
    """The same in a browser, among the buttons that the browser calls visible."""
    with errand.page() as page:
        groups: dict[str, list[Locator]] = {}
        for one in page.locator("main input[type=radio], main input[type=checkbox]").all():
            if one.is_visible():
                groups.setdefault(one.get_attribute("name") or "", []).append(one)
        errand.wait(errand.rng.uniform(2.1, 30))
        for group in groups.values():
            errand.rng.choice(group).evaluate("one => { one.click() }")
        press(page, page.locator("main form[method=post] button").first)
        expect(page.locator("h1")).to_be_visible()


def take_back(errand: Errand) -> str:
    """What a person does who finds an answer that was not theirs; returns the page that came."""
    fetcher = Fetcher("127.0.0.8")
    for form in Forms(fetcher.ask(errand.url)).forms:
        if form.says("undo") or form.says("reopen"):
            errand.wait(5)
            return fetcher.send(errand.url, form, [*form.defaults(), ("sure", "on")])
    return ""
