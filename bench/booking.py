"""Hours of experts given away through the site, against a bare table with the same constraint.

Two processes of eight threads book two hundred experts, at a front that moves with their work:
about half of all tries find the hours gone.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import OperationalError, connection, connections
from psycopg import sql
from psycopg.types.range import Range

from bench.figures import ROUNDS, Figure, figure, interleaved
from bench.ground import new_region
from bench.people import NOW, able, draw_people, draw_places
from bench.processes import at_once
from bench.reach import environment, url_of
from bench.rows import lay_out, write_load, write_people
from core import audit
from core.access.models import User
from core.access.scope import region_scope
from core.errors import Refusal
from matching.models import Assignment
from pool.actions import Overlap, book
from pool.models import Expert
from pool.states import BlockKind
from prove.bookings import n_overlaps
from scheduling.actions import plan_session
from scheduling.states import SessionKind

N_EXPERTS, N_PROCESSES, N_THREADS, SECONDS = 200, 2, 8, 6.0
TRIES_A_SLOT = 25
HOUR = timedelta(hours=1)
HALF, YEAR = timedelta(minutes=30), timedelta(days=364)
FIRST = datetime(2026, 4, 6, 8, tzinfo=UTC)
TABLE = """
CREATE SCHEMA bare;
CREATE TABLE bare.booking (
  id uuid PRIMARY KEY, expert uuid NOT NULL, during tstzrange NOT NULL,
  EXCLUDE USING gist (expert WITH =, during WITH &&));
