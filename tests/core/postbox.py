"""A mail server on this machine that takes, refuses, stalls or dies as a test says."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.core.parts import setting

Hook = Callable[[], None]


class Postbox:
    """What arrived, and what to answer.

    Attributes:
        letters: every message that arrived whole, in order.
        answers: answer per command ("MAIL", "RCPT", "DATA" after the text); default is yes.
        before_text: called after DATA was asked for and before the text may come.
        taken: called when a text has arrived, before the answer goes out.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.n_connections = 0
        self.before_text: Hook | None = None
        self.taken: Hook | None = None
        self.hangs_up = False
        self._line: asyncio.Transport | None = None

    def hang_up(self) -> None:
        """Close the line without a word."""
        if self._line:
            self._line.abort()

    async def handle_MAIL(  # noqa: N802  (the library's names)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if isinstance(server.transport, asyncio.Transport):
            self._line = server.transport
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        self.n_connections += 1
        return self.answers.get("MAIL", "250 yes")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.answers.get("RCPT", "250 yes")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 taken")
        if answer.startswith("250") or self.hangs_up:
            assert isinstance(envelope.content, bytes)
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        if self.taken:
            await asyncio.get_running_loop().run_in_executor(None, self.taken)
        if self.hangs_up:
            self.hang_up()
        return answer

    @property
    def ids(self) -> list[str]:
        """Message-IDs in the order of arrival."""
        return [letter["Message-ID"] for letter in self.letters]


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        postbox = self.event_handler
        if isinstance(postbox, Postbox) and postbox.before_text:
            await asyncio.get_running_loop().run_in_executor(None, postbox.before_text)
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    """A running server; Django's mail goes there for as long as it runs."""
    postbox = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = _Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with setting(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield postbox
    finally:
        controller.stop()
