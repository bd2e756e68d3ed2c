"""Twenty people plan the same hours of the same expert at once: one wins, the others are told.

Each writer is a process's own connection and plans for a request of its own, so that nothing
but the calendar of the expert stands between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

from django.db import connection, connections

from core.access.models import Region, User
from core.access.scope import region_scope
from pool.actions import Overlap
from pool.models import Block
from pool.states import BlockState
from scheduling.actions import plan_session
from scheduling.states import SessionKind

WRITERS, ROUNDS, SHORT_ROUNDS = 20, 50, 5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TABLE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "bookings.md"

Write = Callable[[UUID, datetime], None]


def race(region_id: int, starts: Sequence[tuple[UUID, datetime]], write: Write) -> Counter[str]:
    """Let one thread per (assignment, start) call `write` at the same moment; count the ends."""
    line = Barrier(len(starts))

    def run(one: tuple[UUID, datetime]) -> str:
        try:
            with region_scope(region_id):
                line.wait(timeout=30)
                write(*one)
        except Overlap:
            return "overlap"
        except Exception as broken:  # noqa: BLE001  whatever it is, it is counted and shown
            return f"{type(broken).__name__}: {broken}"[:120]
        else:
            return "won"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(starts)) as runners:
        return Counter(runners.map(run, starts))


def planner(by: User, now: datetime) -> Write:
    """Plans an hour on the phone, as the page does."""

    def write(assignment_id: UUID, start: datetime) -> None:
        plan_session(
            assignment_id=assignment_id,
            kind=SessionKind.PHONE,
            start=start,
            end=start + HOUR,
            by=by,
            now=now,
        )

    return write


def overlapping(assignments: Sequence[UUID], start: datetime) -> list[tuple[UUID, datetime]]:
    """A start for each assignment, a minute apart: every two of these hours overlap."""
    return [(one, start + n * MINUTE) for n, one in enumerate(assignments)]


def n_overlaps(region_id: int) -> int:
    """Pairs of live blocks of one expert that share a moment."""
    with region_scope(region_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pool_block a JOIN pool_block b "
            "ON a.expert_id = b.expert_id AND a.id < b.id AND a.occupied && b.occupied "
            "WHERE a.state = %s AND b.state = %s",
            [BlockState.LIVE, BlockState.LIVE],
        )
        (found,) = cursor.fetchone()
    return int(found)


def rounds(
    region_id: int, assignments: Sequence[UUID], *, n: int, first: datetime, write: Write
) -> list[Counter[str]]:
    """`n` races, each about other hours than the one before."""
    return [
        race(region_id, overlapping(assignments, first + number * 4 * HOUR), write)
        for number in range(n)
    ]


def holds(found: Sequence[Counter[str]], n_writers: int) -> bool:
    """One winner each time, everybody else told in words, and nothing else."""
    return all(one == {"won": 1, "overlap": n_writers - 1} for one in found)


def main(*, short: bool) -> dict[str, object]:
    """Run the races on the database of this process, and write the table."""
    from tests.factories.scheduling import (  # noqa: PLC0415  needs the apps
        PLANNING,
        SUNDAY,
        make_assignment,
        make_request,
        make_scene,
    )

    n_rounds = SHORT_ROUNDS if short else ROUNDS
    region = Region.objects.create(code="PROOF", name="Getij")
    with region_scope(region.pk):
        scene = make_scene()
        assignments = [
            make_assignment(make_request(scene.bram), scene.ruben).pk for _one in range(WRITERS)
        ]
    found = rounds(
        region.pk,
        assignments,
        n=n_rounds,
        first=SUNDAY,
        write=planner(scene.hanneke, PLANNING),
    )
    ends = sum(found, Counter[str]())
    with region_scope(region.pk):
        n_blocks = Block.objects.filter(state=BlockState.LIVE).count()
    verdict: dict[str, object] = {
        "holds": holds(found, WRITERS) and n_blocks == n_rounds and not n_overlaps(region.pk),
        "rounds": n_rounds,
        "writers": WRITERS,
        "won": ends.pop("won", 0),
        "overlap": ends.pop("overlap", 0),
        "other": dict(ends),
        "overlapping_blocks": n_overlaps(region.pk),
    }
    if not short:
        _write_table(verdict)
    return verdict


def _write_table(verdict: dict[str, object]) -> None:
    lines = [
        "# Bookings at once",
        "",
        "`./naast prove bookings`: writers with a connection each plan overlapping hours of one",
        "expert at the same moment.",
        "",
        "| What | Found |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in verdict.items()),
        "",
    ]
    TABLE.write_text("\n".join(lines), encoding="utf-8")
