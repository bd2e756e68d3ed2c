"""What is told of a page under load."""

from __future__ import annotations

from threading import Lock
from types import SimpleNamespace

import pytest

from bench import web


def test_answers_that_come_late_count_with_the_time_they_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two clients ask for one second, of a server that needs ten for each, one after the other."""
    lock, clock = Lock(), [0.0]

    def exchange(_server: web.Server, _request: bytes) -> bytes:
        with lock:
            clock[0] += 10
        return b"HTTP/1.1 200 OK"

    read = SimpleNamespace(monotonic=lambda: clock[0], perf_counter=lambda: clock[0])
    monkeypatch.setattr(web, "time", read)
    monkeypatch.setattr(web.Server, "_exchange", exchange)

    found = web.Server(port=1).ask("/", {}, seconds=1, clients=2)

    assert found.per_second == pytest.approx(0.1)
