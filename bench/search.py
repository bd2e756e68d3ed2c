"""Looking at the whole pool for one seat, against bare tables and one lazy statement.

Every answer is compared with the one of the oracle, which asks everybody; one that differs is a
goal that was missed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from uuid import UUID

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure, figure, quantile, timed
from bench.ground import new_region
from bench.lazy_sql import LazySearch, bare_tables
from bench.oracle import SHOWN, Answer, Oracle
from bench.people import NOW, Wish, draw_people, draw_places, draw_wishes
from bench.reach import url_of, without_history
from bench.rows import lay_out, write_load, write_people, write_wishes
from core.access.scope import region_scope
from matching.models import Seat
from matching.queries.fit import look

N_WISHES = 200
SIZES = (1_000, 10_000)
# No size measures the site longer than this; what it could not answer counts as not equal.
SECONDS = 60
MOST_QUERIES = 3


@dataclass
class Found:
    """What was measured at one size: milliseconds, and how many answers were right."""

    site: list[float]
    limit: list[float]
    n_equal: int
    n_limit_equal: int
    n_queries: int


def run(*, sizes: Sequence[int] = SIZES, n_wishes: int = N_WISHES) -> list[Figure]:
    """Both sizes, each in a region of its own."""
    return [one for n in sizes for one in _figures(n, n_wishes, measure(n, n_wishes))]


def _figures(n: int, n_wishes: int, found: Found) -> list[Figure]:
    name = f"search: first {SHOWN} of {n:,} experts"
    p50, p95 = quantile(found.site, 0.5), quantile(found.site, 0.95)
    # What it had no time to answer is neither equal nor other.
    n_other = len(found.site) - found.n_equal
    return [
        figure(f"{name}, p50", p50, "ms", baseline=quantile(found.limit, 0.5), most=2),
        figure(f"{name}, p95", p95, "ms", baseline=quantile(found.limit, 0.95), most=2),
        figure(f"{name}, p95 over p50", p95 / p50, "x", most=5),
        figure(f"{name}, queries", found.n_queries, "queries", most=MOST_QUERIES),
        figure(f"{name}, equal to the oracle", found.n_equal, "answers", least=n_wishes),
        figure(f"{name}, other than the oracle", n_other, "answers", most=0),
        figure(f"{name}, lazy SQL equal to it", found.n_limit_equal, "answers", least=n_wishes),
    ]


def measure(n: int, n_wishes: int) -> Found:
    """Ask both, one after the other, for every wish."""
    dice = Random(n)
    places = draw_places(dice, prefix=len(str(n)))
    people = draw_people(dice, n, places)
    wishes = draw_wishes(dice, n_wishes, places, people)
    with without_history("pool_block"), new_region() as ground:
        lay_out(places)
        write_people(people, by=ground.cas)
        write_load(people, by=ground.cas, policy=ground.policy)
        seats = write_wishes(wishes, by=ground.cas, policy=ground.policy)
    # As the owner: of the tables of another role PostgreSQL takes no statistics, and only warns.
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        owner.execute("ANALYZE")
    oracle = Oracle(people)
    truth = [oracle.best(wish) for wish in wishes]
    with bare_tables(url_of("owner"), people, reader=connection.settings_dict["USER"]):
        limit = LazySearch(url_of("app"))
        try:
            return _ask(ground.region.pk, seats, wishes, truth, limit)
        finally:
            limit.close()


def _ask(
    region_id: int,
    seats: Sequence[UUID],
    wishes: Sequence[Wish],
    truth: Sequence[Answer],
    limit: LazySearch,
) -> Found:
    for wish in wishes[:20]:
        limit.best(wish)
    found = Found([], [], 0, 0, 0)
    stop_at = time.monotonic() + SECONDS
    for seat_id, wish, right in zip(seats, wishes, truth, strict=True):
        took, answer = timed(partial(limit.best, wish))
        found.limit.append(took)
        found.n_limit_equal += answer == right
        if time.monotonic() < stop_at:
            with region_scope(region_id):
                took, answer = timed(partial(first_twenty, seat_with_request(seat_id)))
            found.site.append(took)
            found.n_equal += answer == right
    with region_scope(region_id):
        seat = seat_with_request(seats[0])
        with CaptureQueriesContext(connection) as queries:
            first_twenty(seat)
    found.n_queries = len(queries)
    return found


def seat_with_request(seat_id: UUID) -> Seat:
    """A seat as the actions hold it, with its request read."""
    return Seat.objects.select_related(
        "request__policy", "request__organisation", "request__area"
    ).get(pk=seat_id)


def first_twenty(seat: Seat) -> Answer:
    """What the site answers: whom to ask, best first, with their points."""
    return [(one.expert_id, one.score) for one in look(seat, now=NOW).ranked[:SHOWN]]
