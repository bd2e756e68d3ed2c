"""A real browser for journeys; without one they are skipped, with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.stack import Stack

CHROMIUM = next(
    filter(
        None, (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    ),
    None,
)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The browser's own event loop lives in this thread; database calls between clicks are fine.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:  # noqa: ARG001  (closes before it)
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; install Debian's package chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (slow; only with a browser)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def stack(transactional_db: None) -> Iterator[Stack]:  # noqa: ARG001
    """Naast as processes, on the committed rows of this test."""
    from tests.journeys.stack import running_stack  # noqa: PLC0415  (needs a database first)

    with running_stack() as stack:
        yield stack


@pytest.fixture
def sunday(stack: Stack) -> Stack:
    """The demo's story on the Sunday of the clock change, told to the running stack."""
    from insight.simulation.story import tell  # noqa: PLC0415  (models, which need a database)
    from tests.journeys.sunday import NOW  # noqa: PLC0415

    stack.travel(NOW)
    tell(now=NOW, seed=1)
    return stack


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where journeys leave what they saw: var/pictures, or where PICTURES says."""
    folder = Path(os.environ.get("PICTURES", "var/pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
