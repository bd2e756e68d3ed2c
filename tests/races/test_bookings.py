"""Two bookings of the same hours: the database lets one through, whoever asks and how."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.access.models import Region
from core.access.scope import region_scope
from pool.actions import book, take_turns
from pool.models import Block, Expert
from pool.states import BlockKind, BlockState
from prove import bookings
from scheduling.actions import move_session
from scheduling.states import SessionKind
from tests.conftest import as_owner
from tests.factories.scheduling import (
    DAY,
    HOUR,
    PLANNING,
    SUNDAY,
    Scene,
    make_assignment,
    make_request,
    make_scene,
)

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WRITERS = 20


@pytest.fixture
def region() -> Region:
    return Region.objects.create(code="VT96", name="Getij")


@pytest.fixture
def scene(region: Region) -> Scene:
    with region_scope(region.pk):
        return make_scene()


@pytest.fixture
def assignments(scene: Scene, region: Region) -> list[UUID]:
    """Twenty requests with the same expert beside the participant."""
    with region_scope(region.pk):
        return [
            make_assignment(make_request(scene.bram), scene.ruben).pk for _one in range(WRITERS)
        ]


def test_of_twenty_that_overlap_one_is_booked(
    scene: Scene, region: Region, assignments: list[UUID]
) -> None:
    found = bookings.rounds(
        region.pk,
        assignments,
        n=bookings.SHORT_ROUNDS,
        first=SUNDAY,
        write=bookings.planner(scene.hanneke, PLANNING),
    )

    assert found == [{"won": 1, "overlap": WRITERS - 1}] * bookings.SHORT_ROUNDS
    assert bookings.n_overlaps(region.pk) == 0


def test_who_takes_turns_meets_no_deadlock_when_all_write_at_the_same_instant(
    scene: Scene, region: Region
) -> None:
    ready = Barrier(WRITERS)

    def write(source: UUID, start: datetime) -> None:
        ready.wait(timeout=30)
        take_turns([scene.ruben.pk])
        book(
            expert=scene.ruben,
            kind=BlockKind.SESSION,
            start=start,
            end=start + HOUR,
            travel=HOUR / 2,
            source=source,
        )

    sources = [uuid4() for _writer in range(WRITERS)]
    found = bookings.rounds(region.pk, sources, n=bookings.SHORT_ROUNDS, first=SUNDAY, write=write)

    assert found == [{"won": 1, "overlap": WRITERS - 1}] * bookings.SHORT_ROUNDS


def test_of_twenty_that_move_onto_the_same_hours_one_does(
    scene: Scene, region: Region, assignments: list[UUID]
) -> None:
    with region_scope(region.pk):
        sessions = [
            scene.plan(assignment_id=one, kind=SessionKind.PHONE, start=SUNDAY + (3 + n) * DAY).pk
            for n, one in enumerate(assignments)
        ]

    def move(session_id: UUID, start: datetime) -> None:
        move_session(
            session_id=session_id,
            start=start,
            end=start + HOUR,
            place_id=None,
            by=scene.hanneke,
            now=PLANNING,
        )

    found = bookings.race(region.pk, bookings.overlapping(sessions, SUNDAY), move)

    assert found == {"won": 1, "overlap": WRITERS - 1}
    assert bookings.n_overlaps(region.pk) == 0


def test_without_the_constraint_looking_first_is_not_enough(
    scene: Scene, region: Region, assignments: list[UUID]
) -> None:
    looked = Barrier(WRITERS)

    def look_then_book(_assignment: UUID, start: datetime) -> None:
        """What a planner without the constraint would do: all look, then all write."""
        hours = DateTimeTZRange(start, start + HOUR, "[)")
        taken = Block.objects.filter(
            expert=scene.ruben, state=BlockState.LIVE, occupied__overlap=hours
        ).exists()
        looked.wait(timeout=30)
        if not taken:
            Block.objects.create(
                expert=Expert.objects.get(pk=scene.ruben.pk),
                kind=BlockKind.SESSION,
                period=hours,
                occupied=hours,
                source=uuid4(),
            )

    with no_constraint(region):
        found = bookings.race(region.pk, bookings.overlapping(assignments, SUNDAY), look_then_book)

        assert found == {"won": WRITERS}
        assert bookings.n_overlaps(region.pk) == WRITERS * (WRITERS - 1) // 2


@contextmanager
def no_constraint(region: Region) -> Iterator[None]:
    """Take the exclusion constraint away, and put it back as it was."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'block_no_overlap'"
        )
        (definition,) = cursor.fetchone()
        cursor.execute("ALTER TABLE pool_block DROP CONSTRAINT block_no_overlap")
    try:
        yield
    finally:
        with region_scope(region.pk):
            Block.objects.all().delete()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE pool_block ADD CONSTRAINT block_no_overlap {definition}")
