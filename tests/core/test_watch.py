"""The watchdog: all is well is said only when it is, and the outside hears nothing otherwise."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config import env
from core.access.models import Region
from core.access.scope import region_scope
from core.outbox import schedule
from core.outbox.due import handler
from core.outbox.models import DueWork, Heartbeat
from core.outbox.pulse import UNWATCHED, beat_seen, pulse
from core.outbox.watch import LATE, NAME, QUESTIONS, question, watch
from tests.conftest import NOON, as_worker
from tests.core.parts import two_regions

pytestmark = pytest.mark.django_db(transaction=True)

KIND = "tests.watched"


@pytest.fixture
def heard(settings: Any) -> Iterator[list[str]]:
    """A watchdog outside: what it hears, and when."""
    paths: list[str] = []

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Outside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{server.server_port}/secret"
    yield paths
    server.shutdown()
    server.server_close()


@pytest.fixture
def doubts() -> Iterator[list[int]]:
    """A question whose answer a test sets: how much is wrong, by region."""
    answers: list[int] = []
    question("tests.doubt")(lambda now: answers.pop() if answers else 0)  # noqa: ARG005
    yield answers
    del QUESTIONS["tests.doubt"]


@pytest.fixture(autouse=True)
def regions() -> tuple[Region, Region]:
    return two_regions()


def test_all_is_well_is_said_and_heard(heard: list[str]) -> None:
    with as_worker():
        assert watch(now=NOON) == {}

    assert heard == ["/secret"]
    assert Heartbeat.objects.get(name=NAME).seen_at == NOON


def test_one_thing_wrong_in_one_region_and_nothing_is_heard(
    heard: list[str], doubts: list[int]
) -> None:
    doubts += [0, 2]
    with as_worker():
        assert watch(now=NOON) == {"tests.doubt": 2}

    assert heard == []
    assert not Heartbeat.objects.filter(name=NAME).exists()


def test_late_work_of_any_region_counts(heard: list[str], regions: tuple[Region, Region]) -> None:
    handler(KIND)(lambda subject, now: None)  # noqa: ARG005
    with region_scope(regions[1].pk):
        schedule(KIND, subject=uuid.uuid4(), at=NOON - LATE, once_per="late")
    with as_worker():
        assert watch(now=NOON - timedelta(seconds=1)) == {}
        assert watch(now=NOON) == {"core.late_work": 1}
        DueWork.unbound.update(lease_until=NOON + timedelta(seconds=30))
        # Somebody is busy with it.
        assert watch(now=NOON) == {}
    assert len(heard) == 2


def test_what_can_be_mended_is_mended_once(heard: list[str]) -> None:
    mended: list[str] = []
    question("tests.mend", mend=lambda now: mended.append("done"))(  # noqa: ARG005
        lambda now: 0 if mended else 1  # noqa: ARG005
    )
    try:
        with as_worker():
            assert watch(now=NOON) == {"tests.mend": 1}
            assert watch(now=NOON) == {}
    finally:
        del QUESTIONS["tests.mend"]
    assert mended == ["done"]
    assert len(heard) == 1


def test_a_question_that_fails_is_wrong_and_stops_no_other(
    heard: list[str], doubts: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(now: Any) -> int:  # noqa: ARG001
        raise RuntimeError

    question("tests.broken")(broken)
    doubts += [1, 1]
    try:
        with as_worker():
            found = watch(now=NOON)
    finally:
        del QUESTIONS["tests.broken"]
    assert found == {"tests.broken": 2, "tests.doubt": 2}
    assert heard == []
    assert "question failed" in caplog.text


def test_an_outside_that_does_not_listen_stops_nothing(settings: Any) -> None:
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/"
    with as_worker():
        assert watch(now=NOON) == {}


def test_readiness_falls_when_nothing_was_well_for_three_rounds(client: Client) -> None:
    with as_worker():
        beat_seen(now=NOON)
        watch(now=NOON)
        beat_seen(now=NOON + UNWATCHED + timedelta(seconds=1))

    assert pulse(now=NOON + UNWATCHED).all_is_well
    assert not pulse(now=NOON + UNWATCHED + timedelta(seconds=1)).all_is_well
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    "url", ["http://watchdog.example/x", "ftp://127.0.0.1/", "https://watchdog.example/?x=1"]
)
def test_only_a_safe_address_is_told(url: str) -> None:
    assert env.heartbeat("") == ""
    assert env.heartbeat("https://watchdog.example/secret")
    with pytest.raises(ImproperlyConfigured):
        env.heartbeat(url)


def test_two_questions_of_one_name_are_a_mistake(doubts: list[int]) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match=r"tests\.doubt"):
        question("tests.doubt")(lambda now: 0)  # noqa: ARG005
