"""What the pool shows of the layer above: it registers here, and we never ask who.

Running work belongs to matching, which stands on the pool. Its config hands over one function;
until it does, nobody carries any.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

# How much lasting work one expert carries now.
RunningOf = Callable[[UUID], int]


def _nothing(expert_id: UUID) -> int:  # noqa: ARG001
    return 0


_running_of: list[RunningOf] = [_nothing]


def running_with(running_of: RunningOf) -> None:
    """Let `running_of` tell what runs; called once, when the site starts."""
    _running_of[0] = running_of


def running_of(expert_id: UUID) -> int:
    """How much lasting work one expert carries now."""
    return _running_of[0](expert_id)
