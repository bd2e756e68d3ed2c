"""Text messages over HTTP: one signed POST to a gateway, and what its answer means.

    POST <SMS_GATEWAY_URL>              {"reference", "to", "from", "text", "validity"}
    GET  <SMS_GATEWAY_URL>/<reference>  "do you have it?", asked after a silence only

The reference is the message's own and stays the same for every try, so a gateway that honours
it (it also stands in `Idempotency-Key`) sends one text, however often it is asked. Accepted is
a 2xx with {"id": …}. docs/adr/0025 has the other answers.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from enum import Enum
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from core import clock
from core.outbox.due import Done, Later, lease_left
from core.outbox.parcels import (
    ANSWER_LIMIT,
    STEP_LIMIT,
    UNKNOWN,
    WRITE_LIMIT,
    Parcel,
    StillQueued,
    Unreachable,
)
from core.outbox.signing import sign

# About us or our account, not about this message: nothing of ours would be taken.
ABOUT_US = frozenset({401, 402, 403, 404, 405, 407})
PASSING = frozenset({408, 425, 429})
CONFLICT, NOT_FOUND = 409, 404
SUCCESS, REDIRECT, REFUSAL, BROKEN = 200, 300, 400, 500
# A gateway may ask for patience, but not for more than the ladder's longest step.
MOST_PATIENCE = timedelta(minutes=15)
MOST_ANSWER = 64 * 1024
PROVIDER_ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{7,14}")


class Standing(Enum):
    """What a gateway says about a reference of ours."""

    THERE = "there"
    ABSENT = "absent"
    SILENT = "silent"


class HttpSms:
    """A gateway at an address, and the key that signs what goes there."""

    def __init__(self, *, url: str, key: str, sender: str) -> None:
        self._url, self._key, self._sender = urlsplit(url), key, sender

    def send(self, parcel: Parcel, still_queued: StillQueued) -> Done | Later:
        """Write one message, unless it was overtaken while we connected.

        Raises:
            Unreachable: nothing was written.
        """
        number = dialled(parcel.address)
        if number is None:
            return Done("bad_number")
        reference = reference_of(parcel)
        body = {"reference": reference, "to": number, "from": self._sender, "text": parcel.text}
        if parcel.useful_for is not None:
            body["validity"] = parcel.useful_for  # type: ignore[assignment]  # seconds
        with closing(self._connect()) as line:
            if not still_queued():
                return Done("overtaken")
            # Last, for the question may have waited for the database.
            if lease_left() < WRITE_LIMIT + ANSWER_LIMIT:
                return Later("too_slow")
            try:
                self._write(line, "POST", self._url.path, reference, json.dumps(body).encode())
            except OSError as trouble:
                return Later(type(trouble).__name__[:40], is_trouble=True)
            try:
                status, patience, answer = _hear(line)
            except (OSError, http.client.HTTPException):
                return Later(UNKNOWN, is_trouble=True)
        return _judge(status, patience, answer)

    def look_up(self, parcel: Parcel) -> Standing:
        """Ask whether the gateway has this reference; SILENT where it cannot tell."""
        reference = reference_of(parcel)
        try:
            with closing(self._connect()) as line:
                self._write(line, "GET", f"{self._url.path}/{reference}", reference, b"")
                status, _patience, answer = _hear(line)
        except (Unreachable, OSError, http.client.HTTPException):
            return Standing.SILENT
        # Only an answer that names our reference is one: many a server says 404 to anything.
        if answer.get("reference") != reference:
            return Standing.SILENT
        if SUCCESS <= status < REDIRECT:
            return Standing.THERE
        return Standing.ABSENT if status == NOT_FOUND else Standing.SILENT

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        line: http.client.HTTPConnection
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            line = http.client.HTTPSConnection(host, port, timeout=STEP_LIMIT, context=context)
        else:
            line = http.client.HTTPConnection(host, port, timeout=STEP_LIMIT)
        try:
            line.connect()
        except OSError as trouble:
            line.close()
            raise Unreachable(type(trouble).__name__) from trouble
        return line

    def _write(
        self, line: http.client.HTTPConnection, method: str, path: str, reference: str, body: bytes
    ) -> None:
        line.sock.settimeout(WRITE_LIMIT)
        headers = sign(body, key=self._key, reference=reference, now=clock.now())
        line.request(
            method,
            path or "/",
            body or None,
            {
                **headers,
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Idempotency-Key": reference,
                "Connection": "close",
            },
        )


def reference_of(parcel: Parcel) -> str:
    """The reference that a gateway sees: it brings its region along when a report comes back."""
    return f"{parcel.region_id}-{parcel.reference}"


def dialled(number: str) -> str | None:
    """A telephone number as gateways want it, +31612345678; None where it is none."""
    figures = re.sub(r"[\s().\-]", "", number)
    if figures.startswith("00"):
        figures = f"+{figures[2:]}"
    elif figures.startswith("0"):
        figures = f"+31{figures[1:]}"
    return figures if E164.fullmatch(figures) else None


def _hear(line: http.client.HTTPConnection) -> tuple[int, timedelta | None, dict[str, Any]]:
    """Status, how long to wait, and the JSON of an answer; {} where it is no JSON object."""
    with _cut_after(line.sock, ANSWER_LIMIT), line.getresponse() as response:
        content = response.read(MOST_ANSWER)
        patience = _seconds(response.headers.get("Retry-After", ""))
        status = response.status
    try:
        answer = json.loads(content)
    except ValueError:
        answer = {}
    return status, patience, answer if isinstance(answer, dict) else {}


@contextmanager
def _cut_after(line: socket.socket, seconds: float) -> Iterator[None]:
    """End the line after `seconds` in all: a time-out alone starts again with every byte."""
    line.settimeout(seconds)
    timer = Timer(seconds, _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was over already


def _seconds(text: str) -> timedelta | None:
    # The other form, a date, is rare; the ladder does for it.
    if not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004
        return None
    return min(timedelta(seconds=max(1, int(text))), MOST_PATIENCE)


def _judge(status: int, patience: timedelta | None, answer: dict[str, Any]) -> Done | Later:
    outcome = f"refused_{status}"
    if SUCCESS <= status < REDIRECT:
        found = answer.get("id")
        if not isinstance(found, str) or not PROVIDER_ID.fullmatch(found):
            # Some page said yes, but not our gateway.
            return Later(UNKNOWN, is_trouble=True)
        return Done(provider_id=found)
    if status == CONFLICT:
        return Done()  # it had this reference already
    if status in PASSING:
        return Later(outcome, wait=patience)
    if status >= BROKEN:
        return Later(outcome, wait=patience, is_trouble=True)
    return Done(outcome, is_trouble=status in ABOUT_US or status < REFUSAL)
