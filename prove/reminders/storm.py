"""Kills at named points, while people go on planning."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import clock
from prove.reminders.crowd import Crowd, Found, ended_at, look, n_waiting, plan_next
from prove.reminders.orders import WINDOW, Death
from prove.reminders.stage import Engine, Stage, running

TICK = 0.05
# Orders that wait at once; sessions planned ahead of the kills.
AT_ONCE, AHEAD = 3, 4
EVERY_WHOLE, EVERY_BEAT = 6, 10


@dataclass(frozen=True)
class Outcome:
    """What a storm left behind.

    Attributes:
        found: the rows.
        deaths: every process that died on order.
        n_missed: orders that nobody came by to obey.
        n_beats: beats that were killed besides.
        lost: references that the mail server never had.
        copies: copies beyond the first, by the point where their sender died ("" for none).
        unexplained: copies without a death of their own in the window.
        recovery: seconds from a death to the end of a row that it held, by point.
    """

    found: Found
    deaths: Sequence[Death]
    n_missed: int
    n_beats: int
    lost: int
    copies: Counter[str]
    unexplained: int
    recovery: dict[str, list[float]]

    @property
    def slowest(self) -> float:
        return max(itertools.chain.from_iterable(self.recovery.values()), default=0.0)

    @property
    def nothing_is_missing(self) -> bool:
        """Everything due was posted, sent, marked and is with the mail server."""
        return is_complete(self.found) and not self.lost


def storm(  # noqa: PLR0913  where, whom, how often and how long
    stage: Stage,
    crowds: Sequence[Crowd],
    points: Iterable[str],
    *,
    n_sessions: int,
    lease: float | None,
    seconds: float,
    twin: bool = False,
) -> Outcome:
    """Plan `n_sessions` and kill at `points` meanwhile, for at most `seconds`."""
    plan = list(points)
    random.Random(1).shuffle(plan)
    before = len(stage.orders.deaths())
    n_beats = 0
    with running(stage, lease=lease, twin=twin) as engine:
        give_up_at = time.monotonic() + seconds
        n_given = n_planned = 0
        while time.monotonic() < give_up_at:
            engine.revive()
            n_dead = len(stage.orders.deaths()) - before
            while n_given < len(plan) and n_given - n_dead < AT_ONCE:
                stage.orders.give(plan[n_given], whole=n_given % EVERY_WHOLE == EVERY_WHOLE - 1)
                n_given += 1
            if "in_retry" in stage.orders.points_waiting() and not stage.sink.n_to_refuse:
                stage.sink.n_to_refuse = 1
            if n_dead // EVERY_BEAT > n_beats:
                engine.beats[n_beats % len(engine.beats)].process.kill()
                n_beats += 1
            wanted = math.ceil(n_sessions * n_dead / len(plan)) + AHEAD
            if n_planned < min(wanted, n_sessions):
                plan_next(crowds)
                n_planned += 1
                continue
            waits = n_waiting(crowds, now=clock.now())
            if not waits and n_dead == len(plan) and n_planned >= n_sessions:
                break
            if not waits and n_dead < n_given and plan_next(crowds):
                n_planned += 1  # somebody has to come by
            time.sleep(TICK)
    n_missed = stage.orders.cancel()
    stage.sink.n_to_refuse = 0
    return _judge(stage, crowds, stage.orders.deaths()[before:], n_missed, n_beats)


def is_complete(found: Found) -> bool:
    """Whether every message there should be is there and sent, and nothing due is left."""
    return found.n_about == found.n_expected and not (
        found.unsent or found.undone or found.unposted
    )


def drain(engine: Engine | None, crowds: Sequence[Crowd], *, seconds: float) -> float | None:
    """Wait until nothing is due. Returns how long that took; None when it did not happen."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if engine:
            engine.revive()
        if not n_waiting(crowds, now=clock.now()):
            return time.monotonic() - began
        time.sleep(TICK)
    return None


def _judge(
    stage: Stage, crowds: Sequence[Crowd], deaths: Sequence[Death], n_missed: int, n_beats: int
) -> Outcome:
    accepted = Counter(stage.sink.accepted)
    found = look(crowds, accepted, now=clock.now())
    counts = Counter({reference: accepted[reference] for reference in found.references})
    copies, unexplained = explain(counts, deaths)
    return Outcome(
        found,
        deaths,
        n_missed,
        n_beats,
        list(counts.values()).count(0),
        copies,
        unexplained,
        recovery_of(deaths, ended_at(crowds), stage.offset),
    )


def explain(accepted: Counter[str], deaths: Sequence[Death]) -> tuple[Counter[str], int]:
    """Copies beyond the first by the point where their sender died, and how many are too many.

    A death in the window explains one copy of the message that it had in hand, and no other
    death explains any.
    """
    in_hand: dict[str, list[str]] = defaultdict(list)
    for death in deaths:
        in_hand[death.in_hand].append(death.point)
    copies: Counter[str] = Counter()
    unexplained = 0
    for reference, count in accepted.items():
        n_more = max(0, count - 1)
        points = sorted(in_hand[reference], key=lambda point: point not in WINDOW)
        copies.update((points + [""] * n_more)[:n_more])
        unexplained += max(0, n_more - sum(point in WINDOW for point in points))
    return copies, unexplained


def recovery_of(
    deaths: Sequence[Death], ended: dict[int, datetime], offset: timedelta
) -> dict[str, list[float]]:
    """For every row that somebody died with: how long until it was done, from its last death."""
    last: dict[int, Death] = {}
    for death in sorted(deaths, key=lambda one: one.at):
        last |= dict.fromkeys(death.held, death)
    found: dict[str, list[float]] = defaultdict(list)
    for pk, death in last.items():
        if pk in ended:
            found[death.point].append((ended[pk] - offset - death.at).total_seconds())
    return dict(found)
