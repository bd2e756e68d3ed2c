"""Programs that look at mail meet the link of an offer: none of them answers for a person.

The long form is `./naast prove scanners`. The twins switch one guard off and must see a bot get
through; a bot that cannot is no proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.access.models import Region
from tests.journeys import bots
from tests.journeys.stack import running_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from prove.scanners import Ground

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True, databases="__all__")]

AT_ONCE, PATIENT = (0.0,), (3.0,)
ONE_LINK = (("EMAIL", ""),)
ANSWERED = (("EMAIL", "yes"), ("EMAIL", "no"))


@pytest.fixture
def region(transactional_db: None) -> Region:  # noqa: ARG001
    return Region.objects.create(code="VT94", name="Getij")


def test_twelve_scanners_answer_nothing_that_stands(browser: Browser, region: Region) -> None:
    from prove import scanners  # noqa: PLC0415  (models, which need a database)

    with running_stack(with_worker=False) as stack:
        rows = scanners.table(scanners.Ground(stack, browser, region), short=True)

    for name in bots.ELEVEN:
        assert rows[name].is_harmless, (name, rows[name])
    for name in (scanners.AT_RANDOM, scanners.IN_A_BROWSER):
        assert rows[name].flagged == rows[name].tries, (name, rows[name])
    assert scanners.holds(rows), rows


@pytest.fixture
def careless(
    browser: Browser, region: Region, tmp_path: Path
) -> Iterator[tuple[Ground, Callable[[str], object]]]:
    """A Naast whose guards can be switched off by their names."""
    from prove.scanners import Ground  # noqa: PLC0415

    off = tmp_path / "off"
    off.write_text("")
    with running_stack(
        with_worker=False, application="tests.journeys.careless:application", CARELESS=str(off)
    ) as stack:
        yield Ground(stack, browser, region), off.write_text


def test_without_a_guard_a_scanner_gets_through(
    careless: tuple[Ground, Callable[[str], object]],
) -> None:
    """The twins, on one server: each guard off, and on again."""
    from prove.scanners import at_random, visit  # noqa: PLC0415

    ground, switch_off = careless

    # With yes chosen beforehand whoever sends the form as it stands says yes, after two seconds.
    switch_off("chosen")
    for bot in (bots.submit_defaults, bots.click_first, bots.click_every, bots.with_cookies):
        assert visit(ground, bot, links=ONE_LINK, patience=PATIENT).accepts == 1, bot
    assert visit(ground, bots.submit_defaults, links=ONE_LINK, patience=AT_ONCE).is_harmless

    # Without the cookie and the two seconds, also at once.
    switch_off("chosen haste")
    assert visit(ground, bots.submit_defaults, links=ONE_LINK, patience=AT_ONCE).accepts == 1

    # A button that takes back without a tick is pressed.
    switch_off("tick")
    assert visit(ground, bots.click_every, links=ANSWERED, patience=PATIENT).changes == 2
    switch_off("")
    assert visit(ground, bots.click_every, links=ANSWERED, patience=PATIENT).is_harmless

    # Without what nobody sees, a choice at random counts and nothing tells it from a person's.
    switch_off("trap")
    heard = at_random(ground, bots.choose_at_random, 8)
    assert heard.flagged == 0
    assert heard.accepts + heard.declines > 0
    assert heard.undone == heard.to_undo
