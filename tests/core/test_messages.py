"""Messages: neutral, asked again before they leave, once, and never lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from core.access.models import Region
from core.access.scope import region_scope
from core.crypto import DataKey
from core.outbox import (
    Attachment,
    Channel,
    MessageState,
    WorkState,
    channels,
    due,
    messages,
    post,
    run_due,
    sending,
    still_wanted,
    withdraw,
)
from core.outbox.messages import TellingText
from core.outbox.models import DueWork, Message
from tests.conftest import NOON, as_worker
from tests.core.parts import person, two_regions
from tests.core.postbox import Postbox, open_postbox

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECOND = timedelta(seconds=1)
TEXTS = {
    "emails/core/test/subject.txt": "Nieuw bericht in Naast",
    "emails/core/test/body.txt": "Dag {{ name }},\n\n.Kijk op {{ url }} & kom.\n",
    "emails/core/test/body.html": "<p>Dag {{ name }}, kijk op <a href='{{ url }}'>Naast</a>.</p>",
    "emails/core/telling/subject.txt": "Over het huisverbod",
    "emails/core/telling/body.txt": "x",
    "emails/core/telling/body.html": "x",
    "sms/core/test.txt": "Naast: er staat een vraag voor je klaar.\n{{ url }}",
    "sms/core/long.txt": "{{ filler }}",
}


@pytest.fixture(autouse=True)
def _own_texts(settings: Any) -> Iterator[None]:
    """Templates that only these tests have; guards and breaker as at the start."""
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEXTS)]},
        }
    ]
    guards = dict(messages.GUARDS)
    channels.breaker = channels.Breaker()
    yield
    messages.GUARDS.clear()
    messages.GUARDS.update(guards)


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox() as postbox:
        yield postbox


def write(once_per: str = "one", **fields: Any) -> Message | None:
    values: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "address": "ada@naast.example",
        "to": None,
        "now": NOON,
        "context": {"name": "Zoë d'Arc", "url": "https://n.example/v/x?a=1&b=2"},
    }
    return post("core/test", once_per=once_per, **(values | fields))


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("created_at", "id").values_list("state", "outcome"))


# --- What a message says ------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_message_is_rendered_when_it_is_posted_and_sealed() -> None:
    write()

    content = Message.objects.get().content

    assert content["subject"] == "Nieuw bericht in Naast"
    assert content["text"] == "Dag Zoë d'Arc,\n\n.Kijk op https://n.example/v/x?a=1&b=2 & kom.\n"
    assert "d&#x27;Arc" in content["html"]


@pytest.mark.usefixtures("in_region")
def test_a_telling_word_refuses_the_message() -> None:
    with pytest.raises(TellingText, match="'huisverbod'"):
        post(
            "core/telling",
            channel=Channel.EMAIL,
            address="ada@naast.example",
            to=None,
            once_per="one",
            now=NOON,
        )

    assert not Message.objects.exists()
    assert not DueWork.objects.exists()


@pytest.mark.usefixtures("in_region")
def test_without_the_guard_a_telling_word_would_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "refuse_telling", lambda _text: None)  # the twin

    assert post(
        "core/telling",
        channel=Channel.EMAIL,
        address="ada@naast.example",
        to=None,
        once_per="one",
        now=NOON,
    )


@pytest.mark.parametrize(
    "word",
    ["Huisverbod", "GEWELD", "pleger", "slachtoffer", "een VOG nodig", "victim", "home ban"],
)
def test_telling_words_are_found_in_what_a_caller_fills_in(word: str) -> None:
    with pytest.raises(TellingText):
        messages.refuse_telling(f"Dag, {word}.")


def test_a_random_token_may_spell_anything() -> None:
    messages.refuse_telling("https://n.example/v/VOG-dader-" + "x" * 40)


@pytest.mark.usefixtures("in_region")
def test_a_telling_calendar_file_refuses_the_message() -> None:
    with pytest.raises(TellingText):
        write(attachment=Attachment("a.ics", "SUMMARY:geweld", "REQUEST"))


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(
    ("filler", "fits"), [("a" * 160, True), ("a" * 161, False), ("Dag ✓", False), ("é", True)]
)
def test_a_text_message_is_one_of_160_gsm_characters(filler: str, *, fits: bool) -> None:
    def send() -> Message | None:
        return post(
            "core/long",
            channel=Channel.SMS,
            address="+31600000000",
            to=None,
            once_per="one",
            now=NOON,
            context={"filler": filler},
        )

    if fits:
        assert send()
    else:
        with pytest.raises(TellingText, match="160 GSM-7"):
            send()


@pytest.mark.usefixtures("in_region")
def test_a_message_speaks_the_language_of_its_reader() -> None:
    TEXTS["emails/core/test/subject.txt"] = "{% load i18n %}{% get_current_language as l %}{{ l }}"
    try:
        write(to=person("ada", language="en"))
    finally:
        TEXTS["emails/core/test/subject.txt"] = "Nieuw bericht in Naast"

    assert Message.objects.get().content["subject"] == "en"


# --- Once ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_the_same_occasion_is_one_message_per_channel() -> None:
    first, again = write(), write()
    by_phone = write(channel=Channel.SMS, address="+31600000000")

    assert first
    assert again is None
    assert by_phone
    assert Message.objects.count() == DueWork.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_posting_the_same_twice_at_once_leaves_one_message() -> None:
    here, _there = two_regions()
    line = Barrier(2)

    def race(_number: int) -> bool:
        try:
            with region_scope(here.pk):
                Message.objects.exists()  # both have looked
                line.wait(5)
                return write() is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=2) as runners:
        outcomes = sorted(runners.map(race, range(2)))

    assert outcomes == [False, True]
    with region_scope(here.pk):
        assert Message.objects.count() == DueWork.objects.count() == 1


@pytest.mark.usefixtures("in_region")
def test_messages_of_one_day_share_a_key_and_those_of_the_next_do_not() -> None:
    write("a")
    write("b")
    write("c", now=NOON + timedelta(days=1))

    assert DataKey.objects.count() == 2


# --- Asked again before it leaves ---------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_message_leaves_with_a_reference_and_as_an_automatic_one(postbox: Postbox) -> None:
    message = write(attachment=Attachment("a.ics", "BEGIN:VCALENDAR", "REQUEST"))
    assert message

    run_due(now=NOON)

    (letter,) = postbox.letters
    text = letter.get_body(("plain",))
    assert text is not None
    assert letter["Message-ID"] == f"<{message.pk}@naast.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert (letter["To"], letter["Subject"]) == ("ada@naast.example", "Nieuw bericht in Naast")
    assert text.get_content().splitlines()[2] == ".Kijk op https://n.example/v/x?a=1&b=2 & kom."
    assert [part.get_content_type() for part in letter.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.usefixtures("in_region")
def test_a_withdrawn_message_does_not_leave(postbox: Postbox) -> None:
    about = uuid.uuid4()
    write("old", about=about, about_version=1)
    write("new", about=about, about_version=2, now=NOON + SECOND)

    assert withdraw(about=about, now=NOON, before_version=2) == 1
    run_due(now=NOON + SECOND)

    assert len(postbox.letters) == 1
    assert [state for state, _outcome in states()] == [MessageState.WITHDRAWN, MessageState.SENT]


@pytest.mark.usefixtures("in_region")
def test_a_message_that_came_too_late_is_skipped(postbox: Postbox) -> None:
    write(useful_until=NOON + SECOND)

    run_due(now=NOON + SECOND)

    assert postbox.letters == []
    assert states() == [(MessageState.SKIPPED, "too_late")]


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize("wanted", [True, False])
def test_whoever_posted_it_is_asked_again(postbox: Postbox, *, wanted: bool) -> None:
    @still_wanted("core/test")
    def ask(message: Message, now: datetime) -> bool:
        assert message.address == "ada@naast.example"
        assert now >= NOON
        return wanted

    write()
    run_due(now=NOON)

    assert len(postbox.letters) == wanted
    assert states() == [(MessageState.SENT, "ok") if wanted else (MessageState.SKIPPED, "unwanted")]


def elsewhere(work: Callable[[], Any]) -> Callable[[], None]:
    """`work` on a connection of its own, as another request does it."""

    def run() -> None:
        def alone() -> None:
            try:
                work()
            finally:
                connections.close_all()

        thread = Thread(target=alone)
        thread.start()
        thread.join(10)

    return run


@pytest.fixture
def overtaking(postbox: Postbox) -> Iterator[tuple[Region, Postbox]]:
    """A message that is withdrawn after its sender connected and before its text is written."""
    here, _there = two_regions()
    about = uuid.uuid4()
    with region_scope(here.pk):
        write(about=about)

    def change() -> None:
        with region_scope(here.pk):
            due.become_app()  # a request; only this test's process is the worker
            withdraw(about=about, now=NOON)

    postbox.before_text = elsewhere(change)
    return here, postbox  # type: ignore[return-value]


@pytest.mark.django_db(transaction=True)
def test_a_message_overtaken_while_connecting_does_not_leave(
    overtaking: tuple[Region, Postbox],
) -> None:
    here, postbox = overtaking

    with as_worker():
        run_due(now=NOON)

    assert postbox.n_connections == 1
    assert postbox.letters == []
    with region_scope(here.pk):
        assert [state for state, _outcome in states()] == [MessageState.WITHDRAWN]
        assert DueWork.objects.get().state == WorkState.DONE


@pytest.mark.django_db(transaction=True)
def test_asked_before_connecting_an_overtaken_message_would_leave(
    overtaking: tuple[Region, Postbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    _here, postbox = overtaking
    monkeypatch.setattr(sending._Delivery, "_still_queued", lambda _self: True)  # the twin

    with as_worker():
        run_due(now=NOON)

    assert len(postbox.letters) == 1


# --- Providers that do not take it --------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_passing_refusal_is_tried_again_with_the_same_reference(
    postbox: Postbox, command: str, code: int
) -> None:
    write()
    postbox.answers[command] = f"{code} not now"
    run_due(now=NOON)
    assert states() == [(MessageState.QUEUED, f"refused_{code}")]

    postbox.answers.clear()
    run_due(now=NOON + timedelta(seconds=15))

    assert postbox.ids == [f"<{Message.objects.get().pk}@naast.example>"]
    assert states() == [(MessageState.SENT, "ok")]
    assert Message.objects.get().attempts == 2


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize("code", [550, 552, 554])
def test_a_refusal_for_good_ends_the_message(postbox: Postbox, command: str, code: int) -> None:
    write()
    postbox.answers[command] = f"{code} never"

    run_due(now=NOON)
    run_due(now=NOON + timedelta(hours=1))

    assert postbox.letters == []
    assert states() == [(MessageState.FAILED, f"refused_{code}")]
    assert DueWork.objects.get().state == WorkState.DONE


@pytest.mark.usefixtures("in_region")
def test_a_server_that_does_not_want_us_as_sender_does_not_end_the_message(
    postbox: Postbox,
) -> None:
    write()
    postbox.answers["MAIL"] = "553 who are you"

    run_due(now=NOON)

    assert states() == [(MessageState.QUEUED, "refused_553")]


@pytest.mark.usefixtures("in_region")
def test_a_server_that_is_away_is_tried_again(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    write()

    run_due(now=NOON)

    assert states() == [(MessageState.QUEUED, "ConnectionRefusedError")]
    assert DueWork.objects.get().not_before > NOON + timedelta(seconds=9)


@pytest.mark.usefixtures("in_region")
def test_a_wrong_password_of_ours_does_not_end_the_message(postbox: Postbox, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "naast", "wrong"
    write()

    run_due(now=NOON)

    assert postbox.letters == []
    assert [state for state, _outcome in states()] == [MessageState.QUEUED]


@pytest.mark.usefixtures("in_region")
def test_a_server_that_never_answers_the_text_gets_one_more_copy_and_no_third(
    postbox: Postbox,
) -> None:
    write()
    postbox.hangs_up = True

    for number in range(5):
        run_due(now=NOON + number * timedelta(minutes=30))

    assert len(postbox.letters) == 2
    assert len(set(postbox.ids)) == 1
    assert states() == [(MessageState.FAILED, "unknown")]


@pytest.mark.usefixtures("in_region")
def test_a_server_that_leaves_before_the_text_is_tried_again(postbox: Postbox) -> None:
    write()
    postbox.before_text = postbox.hang_up

    run_due(now=NOON)

    assert postbox.letters == []
    assert states() == [(MessageState.QUEUED, "SMTPServerDisconnected")]


@pytest.mark.usefixtures("in_region")
def test_a_provider_that_is_away_is_left_alone_for_a_while(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for number in range(5):
        write(str(number), now=NOON + number * timedelta(milliseconds=1))

    run_due(now=NOON + SECOND)

    assert [outcome for _state, outcome in states()] == ["ConnectionRefusedError"] * 3 + [
        "provider_rests"
    ] * 2


@pytest.mark.usefixtures("in_region")
def test_a_lease_that_is_almost_over_starts_no_text(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "LEASE", timedelta(seconds=20))
    write()

    run_due(now=NOON)

    assert postbox.letters == []
    assert states() == [(MessageState.QUEUED, "too_slow")]


@pytest.mark.usefixtures("in_region")
def test_a_lease_that_ends_during_the_last_question_starts_no_text(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = sending._Delivery._still_queued

    def ask_for_a_minute(delivery: sending._Delivery) -> bool:
        due._lease_ends.set(time.monotonic())
        return plain(delivery)

    monkeypatch.setattr(sending._Delivery, "_still_queued", ask_for_a_minute)
    write()

    run_due(now=NOON)

    assert postbox.letters == []
    assert states() == [(MessageState.QUEUED, "too_slow")]


@pytest.mark.usefixtures("in_region")
def test_a_message_out_of_tries_is_failed(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    write()
    DueWork.objects.update(attempts=due.MAX_TRIES - 1)

    run_due(now=NOON)

    assert states() == [(MessageState.FAILED, "out_of_tries")]
    assert DueWork.objects.get().state == WorkState.FAILED


@pytest.mark.usefixtures("in_region")
def test_a_text_message_of_the_demo_counts_as_sent() -> None:
    write(channel=Channel.SMS, address="+31600000000")

    run_due(now=NOON)

    assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.usefixtures("in_region")
def test_the_demo_sends_nothing_and_marks_it_as_sent(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    write()

    run_due(now=NOON)

    assert states() == [(MessageState.SENT, "ok")]


# --- A sender that is killed --------------------------------------------------------------------

SENDER = """
import sys
import django
django.setup()
from datetime import datetime
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
from core.outbox import due, messages
from core.outbox.models import DueWork
if sys.argv[3] == "mark first":
    # The twin: the row is marked before it is sent.
    from core.access.scope import region_scope
    whole = due._process
    def process(row, moment):
        with region_scope(row.region_id):
            due.become_app()
            due._end(row, due.WorkState.DONE, moment())
        whole(row, moment)
    due._process = process
