"""Twenty who say yes at once leave one winner; without the guards they would not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, connections

from core.access.models import Region
from core.access.scope import region_scope
from core.errors import Refusal
from matching import actions
from matching.models import Assignment, Offer, Request, Wave
from matching.states import OfferState
from pool import actions as pool_actions
from prove import accepts
from tests.conftest import NOON, as_owner
from tests.factories.matching import (
    DAY,
    HOUR,
    MINUTE,
    Pool,
    ask,
    file_request,
    make_filing,
    make_pool,
    seat_of,
)

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

GUARD = "offer_one_accepted_per_seat"


@pytest.fixture
def region() -> Region:
    return Region.objects.create(code="VT95", name="Getij")


def test_of_twenty_who_say_yes_at_once_one_wins(region: Region) -> None:
    ends, left = accepts.rounds(region, accepts.SHORT_ROUNDS)

    assert ends == {"won": 5, "taken": 95}
    assert left == {(1, 1)}


@pytest.fixture
def without_constraint() -> Iterator[None]:
    """Takes the index away that refuses a second accepted offer, and puts it back."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [GUARD])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {GUARD}")
    yield
    with as_owner(), connection.cursor() as cursor:
        # Nobody may have two of them when the guard comes back.
        cursor.execute("TRUNCATE matching_offer CASCADE")
        cursor.execute(definition)


@pytest.mark.usefixtures("without_constraint")
def test_without_lock_and_constraint_looking_first_lets_several_win(region: Region) -> None:
    """The twin: were these guards missing, the race above would fail."""
    pool = accepts.lay_out(region)
    seat_id, offers = accepts.open_seat(region, pool)
    looked = Barrier(len(offers))

    def look_then_write(offer_id: UUID) -> None:
        is_taken = Offer.objects.filter(seat_id=seat_id, state=OfferState.ACCEPTED).exists()
        looked.wait(timeout=30)
        if is_taken:
            raise actions.OfferTaken
        Offer.objects.filter(pk=offer_id, state=OfferState.OPEN).update(
            state=OfferState.ACCEPTED, closed_at=NOON
        )

    ends = accepts.race(region, offers, look_then_write)

    assert ends["won"] == accepts.WRITERS
    assert accepts.holders(region, seat_id)[0] == accepts.WRITERS


def test_the_constraint_alone_refuses_but_not_kindly(region: Region) -> None:
    """Half a twin: without the lock nobody wins twice, but the others get an error."""
    pool = accepts.lay_out(region)
    seat_id, offers = accepts.open_seat(region, pool)

    def write(offer_id: UUID) -> None:
        Offer.objects.filter(pk=offer_id, state=OfferState.OPEN).update(
            state=OfferState.ACCEPTED, closed_at=NOON
        )

    ends = accepts.race(region, offers, write)

    assert ends.pop("won") == 1
    ((error, n_times),) = ends.items()
    assert GUARD in error
    assert n_times == accepts.WRITERS - 1
    assert accepts.holders(region, seat_id)[0] == 1


# --- Yes against everything else --------------------------------------------------------------

TURNS = 4
Act = Callable[[Pool, Offer], object]


def expire(_pool: Pool, offer: Offer) -> object:
    return actions.expire_offer(offer_id=offer.pk, now=offer.deadline_at)


def withdraw_offer(pool: Pool, offer: Offer) -> object:
    return actions.withdraw_offer(offer_id=offer.pk, by=pool.cas, now=NOON + MINUTE)


def withdraw_request(pool: Pool, offer: Offer) -> object:
    return actions.withdraw_request(
        request_id=offer.seat.request_id, by=pool.bram, now=NOON + MINUTE
    )


def suspend(pool: Pool, offer: Offer) -> object:
    return pool_actions.suspend(
        expert_id=offer.expert_id, reason="OTHER", by=pool.cas, now=NOON + MINUTE
    )


def decline(_pool: Pool, offer: Offer) -> object:
    return actions.decline_offer(
        offer_id=offer.pk, expert_id=offer.expert_id, now=NOON + MINUTE, by_link=True
    )


