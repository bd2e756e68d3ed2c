"""A coordinator brings people in from a file: mends what is wrong, and has them in the pool."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core import clock
from insight.simulation.story import tell
from pool.forms.columns import COLUMNS
from pool.sheets import as_csv, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

GOOD = {
    "first_name": "Malika",
    "last_name": "Oostwoud",
    "phone": "06 0000 4321",
    "email": "malika@voorbeeld.example",
    "home_area": "1055",
    "languages": "Nederlands: moedertaal",
    "activities": "buddy",
}
BAD = GOOD | {"last_name": "Westerdijk", "email": "w@voorbeeld.example", "phone": "06 1"}


def table(*people: dict[str, str]) -> bytes:
    rows = [[one.get(key, "") for key in COLUMNS] for one in people]
    return as_csv(list(COLUMNS.values()), rows)


@pytest.mark.parametrize("width", [360, 1280])
def test_people_come_in_from_a_file(
    browser: Browser, stack: Stack, tmp_path: Path, pictures: Path, width: int
) -> None:
    tell(now=clock.now(), seed=1)
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="nl")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{stack.url}/accounts/login/")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.get_by_role("button", name=re.compile("Hanneke Vossen")).first.click()
    page.goto(f"{stack.url}/pool/")
    page.get_by_role("link", name="Uit een bestand").click()

    sent = tmp_path / "mensen.csv"
    sent.write_bytes(table(GOOD, BAD))
    page.get_by_label("Bestand").set_input_files(sent)
    page.get_by_role("button", name="Bekijk de rijen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 van de 2 rijen vraagt aandacht")
    page.screenshot(path=pictures / f"import-check-{width}.png", full_page=True)
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Haal deze rijen op").click()
    returned = read(fetched.value.path().read_bytes())
    assert len(returned.rows) == 1

    sent.write_bytes(table(GOOD, BAD | {"phone": "06 0000 4322"}))
    page.get_by_role("link", name="Ander bestand").click()
    page.get_by_label("Bestand").set_input_files(sent)
    page.get_by_role("button", name="Bekijk de rijen").click()
    page.get_by_role("button", name="Schrijf 2 mensen in").click()

    expect(page.get_by_text("2 mensen zijn ingeschreven.")).to_be_visible()
    page.get_by_label("Naam").first.fill("oostwoud")
    page.get_by_role("button", name="Toon", exact=True).first.click()
    expect(page.get_by_role("link", name="Malika Oostwoud")).to_be_visible()
    assert "oostwoud" not in page.url
    page.screenshot(path=pictures / f"pool-found-{width}.png", full_page=True)
    context.close()
