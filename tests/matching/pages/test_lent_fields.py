"""Of somebody who is lent, the borrowing region sees what the agreement covers, on every page.

A first name and an initial, from which region, and a number to call for who stands beside a
participant. No family name, address, home, own coordinator, papers or profile.
"""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import resolve

from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope
from matching.models import Assignment, Offer, Request
from pool.models import Expert
from scheduling import actions as scheduling
from scheduling.models import Session
from tests.conftest import NOON
from tests.factories.lending import Neighbours, lend, make_neighbours
from tests.factories.matching import DAY, HOUR, MINUTE, accept, ask, file_request
from tests.factories.people import client_as, make_user
from tests.matching.pages.trace import filled, scheduling_role

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

SHOWN, PHONE = "Noor", "06 7777 0009"
# The stage spells each of these once, for Noor or for her region.
NEVER = {
    "family name": "Zwaluwnest",
    "address": "noor.zwaluw@",
    "home": "Overkant",
    "home area": "3390",
    "own coordinator": "Zoë",
    "host": "088 000 7788",
}
ROLES = {
    "coordinator": Role.COORDINATOR,
    "professional": Role.PROFESSIONAL,
    "admin": Role.REGIONAL_ADMIN,
    "auditor": Role.AUDITOR,
}
# Where the name has to stand for anybody to work with it.
NAMED = {
    "coordinator": {
        "home",
        "matching:lending",
        "matching:lending-end",
        "matching:request-detail",
        "matching:request-list",
        "scheduling:agenda",
        "scheduling:session-detail",
        "scheduling:session-plan",
    },
    "professional": {"home", "matching:request-status", "scheduling:session-detail"},
    "admin": {"matching:lending", "matching:lending-end"},
    "auditor": set(),
}
# Whom to call: of the work that runs, and of a question that waits.
CALLED = {"matching:request-detail"}


class Lent:
    """Noor is asked for one participant and stands beside another, with a meeting planned."""

    def __init__(self, two: Neighbours) -> None:
        self.two = two
        with two.at_home():
            noor = two.noor
            noor.last_name, noor.phone = NEVER["family name"], PHONE
            noor.email = "noor.zwaluw@voorbeeld.example"
            noor.save()
            assert noor.user is not None
            User.objects.filter(pk=noor.user.pk).update(name="")
            Membership.objects.filter(user=two.zoe).update(phone=NEVER["host"])
            Expert.objects.filter(pk=noor.pk).update(max_running=3)
        grant = lend(two)
        with two.in_need():
            self.request: Request = file_request(two.pool)
            self.work: Assignment = accept(ask(two.pool, self.request))
            self.session: Session = scheduling.plan_session(
                assignment_id=self.work.pk,
                kind="PHONE",
                start=NOON + 2 * DAY,
                end=NOON + 2 * DAY + HOUR,
                by=two.pool.cas,
                now=NOON + 2 * MINUTE,
                with_professional=True,
            )
            self.offer = Offer.objects.get(pk=self.work.offer_id)
            self.people = {
                "coordinator": two.pool.cas,
                "professional": two.pool.bram,
                "admin": make_user("Fer Admiraal", Role.REGIONAL_ADMIN),
                "auditor": make_user("Gea Auditor", Role.AUDITOR),
            }
            role = scheduling_role(self.session)
        self.own: dict[str, UUID] = {
            "/pool/uitlenen/": grant.pk,
            "/aanvragen/": self.request.pk,
            "/werk/": self.work.pk,
            "/vragen/": self.offer.pk,
            "/afspraken/deel/": role,
            "/afspraken/": self.session.pk,
        }

    def pages(self, role: str) -> dict[str, str]:
        """What every page shows: the address and its text."""
        browser = client_as(self.people[role])
        with region_scope(self.two.here.pk):
            paths = sorted(set(filled(self.two.noor.pk, self.own, str(ROLES[role]))))
        answers = {path: browser.get(path) for path in paths}
        return {path: answer.content.decode(errors="replace") for path, answer in answers.items()}


@pytest.fixture
def lent(region: Region, other_region: Region) -> Lent:
    return Lent(make_neighbours(home=other_region, here=region))


def names(pages: dict[str, str], word: str) -> set[str]:
    return {resolve(path).view_name for path, text in pages.items() if word in text}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_shows_what_the_agreement_covers_and_no_more(lent: Lent, role: str) -> None:
    pages = lent.pages(role)

    assert {what: found for what, word in NEVER.items() if (found := names(pages, word))} == {}
    assert names(pages, SHOWN) >= NAMED[role]
    assert names(pages, PHONE) | names(pages, PHONE.replace(" ", "")) <= CALLED


def test_a_page_that_shows_the_whole_name_would_be_seen(
    lent: Lent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: an abbreviation that forgets to abbreviate."""
    monkeypatch.setattr(Expert, "short_name", property(lambda self: self.own_name))

    pages = lent.pages("coordinator")

    assert "matching:request-detail" in names(pages, NEVER["family name"])
