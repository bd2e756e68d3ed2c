"""Guessing at passwords: limits that hold without Redis, and that tell nobody anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core.access import buckets
from core.access.models import RateBucket, Region, User
from core.access.scope import region_scope
from core.cache import PatientRedisCache
from core.outbox.models import Message
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD, without_token

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "denials"])

WRONG = "een verkeerd wachtwoord"


def attempt(email: str, password: str, address: str = "203.0.113.7") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    yield
    PatientRedisCache._away_until = 0.0


@pytest.mark.usefixtures("no_redis")
def test_signing_in_works_while_redis_is_away(cas: User) -> None:
    assert cache.get("anything", "absent") == "absent"

    assert is_in(attempt(cas.email, PASSWORD))


@pytest.mark.usefixtures("no_redis")
def test_the_eleventh_wrong_guess_closes_an_account_for_an_hour_without_redis(cas: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(10):
            attempt(cas.email, WRONG, address=f"203.0.113.{n}")

        assert not is_in(attempt(cas.email, PASSWORD, address="198.51.100.1"))
        clock.shift(timedelta(hours=1))
        assert is_in(attempt(cas.email, PASSWORD, address="198.51.100.1"))


@pytest.mark.usefixtures("no_redis")
def test_one_address_guesses_twenty_times_an_hour_without_redis(cas: User) -> None:
    with time_machine.travel(NOON, tick=False):
        for n in range(20):
            attempt(f"wie{n}@voorbeeld.example", WRONG)

        assert not is_in(attempt(cas.email, PASSWORD))
        assert is_in(attempt(cas.email, PASSWORD, address="198.51.100.1"))


@pytest.mark.usefixtures("no_redis")
def test_a_whole_office_signs_in_from_one_address(cas: User) -> None:
    with time_machine.travel(NOON, tick=False):
        assert all(is_in(attempt(cas.email, PASSWORD)) for _n in range(25))


def test_the_table_of_tries_holds_no_address(cas: User) -> None:
    attempt(cas.email, WRONG)

    keys = " ".join(RateBucket.objects.values_list("key", flat=True))
    assert keys
    assert "@" not in keys
    assert "203.0.113" not in keys


def test_a_try_is_taken_back() -> None:
    buckets.spend("x", limit=1, per=timedelta(hours=1), now=NOON)
    buckets.refund("x")
    buckets.spend("x", limit=1, per=timedelta(hours=1), now=NOON)

    with pytest.raises(buckets.TooManyTries):
        buckets.spend("x", limit=1, per=timedelta(hours=1), now=NOON)


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/password/reset/"])
def test_an_unknown_address_gets_the_same_page(cas: User, page: str) -> None:
    def told(email: str) -> tuple[int, str, str]:
        cache.clear()
        data = {"login": email, "email": email, "password": WRONG}
        answer = Client().post(page, data)
        text = without_token(answer.content.decode()).replace(email, "")
        return answer.status_code, answer.headers.get("Location", ""), text

    assert told(cas.email) == told("niemand@voorbeeld.example")


def test_a_new_password_comes_by_the_outbox_and_says_nothing(
    client: Client, region: Region, cas: User
) -> None:
    client.post("/accounts/password/reset/", {"email": cas.email})

    with region_scope(region.pk):
        message = Message.objects.get()
        assert message.content["subject"] == "Nieuw bericht in Naast"
        link = next(word for word in message.content["text"].split() if word.startswith("http://"))
    page = client.get(link.replace("http://testserver", ""), follow=True)
    new = {"password1": "een heel nieuw wachtwoord", "password2": "een heel nieuw wachtwoord"}
    client.post(page.redirect_chain[-1][0], new)

    cas.refresh_from_db()
    assert cas.check_password("een heel nieuw wachtwoord")
    assert not is_in(client)


def test_asking_for_a_new_password_sends_three_mails_an_hour(
    client: Client, region: Region, cas: User
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _n in range(5):
            cache.clear()
            clock.shift(timedelta(minutes=1))
            client.post("/accounts/password/reset/", {"email": cas.email})

    with region_scope(region.pk):
        assert Message.objects.count() == 3
