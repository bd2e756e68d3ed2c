"""A limited session: an expert's own hours with a password alone, for a month, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from core.access.login import ALWAYS, LIMITED
from core.access.models import Membership, Region, Role, User
from core.access.permissions import BY_LINK, PUBLIC
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from tests.architecture.test_matrix import Address, addresses
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD, Make, SignIn

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
ONLY_HOURS = "/account/alleen-uren/"
MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def with_factor(user: User) -> User:
    Authenticator.objects.create(user=user, type="totp", data={"secret": "elsewhere"})
    return user


def halfway(user: User) -> Client:
    """A client that gave the password and is asked for the second step."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    return client


@pytest.fixture
def limited(ada: User) -> Client:
    client = halfway(with_factor(ada))
    client.post(ONLY_HOURS)
    return client


def test_an_expert_without_the_second_step_at_hand_sees_hours(ada: User, region: Region) -> None:
    client = halfway(with_factor(ada))
    assert "Alleen mijn uren bekijken" in client.get("/accounts/2fa/authenticate/").content.decode()

    answer = client.post(ONLY_HOURS)

    assert answer.headers["Location"] == "/agenda/"
    assert client.session[LIMITED]
    page = client.get("/agenda/")
    assert page.status_code == 200
    assert "Je ziet hier alleen uren." in page.content.decode()
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(event="session.limited", actor=ada.pk).exists()


def test_a_newcomer_without_a_second_step_sees_hours_too(ada: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    assert "Alleen mijn uren bekijken" in client.get("/account/tweede-stap/").content.decode()

    client.post(ONLY_HOURS)

    assert client.get("/agenda/").status_code == 200
    assert client.session[LIMITED]


@pytest.mark.parametrize("role", [one for one in Role if one != Role.EXPERT])
def test_nobody_but_an_expert_gets_in_without_a_second_step(make: Make, role: Role) -> None:
    client = halfway(with_factor(make("Iemand", role)))

    page = client.get("/accounts/2fa/authenticate/").content.decode()
    assert "Alleen mijn uren" not in page
    assert client.post(ONLY_HOURS).status_code == 403
    assert "_auth_user_id" not in client.session


def test_an_expert_who_is_a_coordinator_too_is_asked_for_the_second_step(
    ada: User, region: Region
) -> None:
    with region_scope(region.pk):
        Membership.objects.create(user=ada, role=Role.COORDINATOR, started_at=NOON)
    client = halfway(with_factor(ada))

    assert client.post(ONLY_HOURS).status_code == 403
    assert "_auth_user_id" not in client.session


def test_without_a_password_the_way_in_does_not_exist(client: Client, ada: User) -> None:
    with_factor(ada)

    assert client.post(ONLY_HOURS).headers["Location"] == "/accounts/login/"
    assert client.get(ONLY_HOURS).status_code == 405
    assert "_auth_user_id" not in client.session


def test_a_whole_session_is_not_made_smaller(ada: User, sign_in: SignIn) -> None:
    client = sign_in(with_factor(ada))

    client.post(ONLY_HOURS)

    assert LIMITED not in client.session


def opens(one: Address) -> bool:
    public = one.allowed & {PUBLIC, BY_LINK}
    return bool(public or one.name in ALWAYS or getattr(one.view, "limited_ok", False))


def test_only_hours_and_ways_out_say_that_they_open() -> None:
    kept = {one.name for one in addresses() if getattr(one.view, "limited_ok", False)}

    assert kept == {"scheduling:agenda", "core:sign-in-whole"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_limited_session_opens_no_other_address(limited: Client, method: str) -> None:
    cookies, key = limited.cookies, limited.session.session_key
    kept = Session.objects.get(pk=key)
    found = []
    for one in addresses():
        if opens(one) or one.name == "home":
            continue
        Session.objects.update_or_create(
            pk=key, defaults={"session_data": kept.session_data, "expire_date": kept.expire_date}
        )
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = cookies[settings.SESSION_COOKIE_NAME].value
        answer = getattr(client, method)(one.path)
        to = answer.headers.get("Location", "")
        if answer.status_code != 302 or not to.startswith("/accounts/login/"):
            found.append(f"{one.name} answers {answer.status_code} {to}")
        if Session.objects.filter(pk=key).exists():
            found.append(f"{one.name} leaves the session alive")
    assert found == []


def test_the_front_page_leads_to_the_hours(limited: Client) -> None:
    assert limited.get("/").headers["Location"] == "/agenda/"
    assert limited.get("/accounts/login/", follow=True).redirect_chain[-1][0] == "/agenda/"


def test_the_page_of_hours_leads_nowhere_else(limited: Client) -> None:
    page = limited.get("/agenda/").content.decode()

    assert "/afspraken/" not in page
    assert 'action="/leeg/"' in page
    assert 'aria-label="Hoofdmenu"' not in page


@pytest.mark.parametrize(
    ("at", "open_"),
    [(MONTH - SECOND, True), (MONTH, False)],
    ids=["within-a-month", "after-a-month"],
)
def test_a_limited_session_lives_a_month(
    limited: Client,
    clock: time_machine.Traveller,
    at: timedelta,
    open_: bool,  # noqa: FBT001
) -> None:
    clock.move_to(NOON + at)

    assert (limited.get("/agenda/").status_code == 200) is open_


def test_looking_every_day_does_not_stretch_the_month(
    limited: Client, clock: time_machine.Traveller
) -> None:
    for day in range(1, 30):
        clock.move_to(NOON + timedelta(days=day))
        assert limited.get("/agenda/").status_code == 200

    clock.move_to(NOON + MONTH)

    assert limited.get("/agenda/").status_code == 302


def test_the_upgrade_ends_it_and_asks_for_everything(limited: Client) -> None:
    answer = limited.post("/account/helemaal-inloggen/")

    assert answer.headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in limited.session


def test_signing_in_whole_on_the_same_device_ends_the_month(ada: User, limited: Client) -> None:
    assert limited.session.get_expiry_age() == MONTH.total_seconds()

    limited.force_login(ada)

    assert LIMITED not in limited.session
    assert limited.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


Ending = Callable[[User, Region], None]


def _disabled(user: User, _region: Region) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _signed_out_elsewhere(user: User, _region: Region) -> None:
    UserSession.objects.get(user=user).end()


def _new_password(user: User, _region: Region) -> None:
    user.set_password("een heel andere zin nu")
    user.save()


@pytest.mark.parametrize("ending", [_disabled, _signed_out_elsewhere, _new_password])
def test_it_ends_at_once_with_the_account_the_device_or_the_password(
    ada: User, region: Region, limited: Client, ending: Ending
) -> None:
    assert limited.get("/agenda/").status_code == 200

    ending(ada, region)

    assert limited.get("/agenda/").status_code == 302
