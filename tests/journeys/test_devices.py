"""What the sheet does by itself: the device's colours, less motion, low windows, hidden parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.ui.styles import bundle

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.journey

CHOICE = '<label class="naast-choice"><input type="{kind}"{checked}><span>Yes</span></label>'
MENU = '<nav class="naast-tabs naast-tabs--thumb"><a href="/">Today</a></nav><main>Text</main>'
MOVES = """() => document.getAnimations().filter(one => one.effect.getTiming().duration > 10).length
  + [...document.querySelectorAll("*")].filter(
      one => parseFloat(getComputedStyle(one).transitionDuration) > 0.01).length"""


def dressed(words: str) -> str:
    return f"<!doctype html><style>{bundle()}</style><body>{words}</body>"


@pytest.mark.parametrize("kind", ["radio", "checkbox"])
def test_what_is_chosen_shows_in_the_colours_of_the_device(browser: Browser, kind: str) -> None:
    page = browser.new_page(forced_colors="active")
    page.set_content(
        dressed(CHOICE.format(kind=kind, checked=" checked") + CHOICE.format(kind=kind, checked=""))
    )

    chosen, other = (page.locator("input").nth(n).screenshot() for n in (0, 1))
    page.close()

    assert chosen != other


@pytest.mark.parametrize(("height", "place"), [(740, "fixed"), (360, "static")])
def test_the_menu_leaves_a_low_window_to_the_page(
    browser: Browser, height: int, place: str
) -> None:
    page = browser.new_page(viewport={"width": 640, "height": height})
    page.set_content(dressed(MENU))

    found = page.locator("nav").evaluate("one => getComputedStyle(one).position")
    page.close()

    assert found == place


def test_nothing_moves_where_the_device_asks_for_less(browser: Browser) -> None:
    details = '<details class="naast-details"><summary>More</summary>Text</details>'
    page = browser.new_page(reduced_motion="reduce")
    page.set_content(dressed(f'{details}<button class="utrecht-button">Go</button>'))

    moving = page.evaluate(MOVES)
    page.close()

    assert moving == 0


@pytest.mark.parametrize(("mark", "shown"), [("", False), (" utrecht-form-field--invalid", True)])
def test_what_has_to_be_mended_is_never_hidden(browser: Browser, mark: str, shown: bool) -> None:  # noqa: FBT001
    question = '<div class="naast-if-later"><input type="radio" value="LATER"></div>'
    answer = (
        f'<div class="naast-reveal"><p class="utrecht-form-field{mark}"><input id="day"></p></div>'
    )
    page = browser.new_page()
    page.set_content(dressed(question + answer))

    found = page.locator("#day").is_visible()
    page.close()

    assert found is shown
