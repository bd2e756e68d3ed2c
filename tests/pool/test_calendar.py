"""Hours of one expert are given away once, whoever asks, and can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from core.access.models import Region, Role
from core.access.scope import region_scope
from core.states import IllegalMove
from pool import actions
from pool.models import Block, Expert
from pool.states import BlockKind, BlockState
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_expert

HOUR, NO_TRAVEL = timedelta(hours=1), timedelta(0)


def book(expert: Expert, start: datetime, *, travel: timedelta = NO_TRAVEL) -> Block:
    return actions.book(
        expert=expert,
        kind=BlockKind.SESSION,
        start=start,
        end=start + HOUR,
        travel=travel,
        source=uuid4(),
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("in_region")
class TestBooking:
    def test_travel_belongs_to_the_hours_given_away(self) -> None:
        block = book(make_expert(), NOON, travel=HOUR / 2)

        assert (block.period.lower, block.period.upper) == (NOON, NOON + HOUR)
        assert block.occupied.lower == NOON - HOUR / 2
        assert block.occupied.upper == NOON + HOUR + HOUR / 2
        assert block.ends_at == NOON + HOUR

    def test_two_that_touch_both_fit(self) -> None:
        expert = make_expert()

        book(expert, NOON)
        book(expert, NOON + HOUR)

        assert Block.objects.count() == 2

    def test_one_that_overlaps_is_refused_and_the_transaction_lives_on(self) -> None:
        expert = make_expert()
        book(expert, NOON)

        with pytest.raises(actions.Overlap):
            book(expert, NOON + HOUR, travel=timedelta(minutes=1))

        assert Block.objects.count() == 1

    def test_somebody_else_is_free_at_the_same_time(self) -> None:
        book(make_expert(), NOON)
        book(make_expert(first_name="Malika"), NOON)

        assert Block.objects.count() == 2

    def test_all_or_none_are_booked(self) -> None:
        expert = make_expert()
        book(expert, NOON + 2 * HOUR)
        plan = [
            actions.Booking(
                expert, BlockKind.SHIFT, NOON + n * HOUR, NOON + (n + 1) * HOUR, NO_TRAVEL, uuid4()
            )
            for n in (2, 1, 0)
        ]

        with pytest.raises(actions.Overlap):
            actions.book_all(plan)

        assert Block.objects.count() == 1

    def test_released_hours_are_free_again(self) -> None:
        expert = make_expert()
        block = book(expert, NOON)

        released = [actions.release(source=block.source) for _time in range(2)]

        assert released == [1, 0]
        assert book(expert, NOON).state == BlockState.LIVE

    def test_a_block_moves(self) -> None:
        block = book(make_expert(), NOON)

        actions.rebook(block=block, start=NOON + HOUR, end=NOON + 3 * HOUR, travel=HOUR)

        stored = Block.objects.get()
        assert (stored.period.lower, stored.ends_at) == (NOON + HOUR, NOON + 3 * HOUR)
        assert stored.occupied.lower == NOON

    def test_a_block_that_cannot_move_stays_as_it_was(self) -> None:
        expert = make_expert()
        block = book(expert, NOON)
        book(expert, NOON + 2 * HOUR)

        with pytest.raises(actions.Overlap):
            actions.rebook(
                block=block, start=NOON + 2 * HOUR, end=NOON + 3 * HOUR, travel=NO_TRAVEL
            )

        assert block.period.lower == NOON
        assert Block.objects.get(pk=block.pk).period == block.period

    def test_a_released_block_does_not_move(self) -> None:
        block = book(make_expert(), NOON)
        actions.release(source=block.source)
        block.refresh_from_db()

        with pytest.raises(IllegalMove):
            actions.rebook(block=block, start=NOON, end=NOON + HOUR, travel=NO_TRAVEL)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))  # a race needs more than one try to show
def test_two_who_book_the_same_hour_leave_one_winner(region: Region, _round: int) -> None:
    with region_scope(region.pk):
        expert = make_expert(make_user("Cas Verhoef", Role.COORDINATOR))
    starting_line = Barrier(2)

    def race(_runner: int) -> str:
        try:
            with region_scope(region.pk):
                starting_line.wait(timeout=5)
                book(expert, NOON)
        except actions.Overlap:
            return "taken"
        else:
            return "booked"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as runners:
        outcomes = sorted(runners.map(race, range(2)))

    assert outcomes == ["booked", "taken"]
