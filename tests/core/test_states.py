"""Move tables: what may follow what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import models

from core.states import MACHINES, IllegalMove, machine


class Lamp(models.TextChoices):
    OFF = "OFF"
    ON = "ON"
    BROKEN = "BROKEN"


MOVES = {Lamp.OFF: {Lamp.ON, Lamp.BROKEN}, Lamp.ON: {Lamp.OFF, Lamp.BROKEN}}


@pytest.fixture(autouse=True)
def _listed() -> Iterator[None]:
    kept = list(MACHINES)
    yield
    MACHINES[:] = kept


def test_a_machine_is_listed_with_all_its_states() -> None:
    lamp = machine("lamp", MOVES, {Lamp.ON: "who presses"})

    assert lamp in MACHINES
    assert lamp.states == ("OFF", "ON", "BROKEN")
    assert lamp.who == {"ON": "who presses"}


@pytest.mark.parametrize("old", list(Lamp))
@pytest.mark.parametrize("new", list(Lamp))
def test_only_listed_moves_are_legal(old: Lamp, new: Lamp) -> None:
    lamp = machine("lamp", MOVES)

    if new in MOVES.get(old, set()):
        lamp.require(old, new)
    else:
        with pytest.raises(IllegalMove):
            lamp.require(old, new)


def test_sources_are_for_a_conditional_update() -> None:
    assert machine("lamp", MOVES).sources(Lamp.BROKEN) == ["OFF", "ON"]


def test_the_drawing_shows_moves_and_ends() -> None:
    assert machine("lamp", MOVES).draw().splitlines() == [
        "stateDiagram-v2",
        "    OFF --> BROKEN",
        "    OFF --> ON",
        "    ON --> BROKEN",
        "    ON --> OFF",
        "    BROKEN --> [*]",
    ]
