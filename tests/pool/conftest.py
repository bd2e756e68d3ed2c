"""What several tests of the pool set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.dispatch import Signal

Heard = list[dict[str, Any]]


@pytest.fixture
def heard() -> Iterator[Callable[[Signal], Heard]]:
    """Listens to a signal for the length of a test; tells what was sent."""
    connected: list[tuple[Signal, Callable[..., None]]] = []

    def listen(signal: Signal) -> Heard:
        told: Heard = []

        def receiver(**sent: Any) -> None:
            told.append({name: sent[name] for name in ("expert", "now")})

        signal.connect(receiver)
        connected.append((signal, receiver))
        return told

    yield listen
    for signal, receiver in connected:
        signal.disconnect(receiver)
