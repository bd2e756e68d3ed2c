"""A list of fifty requests for somebody who is signed in, against the floor of the framework.

Both on gunicorn with two sync workers, asked by eight clients; the organisation has fifty, a
thousand and ten thousand requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from random import Random
from statistics import median

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from bench import floor
from bench.figures import ROUNDS, Figure, figure, interleaved, n_queries
from bench.ground import new_region
from bench.people import draw_places, draw_wishes
from bench.rows import lay_out, write_requests
from bench.web import Server, served
from core.access.models import Membership
from tests.factories.people import client_as

SIZES = (50, 1_000, 10_000)
SECONDS = 4.0
LIST = "/aanvragen/"
SHOWN = 50
MOST_QUERIES = 10


def run(
    *, sizes: Sequence[int] = SIZES, seconds: float = SECONDS, rounds: int = ROUNDS
) -> list[Figure]:
    """How often a second, how slow the slowest, and how many queries."""
    readers = {str(n): lay_out_list(n) for n in sizes}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    queries = {name: n_queries(partial(reader.get, LIST)) for name, reader in readers.items()}
    cookies = {name: _cookies(reader) for name, reader in readers.items()}
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
            _require_rows(site, kept, min(int(name), SHOWN))
        rates = interleaved(
            {
                "floor": lambda: load("floor", bare, "/page/"),
                **{name: partial(load, name, site, LIST) for name in readers},
            },
            rounds=rounds,
        )
    slow = {name: median(values) for name, values in p95.items()}
    smallest = str(sizes[0])
    return [
        one
        for name, rate in rates.items()
        if name != "floor"
        for label in [f"pages: list of {SHOWN} of {int(name):,}"]
        for one in (
            figure(f"{label} / floor", rate, "/s", baseline=rates["floor"], least=0.4),
            figure(f"{label}, p95 / floor", slow[name], "ms", baseline=slow["floor"], most=2.5),
            figure(f"{label}, queries", queries[name], "queries", most=MOST_QUERIES),
            *(
                [
                    figure(
                        f"{label}, time / the one of {smallest}",
                        1000 / rate,
                        "ms",
                        baseline=1000 / rates[smallest],
                        least=0.8,
                        most=1.2,
                    ),
                    figure(
                        f"{label}, queries more than of {smallest}",
                        queries[name] - queries[smallest],
                        "queries",
                        most=0,
                    ),
                ]
                if name != smallest
                else []
            ),
        )
    ]


def lay_out_list(n: int) -> Client:
    """Somebody who asks for an organisation with `n` running requests, signed in."""
    dice = Random(n)
    places = draw_places(dice, prefix=len(str(n)), n=20)
    with new_region() as ground:
        lay_out(places)
        office = Membership.objects.select_related("organisation").get(user=ground.bram)
        write_requests(
            draw_wishes(dice, n, places, ()),
            by=ground.bram,
            policy=ground.policy,
            office=office.organisation,
        )
    return client_as(ground.bram)


def _cookies(reader: Client) -> dict[str, str]:
    return {settings.SESSION_COOKIE_NAME: reader.cookies[settings.SESSION_COOKIE_NAME].value}


def _require_rows(server: Server, cookies: dict[str, str], n: int) -> None:
    status, page = server.get(LIST, cookies)
    if status != 200 or page.count("/status/") != n:
        raise RuntimeError(f"the list answers {status} with {page.count('/status/')} rows")
