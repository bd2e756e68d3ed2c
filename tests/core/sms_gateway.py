"""A gateway for text messages on this machine: a real server that answers as a test says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.core.parts import setting

KEY = "the key of the gateway, and of nobody else"
REPORT_KEY = "the key of its reports, and of nobody else"


@dataclass(frozen=True)
class Answer:
    """What the server says; `hangs` keeps the line open without a word, `leaves` closes it."""

    status: int = 200
    body: str = '{"id": "gw-1"}'
    headers: Mapping[str, str] | None = None
    hangs: bool = False
    leaves: bool = False
    drips: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    is_signed: bool


class Gateway:
    """What arrived, and what to answer.

    Attributes:
        asked: every request that arrived whole, in order.
        script: answers to the next POSTs; when it is empty, the answer is yes.
        known: what a question by reference is answered; None: it cannot be asked.
        taken: called when a POST has arrived, before the answer goes out.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: list[Answer] = []
        self.known: Callable[[str], bool] | None = None
        self.taken: Callable[[], None] | None = None
        self.port = 0
        self.closing = Event()

    @property
    def posts(self) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST"]

    @property
    def references(self) -> list[str]:
        return [one.body["reference"] for one in self.posts]

    def answer_to(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            return self.script.pop(0) if self.script else Answer()
        reference = asked.path.rpartition("/")[2]
        if self.known is None:
            return Answer(404, "<h1>Not found</h1>")
        status = 200 if self.known(reference) else 404
        return Answer(status, json.dumps({"reference": reference}))


def signature(body: bytes, headers: Mapping[str, str], key: str) -> str:
    """Written out here once more: the test must not believe what it tests."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return (
        "v1," + base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
    )


class _Handler(BaseHTTPRequestHandler):
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        gateway = self.server.gateway
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_signed = headers["webhook-signature"] == signature(body, headers, KEY)
        content = json.loads(body) if body else {}
        asked = Asked(self.command, self.path, headers, content, is_signed)
        gateway.asked.append(asked)
        answer = gateway.answer_to(asked)
        if gateway.taken:
            gateway.taken()
        if answer.hangs:
            gateway.closing.wait(30)
        if not (answer.hangs or answer.leaves):
            self._say(answer)

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in (answer.headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not answer.drips:
            self.wfile.write(answer.body.encode())
            return
        for sign in answer.body:
            if self.server.gateway.closing.wait(0.2):
                return
            try:
                self.wfile.write(sign.encode())
            except OSError:
                return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gateway = gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is what some tests are about."""


@contextmanager
def open_gateway() -> Iterator[Gateway]:
    """A running gateway; text messages go there for as long as it runs."""
    gateway = Gateway()
    server = _Server(gateway)
    gateway.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = f"http://127.0.0.1:{gateway.port}/v1/messages"
    try:
        with setting(
            SMS_GATEWAY_URL=address,
            SMS_GATEWAY_KEY=KEY,
            SMS_WEBHOOK_KEYS=[REPORT_KEY],
            SMS_SENDER="Naast",
        ):
            yield gateway
    finally:
        gateway.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
