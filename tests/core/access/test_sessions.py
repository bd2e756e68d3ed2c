"""A session: what it needs before a page opens, and when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from pytest_django import Settings

from config.urls import urlpatterns as real_urls
from core.access.login import FACTOR, LIMITED, MOST_SESSIONS, PACE, limited_ok
from core.access.models import Region, User
from core.access.permissions import SIGNED_IN, allow_everyone
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD, SignIn

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@allow_everyone(SIGNED_IN)
def closed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("inside")


@limited_ok
@allow_everyone(SIGNED_IN)
def hours(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("hours")


urlpatterns = [path("proef/", closed), path("uren/", hours), *real_urls]


@pytest.fixture
def rooms(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def factorless(cas: User) -> Client:
    client = Client()
    client.force_login(cas)
    return client


@pytest.mark.usefixtures("rooms")
def test_nothing_opens_without_a_second_factor(factorless: Client) -> None:
    answer = factorless.get("/proef/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/tweede-stap/"


@pytest.mark.usefixtures("rooms")
def test_a_part_of_a_page_sends_the_whole_page(factorless: Client) -> None:
    answer = factorless.get("/proef/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/account/tweede-stap/"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/account/tweede-stap/", 200),
        ("get", "/accounts/2fa/totp/activate/", 200),
        ("get", "/accounts/2fa/webauthn/add/", 200),
        ("post", "/leeg/", 200),
        ("post", "/accounts/logout/", 302),
        ("get", "/healthz", 200),
    ],
)
def test_the_way_to_a_second_factor_and_the_way_out_are_open(
    factorless: Client, method: str, address: str, status: int
) -> None:
    answer = getattr(factorless, method)(address)

    assert answer.status_code == status
    assert answer.headers.get("Location") != "/account/tweede-stap/"


@pytest.mark.usefixtures("rooms")
def test_a_whole_session_opens(cas: User, sign_in: SignIn) -> None:
    assert sign_in(cas).get("/proef/").content == b"inside"


@pytest.mark.usefixtures("rooms")
def test_the_factor_of_one_person_does_not_count_for_another(
    factorless: Client, bram: User
) -> None:
    session = factorless.session
    session[FACTOR] = str(bram.pk)
    session.save()

    assert factorless.get("/proef/").headers["Location"] == "/account/tweede-stap/"


@pytest.mark.usefixtures("rooms")
def test_a_session_older_than_the_factor_signs_in_again(factorless: Client, cas: User) -> None:
    Authenticator.objects.create(user=cas, type="totp", data={"secret": "elsewhere"})

    answer = factorless.get("/accounts/2fa/totp/activate/")

    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in factorless.session


@pytest.mark.usefixtures("rooms")
def test_the_demo_flag_opens_nothing_outside_the_demo(
    factorless: Client, cas: User, settings: Settings
) -> None:
    session = factorless.session
    session["demo"] = str(cas.pk)
    session.save()

    settings.DEMO = False

    assert factorless.get("/proef/").headers["Location"] == "/account/tweede-stap/"


@pytest.mark.usefixtures("rooms")
def test_a_limited_session_opens_only_what_says_so(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    session = client.session
    session[LIMITED], session[PACE] = True, "limited"
    session.save()

    assert client.get("/uren/").content == b"hours"
    assert client.get("/proef/").headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("rooms")
def test_signing_in_whole_ends_the_limits_of_a_limited_session(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    session = client.session
    session[LIMITED] = True
    session.save()

    client.force_login(ada)

    assert LIMITED not in client.session


@pytest.mark.usefixtures("rooms")
def test_a_disabled_person_is_out_on_the_next_request(cas: User, sign_in: SignIn) -> None:
    client = sign_in(cas)
    assert client.get("/proef/").status_code == 200

    User.objects.filter(pk=cas.pk).update(is_active=False)

    assert client.get("/proef/").headers["Location"].startswith("/accounts/login/")


IDLE = [
    ("cas", timedelta(minutes=30)),
    ("bram", timedelta(minutes=30)),
    ("ada", timedelta(hours=1)),
]


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize(("who", "rest"), IDLE)
def test_a_session_that_rests_too_long_is_over(
    request: pytest.FixtureRequest, sign_in: SignIn, who: str, rest: timedelta
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = sign_in(request.getfixturevalue(who))
        clock.move_to(NOON + rest - timedelta(seconds=1))
        assert client.get("/proef/").status_code == 200
        clock.move_to(NOON + 2 * rest - timedelta(seconds=1))
        answer = client.get("/proef/", follow=True)

    assert answer.redirect_chain[0][0] == "/accounts/login/?next=/proef/"
    assert f"{int(rest / timedelta(minutes=1))} minuten" in answer.content.decode()


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize(
    ("who", "term"), [("cas", timedelta(hours=12)), ("ada", timedelta(hours=24))]
)
def test_a_session_does_not_outlive_its_term_however_busy(
    request: pytest.FixtureRequest, sign_in: SignIn, who: str, term: timedelta
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = sign_in(request.getfixturevalue(who))
        at = NOON
        while at + timedelta(minutes=25) < NOON + term:
            at += timedelta(minutes=25)
            clock.move_to(at)
            assert client.get("/proef/").status_code == 200
        clock.move_to(NOON + term)
        answer = client.get("/proef/")

    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.usefixtures("rooms")
def test_a_page_that_refreshes_itself_is_no_activity(cas: User, sign_in: SignIn) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = sign_in(cas)
        for minute in range(1, 30):
            clock.move_to(NOON + timedelta(minutes=minute))
            assert client.get("/proef/", headers={"HX-Request": "true"}).status_code == 200
        clock.move_to(NOON + timedelta(minutes=30))
        answer = client.get("/proef/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/accounts/login/"


def _writes(client: Client, at: datetime) -> int:
    with time_machine.travel(at, tick=False), CaptureQueriesContext(connection) as asked:
        assert client.get("/proef/").status_code == 200
    return sum(one["sql"].startswith(("UPDATE", "INSERT", "DELETE")) for one in asked)


@pytest.mark.usefixtures("rooms")
def test_being_seen_is_written_once_a_minute(cas: User, sign_in: SignIn) -> None:
    with time_machine.travel(NOON, tick=False):
        client = sign_in(cas)

    assert _writes(client, NOON + timedelta(seconds=59)) == 0
    assert _writes(client, NOON + timedelta(seconds=60)) == 1
    assert _writes(client, NOON + timedelta(seconds=119)) == 0


def test_signing_in_gives_the_session_another_key_and_a_line_in_the_log(
    client: Client, region: Region, cas: User
) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)

    client.post("/accounts/login/", {"login": cas.email, "password": PASSWORD})

    assert client.session.session_key != session.session_key
    assert client.session["_auth_user_id"] == str(cas.pk)
    with region_scope(region.pk):
        assert list(AuditEntry.objects.values_list("event", "actor")) == [("session.began", cas.pk)]


def test_a_sixth_device_signs_out_the_first(cas: User) -> None:
    clients = [Client() for _n in range(MOST_SESSIONS + 1)]
    for one in clients:
        one.post("/accounts/login/", {"login": cas.email, "password": PASSWORD})

    assert UserSession.objects.filter(user=cas).count() == MOST_SESSIONS
    assert not Session.objects.filter(
        pk=clients[0].cookies[settings.SESSION_COOKIE_NAME].value
    ).exists()
    assert Session.objects.filter(
        pk=clients[1].cookies[settings.SESSION_COOKIE_NAME].value
    ).exists()


def test_quick_exit_leaves_nothing_and_says_nothing(cas: User, sign_in: SignIn) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in(cas).cookies
    key = client.session.session_key

    answer = client.post("/leeg/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not Session.objects.filter(pk=key).exists()
    assert "Deze pagina is leeg" in page
    assert not [word for word in ("aast", "inlog", "Inlog", "/static/") if word in page]


def test_looking_at_the_empty_page_signs_nobody_out(cas: User, sign_in: SignIn) -> None:
    client = sign_in(cas)

    client.get("/leeg/")

    assert client.session["_auth_user_id"] == str(cas.pk)
