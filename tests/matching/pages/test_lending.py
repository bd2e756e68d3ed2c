"""The pages of lending: asked, proposed, agreed by two and by the one it is about; then work."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import Region, Role, User
from core.outbox.models import Message
from matching.models import Assignment
from pool import actions as pool
from pool.models import LendingAsk, LendingGrant
from pool.states import GrantState
from tests.conftest import NOON
from tests.factories.lending import Neighbours, lend, make_neighbours, propose
from tests.factories.matching import MINUTE, accept, ask, file_request
from tests.factories.people import client_as, make_user

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def two(region: Region, other_region: Region) -> Neighbours:
    return make_neighbours(home=other_region, here=region)


def page(user: User | None, name: str, *args: object, status: int = 200) -> str:
    assert user is not None
    response = client_as(user).get(reverse(name, args=args))
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def post(user: User | None, name: str, *args: object, **data: object) -> Any:
    assert user is not None
    return client_as(user).post(reverse(name, args=args), data)


VISITING = "Je bent in een andere regio"
FORM = {
    "activities": ["BUDDY_1ON1"],
    "starts_on": "2026-03-01",
    "ends_on": "2026-06-30",
    "max_km": "40",
}


def test_from_a_question_to_somebody_who_is_lent_in_the_browser(two: Neighbours) -> None:
    # Cas asks; the other region hears of it, and of no person.
    asked = post(two.pool.cas, "matching:lending-ask", region=two.home.pk, **FORM)
    assert asked.status_code == 302
    with two.in_need():
        assert LendingAsk.objects.count() == 1
    assert "Waterstreek" in page(two.zoe, "matching:lending")

    # Zoë chooses Noor; Wim, the administrator, agrees.
    chosen = post(
        two.zoe,
        "matching:lending-propose",
        region=two.here.pk,
        expert=two.noor.pk,
        most_running="1",
        **FORM,
    )
    assert chosen.status_code == 302
    with two.at_home():
        grant = LendingGrant.objects.get()
    assert "Noor" not in page(two.pool.cas, "matching:lending")
    post(two.wim, "matching:lending-decide", grant.pk, decision="approve")
    assert "Noor" not in page(two.pool.cas, "matching:lending")

    # Noor reads it on her phone and says yes, a little less far.
    assert "Ook werken in Waterstreek" in page(two.noor.user, "matching:today")
    empty = post(two.noor.user, "matching:lending-word", grant.pk)
    assert empty.status_code == 422
    said = post(two.noor.user, "matching:lending-word", grant.pk, answer="yes", own_km="25")
    assert said.status_code == 302
    with two.at_home():
        grant.refresh_from_db()
    assert (grant.state, grant.own_km) == (GrantState.RUNNING, 25)
    assert "Noor V." in page(two.pool.cas, "matching:lending")


def test_the_two_who_agree_are_never_one_person(two: Neighbours) -> None:
    grant = propose(two)

    post(two.zoe, "matching:lending-decide", grant.pk, decision="approve")

    with two.at_home():
        grant.refresh_from_db()
    assert grant.state == GrantState.PROPOSED


def test_one_of_the_two_is_the_administrator(two: Neighbours) -> None:
    grant = propose(two)
    with two.at_home():
        yara = make_user("Yara Pot", Role.COORDINATOR)

    post(yara, "matching:lending-decide", grant.pk, decision="approve")

    with two.at_home():
        grant.refresh_from_db()
    assert grant.state == GrantState.PROPOSED


def test_a_no_of_the_second_person_ends_it_and_nobody_hears(two: Neighbours) -> None:
    grant = propose(two)

    post(two.wim, "matching:lending-decide", grant.pk, decision="reject")

    with two.at_home():
        grant.refresh_from_db()
    assert grant.state == GrantState.ENDED
    assert two.here.pk == grant.borrower_region_id


def test_bad_dates_come_back_with_what_was_typed(two: Neighbours) -> None:
    wrong = FORM | {"ends_on": "2026-02-01"}

    response = post(two.pool.cas, "matching:lending-ask", region=two.home.pk, **wrong)

    assert response.status_code == 422
    assert "2026-02-01" in response.content.decode()


def test_another_region_cannot_end_or_see_an_agreement_that_waits(two: Neighbours) -> None:
    grant = propose(two)

    page(two.pool.cas, "matching:lending-end", grant.pk, status=404)


@pytest.mark.parametrize("who", ["cas", "zoe"])
def test_either_region_ends_it_on_its_page(two: Neighbours, who: str) -> None:
    grant = lend(two)
    by = two.pool.cas if who == "cas" else two.zoe

    assert "Noor V." in page(by, "matching:lending-end", grant.pk)
    post(by, "matching:lending-end", grant.pk)

    with two.at_home():
        grant.refresh_from_db()
    assert grant.state == GrantState.ENDED


def work(two: Neighbours) -> Assignment:
    with two.in_need():
        return accept(ask(two.pool, file_request(two.pool)))


def test_the_work_of_a_lent_expert_is_seen_by_both_coordinators_as_a_number(
    two: Neighbours,
) -> None:
    lend(two)
    work(two)

    for who in (two.pool.cas, two.zoe):
        assert "1 stuk werk loopt" in page(who, "matching:lending")


def test_the_borrowing_coordinator_sees_who_and_from_where(two: Neighbours) -> None:
    lend(two)
    with two.in_need():
        request = file_request(two.pool)
    post(two.pool.cas, "matching:request-search", request.pk)

    shown = page(two.pool.cas, "matching:request-detail", request.pk)

    assert "Noor V." in shown
    assert "uit regio Duinrand" in shown
    assert "Visser" not in shown
    with two.in_need():
        accept(ask(two.pool, request))
    assert "Noor V." in page(two.pool.cas, "matching:request-detail", request.pk)
    assert "Noor" in page(two.pool.bram, "matching:request-status", request.pk)
    assert page(two.pool.cas, "home")


def test_pages_still_open_when_the_lending_is_over(two: Neighbours) -> None:
    grant = lend(two)
    with two.in_need():
        asked, running = file_request(two.pool), file_request(two.pool)
        ask(two.pool, asked)
        accept(ask(two.pool, running))
    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON + MINUTE)

    for request in (asked, running):
        page(two.pool.cas, "matching:request-detail", request.pk)
        page(two.pool.bram, "matching:request-status", request.pk)
    page(two.pool.cas, "home")
    page(two.pool.cas, "matching:request-list")


def test_an_expert_goes_to_the_other_region_and_comes_home(two: Neighbours) -> None:
    lend(two)
    held = work(two)
    assert two.noor.user is not None
    client = client_as(two.noor.user)
    assert VISITING not in client.get("/vandaag/").content.decode()

    client.post(reverse("matching:visit", args=[two.here.pk]))
    there = client.get("/vandaag/").content.decode()

    assert VISITING in there
    assert str(held.pk) in there
    assert client.get(reverse("matching:work-card", args=[held.pk])).status_code == 200
    # Hours and profile stand at home, and say so.
    assert client.get("/ik/profiel/").status_code == 409
    client.post(reverse("matching:come-home"))
    assert str(held.pk) not in client.get("/vandaag/").content.decode()


def test_a_visit_ends_with_the_lending(two: Neighbours) -> None:
    grant = lend(two)
    assert two.noor.user is not None
    client = client_as(two.noor.user)
    client.post(reverse("matching:visit", args=[two.here.pk]))
    assert VISITING in client.get("/vandaag/").content.decode()
    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON)

    after = client.get("/vandaag/")

    assert after.status_code == 200
    assert b"Waterstreek" not in after.content


def test_nobody_visits_a_region_that_borrows_nothing(two: Neighbours) -> None:
    assert two.noor.user is not None
    client = client_as(two.noor.user)
    client.post(reverse("matching:visit", args=[two.here.pk]))

    assert b"Waterstreek" not in client.get("/vandaag/").content
    assert "visits" not in client.session


def test_the_link_of_a_question_says_kindly_that_it_is_gone(two: Neighbours) -> None:
    grant = lend(two)
    with two.in_need():
        ask(two.pool, file_request(two.pool))
        message = Message.objects.filter(template="matching/offer", channel="EMAIL").get()
        found = re.search(r"/v/[\w-]+/", str(message.content))
    assert found is not None
    path = found.group()
    assert Client().get(path).status_code == 200
    with two.at_home():
        pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON)

    assert Client().get(path).status_code == 404
