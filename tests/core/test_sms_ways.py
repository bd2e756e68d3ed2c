"""A channel that fails: the same message leaves on the person's next one, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.access.models import User
from core.outbox import (
    Channel,
    MessageState,
    Way,
    due,
    message_failed,
    never_twice,
    post,
    run_due,
    sending,
    still_wanted,
)
from core.outbox import messages as outbox_messages
from core.outbox import ways as outbox_ways
from core.outbox.models import DueWork, Message
from tests.conftest import NOON
from tests.core.parts import person, setting
from tests.core.postbox import Postbox, open_postbox
from tests.core.sms_gateway import Answer, Gateway, open_gateway
from tests.core.test_messages import TEXTS

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("in_region")]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STEPS, REFUSALS = ("RCPT", "DATA"), (550, 552, 554)
MAIL, NUMBER = "ada@naast.example", "06 1234 5678"
MORE = {
    "emails/core/mail_only/subject.txt": "Nieuw bericht in Naast",
    "emails/core/mail_only/body.txt": "Kijk op {{ url }}",
    "emails/core/mail_only/body.html": "<p>Kijk op {{ url }}</p>",
    "emails/core/long/subject.txt": "Nieuw bericht in Naast",
    "emails/core/long/body.txt": "Kijk op {{ url }}",
    "emails/core/long/body.html": "<p>Kijk op {{ url }}</p>",
}


class Told:
    """What the signal said: messages for which somebody has to act."""

    def __init__(self) -> None:
        self.messages: list[UUID] = []

    def __call__(self, *, message: Message, **_more: Any) -> None:
        self.messages.append(message.pk)


@pytest.fixture(autouse=True)
def told(settings: Any) -> Iterator[Told]:
    """Own texts, own channels, and an ear for what a person should do."""
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEXTS | MORE)]},
        }
    ]
    guards = dict(outbox_messages.GUARDS)
    told = Told()
    others = list(message_failed.receivers)
    message_failed.receivers = []
    message_failed.sender_receivers_cache.clear()
    message_failed.connect(told)
    open_ways()
    yield told
    outbox_ways._ways.pop()
    message_failed.receivers = others
    message_failed.sender_receivers_cache.clear()
    sending.NEVER_TWICE.pop("core/test", None)
    outbox_messages.GUARDS.clear()
    outbox_messages.GUARDS.update(guards)


def open_ways(*channels: Channel, texts_from: datetime | None = None) -> None:
    """From now on a person is reached like this."""
    chosen = channels or tuple(Channel)

    def reached(user: User, now: datetime) -> Sequence[Way]:
        return [
            Way(Channel.SMS, NUMBER, texts_from or now)
            if channel == Channel.SMS
            else Way(Channel.EMAIL, user.email, now)
            for channel in chosen
        ]

    if len(outbox_ways._ways) > 1 and outbox_ways._ways[-1].__name__ == "reached":
        outbox_ways._ways.pop()
    outbox_ways.reached_by(reached)


@pytest.fixture
def sms() -> Iterator[Gateway]:
    with open_gateway() as sms:
        yield sms


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox() as postbox:
        yield postbox


@pytest.fixture
def ada() -> User:
    return person("ada")


def write(to: User | None, channel: Channel = Channel.SMS, **fields: Any) -> Message:
    values: dict[str, Any] = {
        "template": "core/test",
        "once_per": "one",
        "now": NOON,
        "context": {"name": "Ada", "url": "https://n.example/v/x"},
    } | fields
    address = NUMBER if channel == Channel.SMS else MAIL
    message = post(values.pop("template"), channel=channel, address=address, to=to, **values)
    assert message
    return message


def states() -> list[tuple[str, str, str]]:
    rows = Message.objects.order_by("created_at", "id")
    return list(rows.values_list("channel", "state", "outcome"))


# --- From text message to mail ------------------------------------------------------------------


def test_a_refused_text_message_leaves_by_mail_with_the_same_reference(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    message = write(ada, useful_until=NOON + HOUR)
    sms.script = [Answer(422, "{}")]

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    (letter,) = postbox.letters
    text = letter.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Dag Ada,")
    assert letter["Message-ID"] == f"<{message.pk}@naast.example>"
    assert sms.references == [f"{message.region_id}-{message.pk}"]
    assert states() == [
        ("SMS", MessageState.FAILED, "refused_422"),
        ("EMAIL", MessageState.SENT, "ok"),
    ]
    # It arrived, but the number is wrong: a person puts that right.
    assert told.messages == [message.pk]


@pytest.mark.parametrize("status", [401, 402, 403, 404, 302])
def test_trouble_with_our_account_bothers_nobody_who_has_another_channel(
    sms: Gateway, postbox: Postbox, told: Told, ada: User, status: int
) -> None:
    write(ada)
    sms.script = [Answer(status, "{}")]

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert len(postbox.letters) == 1
    assert told.messages == []


def test_without_another_channel_a_person_is_told(sms: Gateway, told: Told, ada: User) -> None:
    open_ways(Channel.SMS)
    message = write(ada)
    sms.script = [Answer(402, "{}")]

    run_due(now=NOON)

    assert told.messages == [message.pk]
    assert len(states()) == 1


def test_a_message_to_nobody_known_has_no_other_channel(sms: Gateway, told: Told) -> None:
    message = write(None)
    sms.script = [Answer(402, "{}")]

    run_due(now=NOON)

    assert told.messages == [message.pk]


@pytest.mark.usefixtures("postbox")
def test_an_occasion_that_had_its_mail_gets_no_second_one(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    message = write(ada)
    write(ada, Channel.EMAIL)
    sms.script = [Answer(422, "{}")]

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert len(postbox.letters) == 1
    assert told.messages == [message.pk]


def test_there_and_back_is_the_end(sms: Gateway, postbox: Postbox, told: Told, ada: User) -> None:
    first = write(ada)
    sms.script = [Answer(422, "{}")]
    postbox.answers["RCPT"] = "550 nobody"

    for number in range(4):
        run_due(now=NOON + number * MINUTE)

    assert [(channel, state) for channel, state, _outcome in states()] == [
        ("SMS", MessageState.FAILED),
        ("EMAIL", MessageState.FAILED),
    ]
    second = Message.objects.get(channel=Channel.EMAIL)
    assert told.messages == [first.pk, second.pk]


def test_while_the_gateway_rests_messages_take_the_other_channel(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    for number in range(7):
        write(ada, once_per=str(number), now=NOON + number * timedelta(milliseconds=1))
    sms.script = [Answer(503, "{}")] * 5

    run_due(now=NOON + SECOND)
    run_due(now=NOON + 2 * SECOND)

    assert len(sms.posts) == 5
    assert len(postbox.letters) == 2
    assert told.messages == []


def test_half_of_its_use_belongs_to_the_other_channel(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    write(ada, useful_until=NOON + HOUR)
    sms.script = [Answer(429, "{}")] * 30

    for minutes in range(60):
        run_due(now=NOON + minutes * MINUTE)
        if postbox.letters:
            break

    assert 20 <= minutes <= 45
    assert told.messages == []
    assert states()[0] == ("SMS", MessageState.FAILED, "out_of_time")
    assert not DueWork.objects.filter(state="WAITING").exists()


def test_without_another_channel_it_is_tried_until_waiting_is_useless(
    sms: Gateway, told: Told, ada: User
) -> None:
    open_ways(Channel.SMS)
    message = write(ada, useful_until=NOON + HOUR)
    sms.script = [Answer(429, "{}")] * 30

    for minutes in range(60):
        run_due(now=NOON + minutes * MINUTE)
        if told.messages:
            break

    assert 40 <= minutes < 60
    assert told.messages == [message.pk]
    assert not DueWork.objects.filter(state="WAITING").exists()


def test_out_of_tries_is_the_end_of_a_channel(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    write(ada)
    sms.script = [Answer(429, "{}")]
    DueWork.objects.update(attempts=due.MAX_TRIES - 1)

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert states()[0] == ("SMS", MessageState.FAILED, "out_of_tries")
    assert len(postbox.letters) == 1
    assert told.messages == []


@pytest.mark.parametrize(("is_reminder", "n_told"), [(True, 1), (False, 0)])
def test_a_silence_past_its_limit_takes_the_other_channel(  # noqa: PLR0913  (two servers)
    sms: Gateway, postbox: Postbox, told: Told, ada: User, *, is_reminder: bool, n_told: int
) -> None:
    if is_reminder:
        never_twice("core/test", within=2 * HOUR)
    write(ada, useful_until=NOON + 90 * MINUTE)
    sms.script = [Answer(leaves=True)] * 3

    for number in range(4):
        run_due(now=NOON + number * MINUTE)

    assert len(sms.posts) == (1 if is_reminder else 2)
    assert len(postbox.letters) == 1
    assert len(told.messages) == n_told


def test_where_nobody_gets_text_messages_they_leave_by_mail(
    postbox: Postbox, told: Told, ada: User
) -> None:
    with setting(SMS_GATEWAY_URL="", DEMO=False):
        write(ada)
        run_due(now=NOON)
        run_due(now=NOON + SECOND)

    assert len(postbox.letters) == 1
    assert told.messages == []


def test_where_nobody_gets_text_messages_the_mail_of_the_occasion_does(
    postbox: Postbox, told: Told, ada: User
) -> None:
    with setting(SMS_GATEWAY_URL="", DEMO=False):
        write(ada)
        write(ada, Channel.EMAIL)
        run_due(now=NOON)

    assert len(postbox.letters) == 1
    assert told.messages == []
    assert ("SMS", MessageState.SKIPPED, "no_gateway") in states()


# --- From mail to text message ------------------------------------------------------------------


@pytest.mark.parametrize("answer", [f"{step} {code}" for step in STEPS for code in REFUSALS])
def test_a_refused_mail_leaves_as_a_text_message(
    sms: Gateway, postbox: Postbox, told: Told, ada: User, answer: str
) -> None:
    message = write(ada, Channel.EMAIL)
    command, _space, code = answer.partition(" ")
    postbox.answers[command] = f"{code} never"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    (asked,) = sms.posts
    assert asked.body["text"] == "Naast: er staat een vraag voor je klaar. https://n.example/v/x"
    assert asked.body["reference"] == f"{message.region_id}-{message.pk}"
    assert told.messages == [message.pk]


@pytest.mark.parametrize("code", [421, 451])
def test_a_mail_that_may_leave_later_waits(
    sms: Gateway, postbox: Postbox, told: Told, ada: User, code: int
) -> None:
    write(ada, Channel.EMAIL)
    postbox.answers["RCPT"] = f"{code} later"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert sms.posts == []
    assert told.messages == []
    assert states() == [("EMAIL", MessageState.QUEUED, f"refused_{code}")]


def test_mail_without_an_answer_twice_leaves_as_a_text_message(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    write(ada, Channel.EMAIL)
    postbox.hangs_up = True

    for number in range(4):
        run_due(now=NOON + number * 30 * MINUTE)

    assert len(postbox.letters) == 2
    assert len(sms.posts) == 1
    assert told.messages == []


def test_other_trouble_in_between_does_not_bring_a_third_mail(postbox: Postbox, ada: User) -> None:
    open_ways(Channel.EMAIL)
    write(ada, Channel.EMAIL)
    for number in range(6):
        postbox.hangs_up = number != 1
        postbox.answers = {"RCPT": "451 later"} if number == 1 else {}
        run_due(now=NOON + number * 30 * MINUTE)

    assert len(postbox.letters) == 2


def test_quiet_hours_hold_for_a_message_that_comes_another_way(
    sms: Gateway, postbox: Postbox, ada: User
) -> None:
    open_ways(texts_from=NOON + 8 * HOUR)
    write(ada, Channel.EMAIL, useful_until=NOON + 9 * HOUR)
    postbox.answers["RCPT"] = "550 nobody"

    run_due(now=NOON)
    run_due(now=NOON + 7 * HOUR)
    assert sms.posts == []
    run_due(now=NOON + 8 * HOUR)

    assert len(sms.posts) == 1


def test_rather_in_quiet_hours_than_too_late(sms: Gateway, postbox: Postbox, ada: User) -> None:
    open_ways(texts_from=NOON + 8 * HOUR)
    write(ada, Channel.EMAIL, useful_until=NOON + 7 * HOUR)
    postbox.answers["RCPT"] = "550 nobody"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert len(sms.posts) == 1


def test_a_kind_of_message_that_has_no_text_form_stays_mail(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    message = write(ada, Channel.EMAIL, template="core/mail_only")
    postbox.answers["RCPT"] = "550 nobody"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert sms.posts == []
    assert told.messages == [message.pk]


def test_a_text_form_that_does_not_fit_is_none(ada: User) -> None:
    context = {"url": "https://n.example/", "filler": "a" * 161}
    message = write(ada, Channel.EMAIL, template="core/long", context=context)

    assert message.content["forms"] == {}


def test_what_somebody_switched_off_meanwhile_is_not_taken(
    sms: Gateway, postbox: Postbox, told: Told, ada: User
) -> None:
    message = write(ada, Channel.EMAIL)
    open_ways(Channel.EMAIL)
    postbox.answers["RCPT"] = "550 nobody"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert sms.posts == []
    assert told.messages == [message.pk]


def test_whether_it_is_still_wanted_is_asked_again_on_the_other_channel(
    sms: Gateway, postbox: Postbox, ada: User
) -> None:
    answers = [True, False]
    still_wanted("core/test")(lambda _message, _now: answers.pop(0))
    write(ada, Channel.EMAIL)
    postbox.answers["RCPT"] = "550 nobody"

    run_due(now=NOON)
    run_due(now=NOON + SECOND)

    assert sms.posts == []
    assert states()[1] == ("SMS", MessageState.SKIPPED, "unwanted")
