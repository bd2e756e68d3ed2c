"""The twins: a leak is found in its own sink, with its own marker, and nothing else is."""

from __future__ import annotations

import base64
import html
import zlib
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from core.weblog import MaskedLogger
from tests.canary.evidence import (
    LOGS,
    MAIL,
    OUTGOING,
    SINKS,
    SMS,
    TOKENS_IN,
    Evidence,
    Finding,
    Page,
    findings,
    found_in,
    telling_words,
)
from tests.canary.journey import Told
from tests.canary.markers import Canaries, sealed_by, token_canary
from tests.canary.rules import asks_in_the_address, says_more_than_ids, shown_wrongly

NAMES = [canary.name for canary in Canaries().all()]
SECRET = "Zm9vYmFyLXNlY3JldC1vZi1hLWxpbmstdGhhdC1pcy1sb25n"
Wrap = Callable[[str], str]


def coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


WRAPPED: dict[str, Wrap] = {
    "as it is": str,
    "in capitals": str.upper,
    "in a page": lambda text: html.escape(f"<b>'{text}'</b>"),
    "in an address": lambda text: quote(f"/?wie={text}&x=é"),
    "as base64": lambda text: base64.b64encode(f'{{"args": ["{text}"]}}'.encode()).decode(),
    "as bytes of a column": lambda text: "\\x" + f"wie: {text}".encode().hex(),
    "as a session": lambda text: "." + coded(zlib.compress(f"{text} ".encode() * 3)) + ":1tX:abc",
    "as base64 in base64": lambda text: coded(coded(f"wie is {text} dan".encode()).encode()),
}


# --- In the running processes --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.worker
@pytest.mark.parametrize("sink", SINKS)
def test_a_leak_in_a_running_process_is_found(told: Told, sink: str) -> None:
    found = findings(told.leaking.only(sink), told.canaries.all(), told.tokens)

    assert {(one.sink, one.canary) for one in found} == {(sink, told.leaks[sink])}


# --- However it is wrapped -----------------------------------------------------------------------


@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_every_marker_is_found_in_every_sink(sink: str, wrap: Wrap) -> None:
    canaries = Canaries().all()

    for canary in canaries:
        planted = Evidence().planted(sink, wrap(canary.value))
        assert findings(planted, canaries) == {Finding(sink, canary.name, "planted")}


@pytest.mark.parametrize("sink", SINKS)
def test_the_secret_of_a_link_is_found_where_it_may_not_be(sink: str) -> None:
    token = token_canary(1, "offer", SECRET)
    found = findings(Evidence().planted(sink, f"/v/{SECRET}/"), (), [token])

    assert bool(found) is (sink not in TOKENS_IN)


def test_a_column_that_may_hold_a_marker_lets_no_other_column_do_so() -> None:
    canaries = Canaries()
    name = canaries.first.value
    evidence = Evidence()
    evidence.add_row("core_user", f'{{"name": "{name}", "language": "nl"}}')
    assert findings(evidence, canaries.all()) == set()

    evidence.add_row("pool_expert", f'{{"state": "{name}"}}')

    assert findings(evidence, canaries.all()) == {
        Finding("database", "first name", "pool_expert.state")
    }


def test_a_command_to_redis_is_read_through_its_escapes() -> None:
    canaries = Canaries()
    payload = base64.b64encode(f'[[], {{"note": "{canaries.place.value}"}}]'.encode()).decode()
    evidence = Evidence()
    evidence.add_command(
        f'1700000000.1 [8 127.0.0.1:1] "LPUSH" "naast:celery" "{{\\"body\\": \\"{payload}\\"}}"'
    )
    evidence.add_command(
        f'1700000000.1 [8 127.0.0.1:1] "SET" "naast:1:x" "\\x80\\x05{canaries.home.value}"'
    )

    assert {(one.sink, one.canary) for one in findings(evidence, canaries.all())} == {
        ("Celery", "place"),
        ("Redis", "home area"),
    }


def test_random_bytes_spell_no_code() -> None:
    canaries = Canaries()
    hidden = "\\x" + (b"\xff\xfe\x00 THV \x00\xff PARENTS \xfe").hex()

    assert findings(Evidence().planted(LOGS, hidden), canaries.all()) == set()


# --- Mail ----------------------------------------------------------------------------------------


def mail(to: str, *, subject: str = "Nieuw bericht", line: str = "", guest: str = "") -> bytes:
    calendar = f"BEGIN:VEVENT\r\nATTENDEE;ROLE=REQ-PARTICIPANT:mailto:\r\n {guest or to}\r\n{line}"
    coded_part = base64.encodebytes(calendar.encode()).decode()
    return (
        f"To: {to}\r\nSubject: {subject}\r\nMessage-ID: <1@naast.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/calendar; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{coded_part}"
    ).encode()


