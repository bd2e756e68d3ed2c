"""People in front of their screens: Cas coordinates, Bram asks, Ada is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.access.models import Region, User
from core.access.scope import region_scope
from pool.models import Expert
from tests.conftest import NOON
from tests.factories.matching import MEETING_AREA, Pool, make_pool
from tests.factories.people import client_as


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def pool(region: Region) -> Pool:
    with region_scope(region.pk):
        return make_pool(3)


def english(user: User) -> Client:
    """A signed-in client that reads English, so that no test hangs on a translation."""
    client = client_as(user)
    client.cookies["naast_language"] = "en"
    return client


@pytest.fixture
def cas(pool: Pool) -> Client:
    return english(pool.cas)


@pytest.fixture
def bram(pool: Pool) -> Client:
    return english(pool.bram)


@pytest.fixture
def ada(pool: Pool) -> Client:
    return english(account(pool.experts[0]))


def read(client: Client, address: str, **headers: str) -> str:
    """A page that opens."""
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def refresh(client: Client, address: str) -> str:
    """The part of a page that refreshes itself."""
    return read(client, address, **{"HX-Request": "true"})


def cost(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as seen:
        read(client, address)
    return len(seen)


def account(expert: Expert) -> User:
    """The person behind an expert; every expert of these tests has signed in once."""
    assert expert.user is not None
    return expert.user


Answers = dict[str, str | list[str]]
MEASURE: Answers = {
    "activity": "BUDDY_1ON1",
    "urgency": "URGENT",
    "kind": "THV",
    "imposed_0": "2026-03-09",
    "imposed_1": "22:40",
    "decision_seen": "NO",
    "protected_roles": ["PARTNER", "CHILDREN"],
}
PARTICIPANT: Answers = {
    "age_band": "THIRTIES",
    "relation": "PARTNER",
    "when": "LATER",
    "earliest_0": "2026-03-11",
    "earliest_1": "12:00",
    "language": "nl",
    "needs": ["PARENT"],
}
REACH: Answers = {
    "area": MEETING_AREA,
    "day_parts": ["EVENING", "WEEKEND"],
    "case_manager_name": "Fatima Idrissi",
    "case_manager_phone": "088 000 2345",
    "deputy_name": "Gijs Maas",
    "deputy_phone": "088 000 2346",
    "out_of_hours_phone": "088 000 2347",
}
SAFETY: Answers = {
    "plan_on": "2026-03-10",
    "numbers_work": "on",
    "measure_right": "on",
    "risk": "NO_CONTRAINDICATION",
    "consent": "YES",
    "reference": "AA-2213",
}
STEPS: dict[int, Answers] = {1: MEASURE, 2: PARTICIPANT, 3: REACH, 4: SAFETY}
