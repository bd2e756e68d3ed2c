"""The page of the pool for a coordinator, at one, ten, fifty and two thousand experts.

Names are sealed, each with the key of its person, so the page opens all of them and judges
everybody whatever it shows; all are people of this coordinator, so all their papers are looked at.
Beside it the floor of the framework, as in `bench.pages`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from statistics import median

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from bench import floor
from bench.figures import ROUNDS, Figure, figure, interleaved, n_queries
from bench.ground import new_region
from bench.people import TODAY, able, brought_to, draw_people, draw_places
from bench.rows import lay_out, write_people
from bench.web import Server, served
from core.clock import local, now
from tests.factories.people import client_as

SIZES = (1, 10, 50, 2_000)
SECONDS = 4.0
LIST = "/pool/"


def run(
    *, sizes: Sequence[int] = SIZES, seconds: float = SECONDS, rounds: int = ROUNDS
) -> list[Figure]:
    """How many queries at every size, how often a second, how slow the slowest."""
    readers = {n: lay_out_pool(n, prefix=place) for place, n in enumerate(sizes, start=1)}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    queries = {n: n_queries(partial(reader.get, LIST)) for n, reader in readers.items()}
    timed = {str(n): reader for n, reader in readers.items()}
    cookies = {
        name: {settings.SESSION_COOKIE_NAME: reader.cookies[settings.SESSION_COOKIE_NAME].value}
        for name, reader in timed.items()
    }
    p95: dict[str, list[float]] = defaultdict(list)

    def load(name: str, server: Server, path: str) -> float:
        found = server.ask(path, cookies.get(name, {}), seconds=seconds)
        p95[name].append(found.p95)
        return found.per_second

    connections.close_all()
    with (
        floor.rows(),
        served("config.wsgi") as site,
        served("bench.floor_wsgi", DJANGO_SETTINGS_MODULE="bench.floor_settings") as bare,
    ):
        for name, kept in cookies.items():
            status, page = site.get(LIST, kept)
            if status != 200 or 'id="mensen"' not in page:
                raise RuntimeError(f"the pool of {name} answers {status}")
        rates = interleaved(
            {
                "floor": lambda: load("floor", bare, "/page/"),
                **{name: partial(load, name, site, LIST) for name in timed},
            },
            rounds=rounds,
        )
    first = sizes[0]
    figures = [
        figure(
            f"pool: list of {n:,}, queries more than of {first}",
            queries[n] - queries[first],
            "queries",
            most=0,
        )
        for n in sizes[1:]
    ]
    figures.insert(0, figure(f"pool: list of {first}, queries", queries[first], "queries"))
    for name, rate in rates.items():
        if name == "floor":
            continue
        label = f"pool: list of {int(name):,}"
        slow, baseline = median(p95[name]), median(p95["floor"])
        figures += [
            figure(f"{label} / floor", rate, "/s", baseline=rates["floor"], least=0.4),
            figure(f"{label}, p95 / floor", slow, "ms", baseline=baseline, most=2.5),
        ]
    return figures


def lay_out_pool(n: int, *, prefix: int) -> Client:
    """The coordinator of a pool with `n` experts, signed in."""
    dice = Random(n)
    places = draw_places(dice, prefix=prefix, n=20)
    with new_region() as ground:
        lay_out(places)
        somebody, *others = draw_people(dice, n, places)
        # One who takes part for certain: an empty pool asks fewer questions.
        # And whose VOG runs out: a page on which no paper is named leaves a line less in the log.
        first = replace(able(somebody), vog_until=TODAY + timedelta(days=40))
        people = [brought_to(one, local(now()).date()) for one in (first, *others)]
        write_people(people, by=ground.cas, people_a_key=1)
    return client_as(ground.cas)
