"""Text messages over HTTP: every answer of a gateway, and every silence, has its outcome."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.access.models import RateBucket, Region
from core.access.scope import region_scope
from core.outbox import (
    Channel,
    DeliveryState,
    MessageState,
    due,
    gateway,
    never_twice,
    post,
    run_due,
    sending,
    withdraw,
)
from core.outbox.gateway import dialled
from core.outbox.models import Delivery, DueWork, Message
from tests.conftest import NOON, as_worker
from tests.core.parts import setting, two_regions
from tests.core.sms_gateway import Answer, Gateway, open_gateway
from tests.core.test_messages import TEXTS

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NUMBER = "06 1234 5678"


@pytest.fixture(autouse=True)
def _own_texts(settings: Any) -> Iterator[None]:
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEXTS)]},
        }
    ]
    yield
    sending.NEVER_TWICE.pop("core/test", None)


@pytest.fixture
def sms() -> Iterator[Gateway]:
    with open_gateway() as sms:
        yield sms


def write(once_per: str = "one", **fields: Any) -> Message:
    values: dict[str, Any] = {
        "channel": Channel.SMS,
        "address": NUMBER,
        "to": None,
        "now": NOON,
        "context": {"url": "https://n.example/v/x"},
    }
    message = post("core/test", once_per=once_per, **(values | fields))
    assert message
    return message


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("created_at", "id").values_list("state", "outcome"))


# --- Taken --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_text_message_is_posted_signed_with_its_own_reference(sms: Gateway) -> None:
    message = write(useful_until=NOON + HOUR)

    run_due(now=NOON)

    (asked,) = sms.asked
    assert asked.is_signed
    assert asked.path == "/v1/messages"
    assert asked.headers["idempotency-key"] == asked.body["reference"]
    assert asked.body.pop("validity") in {3599, 3600}
    assert asked.body == {
        "reference": f"{message.region_id}-{message.pk}",
        "to": "+31612345678",
        "from": "Naast",
        "text": "Naast: er staat een vraag voor je klaar. https://n.example/v/x",
    }
    assert states() == [(MessageState.SENT, "ok")]
    kept = Delivery.objects.get()
    assert (kept.reference, kept.provider_id, kept.state) == (
        message.pk,
        "gw-1",
        DeliveryState.SENT,
    )


@pytest.mark.usefixtures("in_region")
def test_another_key_would_be_seen(sms: Gateway) -> None:
    write()

    with setting(SMS_GATEWAY_KEY="a key that the gateway does not know at all"):
        run_due(now=NOON)

    assert [one.is_signed for one in sms.asked] == [False]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 1234 5678", "+31612345678"),
        ("06-12345678", "+31612345678"),
        ("(088) 123 45 67", "+31881234567"),
        ("0031 6 1234 5678", "+31612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("112", None),
        ("bel me", None),
        ("", None),
        ("06 1234 5678 \r\nx", None),
        ("٠٦١٢٣٤٥٦٧٨", None),
    ],
)
def test_numbers_are_dialled_with_the_code_of_their_country(typed: str, number: str | None) -> None:
    assert dialled(typed) == number


@pytest.mark.usefixtures("in_region")
def test_what_is_no_number_ends_the_message_and_bothers_no_gateway(sms: Gateway) -> None:
    write(address="bel me")

    run_due(now=NOON)

    assert sms.asked == []
    assert states() == [(MessageState.FAILED, "bad_number")]


# --- Not taken ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again_with_the_same_reference(sms: Gateway, status: int) -> None:
    message = write()
    sms.script = [Answer(status, "{}")]
    run_due(now=NOON)
    assert states() == [(MessageState.QUEUED, f"refused_{status}")]

    run_due(now=NOON + 9 * SECOND)
    assert len(sms.posts) == 1
    run_due(now=NOON + 15 * SECOND)

    assert sms.references == [f"{message.region_id}-{message.pk}"] * 2
    assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("40", 40 * SECOND),
        ("0", SECOND),
        ("99999", 15 * MINUTE),
        ("99999999999999999999", 10 * SECOND),
        ("Tue, 10 Mar 2026 11:05:00 GMT", 10 * SECOND),
        ("soon", 10 * SECOND),
    ],
)
def test_a_gateway_may_say_how_long_to_wait(sms: Gateway, asked: str, waits: timedelta) -> None:
    write()
    sms.script = [Answer(429, "{}", {"Retry-After": asked})]

    run_due(now=NOON)

    late = DueWork.objects.get().not_before - NOON - waits
    assert timedelta(0) <= late < 5 * SECOND


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 302])
def test_a_refusal_for_good_ends_the_message(sms: Gateway, status: int) -> None:
    write()
    sms.script = [Answer(status, "{}")]

    run_due(now=NOON)
    run_due(now=NOON + HOUR)

    assert len(sms.posts) == 1
    assert states() == [(MessageState.FAILED, f"refused_{status}")]


@pytest.mark.usefixtures("in_region")
def test_a_gateway_that_is_away_is_tried_again() -> None:
    write()

    with open_gateway():
        pass  # gone again
    with setting(SMS_GATEWAY_URL="http://127.0.0.1:1/v1", SMS_GATEWAY_KEY="x" * 32):
        run_due(now=NOON)

    assert states() == [(MessageState.QUEUED, "ConnectionRefusedError")]


@pytest.mark.usefixtures("in_region")
def test_a_gateway_without_a_certificate_gets_no_number(sms: Gateway) -> None:
    write()

    with setting(SMS_GATEWAY_URL=f"https://127.0.0.1:{sms.port}/v1"):
        run_due(now=NOON)

    assert sms.asked == []
    ((state, outcome),) = states()
    assert (state, outcome[:3]) == (MessageState.QUEUED, "SSL")


@pytest.mark.usefixtures("in_region")
def test_a_message_withdrawn_while_connecting_is_not_written(
    sms: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write(about=Message().pk)
    connect = gateway.HttpSms._connect

    def overtaken(self: Any) -> Any:
        line = connect(self)
        withdraw(about=message.about, now=NOON)  # type: ignore[arg-type]
        return line

    monkeypatch.setattr(gateway.HttpSms, "_connect", overtaken)

    run_due(now=NOON)

    assert sms.asked == []
    assert [state for state, _outcome in states()] == [MessageState.WITHDRAWN]


@pytest.mark.usefixtures("in_region")
def test_a_lease_that_is_almost_over_starts_no_text(
    sms: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "LEASE", timedelta(seconds=20))
    write()

    run_due(now=NOON)

    assert sms.asked == []
    assert states() == [(MessageState.QUEUED, "too_slow")]


# --- Not known ----------------------------------------------------------------------------------

SILENCES = {
    "slow": Answer(hangs=True),
    "drips": Answer(body='{"id": "' + "x" * 60 + '"}', drips=True),
    "leaves": Answer(leaves=True),
    "no json": Answer(body="<h1>Welcome</h1>"),
    "a list": Answer(body='["gw-1"]'),
    "no id": Answer(body='{"status": "ok"}'),
    "an id of figures": Answer(body='{"id": 7}'),
    "a telling id": Answer(body='{"id": "to Ada Vos"}'),
    "empty": Answer(204, ""),
}


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "ANSWER_LIMIT", 0.6)


@pytest.mark.usefixtures("in_region", "_impatient")
@pytest.mark.parametrize("silence", SILENCES)
def test_written_without_a_good_answer_is_unknown(sms: Gateway, silence: str) -> None:
    write()
    sms.script = [SILENCES[silence]]

    run_due(now=NOON)

    assert len(sms.posts) == 1
    assert states() == [(MessageState.QUEUED, "unknown")]
    assert Message.objects.get().n_unknown == 1


@pytest.mark.usefixtures("in_region")
def test_what_the_gateway_has_is_not_sent_again(sms: Gateway) -> None:
    message = write()
    sms.script = [Answer(leaves=True)]
    sms.known = lambda reference: reference == f"{message.region_id}-{message.pk}"

    run_due(now=NOON)
    run_due(now=NOON + MINUTE)

    assert [one.method for one in sms.asked] == ["POST", "GET"]
    assert sms.asked[1].is_signed
    assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.usefixtures("in_region")
def test_what_the_gateway_never_got_is_sent(sms: Gateway) -> None:
    write()
    sms.script = [Answer(leaves=True)] * 3
    sms.known = lambda _reference: False

    for minutes in range(5):
        run_due(now=NOON + minutes * MINUTE)

    assert states() == [(MessageState.SENT, "ok")]
    assert len(sms.posts) == 4
    assert len(set(sms.references)) == 1


@pytest.mark.usefixtures("in_region")
def test_a_gateway_that_cannot_be_asked_gets_one_more_copy_and_no_third(sms: Gateway) -> None:
    write()
    # Other trouble in between does not make us forget what may have arrived.
    sms.script = [Answer(leaves=True), Answer(503, "{}"), Answer(leaves=True)]

    for number in range(8):
        run_due(now=NOON + number * 20 * MINUTE)

    assert len(sms.posts) == 3  # one was refused
    assert len(set(sms.references)) == 1
    assert states() == [(MessageState.FAILED, "unknown")]


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(("left", "n_posts"), [(3 * HOUR, 2), (90 * MINUTE, 1)])
def test_near_its_end_a_reminder_is_not_repeated_but_said_by_voice(
    sms: Gateway, left: timedelta, n_posts: int
) -> None:
    never_twice("core/test", within=2 * HOUR)
    write(useful_until=NOON + left)
    sms.script = [Answer(leaves=True)]

    run_due(now=NOON)
    run_due(now=NOON + MINUTE)

    assert len(sms.posts) == n_posts
    ended = MessageState.SENT if n_posts == 2 else MessageState.FAILED
    assert [state for state, _outcome in states()] == [ended]


# --- The breaker --------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_five_failures_in_a_minute_leave_the_gateway_alone_for_one(sms: Gateway) -> None:
    for number in range(8):
        write(str(number), now=NOON + number * timedelta(milliseconds=1))
    sms.script = [Answer(500, "{}")] * 5

    run_due(now=NOON + SECOND)
    assert [outcome for _state, outcome in states()] == ["refused_500"] * 5 + ["provider_rests"] * 3
    run_due(now=NOON + 30 * SECOND)
    assert len(sms.posts) == 5

    run_due(now=NOON + 3 * MINUTE)

    assert states() == [(MessageState.SENT, "ok")] * 8


@pytest.mark.usefixtures("in_region")
def test_failures_of_different_minutes_do_not_add_up(sms: Gateway) -> None:
    sms.script = [Answer(500, "{}")] * 9
    for number in range(9):
        moment = NOON + number * 20 * SECOND
        write(str(number), now=moment, at=moment)

    for number in range(9):
        with region_free_of_retries():
            run_due(now=NOON + number * 20 * SECOND)

    assert "provider_rests" not in {outcome for _state, outcome in states()}
    assert RateBucket.objects.get().n_tries < 5


class region_free_of_retries:  # noqa: N801  (reads like a sentence)
    """Rows that were tried stay away, so that each look makes one try."""

    def __enter__(self) -> None:
        tried = Message.objects.filter(attempts__gt=0).values("pk")
        DueWork.objects.filter(subject__in=tried).update(not_before=NOON + 24 * HOUR)

    def __exit__(self, *_trouble: object) -> None:
        pass


@pytest.mark.usefixtures("in_region")
def test_a_refused_message_opens_no_breaker(sms: Gateway) -> None:
    for number in range(7):
        write(str(number))
    sms.script = [Answer(422, "{}")] * 6

    run_due(now=NOON)

    assert len(sms.posts) == 7
    assert not RateBucket.objects.exists()


# --- Real workers -------------------------------------------------------------------------------

SENDER = """
import sys
import django
django.setup()
from datetime import datetime
from django.conf import settings
settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_KEY = sys.argv[1], sys.argv[2]
from core.outbox import due
due.run_due(now=datetime.fromisoformat(sys.argv[3]), limit=1)
"""


def start_sender(now: datetime) -> subprocess.Popen[bytes]:
    """A worker process that does one thing that is due at `now`."""
    names = ("HOST", "PORT", "NAME")
    host, port, name = (django_settings.DATABASES["default"][part] for part in names)
    url = f"postgresql://naast_worker@/{name}?host={host or '/var/run/postgresql'}&port={port}"
    gateway = (django_settings.SMS_GATEWAY_URL, django_settings.SMS_GATEWAY_KEY)
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, *gateway, now.isoformat()],
        env={**os.environ, "DATABASE_ROLE": "worker", "WORKER_DATABASE_URL": url},
    )


@pytest.fixture
def place() -> Region:
    here, _there = two_regions()
    return here


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_workers_share_what_they_know_about_the_gateway(place: Region, sms: Gateway) -> None:
    with region_scope(place.pk):
        for number in range(6):
            write(str(number))
    sms.script = [Answer(500, "{}")] * 6

    for _turn in range(6):
        assert start_sender(NOON).wait(60) == 0

    with region_scope(place.pk):
        assert sorted(outcome for _state, outcome in states()) == [
            "provider_rests",
            *["refused_500"] * 5,
        ]
    assert len(sms.posts) == 5


@pytest.mark.worker
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_after_the_gateway_took_it_repeats_its_reference(
    place: Region, sms: Gateway
) -> None:
    with region_scope(place.pk):
        write()
    sender = start_sender(NOON)
    sms.script = [Answer(hangs=True)]
    sms.taken = sender.kill
    sender.wait(60)
    sms.taken = None

    with as_worker():
        assert run_due(now=NOON + due.LEASE - SECOND) == 0
        assert run_due(now=NOON + due.LEASE) == 1
        assert run_due(now=NOON + HOUR) == 0

    assert len(sms.posts) == 2
    assert len(set(sms.references)) == 1
    with region_scope(place.pk):
        assert states() == [(MessageState.SENT, "ok")]
