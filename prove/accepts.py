"""Twenty people say yes to the same seat at once: one wins, the others are told kindly.

Each one is a thread with a connection of its own and an offer of its own, so that nothing but
the seat stands between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from django.db import connection, connections

from core.access.models import Region
from core.access.scope import region_scope
from matching import actions
from matching.models import Assignment, Offer, Seat
from matching.states import OfferState
from tests.conftest import NOON
from tests.factories.matching import MINUTE, Pool, file_request, make_pool, seat_of
from tests.factories.pool import make_active_expert

WRITERS, ROUNDS, SHORT_ROUNDS = 20, 50, 5

Accept = Callable[[UUID], None]


def lay_out(region: Region) -> Pool:
    """A pool of twenty who all fit, and can carry as many as there are rounds."""
    with region_scope(region.pk):
        pool = make_pool(1, wave_size=1)
        while len(pool.experts) < WRITERS:
            pool.experts.append(make_active_expert(pool.cas, travel_radius_km=100))
        for expert in pool.experts:
            expert.max_running = 10 * ROUNDS
            expert.save(update_fields=["max_running"])
    return pool


def open_seat(region: Region, pool: Pool) -> tuple[UUID, list[UUID]]:
    """A seat with an open offer to each of the twenty, who all know nobody."""
    with region_scope(region.pk):
        seat = seat_of(file_request(pool, measure=None, now=NOON))
        wave = actions.start_wave(
            seat_id=seat.pk, by=pool.cas, now=NOON, experts=[pool.experts[0].pk]
        )
        assert wave is not None  # noqa: S101  (all of them fit)
        # A region asks at most three at once; here the rule of the wave stands aside.
        Offer.objects.bulk_create(
            Offer(
                seat=seat,
                wave=wave,
                expert=expert,
                offered_at=NOON,
                deadline_at=wave.deadline_at,
            )
            for expert in pool.experts[1:]
        )
        for expert in pool.experts:
            actions.declare_conflict(
                request_id=seat.request_id, expert_id=expert.pk, answer="NO_CONFLICT", now=NOON
            )
        return seat.pk, list(Offer.objects.filter(seat=seat).values_list("pk", flat=True))


def say_yes(offer_id: UUID) -> None:
    """What the page of a link does."""
    expert_id = Offer.objects.values_list("expert_id", flat=True).get(pk=offer_id)
    actions.accept_offer(
        offer_id=offer_id, by=None, expert_id=expert_id, now=NOON + MINUTE, by_link=True
    )


def patiently() -> None:
    """Let this transaction wait longer than a page may: it is proven who wins, not how fast."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '60s'")


def race(region: Region, offers: Sequence[UUID], accept: Accept = say_yes) -> Counter[str]:
    """Let one thread per offer call `accept` at the same moment; count the ends."""
    line = Barrier(len(offers))

    def run(offer_id: UUID) -> str:
        try:
            with region_scope(region.pk):
                patiently()
                line.wait(timeout=30)
                accept(offer_id)
        except actions.OfferTaken:
            return "taken"
        except Exception as broken:  # noqa: BLE001  (whatever it is, it is counted and shown)
            return f"{type(broken).__name__}: {broken}"[:160]
        else:
            return "won"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(offers)) as runners:
        return Counter(runners.map(run, offers))


def holders(region: Region, seat_id: UUID) -> tuple[int, int]:
    """How many accepted offers and how many assignments a seat has."""
    with region_scope(region.pk):
        accepted = Offer.objects.filter(seat_id=seat_id, state=OfferState.ACCEPTED).count()
        return accepted, Assignment.objects.filter(seat_id=seat_id).count()


def rounds(region: Region, n: int) -> tuple[Counter[str], set[tuple[int, int]]]:
    """`n` races for `n` seats: how they ended together, and what each seat was left with."""
    pool = lay_out(region)
    ends: Counter[str] = Counter()
    left: set[tuple[int, int]] = set()
    for _number in range(n):
        seat_id, offers = open_seat(region, pool)
        ends += race(region, offers)
        left.add(holders(region, seat_id))
        with region_scope(region.pk):
            request_id = Seat.objects.values_list("request_id", flat=True).get(pk=seat_id)
            actions.close_request(request_id=request_id, by=pool.cas, now=NOON + 2 * MINUTE)
    return ends, left


def main(*, short: bool) -> dict[str, object]:
    """Run the races on the database of this process."""
    n = SHORT_ROUNDS if short else ROUNDS
    region = Region.objects.create(code="PROOF-A", name="Getij")
    ends, left = rounds(region, n)
    return {
        "holds": ends == {"won": n, "taken": n * (WRITERS - 1)} and left == {(1, 1)},
        "rounds": n,
        "writers": WRITERS,
        "won": ends.pop("won", 0),
        "taken": ends.pop("taken", 0),
        "other": dict(ends),
    }
