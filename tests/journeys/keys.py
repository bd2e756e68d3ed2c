"""Hands on a keyboard: nothing here points, taps or scrolls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.journeys.stack import Stack

SCRIPT = (Path(__file__).parent / "keyboard.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 740}
MANY = 400


def come_in(
    browser: Browser,
    stack: Stack,
    name: str,
    size: dict[str, int] = PHONE,
    *,
    javascript: bool = True,
) -> Page:
    """A fresh browser of `name`, come in through the demo's button."""
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        java_script_enabled=javascript,
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    if name:
        page.goto(f"{stack.url}/accounts/login/")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.get_by_role("button", name=re.compile(name)).first.click()
    return page


def walk_through(page: Page) -> list[str]:
    """Press Tab from the top to the end, open and close what folds; says what is wrong."""
    problems = []
    page.evaluate(SCRIPT)
    page.evaluate("keyboard.begin()")
    for _ in range(MANY):
        page.keyboard.press("Tab")
        said = page.evaluate("keyboard.step()")
        if said == "done":
            break
        if said == "open" and not _folds(page):
            problems.append(f"does not fold: {page.evaluate('keyboard.named()')}")
    else:
        problems.append(f"no end after {MANY} times Tab")
    return problems + list(page.evaluate("keyboard.end()"))


def _folds(page: Page) -> bool:
    """Fold and unfold with both keys, and leave it open."""
    was = page.evaluate("keyboard.isOpen()")
    for key in ("Enter", "Space") if was else ("Enter", "Space", "Enter"):
        page.keyboard.press(key)
        now = page.evaluate("keyboard.isOpen()")
        if now == was:
            return False
        was = now
    return bool(was)


def skips(page: Page) -> list[str]:
    """Whether the first Tab shows the way past the menu, and whether that way works."""
    page.evaluate(SCRIPT)
    page.evaluate("keyboard.begin()")
    page.keyboard.press("Tab")
    if not page.evaluate("keyboard.first()"):
        return [f"first comes {page.evaluate('keyboard.named()')}"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    past = "document.querySelector('main').compareDocumentPosition(document.activeElement) & 20"
    return [] if page.evaluate(past) else [f"skips to {page.evaluate('keyboard.named()')}"]


def go_to(page: Page, target: Locator) -> None:
    """Tab on until the focus is on `target`."""
    wanted = target.first.element_handle()
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a button or a link, and use it."""
    go_to(page, target)
    page.keyboard.press(key)


def follow(page: Page, target: Locator) -> None:
    """As `press`, for what leads to another page."""
    go_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, name: str, value: str) -> None:
    """Choose one of several: Tab into the group, then the arrows."""
    group = page.locator(f'input[name="{name}"]')
    inside = f"document.activeElement.name === '{name}'"
    for _ in range(MANY):
        if page.evaluate(inside):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(group.count()):
        if page.evaluate("document.activeElement.value") == value:
            break
        page.keyboard.press("ArrowDown")
    assert page.locator(f'input[name="{name}"][value="{value}"]').is_checked(), (name, value)


def tick(page: Page, name: str, *values: str) -> None:
    """Tick boxes with the space bar."""
    for value in values:
        box = page.locator(f'input[name="{name}"][value="{value}"]')
        go_to(page, box)
        page.keyboard.press("Space")
        assert box.is_checked(), (name, value)


def write(page: Page, name: str, words: str) -> None:
    go_to(page, page.locator(f'[name="{name}"]'))
    page.keyboard.type(words)


def write_moment(page: Page, name: str, day: str, clock: str) -> None:
    """Type a day (2026-10-25) and a morning hour (02:30), whatever order the device asks."""
    year, month, date = day.split("-")
    box = page.locator(f'[name="{name}_0"]')
    go_to(page, box)
    page.keyboard.type(f"{month}{date}{year}")
    if box.input_value() != day:
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.keyboard.type(f"{date}{month}{year}")
    assert box.input_value() == day
    box = page.locator(f'[name="{name}_1"]')
    go_to(page, box)
    page.keyboard.type(f"{clock.replace(':', '')}A")
    assert box.input_value() == clock