"""
INSERT = "INSERT INTO bare.booking VALUES (%s, %s, %s)"

# One thread's own way to book an hour; False where it is gone.
Book = Callable[[UUID, datetime], bool]


@dataclass(frozen=True)
class Stage:
    """Whom to book, who books, and where."""

    region_id: int
    experts: list[UUID]
    assignments: dict[UUID, UUID]
    by: User
    reader: str


def run(
    *, n_experts: int = N_EXPERTS, seconds: float = SECONDS, rounds: int = ROUNDS
) -> list[Figure]:
    """Bare rows, hours with their audit row, and whole sessions."""
    stage = lay_out_stage(n_experts)
    ends: dict[str, Counter[str]] = {name: Counter() for name in WAYS}
    years = count()

    def rate(name: str) -> float:
        # Each time on hours that nobody has touched yet.
        found = _tried(stage, name, seconds, FIRST + next(years) * YEAR)
        ends[name] += found
        return found["booked"] / seconds

    with bare_table(stage.reader):
        rates = interleaved({name: partial(rate, name) for name in WAYS}, rounds=rounds)
    every = sum(ends.values(), Counter[str]())
    other = every.total() - sum(every[end] for end in ("booked", "gone", "busy"))
    return [
        figure(
            "booking: hours with an audit row / bare rows",
            rates["hours"],
            "/s",
            baseline=rates["bare"],
            least=0.5,
        ),
        figure(
            "booking: whole sessions planned / bare rows",
            rates["sessions"],
            "/s",
            baseline=rates["bare"],
            least=0.5,
        ),
        figure(
            "booking: bare tries that won", ends["bare"]["booked"] / ends["bare"].total(), "of all"
        ),
        figure("booking: asked to try again", every["busy"], "tries"),
        figure("booking: neither booked nor told it is gone", other, "tries", most=0),
        figure("booking: overlapping hours", n_overlaps(stage.region_id), "pairs", most=0),
    ]


def lay_out_stage(n_experts: int) -> Stage:
    """Experts who can do the work for years, each beside a participant of its own."""
    dice = random.Random(n_experts)
    places = draw_places(dice, prefix=7)
    people = [able(one) for one in draw_people(dice, n_experts, places)]
    with new_region() as ground:
        lay_out(places)
        write_people(people, by=ground.cas)
        write_load(people, by=ground.bram, policy=ground.policy, apart=True)
        assignments = dict(Assignment.objects.values_list("expert_id", "pk"))
    return Stage(
        ground.region.pk,
        [one.id for one in people],
        assignments,
        ground.cas,
        str(connection.settings_dict["USER"]),
    )


@contextmanager
def bare_table(reader: str) -> Iterator[None]:
    """A table that holds nothing but who and when."""
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        owner.execute(TABLE)
        for grant in ("USAGE ON SCHEMA bare", "INSERT ON bare.booking"):
            owner.execute(sql.SQL("GRANT " + grant + " TO {}").format(sql.Identifier(reader)))
        try:
            yield
        finally:
            owner.execute("DROP SCHEMA bare CASCADE")


def _tried(stage: Stage, way: str, seconds: float, first: datetime) -> Counter[str]:
    """How all tries of all threads of all processes ended."""
    path, own = "bench.booking.try_in_threads", environment("app")
    _took, ends = at_once(path, stage, way, seconds, first, n=N_PROCESSES, environment=own)
    return sum(ends, Counter[str]())


def try_in_threads(stage: Stage, way: str, seconds: float, first: datetime) -> Counter[str]:
    """What one process does."""
    with ThreadPoolExecutor(N_THREADS) as threads:
        runs = [threads.submit(_thread, stage, way, seconds, first) for _one in range(N_THREADS)]
        return sum((run.result() for run in runs), Counter[str]())


def _thread(stage: Stage, way: str, seconds: float, first: datetime) -> Counter[str]:
    ends: Counter[str] = Counter()
    dice = random.Random()
    with WAYS[way](stage) as try_it:
        stop_at = time.monotonic() + seconds
        n_tries = 0
        while time.monotonic() < stop_at:
            slot = n_tries // TRIES_A_SLOT + dice.randrange(2)
            start = first + slot * HOUR + dice.choice((timedelta(0), HALF))
            try:
                won = try_it(dice.choice(stage.experts), start)
            except OperationalError:
                # Others held the lock for too long: the site asks to try again (core.http).
                ends["busy"] += 1
            except Exception as broken:  # noqa: BLE001  (whatever it is, it is counted and shown)
                ends[type(broken).__name__] += 1
            else:
                ends["booked" if won else "gone"] += 1
            n_tries += 1
    return ends


# --- Three ways to book -----------------------------------------------------------------------


@contextmanager
def _bare(stage: Stage) -> Iterator[Book]:  # noqa: ARG001  (as the others)
    with psycopg.connect(url_of("app"), autocommit=True, prepare_threshold=1) as own:

        def insert(expert: UUID, start: datetime) -> bool:
            # Who loses a deadlock leaves these hours: five that try again at once can wait for each
            # other, a deadlock a second, for ever.
            try:
                own.execute(INSERT, [uuid4(), expert, Range(start, start + HOUR)])
            except (psycopg.errors.ExclusionViolation, psycopg.errors.DeadlockDetected):
                return False
            return True

        yield insert


@contextmanager
def _hours(stage: Stage) -> Iterator[Book]:
    def give_away(expert_id: UUID, start: datetime) -> bool:
        try:
            with region_scope(stage.region_id):
                block = book(
                    expert=Expert(pk=expert_id),
                    kind=BlockKind.SHIFT,
                    start=start,
                    end=start + HOUR,
                    travel=timedelta(0),
                    source=uuid4(),
                )
                audit.record("block.booked", by=stage.by, at=NOW, subject=expert_id, target=block)
        except Overlap:
            return False
        return True

    try:
        yield give_away
    finally:
        connections.close_all()


@contextmanager
def _sessions(stage: Stage) -> Iterator[Book]:
    def plan(expert_id: UUID, start: datetime) -> bool:
        try:
            with region_scope(stage.region_id):
                plan_session(
                    assignment_id=stage.assignments[expert_id],
                    kind=SessionKind.PHONE,
                    start=start,
                    end=start + HOUR,
                    by=stage.by,
                    now=NOW,
                )
        except Refusal:
            # Gone, or the judge of that day says no: either way it is told.
            return False
        return True

    try:
        yield plan
    finally:
        connections.close_all()


WAYS: dict[str, Callable[[Stage], Any]] = {"bare": _bare, "hours": _hours, "sessions": _sessions}
