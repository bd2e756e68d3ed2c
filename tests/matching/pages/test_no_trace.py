"""No page of one region differs by whether somebody is in the pool of another, without a grant.

Status, body and number of queries, of every address, got and posted by a coordinator: with ids
of nobody before there was anybody, against ids of somebody who is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from core.access.models import Region, Role
from core.access.scope import region_scope
from core.ui import nav as menu
from matching.nav import waiting as waiting_requests
from pool.models import Expert
from tests.factories.lending import make_neighbours, propose, second
from tests.factories.matching import Pool, file_request, make_pool
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

# Not of a region, made for the demo or machines, or the login itself.
ELSEWHERE = re.compile(
    r"^/(accounts|demo|static|healthz|readyz|onderdelen|agenda/|v/|uitnodiging/)"
)
CHANGES = re.compile(
    r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|nonce="|nonce-|form_key" value=")[^"\']+'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
FEW = ("/", "/pool/", "/aanvragen/", "/pool/uitlenen/", "/pool/uitlenen/vragen/")
Seen = dict[str, tuple[int, str, int]]


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address of the site, with what its parts are."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(getattr(one.pattern, "_route", ""))
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            yield route, one.pattern.converters


def filled(who: UUID) -> list[str]:
    """Every address, with `who` where it takes an id."""
    found = []
    for route, converters in addresses():
        path = route
        for name, converter in converters.items():
            kinds: dict[type, str] = {
                UUIDConverter: str(who),
                IntConverter: "1",
                SlugConverter: "vog",
                StringConverter: "G1",
            }
            path = re.sub(rf"<(\w+:)?{name}>", kinds.get(type(converter), "x"), path)
        if not ELSEWHERE.match(path) and "<" not in path and "(" not in path:
            found.append(path)
    return sorted(set(found))


def crawl(client: Client, who: UUID, *, only: tuple[str, ...] = ()) -> Seen:
    """Open and post everything; what it changed is taken back."""
    seen: Seen = {}
    signed_in = {name: one.value for name, one in client.cookies.items()}
    for path in only or filled(who):
        for method in ("get", "post"):
            # A page that signs out takes nobody else along.
            client.cookies = SimpleCookie(signed_in)
            asked: list[str] = []

            def count(run: Any, *rest: Any, asked: list[str] = asked) -> Any:
                asked.append(rest[0])
                return run(*rest)

            with transaction.atomic(), connection.execute_wrapper(count):
                answer = getattr(client, method)(path)
                transaction.set_rollback(True)
            body = CHANGES.sub("*", answer.content.decode(errors="replace"))
            seen[f"{method} {path.replace(str(who), '*')}"] = (
                answer.status_code,
                body + str(answer.headers.get("Location", "")).replace(str(who), "*"),
                len(asked),
            )
    return seen


def differing(one: Seen, other: Seen) -> list[str]:
    return [path for path in one if one[path] != other[path]]


@pytest.fixture
def pool(region: Region) -> Pool:
    with region_scope(region.pk):
        made = make_pool(2)
        file_request(made)
        return made


def somebody_there(other_region: Region) -> Expert:
    """Named, reachable and living as somebody in the own pool."""
    with region_scope(other_region.pk):
        make_region_profile()
        cas = make_user("Cas Verhoef", Role.COORDINATOR)
        return make_active_expert(
            cas,
            first_name="Ada",
            last_name="Kaars",
            email="ada0@voorbeeld.example",
            home_area="3340",
        )


@pytest.fixture
def reader(pool: Pool) -> Client:
    return client_as(pool.cas)


def test_no_page_tells_of_somebody_in_another_region(reader: Client, other_region: Region) -> None:
    nobody = uuid4()
    crawl(reader, nobody)  # caches are warm from here
    before = crawl(reader, nobody)

    there = somebody_there(other_region)

    assert differing(before, crawl(reader, there.pk)) == []
    assert len(before) > 100


def test_a_number_that_counts_in_another_region_would_be_seen(
    pool: Pool, other_region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a leak in a number of the menu, as small as leaks are."""

    def waiting(_request: object) -> int:
        with region_scope(other_region.pk):
            return Expert.objects.count()

    planted = [
        replace(one, count=waiting) if one.count is waiting_requests else one
        for one in menu._entries
    ]
    monkeypatch.setattr(menu, "_entries", planted)
    reader, nobody = client_as(pool.cas), uuid4()
    crawl(reader, nobody, only=FEW)
    before = crawl(reader, nobody, only=FEW)
    somebody_there(other_region)

    assert "get /pool/" in differing(before, crawl(reader, nobody, only=FEW))


def test_a_lending_that_waits_for_its_expert_leaves_no_trace(
    region: Region, other_region: Region
) -> None:
    two = make_neighbours(home=other_region, here=region)
    reader, nobody = client_as(two.pool.cas), uuid4()
    crawl(reader, nobody, only=FEW)
    before = crawl(reader, nobody, only=FEW)

    grant = propose(two)
    second(two, grant)

    assert differing(before, crawl(reader, nobody, only=FEW)) == []
