"""Reports of the gateway: signed, fresh, only forward, in any order, and never telling."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from core import clock
from core.access.models import Region
from core.access.scope import region_scope
from core.outbox import Channel, DeliveryState, MessageState, run_due, signing, views
from core.outbox.models import Delivery, Message
from core.purge import purge_all
from tests.conftest import NOON, as_worker
from tests.core.parts import setting, sql
from tests.core.sms_gateway import REPORT_KEY, Answer, Gateway, open_gateway, signature
from tests.core.test_sms import _own_texts, write  # noqa: F401  (the fixture works by itself)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADDRESS = "/meldingen/sms"
NOBODY = "7f3f6f62-0000-4000-8000-00000000dead"
SENT, DELIVERED, BOUNCED = DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.BOUNCED


@pytest.fixture(autouse=True)
def sms() -> Iterator[Gateway]:
    with open_gateway() as sms:
        yield sms


@pytest.fixture
def message(region: Region, sms: Gateway) -> Message:
    """One message that the gateway took."""
    with region_scope(region.pk):
        message = write()
        run_due(now=NOON)
    assert len(sms.posts) == 1
    return message


def reference(message: Message) -> str:
    return f"{message.region_id}-{message.pk}"


def report(  # noqa: PLR0913  (everything that a forger might change)
    status: str,
    reference: str,
    *,
    key: str = REPORT_KEY,
    late: timedelta = timedelta(0),
    event: str = "",
    body: bytes | None = None,
    **headers: str,
) -> Any:
    content = (
        body
        if body is not None
        else json.dumps({"reference": reference, "status": status, "id": "gw-1"}).encode()
    )
    moment = clock.now() - late
    signed = {
        "webhook-id": event or str(uuid4()),
        "webhook-timestamp": str(int(moment.timestamp())),
    }
    signed["webhook-signature"] = signature(content, signed, key)
    return Client().post(
        ADDRESS,
        content,
        content_type="application/json",
        headers=signed | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def delivery(message: Message) -> str:
    with region_scope(message.region_id):
        return Delivery.objects.get(reference=message.reference).state


# --- Genuine ------------------------------------------------------------------------------------


def test_a_signed_report_moves_its_delivery_and_no_other(message: Message) -> None:
    with region_scope(message.region_id):
        other = write("two")
        run_due(now=NOON)

    answer = report("delivered", reference(message))

    assert answer.status_code == 202
    assert answer.headers["Content-Type"] == "application/json"
    assert (delivery(message), delivery(other)) == (DELIVERED, SENT)


def test_no_session_no_cookie_and_no_token_are_needed(message: Message) -> None:
    client = Client(enforce_csrf_checks=True)
    content = json.dumps({"reference": reference(message), "status": "delivered"}).encode()
    headers = signing.sign(content, key=REPORT_KEY, reference="e-1", now=clock.now())

    answer = client.post(ADDRESS, content, content_type="application/json", headers=headers)

    assert answer.status_code == 202
    assert not answer.cookies
    assert delivery(message) == DELIVERED


# --- Forged -------------------------------------------------------------------------------------

FORGERIES: dict[str, dict[str, Any]] = {
    "another key": {"key": "some other key, just as long as the right one"},
    "no signature": {"webhook_signature": ""},
    "an old version": {"webhook_signature": "v0,abc"},
    "no text but signs": {"webhook_signature": "v1,é✓"},
    "six minutes old": {"late": timedelta(minutes=5, seconds=2)},
    "from the future": {"late": timedelta(minutes=-5, seconds=-2)},
    "another moment": {"webhook_timestamp": "1773140400"},
    "no moment": {"webhook_timestamp": "soon"},
    "no figures of ours": {"webhook_timestamp": "١٧٧٣١٤٠٤٠٠"},
    "a moment beyond time": {"webhook_timestamp": "9" * 40},
    "another event": {"webhook_id": "e-2"},
    "no event": {"webhook_id": ""},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_or_replayed_report_is_refused(message: Message, forgery: str) -> None:
    answer = report("bounced", reference(message), **FORGERIES[forgery])

    assert answer.status_code == 401
    assert delivery(message) == SENT


@pytest.mark.parametrize("forgery", ["another key", "six minutes old", "another event"])
def test_without_the_check_a_forged_report_would_pass(
    message: Message, forgery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "is_genuine", lambda *_what, **_more: True)  # the twin

    report("bounced", reference(message), **FORGERIES[forgery])

    assert delivery(message) == BOUNCED


def test_a_changed_body_is_refused(message: Message) -> None:
    honest = json.dumps({"reference": reference(message), "status": "delivered"}).encode()
    headers = signing.sign(honest, key=REPORT_KEY, reference="e-1", now=clock.now())

    answer = Client().post(
        ADDRESS,
        honest.replace(b"delivered", b"bounced"),
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 401
    assert delivery(message) == SENT


def test_without_a_key_nothing_is_genuine(message: Message) -> None:
    with setting(SMS_WEBHOOK_KEYS=[]):
        answer = report("delivered", reference(message), key="")

    assert answer.status_code == 401


def test_two_keys_hold_while_one_replaces_the_other(message: Message) -> None:
    with setting(SMS_WEBHOOK_KEYS=["the new key of its reports, for a while", REPORT_KEY]):
        assert report("delivered", reference(message)).status_code == 202


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_posts_are_taken(method: str) -> None:
    assert getattr(Client(), method)(ADDRESS).status_code == 405


def test_plain_http_is_refused_and_not_led_elsewhere(message: Message) -> None:
    with setting(SECURE_SSL_REDIRECT=True):
        assert report("delivered", reference(message)).status_code == 400
    assert delivery(message) == SENT


@pytest.mark.parametrize(
    "body", [b"x", b"[]", b"7", b"null", b"{}", b'{"reference": "1-x"}', b"\xff\xfe"]
)
def test_a_signed_report_that_is_none_is_a_bad_one(body: bytes) -> None:
    assert report("", "", body=body).status_code == 400


def test_a_long_report_is_not_read() -> None:
    assert report("", "", body=b"x" * 5000).status_code == 413


@pytest.mark.parametrize(
    ("status", "named"),
    [
        ("delivered", f"1-{NOBODY}"),
        ("delivered", f"999999999-{NOBODY}"),
        ("delivered", "-".join("123456")),
        ("delivered", "1-" + "-" * 36),
        ("delivered", ""),
        ("delivered", "x" * 500),
        ("read", "own"),
    ],
)
def test_what_we_do_not_know_is_taken_and_changes_nothing(
    message: Message, status: str, named: str
) -> None:
    answer = report(status, reference(message) if named == "own" else named)

    known = report("sent", reference(message))
    assert (answer.status_code, answer.content) == (known.status_code, known.content)
    assert delivery(message) == SENT


def test_a_reference_with_another_region_finds_nothing(
    message: Message, other_region: Region
) -> None:
    report("bounced", f"{other_region.pk}-{message.pk}")

    assert delivery(message) == SENT
    with region_scope(other_region.pk):
        assert not Delivery.objects.exists()


# --- Forward only -------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "bounced"])))
def test_in_any_order_the_furthest_stays(message: Message, order: tuple[str, ...]) -> None:
    for status in order:
        assert report(status, reference(message)).status_code == 202

    assert delivery(message) == BOUNCED


def test_five_hundred_orders_with_repeats_end_the_same(region: Region) -> None:
    dice = random.Random(7)  # noqa: S311  (a repeatable shuffle)
    rank = {"sent": 0, "delivered": 1, "bounced": 2}
    with region_scope(region.pk):
        messages = [write(str(number)) for number in range(10)]
        run_due(now=NOON)
    furthest = dict.fromkeys(range(10), 0)

    for turn in range(500):
        number = dice.randrange(10)
        status = dice.choices(["sent", "delivered", "bounced"], weights=[60, 12, 1])[0]
        before = delivery(messages[number])
        assert (
            report(status, reference(messages[number]), event=f"e-{turn % 40}").status_code == 202
        )
        furthest[number] = max(furthest[number], rank[status])
        after = delivery(messages[number])
        assert rank[after.lower()] == furthest[number] >= rank[before.lower()]


def test_the_same_report_twice_moves_nothing_twice(message: Message) -> None:
    report("bounced", reference(message), event="e-1")
    with region_scope(message.region_id):
        first = Delivery.objects.get().reported_at

    report("bounced", reference(message), event="e-1")

    with region_scope(message.region_id):
        assert Delivery.objects.get().reported_at == first


@pytest.mark.parametrize(
    ("word", "state"),
    [("failed", BOUNCED), ("rejected", BOUNCED), ("expired", BOUNCED), ("DELIVERED", DELIVERED)],
)
def test_words_of_gateways_are_understood(message: Message, word: str, state: str) -> None:
    report(word, reference(message))

    assert delivery(message) == state


# --- What follows -------------------------------------------------------------------------------


def test_a_report_ends_a_silence(region: Region, sms: Gateway) -> None:
    sms.script = [Answer(leaves=True)]
    with region_scope(region.pk):
        message = write()
        run_due(now=NOON)

    report("delivered", reference(message))

    with region_scope(region.pk):
        run_due(now=NOON + timedelta(minutes=1))
        message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert len(sms.posts) == 1
    assert delivery(message) == DELIVERED


def test_a_report_that_is_faster_than_the_answer_stays(region: Region) -> None:
    with region_scope(region.pk):
        message = write()
        Delivery.objects.create(
            reference=message.reference,
            channel=Channel.SMS,
            state=DELIVERED,
            sent_at=NOON,
            reported_at=NOON,
        )
        run_due(now=NOON)
        kept = Delivery.objects.get()

    assert (kept.state, kept.provider_id) == (DELIVERED, "gw-1")


def test_what_came_back_is_told_once(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[UUID] = []
    monkeypatch.setattr(
        "core.outbox.sending.message_failed.send",
        lambda **what: told.append(what["message"].pk),
    )

    for _turn in range(3):
        report("bounced", reference(message))

    assert told == [message.pk]


def test_a_report_after_the_message_is_gone_still_counts(message: Message) -> None:
    with region_scope(message.region_id):
        Message.objects.all().delete()

    assert report("delivered", reference(message)).status_code == 202
    assert delivery(message) == DELIVERED


def test_no_line_of_the_log_says_who_or_what(
    message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        report("bounced", reference(message))
        report("bounced", reference(message), key="wrong" * 10)

    lines = " ".join(str(vars(record)) for record in caplog.records if "sms" in record.msg)
    assert lines
    assert str(message.pk) not in lines
    assert "gw-1" not in lines
    assert "bounced" not in lines


def test_reports_hold_no_address_no_text_and_no_person() -> None:
    columns = sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'core_delivery'"
    )

    assert {name for (name,) in columns} == {
        "id",
        "region_id",
        "reference",
        "channel",
        "provider_id",
        "state",
        "sent_at",
        "reported_at",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("days", "n_left"), [(89, 1), (91, 0)])
def test_reports_stay_three_months(message: Message, days: int, n_left: int) -> None:
    with region_scope(message.region_id):
        Delivery.objects.update(sent_at=NOON)

    with as_worker():
        purge_all(now=NOON + timedelta(days=days))

    with region_scope(message.region_id):
        assert Delivery.objects.count() == n_left