@pytest.mark.parametrize("rival", [expire, withdraw_offer, withdraw_request, suspend, decline])
def test_yes_against_another_end_leaves_one_truth(region: Region, rival: Act) -> None:
    """Either the yes came first and stands, or it was refused; never half of each, or an error."""
    with region_scope(region.pk):
        pool = make_pool(TURNS + 1, wave_size=1)
    for turn in range(TURNS):
        with region_scope(region.pk):
            request = file_request(pool, measure=None)
            offer = ask(pool, request, pool.experts[turn], pool.experts[TURNS])
            actions.declare_conflict(
                request_id=request.pk, expert_id=offer.expert_id, answer="NO_CONFLICT", now=NOON
            )

        ends = at_once(
            region,
            partial(accepts.say_yes, offer.pk),
            partial(rival, pool, offer),
        )

        assert set(ends) <= {"done", "refused"}
        with region_scope(region.pk):
            request.refresh_from_db()
            offer.refresh_from_db()
            assert offer.state != OfferState.OPEN
            stands = offer.state == OfferState.ACCEPTED and request.closed_at is None
            assert Assignment.objects.filter(offer=offer, state="ACTIVE").exists() is stands
            assert Wave.objects.filter(seat=offer.seat_id, state="ACTIVE").count() <= 1
            if request.closed_at is None:
                actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + MINUTE)


def test_two_pollers_expire_an_offer_once(region: Region) -> None:
    with region_scope(region.pk):
        pool = make_pool(2)
        offer = ask(pool, file_request(pool, measure=None))

    ends = at_once(region, lambda: expire(pool, offer), lambda: expire(pool, offer))

    assert ends == ["done", "done"]
    with region_scope(region.pk):
        assert Offer.objects.filter(state=OfferState.OPEN).count() == 1
        assert Wave.objects.count() == 2


def test_two_waves_started_at_once_are_one(region: Region) -> None:
    with region_scope(region.pk):
        pool = make_pool(2)
        seat = seat_of(file_request(pool, measure=None))

    def start() -> object:
        return actions.start_wave(seat_id=seat.pk, by=pool.cas, now=NOON)

    assert sorted(at_once(region, start, start)) == ["done", "refused"]


def test_one_person_says_yes_to_two_seats_at_the_same_hour_once(region: Region) -> None:
    """Nothing but the person stands between the two seats."""
    with region_scope(region.pk):
        pool = make_pool(1)
        hours = {"seat_start": NOON + 2 * DAY, "seat_end": NOON + 2 * DAY + HOUR}
        offers = [
            ask(pool, request)
            for request in (
                file_request(pool, measure=None, **hours),
                file_request(pool, measure=None, **hours),
            )
        ]
        for offer in offers:
            actions.declare_conflict(
                request_id=offer.seat.request_id,
                expert_id=offer.expert_id,
                answer="NO_CONFLICT",
                now=NOON,
            )

    first, second = offers
    ends = at_once(region, lambda: accepts.say_yes(first.pk), lambda: accepts.say_yes(second.pk))

    assert sorted(ends) == ["done", "refused"]
    with region_scope(region.pk):
        assert Assignment.objects.count() == 1


def test_the_same_form_sent_twice_at_once_is_one_request(region: Region) -> None:
    with region_scope(region.pk):
        pool = make_pool(0)
    filing = make_filing()

    def send() -> object:
        return actions.open_request(filing=filing, by=pool.bram, now=NOON)

    assert at_once(region, send, send, send) == ["done"] * 3
    with region_scope(region.pk):
        assert [request.number for request in Request.objects.all()] in (
            [["26-0001"], ["26-0002"], ["26-0003"]]
        )


def test_twelve_who_file_at_once_get_twelve_numbers(region: Region) -> None:
    with region_scope(region.pk):
        pool = make_pool(0)

    def send() -> object:
        return actions.open_request(filing=make_filing(), by=pool.bram, now=NOON)

    assert at_once(region, *[send] * 12) == ["done"] * 12
    with region_scope(region.pk):
        numbers = sorted(Request.objects.values_list("number", flat=True))
    assert numbers == [f"26-{n:04d}" for n in range(1, 13)]


def test_counting_rows_would_give_two_the_same_number(region: Region) -> None:
    """The twin: whoever counts instead of taking turns finds what everybody finds."""
    with region_scope(region.pk):
        pool = make_pool(0)
        file_request(pool)
    looked = Barrier(4)
    found = []

    def count() -> object:
        number = Request.objects.count() + 1
        looked.wait(timeout=30)
        found.append(number)
        return number

    at_once(region, *[count] * 4)

    assert found == [2, 2, 2, 2]


def at_once(region: Region, *acts: Callable[[], object]) -> list[str]:
    """Do all at the same moment, each on a connection of its own; how each ended."""
    line = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            with region_scope(region.pk):
                accepts.patiently()
                line.wait(timeout=30)
                act()
        except Refusal:
            return "refused"
        except Exception as broken:  # noqa: BLE001  (whatever it is, it is shown)
            return f"{type(broken).__name__}: {broken}"
        else:
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as runners:
        return list(runners.map(run, acts))
