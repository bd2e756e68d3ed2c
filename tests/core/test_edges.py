"""A request is one region, one transaction, one page; a refusal leaves no trace but its log."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client

from core import clock
from core.access import buckets
from core.access.models import Membership, Organisation, RateBucket, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import Denial
from core.outbox.pulse import beat_seen
from tests.conftest import NOON, as_worker
from tests.core.parts import host, person, two_regions

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "denials"]),
    pytest.mark.database,
]
PAGE = "{% block content %}{{ refusal.message }}|{{ user.region.name }}{% endblock %}"
MIDDLEWARE = [
    "core.http.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.access.middleware.RegionMiddleware",
]


@pytest.fixture(autouse=True)
def small_site(settings: Any) -> None:
    """The views of tests.core.web, with the middleware that carries the region."""
    settings.ROOT_URLCONF = "tests.core.web"
    settings.LOGIN_URL = "/login"
    settings.MIDDLEWARE = MIDDLEWARE
    pages = {"refusal.html": PAGE, "403.html": PAGE, "500.html": "broken", "404.html": "none"}
    pages["403_csrf.html"] = "elsewhere"
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", pages)],
                "context_processors": ["django.contrib.auth.context_processors.auth"],
            },
        }
    ]


@pytest.fixture
def here() -> Region:
    """A region with the organisation "Hier", beside one with "Daar"."""
    here, there = two_regions()
    for where, name in ((here, "Hier"), (there, "Daar")):
        with region_scope(where.pk):
            host(name)
    return here


@pytest.fixture
def ada(here: Region) -> User:
    with region_scope(here.pk):
        return person("ada", Role.EXPERT)


@pytest.fixture
def browser(ada: User) -> Client:
    """Ada's browser; errors arrive as pages, as they do outside tests."""
    client = Client(raise_request_exception=False)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def names(region: Region) -> set[str]:
    with region_scope(region.pk):
        return set(Organisation.objects.values_list("name", flat=True))


def test_a_page_rendered_late_still_reads_its_region(browser: Client) -> None:
    assert browser.get("/rendered-late").content == b"Hier;"


def test_without_the_middleware_a_page_rendered_late_breaks(browser: Client, settings: Any) -> None:
    settings.MIDDLEWARE = MIDDLEWARE[:-1]

    assert browser.get("/rendered-late").status_code == 500


def test_what_a_view_writes_stays(browser: Client, here: Region) -> None:
    assert browser.get("/written").content == b"written"

    assert names(here) == {"Hier", "Geschreven"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/refused", 409, b"Dat kan nu niet.|Waterstreek"),
        ("/forbidden", 403, b"|Waterstreek"),
        ("/broken", 500, b"broken"),
        ("/returned-500", 500, b""),
    ],
)
def test_what_fails_is_rolled_back_and_says_so(
    browser: Client, here: Region, path: str, status: int, words: bytes
) -> None:
    page = browser.get(path)

    # The page itself reads the database: it is rendered before the transaction is given up.
    assert (page.status_code, page.content) == (status, words)
    assert names(here) == {"Hier"}


def test_an_error_that_is_returned_below_500_keeps_what_was_written(
    browser: Client, here: Region
) -> None:
    browser.get("/returned-422")

    assert names(here) == {"Hier", "Gemeld"}


def test_a_refusal_survives_without_atomic_requests_as_well(browser: Client, here: Region) -> None:
    connections.settings["default"]["ATOMIC_REQUESTS"] = False
    try:
        browser.get("/refused")
    finally:
        connections.settings["default"]["ATOMIC_REQUESTS"] = True

    assert names(here) == {"Hier"}


def test_a_view_may_open_its_own_transaction(browser: Client) -> None:
    assert browser.get("/on-its-own").content == b"False 1"


def test_a_stream_opens_its_own_scope(browser: Client) -> None:
    assert b"".join(browser.get("/streamed")) == b"Hier"


def test_a_denial_outlives_the_request_it_denies(browser: Client, ada: User, here: Region) -> None:
    assert browser.get("/for-coordinators").status_code == 403

    with region_scope(here.pk):
        (denial,) = Denial.objects.values_list("action", "actor")
    assert denial == ("for-coordinators", ada.pk)


def test_a_denial_on_the_connection_of_the_request_would_be_lost(
    browser: Client, here: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record_in_the_request(**_: Any) -> None:  # the twin
        Denial(region_id=here.pk, at="2026-03-10T11:00Z", action="x").save(force_insert=True)

    monkeypatch.setattr("core.audit.deny", record_in_the_request)

    assert browser.get("/for-coordinators").status_code == 403
    with region_scope(here.pk):
        assert Denial.objects.count() == 0


def test_strangers_are_sent_to_the_login() -> None:
    answer = Client().get("/for-coordinators")

    assert answer.status_code == 302
    assert "next=/for-coordinators" in answer["Location"]


def test_a_role_is_judged_again_at_the_next_request(
    browser: Client, ada: User, here: Region
) -> None:
    with region_scope(here.pk):
        Membership.objects.create(user=ada, role=Role.COORDINATOR, started_at=NOON)
    assert browser.get("/for-coordinators").status_code == 200

    with region_scope(here.pk):
        Membership.objects.filter(role=Role.COORDINATOR).update(ended_at=NOON)
    assert browser.get("/for-coordinators").status_code == 403


def test_wrong_guesses_are_counted_although_their_requests_roll_back() -> None:
    client = Client()

    answers = [client.get("/guess").status_code for _try in range(4)]

    assert answers == [409, 409, 429, 429]
    assert RateBucket.objects.get().n_tries == 4


def test_counted_on_the_connection_of_the_request_guesses_would_be_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buckets, "connections", {"denials": connections["default"]})  # the twin

    assert [Client().get("/guess").status_code for _try in range(4)] == [409, 409, 409, 409]


def test_every_answer_is_for_one_pair_of_eyes(browser: Client) -> None:
    headers = browser.get("/written").headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_an_address_that_does_not_exist_says_so(browser: Client) -> None:
    assert browser.get("/nothing").status_code == 404


def test_a_form_from_elsewhere_gets_a_page(here: Region, settings: Any) -> None:  # noqa: ARG001
    settings.MIDDLEWARE = [*MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"]

    answer = Client(enforce_csrf_checks=True).post("/guess")

    assert (answer.status_code, answer.content) == (403, b"elsewhere")


def test_health_asks_nobody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok"


def test_ready_is_a_database_a_beat_and_a_broker() -> None:
    before = Client().get("/readyz")
    with as_worker():
        beat_seen(now=clock.now())
    after = Client().get("/readyz")

    assert (before.status_code, before.json()["beat"]) == (503, False)
    assert after.json()["beat"] is True
    assert after.status_code == (200 if after.json()["broker"] else 503)


def test_without_a_database_nothing_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_moment: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("core.http.pulse", gone)

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"database": False})


def test_waiting_too_long_for_others_is_said_and_leaves_nothing(
    browser: Client, here: Region
) -> None:
    with connections["denials"].cursor() as other:
        other.execute("SELECT pg_advisory_lock(4711)")
        answer = browser.get("/waiting")
        other.execute("SELECT pg_advisory_unlock(4711)")

    assert answer.status_code == 503
    assert "Gewacht" not in names(here)
