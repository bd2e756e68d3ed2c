"""Every page that shows somebody leaves a line in the log, and says itself whom it shows.

All addresses are asked, as everybody, whole and as the part that refreshes itself. Who stands on
the page is found by a name, a number or a day that is nobody else's. Phone and address ask for a
line that says so, and so does the day on which a VOG ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access import scope
from core.access.models import Region
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.audit.net import FORGOTTEN
from tests.architecture.read_stage import AT, Stage, build
from tests.architecture.test_matrix import Address, addresses
from tests.factories.people import client_as

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

# Pages with another path into them than an id of ours; each says where it is looked at instead.
ELSEWHERE = {
    "matching:offer-link": "a link without a person; logged as offer.opened",
    "core:invitation": "a link without a person; shows the invited one's own address",
    "scheduling:feed": "a link; hours without names",
}
# Lines that say of phone and address, or of a VOG, that they were looked at. A person in whose
# hands a request is, is called: whom, stands in the line of the request.
CONTACT = ("contact.", "expert.contact.", "export.")
PAPERS = ("papers.", "export.")
# Pages of which the stage must show somebody: an empty page proves nothing.
SHOWING = {
    "home",
    "matching:lending-propose",
    "matching:request-detail",
    "matching:request-list",
    "matching:request-status",
    "pool:debrief-close",
    "pool:expert-detail",
    "pool:expert-edit",
    "pool:expert-list",
    "pool:expert-support",
    "pool:expert-told",
    "pool:expert-week",
    "pool:expiry-board",
    "pool:my-profile",
    "pool:my-vog",
    "pool:paper-add",
    "pool:pool-week",
    "pool:support-evening",
    "pool:support-list",
    "pool:training-finish",
    "pool:vog",
    "pool:vog-bridge",
    "pool:vog-letter",
    "pool:vog-list",
    "scheduling:agenda",
    "scheduling:session-detail",
    "scheduling:session-plan",
    "scheduling:sessions-after",
}


@pytest.fixture
def stage(region: Region, other_region: Region) -> Iterator[Stage]:
    with time_machine.travel(AT, tick=False), region_scope(region.pk):
        yield build(other_region)


def paths(address: Address, stage: Stage) -> list[str]:
    """The addresses to look at, with ids of the stage; what the stage lacks stays as it was."""
    names = [name for name, _value in address.samples]
    choices = [stage.ids.get(name, [value]) for name, value in address.samples]
    return [
        reverse(address.name, kwargs=dict(zip(names, values, strict=True)))
        for values in itertools.islice(itertools.product(*choices), 8)
    ]


Fault = tuple[str, str, str, bool]


def crawl(stage: Stage, region: Region, *, only: str = "") -> tuple[set[Fault], set[str]]:
    """(what was shown without its line, names of the addresses that showed somebody)."""
    faults: set[Fault] = set()
    showing: set[str] = set()
    for who, user in stage.people.items():
        browser = client_as(user)
        for address in addresses():
            if address.name in ELSEWHERE or not address.allowed or address.name.startswith("demo:"):
                continue
            if only and address.name != only:
                continue
            for path, is_part in itertools.product(paths(address, stage), (False, True)):
                found, someone = look(browser, path, stage, region, who=who, is_part=is_part)
                faults |= {(what, who, address.name, is_part) for what in found}
                if someone:
                    showing.add(address.name)
    return faults, showing


def look(  # noqa: PLR0913  (who looks at what, and how)
    browser: Client, path: str, stage: Stage, region: Region, *, who: str, is_part: bool
) -> tuple[set[str], bool]:
    """What this page shows without its line, and whether it shows anybody."""
    with region_scope(region.pk):
        last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with outside():
        answer = browser.get(path, headers={"HX-Request": "true"} if is_part else {})
    if answer.status_code != 200:
        return set(), False
    text = answer.content.decode()
    with region_scope(region.pk):
        fresh = list(AuditEntry.objects.filter(pk__gt=last))
        # A part that refreshes itself is covered by the line of a short while ago.
        covering = list(AuditEntry.objects.all()) if is_part else fresh
    faults = {"forgotten"} if any(one.event.startswith(f"{FORGOTTEN}.") for one in fresh) else set()
    any_line = named(covering)
    contact = named([one for one in covering if one.event.startswith(CONTACT)])
    papers = named([one for one in covering if one.event.startswith(PAPERS)])
    someone = False
    for subject, marks in stage.marks.items():
        wanted = (("line", marks.anything, any_line), ("contact", marks.contact, contact))
        for what, words, lines in (*wanted, ("papers", marks.papers, papers)):
            if not any(word in text for word in words):
                continue
            someone = True
            if subject not in any_line:
                faults.add("line")
            # What one sees of oneself needs no line that says which part.
            if subject not in lines and stage.own.get(who) != subject:
                faults.add(what)
    return faults, someone


def named(lines: list[AuditEntry]) -> set[UUID]:
    """Everybody in these lines."""
    return {one for line in lines for one in [line.subject, *(line.subjects or [])] if one}


def test_every_page_that_shows_somebody_leaves_a_line(stage: Stage, region: Region) -> None:
    faults, showing = crawl(stage, region)

    assert not faults, "\n".join(map(str, sorted(faults)))
    assert SHOWING - showing == set(), "the stage shows nobody there"


def test_a_view_that_forgets_its_line_would_be_found(
    stage: Stage, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = SimpleNamespace(listed=lambda *_args, **_facts: None, opened_so_far=set)
    monkeypatch.setattr("pool.views.weeks.audit", silent)

    faults, _showing = crawl(stage, region, only="pool:pool-week")

    assert {what for what, *_where in faults} == {"forgotten"}


def test_a_paper_that_is_read_as_something_else_would_be_found(
    stage: Stage, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.audit import listed  # noqa: PLC0415  (the real one, for the twin)

    def otherwise(_what: str, **facts: Any) -> None:
        listed("expiry", **facts)

    silent = SimpleNamespace(listed=otherwise)
    monkeypatch.setattr("pool.views.overview.audit", silent)

    faults, _showing = crawl(stage, region, only="pool:expiry-board")

    assert {what for what, *_where in faults} == {"papers"}


def outside() -> Any:
    """Ask as a browser does: outside the scope of the test, so that each visit has its own."""

    class Outside:
        def __enter__(self) -> None:
            self.region = scope._region.set(None)
            self.shelf = scope._shelf.set(None)

        def __exit__(self, *_error: object) -> None:
            scope._region.reset(self.region)
            scope._shelf.reset(self.shelf)

    return Outside()
