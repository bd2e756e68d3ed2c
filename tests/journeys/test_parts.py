"""What a stylesheet promises about parts of a page, as a browser lays them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.journey

NOTICES = '<div class="naast-notices"><div class="{kind}" role="{role}">Nee.</div></div>'
PHONE = {"width": 360, "height": 740}


def page_with(body: str) -> str:
    css = (Path(settings.BASE_DIR) / "static/css/naast.css").read_text()
    return f'<!doctype html><html lang="nl"><style>{css}</style><body>{body}</body></html>'


@pytest.mark.parametrize(("role", "kind"), [("alert", "utrecht-alert"), ("status", "naast-toast")])
def test_a_refusal_stays_in_sight_where_a_page_opens_further_down(
    browser: Browser, role: str, kind: str
) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    below = '<main style="padding-top: 2000px"><h2 id="wie">Wie</h2><div style="height: 2000px">'
    page.set_content(page_with(NOTICES.format(role=role, kind=kind) + below))

    page.evaluate("document.querySelector('#wie').scrollIntoView()")
    said = page.locator(f"[role={role}]").bounding_box()
    title = page.locator("#wie").bounding_box()
    page.close()

    assert said
    assert title
    if role == "alert":
        assert 0 <= said["y"] < said["y"] + said["height"] <= title["y"]
    else:
        assert said["y"] < 0


def test_a_chosen_tile_pushes_no_neighbour_away(browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    tiles = "".join(
        f'<label class="naast-choice"><input type="radio" name="age"><span>{words}</span></label>'
        for words in ("onder 20", "20-29", "30-39", "40-49", "50-59", "60+")
    )
    page.set_content(
        page_with(f'<main class="naast-page"><div class="naast-choices">{tiles}</div>')
    )
    places = (
        "[...document.querySelectorAll('label')].map(one => one.getBoundingClientRect().toJSON())"
    )
    before = page.evaluate(places)

    page.locator("input").nth(2).check()
    after = page.evaluate(places)
    page.close()

    assert after == before
