"""The second step for real: app codes, spare codes, and what of them stands in the database."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.exceptions import InvalidTag
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from core.access.models import User
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD

# Factors are announced after commit, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "denials"])


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in_by_password(client: Client, user: User) -> str:
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return answer.headers.get("Location", "")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def enrol(client: Client) -> str:
    page = client.get("/accounts/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


@pytest.fixture
def enrolled(client: Client, cas: User) -> str:
    assert sign_in_by_password(client, cas) == "/"
    assert client.get("/account/").headers["Location"] == "/account/tweede-stap/"
    return enrol(client)


@pytest.mark.usefixtures("enrolled")
def test_enrolling_opens_the_account_and_gives_spare_codes(client: Client) -> None:
    codes = client.get("/accounts/2fa/recovery-codes/")

    assert client.get("/account/").status_code == 200
    assert len(codes.context["unused_codes"]) == 10


def test_signing_in_needs_password_and_code(
    cas: User, enrolled: str, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=5))
    fresh = Client()

    assert sign_in_by_password(fresh, cas) == "/accounts/2fa/authenticate/"
    assert fresh.get("/account/").headers["Location"].startswith("/accounts/login/")
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    right = fresh.post("/accounts/2fa/authenticate/", {"code": code(enrolled)})

    assert right.headers["Location"] == "/"
    assert fresh.get("/account/").status_code == 200


def test_a_code_counts_once(cas: User, enrolled: str, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(minutes=5))
    one, two = Client(), Client()
    sign_in_by_password(one, cas)
    sign_in_by_password(two, cas)
    one.post("/accounts/2fa/authenticate/", {"code": code(enrolled)})

    again = two.post("/accounts/2fa/authenticate/", {"code": code(enrolled)})

    assert again.status_code == 200
    assert "_auth_user_id" not in two.session


@pytest.mark.usefixtures("enrolled")
def test_a_spare_code_signs_in_once(client: Client, cas: User) -> None:
    spare = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    one, two = Client(), Client()
    sign_in_by_password(one, cas)
    sign_in_by_password(two, cas)

    first = one.post("/accounts/2fa/authenticate/", {"code": spare})
    second = two.post("/accounts/2fa/authenticate/", {"code": spare})

    assert (first.status_code, second.status_code) == (302, 200)


def test_no_secret_can_be_read_in_the_database(client: Client, enrolled: str) -> None:
    spare = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM mfa_authenticator t")
        (rows,) = cursor.fetchone()
    sessions = " ".join(str(one.get_decoded()) for one in Session.objects.all())

    assert '"secret"' in rows
    assert '"seed"' in rows
    assert enrolled not in rows + sessions
    assert not [one for one in spare if one in rows]
    # The seed is 80 figures in hexadecimal; sealed it is none.
    assert not re.search(r"[0-9a-f]{80}", rows)


def test_a_box_moved_to_another_account_does_not_open(cas: User, bram: User, enrolled: str) -> None:
    stolen = Authenticator.objects.get(user=cas, type="totp")
    Authenticator.objects.create(user=bram, type="totp", data=stolen.data)
    thief = Client()
    sign_in_by_password(thief, bram)

    with pytest.raises(InvalidTag):
        thief.post("/accounts/2fa/authenticate/", {"code": code(enrolled)})


@pytest.mark.usefixtures("enrolled")
def test_who_removes_the_last_factor_must_choose_another(client: Client) -> None:
    client.post("/accounts/2fa/totp/deactivate/")

    assert client.get("/account/").headers["Location"] == "/account/tweede-stap/"


@pytest.mark.usefixtures("enrolled")
def test_a_factor_is_changed_only_soon_after_signing_in(
    client: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=11))

    answer = client.post("/accounts/2fa/totp/deactivate/")

    assert "reauthenticate" in answer.headers["Location"]
    assert Authenticator.objects.filter(type="totp").exists()
