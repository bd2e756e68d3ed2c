"""Each state of a request and of an offer has its page, one true sentence and a way out.

A Tuesday is lived through by actions (`state_story`); after each step who is concerned looks.
The table of docs/reference/request-states.md is what they saw. With RENEW_PICTURES=1 it is
written anew, with a picture of each.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.access.scope import region_scope
from core.outbox.messages import FORBIDDEN
from insight.simulation.regions import Stage
from tests.journeys.state_acts import COORDINATOR, EXPERT, NAMES, Look, Story, the_rota
from tests.journeys.state_story import STEPS
from tests.scenarios.stage import agree, on_the_wall, set_the_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
TABLE = ROOT / "docs" / "reference" / "request-states.md"
PICTURES = ROOT / "docs" / "pictures" / "states"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
TITLES = {
    "requester": "What who asked sees",
    "coordinator": "What the coordinator sees",
    "expert": "What the expert sees",
}
COLOURS = 64
# Where the word of each tab begins and ends, without its picture and its count.
LABELS = """() => [...document.querySelectorAll('.naast-tabs--thumb a')].map(tab => {
    const word = [...tab.childNodes].find(one => one.nodeType === 3 && one.data.trim());
    const range = document.createRange();
    range.selectNodeContents(word);
    const box = range.getBoundingClientRect();
    return [box.left, box.right, word.data.trim()];
})"""


@pytest.fixture
def stage(transactional_db: None) -> Stage:  # noqa: ARG001
    stage = set_the_stage(now=on_the_wall(2026, 11, 2, 9))
    with region_scope(stage.region.pk):
        agree()
        the_rota(stage)
    return stage


@pytest.fixture
def web(stage: Stage) -> Iterator[Stack]:  # noqa: ARG001  (the rows come first)
    """Naast without a worker: what is due is done by the story, at its moment."""
    from tests.journeys.stack import running_stack  # noqa: PLC0415  (needs a database first)

    with running_stack(with_worker=False) as web:
        yield web


def test_each_state_has_its_page_and_its_way_out(
    browser: Browser, web: Stack, stage: Stage, pictures: Path
) -> None:
    story, visitors = Story(stage), Visitors(browser, web)
    looks: list[Look] = []
    problems: list[str] = []
    for moment, step in STEPS:
        web.travel(moment)
        with region_scope(stage.region.pk):
            seen = list(step(story, moment))
        for look in seen:
            page = visitors.page_for(look)
            problems += [
                f"{look.who} {look.state}: {one}" for one in wrong_with(page, look, web.url)
            ]
            keep(page, look, pictures)
        looks += seen
    problems += tight_tabs(visitors.contexts[NAMES[COORDINATOR]].pages[0], pictures)
    visitors.leave()

    if os.environ.get("RENEW_PICTURES"):
        TABLE.write_text(drawn(looks), encoding="utf-8")
    assert not problems, "\n".join(problems)
    assert len({look.picture for look in looks}) == len(looks)
    assert TABLE.read_text(encoding="utf-8") == drawn(looks), "run it with RENEW_PICTURES=1"
    assert {path.name for path in PICTURES.glob("*.png")} == {look.picture for look in looks}


# --- Who looks --------------------------------------------------------------------------------


class Visitors:
    """A browser for each person; who was away for too long comes in again."""

    def __init__(self, browser: Browser, web: Stack) -> None:
        self.browser, self.web = browser, web
        self.contexts: dict[str, BrowserContext] = {}
        self.complaints: list[str] = []

    def page_for(self, look: Look) -> Page:
        """The page of this look, opened."""
        if look.name not in self.contexts:
            self.contexts[look.name] = self.browser.new_context(
                viewport=DESK if look.who == COORDINATOR else PHONE,  # type: ignore[arg-type]
                locale="nl-NL",
                timezone_id="Europe/Amsterdam",
                color_scheme="light",
                reduced_motion="reduce",
            )
            self.contexts[look.name].new_page().set_default_timeout(10_000)
        page = self.contexts[look.name].pages[0]
        answer = page.goto(self.web.url + look.path)
        if look.name and "/accounts/" in page.url:
            page.goto(f"{self.web.url}/accounts/login/")
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.get_by_role("button", name=re.compile(look.name)).first.click()
            answer = page.goto(self.web.url + look.path)
        assert answer is not None
        assert answer.status == look.status, (look, answer.status)
        return page

    def leave(self) -> None:
        for context in self.contexts.values():
            context.close()


# --- What is looked at ------------------------------------------------------------------------


def wrong_with(page: Page, look: Look, home: str) -> Iterator[str]:
    """Everything that does not hold on this page."""
    stands = page.locator("#stand")
    on_top = (stands if stands.count() else page.get_by_role("heading", level=1).first).inner_text()
    if on_top != look.says:
        yield f"says “{on_top}” instead of “{look.says}”"
    for way in look.ways:
        yield from wrong_way(page, way, home)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        yield "scrolls sideways"
    told = FORBIDDEN.search(page.inner_text("body")) if look.who == EXPERT else None
    if told:
        yield f"tells “{told.group()}”"
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    for one in result["violations"]:
        if one["impact"] in {"serious", "critical"}:
            yield f"{one['id']}: {one['nodes'][0]['html'][:120]}"


def tight_tabs(page: Page, pictures: Path) -> Iterator[str]:
    """On a phone the words of the tabs stand apart."""
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        page.screenshot(path=pictures / f"state-tabs-{width}.png")
        labels: list[tuple[float, float, str]] = page.evaluate(LABELS)
        edges = [(0.0, 0.0, ""), *labels, (float(width), float(width), "")]
        for (_, right, word), (left, _, other) in pairwise(edges):
            if right + 2 > left:
                yield f"at {width} px the tabs “{word}” and “{other}” touch"


def wrong_way(page: Page, way: str, home: str) -> Iterator[str]:
    """A way out is there, can be used, and leads to a number or a page that opens."""
    found = link_or_button(page, way)
    if found is None:
        yield f"has no “{way}”"
        return
    if not found.is_enabled():
        yield f"“{way}” cannot be used"
    address = found.get_attribute("href")
    if address is None:
        if not found.evaluate("one => !!one.closest('form')"):
            yield f"“{way}” sends nothing"
    elif address.startswith("tel:"):
        if not re.fullmatch(r"tel:\+?\d{3,}", address):
            yield f"“{way}” calls {address}"
    elif not page.request.get(home + address).ok:
        yield f"“{way}” leads nowhere"


def link_or_button(page: Page, way: str) -> Locator | None:
    for role in ("link", "button"):
        found = page.get_by_role(role, name=re.compile(f"^{re.escape(way)}"))
        for one in found.all():
            if one.is_visible():
                return one
    return None


# --- What is kept -----------------------------------------------------------------------------


def keep(page: Page, look: Look, pictures: Path) -> None:
    """A picture of what one sees without scrolling; small, where it goes into the documents."""
    page.evaluate("window.scrollTo(0, 0)")
    taken = page.screenshot(path=pictures / f"state-{look.picture}")
    if not os.environ.get("RENEW_PICTURES"):
        return
    from PIL import Image  # noqa: PLC0415  (only where pictures are renewed)

    PICTURES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(COLOURS).save(PICTURES / look.picture, optimize=True)


def drawn(looks: list[Look]) -> str:
    """The table of the documents."""
    lines = [
        "# Each state of a request, as people see it",
        "",
        "<!-- Written by tests/journeys/test_states.py with RENEW_PICTURES=1; never by hand. -->",
        "",
        "One Tuesday, on which three requests and their offers pass through every state. The",
        "sentence is what stands on top of the page; the ways out are what one can do from there.",
    ]
    for who, title in TITLES.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| State | Sentence on top | Ways out | Picture |",
            "|---|---|---|---|",
        ]
        for look in looks:
            if look.who == who:
                words = look.state.replace("-", ", ", 1).replace("-", " ")
                picture = f"[picture](../pictures/states/{look.picture})"
                lines.append(f"| {words} | {look.says} | {'; '.join(look.ways)} | {picture} |")
    return "\n".join(lines) + "\n"