due.run_due(now=datetime.fromisoformat(sys.argv[2]))
"""


def start_sender(now: datetime, order: str = "send first") -> subprocess.Popen[bytes]:
    """A worker process that does what is due at `now`, once."""
    names = ("HOST", "PORT", "NAME")
    host, port, name = (django_settings.DATABASES["default"][part] for part in names)
    url = f"postgresql://naast_worker@/{name}?host={host or '/var/run/postgresql'}&port={port}"
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            SENDER,
            str(django_settings.EMAIL_PORT),
            now.isoformat(),
            order,
        ],
        env={**os.environ, "DATABASE_ROLE": "worker", "WORKER_DATABASE_URL": url},
    )


@pytest.fixture
def waiting() -> Region:
    """One message that is due."""
    here, _there = two_regions()
    with region_scope(here.pk):
        write()
    return here


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_after_the_server_took_it_sends_one_more_copy(
    waiting: Region, postbox: Postbox
) -> None:
    sender = start_sender(NOON)
    postbox.taken = sender.kill  # the server has it, the sender never hears so
    sender.wait(30)
    postbox.taken = None

    with as_worker():
        assert run_due(now=NOON + due.LEASE - SECOND) == 0
        assert run_due(now=NOON + due.LEASE) == 1
        assert run_due(now=NOON + timedelta(hours=1)) == 0

    assert len(postbox.letters) == 2
    assert len(set(postbox.ids)) == 1
    with region_scope(waiting.pk):
        assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_before_its_text_loses_nothing(waiting: Region, postbox: Postbox) -> None:
    sender = start_sender(NOON)
    postbox.before_text = sender.kill
    sender.wait(30)
    postbox.before_text = None
    assert postbox.letters == []

    with as_worker():
        run_due(now=NOON + due.LEASE)

    assert len(postbox.letters) == 1
    with region_scope(waiting.pk):
        assert states() == [(MessageState.SENT, "ok")]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_marking_before_sending_would_lose_the_message(waiting: Region, postbox: Postbox) -> None:
    sender = start_sender(NOON, "mark first")
    postbox.before_text = sender.kill
    sender.wait(30)
    postbox.before_text = None

    with as_worker():
        for minutes in (1, 10, 240):
            run_due(now=NOON + timedelta(minutes=minutes))

    assert postbox.letters == []
    with region_scope(waiting.pk):
        assert [state for state, _outcome in states()] == [MessageState.QUEUED]
