"""What pages of the pool show of the layers above: they register here, and we never ask who."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Running:
    """Something that runs with an expert and has to pass to somebody else.

    Attributes:
        at: when it comes next, or when it began.
        label: what it is called: "Request 26-0417".
        url: where it is handed over.
    """

    at: datetime
    label: str
    url: str


HeldOf = Callable[[UUID, datetime], Sequence[Running]]
_held: list[HeldOf] = []


def held_with(held_of: HeldOf) -> None:
    """Let `held_of` tell what runs with an expert; called once, when the site starts."""
    if held_of not in _held:
        _held.append(held_of)


def held_of(expert_id: UUID, *, now: datetime) -> list[Running]:
    """Everything that runs with an expert, the nearest first."""
    found = [one for ask in _held for one in ask(expert_id, now)]
    return sorted(found, key=lambda one: (one.at, one.label))
