"""A mail server that takes everything and remembers each message that it said yes to."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

REFERENCE = re.compile(rb"(?im)^message-id:\s*<([^@>]+)@")
# Between having it and saying so.
THINKING = 0.01


class Sink:
    """A running server.

    Attributes:
        accepted: how often each reference was accepted; the acceptance counts, not who hears it.
        n_to_refuse: so many texts more get "later" as answer.
        on_accept: called once, at the moment of the next acceptance, before the answer leaves.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.accepted: Counter[str] = Counter()
        self.n_to_refuse = 0
        self.on_accept: Callable[[], None] | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.n_to_refuse:
            self.n_to_refuse -= 1
            return "451 later"
        found = REFERENCE.search(envelope.content)
        # First this: a real one has it on disk now, whether or not somebody hears the answer.
        self.accepted[found[1].decode() if found else "none"] += 1
        strike, self.on_accept = self.on_accept, None
        if strike:
            strike()
        await asyncio.sleep(THINKING)
        return "250 taken"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def open_sink() -> Iterator[Sink]:
    """A server on a free port of this machine, until the end of the block."""
    sink = Sink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
