"""Every page of every role, on a phone and on a desk, in both themes and languages.

Nothing may scroll sideways, complain to the console, break the content policy, or fail an
accessibility rule of level serious or critical. With RENEW_PICTURES=1 the picture of the
README is taken anew.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core import clock
from insight.simulation.story import tell

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
DOCUMENTS = Path(__file__).resolve().parents[2] / "docs" / "pictures"
README_PICTURE = "hanneke-home-1280-light-en.png"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
# Pairwise: each size meets each theme and each language.
LOOKS = (
    ("360-light-nl", 360, "light", "nl"),
    ("1280-dark-nl", 1280, "dark", "nl"),
    ("360-dark-en", 360, "dark", "en"),
    ("1280-light-en", 1280, "light", "en"),
)
COORDINATOR = (
    "/",
    "/aanvragen/",
    "/agenda/",
    "/pool/",
    "/pool/nieuw/",
    "/pool/uitnodigen/",
    "/pool/week/",
    "/pool/dienst/",
    "/pool/steun/",
    "/pool/steun/aanwezig/",
    "/pool/steun/ritme/INTERVISION/",
    "/pool/woorden/",
    "/pool/woorden/HEE/",
    "/pool/verklaringen/",
    "/pool/eisen/",
    "/pool/eisen/BUDDY_1ON1/LOCAL_TEAM/",
    "/pool/eisen/gebruikelijk/",
    "/pool/woorden/nieuw/TRAINING/",
    "/oproepen/",
    "/pool/dekking/",
    "/pool/verloopt/",
    "/pool/in-en-uit/",
    "/pool/invoer/",
    "/pool/uitvoer/",
    "/pool/uitlenen/",
    "/pool/uitlenen/vragen/",
    "/pool/uitlenen/voorstellen/",
    "/pool/kennis/",
    "/pool/regels/",
    "/pool/regels/heavy-rest/",
    "/pool/regels/consent/",
    "/pool/antwoorden/",
    "/mensen/",
    "/mensen/nieuw/",
    "/cijfers/",
    "/account/",
)
# Of somebody whose papers the coordinator sees: one of the list of certificates.
EXPERT_PARTS = (
    "",
    "wijzigen/",
    "uren/",
    "grenzen/",
    "kennis/",
    "steun/",
    "papier/screening/",
    "papier/training/",
    "papier/agreement/",
    "verklaring/",
    "verklaring/brief/",
    "afspraken-daarna/",
)
PROFESSIONAL = ("/", "/aanvragen/nieuw/", "/agenda/", "/account/", "/organisatie/")
EXPERT = (
    "/",
    "/agenda/",
    "/ik/beschikbaarheid/",
    "/ik/grenzen/",
    "/ik/profiel/",
    "/ik/profiel/wijzigen/",
    "/ik/verklaring/",
    "/ik/gegevens/",
    "/ik/gegevens/wie-keek/",
    "/ik/gegevens/rechtzetten/",
    "/ik/gegevens/mijn-ja/",
    "/ik/stoppen/",
    "/ik/kennis/",
    "/ik/lijst/",
    "/account/",
)
AUDITOR = ("/toezicht/", "/toezicht/maand/")
ANYBODY = ("/accounts/login/", "/demo/berichten", "/onderdelen/", "/bestaat-niet/")
# Who looks, at which pages, and at how many of each kind that those link to.
VISITORS = (
    ("", ANYBODY, 0),
    ("Hanneke Vossen", COORDINATOR, 3),
    ("Bram Citroen", PROFESSIONAL, 2),
    ("Ruben Kaldenbach", EXPERT, 1),
    ("Frans Leijsten", ("/",), 1),
    ("Aleid Terpstra", AUDITOR, 0),
)
A_PAGE = re.compile(
    r"^/(aanvragen|afspraken|pool|mensen)/[0-9a-f-]{36}/(status/|plannen/|einde/|verklaring/)?$"
)

AN_OWN_EXPERT = re.compile(r"^/pool/[0-9a-f-]{36}/verklaring/$")


@dataclass
class Finding:
    """What was wrong with one page."""

    where: str
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def evening(stack: Stack) -> Stack:
    """The demo's own evening, told to the running stack."""
    tell(now=clock.now(), seed=1)
    return stack


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look[0])
def test_every_page_can_be_shown(
    browser: Browser, evening: Stack, pictures: Path, look: tuple[str, int, str, str]
) -> None:
    findings = [
        finding
        for who, paths, deeper in VISITORS
        for finding in visit(browser, evening, pictures, look, who, paths, deeper)
    ]

    if os.environ.get("RENEW_PICTURES") and README_PICTURE.endswith(f"{look[0]}.png"):
        shutil.copy(pictures / README_PICTURE, DOCUMENTS / "nu.png")
    assert not findings, "\n".join(f"{one.where}: {one.problems}" for one in findings)


def visit(  # noqa: PLR0913, PLR0917  (who looks at what, and how)
    browser: Browser,
    evening: Stack,
    pictures: Path,
    look: tuple[str, int, str, str],
    who: str,
    paths: tuple[str, ...],
    deeper: int,
) -> Iterator[Finding]:
    """Look at the pages of one person in one look; yields what was wrong."""
    name, width, theme, language = look
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=theme,  # type: ignore[arg-type]
        locale=language,
        timezone_id="Europe/Amsterdam",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    if language == "en":
        context.add_cookies([{"name": "naast_language", "value": "en", "url": evening.url}])
    if who:
        page.goto(f"{evening.url}/accounts/login/")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.get_by_role("button", name=re.compile(who)).first.click()
    first = who.split(" ", maxsplit=1)[0].lower() or "iedereen"
    for path in walk(page, paths, deeper):
        expected = 404 if path == "/bestaat-niet/" else 200
        label = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "x", path).strip("/").replace("/", "-")
        picture = pictures / f"{first}-{label or 'home'}-{name}.png"
        problems = look_at(page, evening.url + path, expected, complaints, picture)
        if problems:
            yield Finding(f"{who or 'anybody'} {path} {name}", problems)
    context.close()


def walk(page: Page, paths: tuple[str, ...], deeper: int) -> Iterator[str]:
    """The given paths, then some of the request, session and expert pages they link to.

    Of one expert in the own charge, every part.
    """
    found: dict[str, None] = {}
    own = ""
    for path in paths:
        yield path
        links: list[str] = page.eval_on_selector_all(
            "a[href]", "all => all.map(a => a.getAttribute('href'))"
        )
        found |= dict.fromkeys(link for link in links if A_PAGE.match(link))
        own = own or next(filter(AN_OWN_EXPERT.match, links), "")
    kinds: dict[str, list[str]] = {}
    for link in found:
        kinds.setdefault(link.split("/")[1], []).append(link)
    for links in kinds.values():
        yield from links[:deeper]
    if own:
        yield from (own.removesuffix("verklaring/") + part for part in EXPERT_PARTS)


def look_at(
    page: Page, address: str, expected: int, complaints: list[str], picture: Path
) -> list[str]:
    """Open a page, take its picture, and say what is wrong with it."""
    complaints.clear()
    response = page.goto(address)
    problems = []
    if response is None or response.status != expected:
        problems.append(f"status {response.status if response else None}")
    page.screenshot(path=picture, full_page=True)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        problems.append("scrolls sideways")
    problems += [text for text in complaints if "404" not in text or expected != 404]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    problems += [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    return problems
