"""The broker emptied and away for a minute, the database restarted: rows are the truth."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import redis
from django.db import DatabaseError, connections

from core import clock
from devstack.children import Child
from devstack.places import ROOT
from prove.reminders.crowd import Crowd, Found, look, plan_next
from prove.reminders.stage import Engine, Stage, running
from prove.reminders.storm import drain, is_complete

PACE = 0.2
N_WORKERS = 3


@dataclass
class Outages:
    """What happened while servers were away.

    Attributes:
        n_flushes: how often the broker was emptied.
        seconds_away: how long it was stopped.
        slowest_action: seconds that planning a session took at most while it was away.
        by_deliver: seconds in which `manage.py deliver` did all that was due without a broker.
        after_return: seconds until all that was due was done with the broker back.
        restarts: of the database; n_refused is how many actions it broke off, to be done again.
        after_restarts: seconds until all that was due was done after the last of them.
        copies: beyond the first; a mark that the database did not take is as good as a death, so
            one per worker and restart.
    """

    n_flushes: int = 0
    seconds_away: float = 0.0
    slowest_action: float = 0.0
    by_deliver: float | None = None
    after_return: float | None = None
    restarts: int = 0
    n_refused: int = 0
    after_restarts: float | None = None
    lost: int = 0
    copies: int = 0
    found: Found | None = field(default=None, repr=False)

    @property
    def holds(self) -> bool:
        ends = (self.by_deliver, self.after_return, self.after_restarts)
        return (
            self.found is not None
            and is_complete(self.found)
            and not self.lost
            and self.copies <= self.restarts * N_WORKERS
            and None not in ends
        )


def outages(
    stage: Stage, crowds: Sequence[Crowd], *, away: float, restarts: int, seconds: float
) -> Outages:
    """Empty and stop the broker, restart the database; people go on planning meanwhile."""
    seen = Outages()
    with running(stage, n_workers=N_WORKERS) as engine:
        _while_emptied(stage, crowds, seen)
        _while_away(stage, crowds, seen, away=away)
        _plan_for(crowds, 2.0, seen)
        seen.after_return = drain(engine, crowds, seconds=seconds)
        _while_restarting(stage, engine, crowds, seen, restarts=restarts)
        seen.after_restarts = drain(engine, crowds, seconds=seconds)
    accepted = Counter(stage.sink.accepted)
    seen.found = look(crowds, accepted, now=clock.now())
    counts = [accepted[reference] for reference in seen.found.references]
    seen.lost = counts.count(0)
    seen.copies = sum(max(0, count - 1) for count in counts)
    return seen


def _plan_for(crowds: Sequence[Crowd], seconds: float, seen: Outages | None = None) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        plan_next(crowds)
        took = time.monotonic() - began
        if seen:
            seen.slowest_action = max(seen.slowest_action, took)
        time.sleep(max(0.0, PACE - took))


def _while_emptied(stage: Stage, crowds: Sequence[Crowd], seen: Outages) -> None:
    client = redis.Redis.from_url(stage.redis_url)
    for _number in range(5):
        _plan_for(crowds, 1.0)
        client.flushall()
        seen.n_flushes += 1
    client.close()


def _while_away(stage: Stage, crowds: Sequence[Crowd], seen: Outages, *, away: float) -> None:
    stage.valkey.stop()
    began = time.monotonic()
    _plan_for(crowds, away / 2, seen)
    deliver = Child(
        "deliver",
        [sys.executable, ROOT / "manage.py", "deliver"],
        log=stage.logs / "deliver.log",
        environment={**stage.environment, "DATABASE_ROLE": "worker"},
    )
    try:
        seen.by_deliver = drain(None, crowds, seconds=away)
    finally:
        deliver.stop()
    _plan_for(crowds, away - (time.monotonic() - began), seen)
    seen.seconds_away = time.monotonic() - began
    stage.start_valkey()


def _while_restarting(
    stage: Stage, engine: Engine, crowds: Sequence[Crowd], seen: Outages, *, restarts: int
) -> None:
    for number in range(restarts):
        _plan_for(crowds, 1.0)
        stage.restart_postgres(crash=number % 2 == 1)
        seen.restarts += 1
        # The page would say "try again"; here is who does.
        try:
            plan_next(crowds)
        except DatabaseError:
            seen.n_refused += 1
            connections.close_all()
        engine.revive()
