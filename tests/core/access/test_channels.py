"""Everybody with two channels chooses which one is tried first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from django.test import Client

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.outbox import Channel, Way, reached_by
from core.outbox import ways as outbox_ways
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_region_profile

pytestmark = pytest.mark.django_db
CHOICE = "Welke weg proberen we eerst?"


@pytest.fixture(autouse=True)
def phones() -> Iterator[dict[str, str]]:
    """Who has a telephone; others have mail only."""
    phones: dict[str, str] = {}

    def ways(user: User, now: datetime) -> Sequence[Way]:
        found = [Way(Channel.EMAIL, user.email, now)]
        if user.name in phones:
            place = 0 if user.texts_first else 1
            found.insert(place, Way(Channel.SMS, phones[user.name], now))
        return found

    reached_by(ways)
    yield phones
    outbox_ways._ways.remove(ways)


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        make_region_profile()
        return make_user("Cas", Role.COORDINATOR)


@pytest.fixture
def client(region: Region, cas: User) -> Client:
    with region_scope(region.pk):
        return client_as(cas)


def account(client: Client) -> str:
    return client.get("/account/").content.decode()


def test_who_has_one_channel_has_no_choice(client: Client) -> None:
    assert CHOICE not in account(client)


@pytest.mark.parametrize(("first", "texts_first"), [("SMS", True), ("EMAIL", False)])
def test_a_choice_is_kept_and_shown(
    client: Client, cas: User, phones: dict[str, str], first: str, *, texts_first: bool
) -> None:
    phones[cas.name] = "088 000 12 34"
    assert CHOICE in account(client)
    assert "checked" not in account(client).partition(CHOICE)[2].partition("</form>")[0]

    page = client.post("/account/berichten/", {"first": first}, follow=True).content.decode()

    cas.refresh_from_db()
    assert cas.texts_first is texts_first
    assert "Vanaf nu proberen we dit eerst." in page
    chosen = page.partition(CHOICE)[2].partition("checked")[0]
    assert chosen.rstrip().endswith(f'value="{first}"') or f'value="{first}"' in chosen[-120:]


@pytest.mark.parametrize("answers", [{}, {"first": "PIGEON"}])
def test_no_choice_changes_nothing(client: Client, cas: User, answers: dict[str, str]) -> None:
    page = client.post("/account/berichten/", answers, follow=True).content.decode()

    cas.refresh_from_db()
    assert cas.texts_first is None
    assert "Kies een van de twee." in page
