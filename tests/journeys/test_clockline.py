"""The first 72 hours as a browser draws them: no words over other words, at any width."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from core.ui.clockline import FirstHours, Mark, Offer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.journey

START = datetime(2026, 9, 4, 21, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = Template(
    '<!doctype html><html lang="nl"><meta name="viewport" content="width=device-width">'
    "<style>{{ css|safe }}</style>"
    '<main class="naast-page"><section class="naast-card">'
    '{% clock_first72 hours id="k" %}</section></main></html>'
)
# Every word that shows, and the flag as a whole: where it stands, and what it says.
LABELS = """() => [...document.querySelectorAll('svg.naast-clock text, .k-now-flag')]
    .filter(one => !one.classList.contains('k-now-text') && one.getClientRects().length)
    .map(one => [one.getBoundingClientRect(), one.textContent || 'now'])
    .map(([box, words]) => [box.left, box.right, box.top, box.bottom, words.trim()])
    .filter(one => one[1] > one[0])"""
USUAL = ((24, "eerste contact"), (72, "eerste ontmoeting"))
QUICK = ((4, "eerste contact"), (24, "eerste ontmoeting"))
CLOSE = ((22, "eerste contact"), (30, "eerste ontmoeting"))
Box = tuple[float, float, float, float, str]


def touching(boxes: Sequence[Box]) -> list[tuple[str, str]]:
    """Pairs of words that stand over each other, but for the air that belongs to a line of text."""
    air = 2.0
    return [
        (one[4], other[4])
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
        if one[0] < other[1] and other[0] < one[1]
        and one[2] + air < other[3] and other[2] + air < one[3]
    ]  # fmt: skip


@pytest.mark.parametrize("width", [360, 800, 1280])
@pytest.mark.parametrize("goals", [USUAL, QUICK, CLOSE], ids=["usual", "quick", "close"])
def test_no_words_of_the_first_hours_cover_others(
    browser: Browser, pictures: Path, width: int, goals: tuple[tuple[int, str], ...]
) -> None:
    css = (Path(settings.BASE_DIR) / "static/css/naast.css").read_text()
    page = browser.new_page(viewport={"width": width, "height": 300})
    wrong = []
    for gone in (0, 1, 4, 11, 22, 24, 26, 48, 66, 71, 90):
        hours = FirstHours(
            name="26-0417",
            start=START,
            now=START + gone * HOUR,
            unreachable_until=START + 13 * HOUR,
            offers=[Offer(START + 2 * HOUR, START + 20 * HOUR, label="antwoord 17:15")],
            sessions=[Mark(START + 40 * HOUR, label="eerste ontmoeting")],
            goals=goals,
        )
        with translation.override("nl"):
            page.set_content(PAGE.render(Context({"css": css, "hours": hours})))
        boxes = [tuple(one) for one in page.evaluate(LABELS)]
        wrong += [(gone, *pair) for pair in touching(boxes)]
        wrong += [(gone, one[4], "off the page") for one in boxes if one[0] < 0 or one[1] > width]
        if gone in {0, 24}:
            page.screenshot(path=pictures / f"uren-{width}-{goals[0][0]}-{gone}.png")
    page.close()

    assert wrong == []
