"""Kills from outside, at no named point: whoever is at work, whenever it comes."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from core import clock
from devstack.children import kill_group
from prove.reminders.crowd import Crowd, Found, look, plan_next
from prove.reminders.stage import Engine, Stage, running
from prove.reminders.storm import drain, is_complete

LEAST, MOST = 0.2, 1.0


@dataclass
class Strikes:
    """What random kills left behind.

    Attributes:
        kinds: how many of each kind there were.
        n_senders: processes among them that may have had a message in hand.
        lost: references that the mail server never had.
        copies: copies beyond the first.
        most: copies of one message, at most.
        drained: seconds from the last strike to the end of all that was due.
    """

    kinds: Counter[str]
    n_senders: int
    lost: int
    copies: int
    most: int
    drained: float | None
    found: Found

    @property
    def holds(self) -> bool:
        return (
            is_complete(self.found)
            and not self.lost
            and self.copies <= self.n_senders
            and self.drained is not None
        )


def strikes(  # noqa: PLR0913  the same
    stage: Stage, crowds: Sequence[Crowd], *, n: int, n_sessions: int, lease: float, seconds: float
) -> Strikes:
    """Strike `n` times while `n_sessions` are planned; then let everything come to its end."""
    dice = random.Random(2)
    kinds: Counter[str] = Counter()
    n_senders = n_planned = 0
    with running(stage, lease=lease) as engine:
        for number in range(n):
            while n_planned < n_sessions * (number + 1) // n:
                plan_next(crowds)
                n_planned += 1
            engine.revive()
            time.sleep(dice.uniform(LEAST, MOST))
            kind = dice.choices(["process", "worker", "beat", "power"], [12, 4, 3, 1])[0]
            kinds[kind] += 1
            n_senders += _strike(stage, engine, kind, dice)
        drained = drain(engine, crowds, seconds=seconds)
    accepted = Counter(stage.sink.accepted)
    found = look(crowds, accepted, now=clock.now())
    counts = [accepted[reference] for reference in found.references]
    return Strikes(
        kinds,
        n_senders,
        lost=counts.count(0),
        copies=sum(max(0, count - 1) for count in counts),
        most=max(counts, default=0),
        drained=drained,
        found=found,
    )


def _strike(stage: Stage, engine: Engine, kind: str, dice: random.Random) -> int:
    """Kill somebody. Returns how many processes died that may have been sending."""
    if kind == "beat":
        dice.choice(engine.beats).process.kill()
        return 0
    if kind == "process":
        pids = engine.pool_processes()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(pids), signal.SIGKILL)
        return 1
    if kind == "worker":
        kill_group(dice.choice(engine.workers).process.pid)
        return 1
    # At the moment of the next yes, before it is heard; or now, where nobody is sending.
    struck = Event()

    def strike() -> None:
        engine.strike_all()
        struck.set()

    stage.sink.on_accept = strike
    if not struck.wait(2):
        stage.sink.on_accept = None
        engine.strike_all()
    return len(engine.workers)