def test_an_address_may_stand_in_its_own_mail() -> None:
    canaries = Canaries()
    evidence = Evidence()
    evidence.add_mail((canaries.email.value,), mail(canaries.email.value))

    assert findings(evidence, canaries.all()) == set()


def test_an_address_may_not_stand_anywhere_else_in_a_mail() -> None:
    canaries = Canaries()
    own = canaries.email.value
    folded = f"DESCRIPTION:van {own[:9]}\r\n {own[9:]}"
    leaking = (
        ((own,), mail(own, subject=f"Voor {own}")),
        ((own,), mail(own, line=folded)),
        (("ander@naast.example",), mail("ander@naast.example", guest=own)),
        ((own, "ander@naast.example"), mail(own)),
    )

    for recipients, content in leaking:
        evidence = Evidence()
        evidence.add_mail(recipients, content)
        found = findings(evidence, canaries.all())
        assert {(one.sink, one.canary) for one in found} == {(MAIL, "e-mail address")}


@pytest.mark.parametrize("sink", OUTGOING)
@pytest.mark.parametrize("word", ["huisverbod", "Slachtoffer", "VOG"])
def test_a_telling_word_is_found(sink: str, word: str) -> None:
    planted = Evidence().planted(sink, quote(f"een {word} dus"))

    assert {one.canary for one in telling_words(planted, SINKS)} == {word.lower()}


# --- Pages, addresses, fields --------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_marker_on_somebody_elses_page_is_found(name: str) -> None:
    canaries = Canaries().all()
    (canary,) = [one for one in canaries if one.name == name]
    page = Page("other professional", "no page", f"<p>{canary.value}</p>")
    found = {one.name for one in found_in(canaries, page.text)}

    assert shown_wrongly(page, found) == {Finding(page.label, name)}


@pytest.mark.parametrize(
    ("address", "tells"),
    [
        ("/agenda/", False),
        ("/aanvragen/2d0a19bf-64ae-4998-a1c0-c2ff5f4a859b/?check=1", False),
        ("?plek", False),
        ("/pool/?q=Kanarie", True),
        ("/pool/?plek=Ringdijk", True),
        ("/aanvragen/WS-2026-1183/", True),
        ("/aanvragen/2d0a19bf-64ae-4998-a1c0-c2ff5f4a859b/check/ringdijk/", True),
    ],
)
def test_an_address_that_tells_is_found(address: str, *, tells: bool) -> None:
    assert says_more_than_ids(address) is tells


def test_a_search_by_address_is_found() -> None:
    form = '<form class="x" method="get"><input name="q" type="text"></form>'

    assert asks_in_the_address(Page("coordinator", "pool", form))
    assert not asks_in_the_address(Page("coordinator", "pool", form.replace("get", "post")))


def test_a_new_sealed_field_is_missed() -> None:
    watched = set(sealed_by(Canaries().all()))

    assert {*watched, "pool.Expert.nickname"} - watched == {"pool.Expert.nickname"}


# --- The web server's own log --------------------------------------------------------------------


def access_line(kind: type[Logger]) -> str:
    config = Config()
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/v/{SECRET}/?wie=Kanarie",
        "PATH_INFO": f"/v/{SECRET}/",
        "QUERY_STRING": "wie=Kanarie",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_REFERER": f"http://localhost/uitnodiging/{SECRET}",
        "HTTP_USER_AGENT": "Kanarie",
    }
    answer = SimpleNamespace(status="200 OK", headers=[], sent=12)
    asked = SimpleNamespace(headers=[("COOKIE", SECRET)])
    atoms = kind(config).atoms(answer, asked, environ, timedelta(seconds=1))
    line = Logger.atoms_wrapper_class(atoms)
    return " ".join(str(line[name]) for name in ("h", "r", "U", "q", "f", "a", "s", "{cookie}i"))


def test_the_web_server_writes_no_secret() -> None:
    line = access_line(MaskedLogger)

    assert "/v/***" in line
    assert "200" in line
    assert not {SECRET, "Kanarie"} & set(line.replace("/", " ").replace("=", " ").split())


def test_without_the_mask_it_would() -> None:
    found = findings(
        Evidence().planted(LOGS, access_line(Logger)), (), [token_canary(1, "offer", SECRET)]
    )

    assert {one.sink for one in found} == {LOGS}


def test_a_text_message_carries_its_own_link() -> None:
    token = token_canary(1, "offer", SECRET)

    assert findings(Evidence().planted(SMS, f"https://n.example/v/{SECRET}/"), (), [token]) == set()
