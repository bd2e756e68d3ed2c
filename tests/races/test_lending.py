"""Ending a lending while the other region asks, or while the expert says yes: one truth is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections

from core.access.models import Region
from core.access.scope import region_scope
from matching import actions
from matching.actions import answers, waves
from matching.models import Assignment, Offer
from matching.states import AssignmentState, OfferState
from pool import actions as pool
from pool.models import LendingGrant
from tests.conftest import NOON
from tests.factories.lending import Neighbours, lend, make_neighbours
from tests.factories.matching import MINUTE, accept, ask, file_request, seat_of

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PATIENCE = 30.0
Act = Callable[[], object]


@pytest.fixture
def two() -> Neighbours:
    home = Region.objects.create(code="VT94", name="Duinrand")
    here = Region.objects.create(code="VT95", name="Getij")
    return make_neighbours(home=home, here=here)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def hold(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> tuple[Event, Event]:
    """Stop the first who comes out of `name`, until told to go on."""
    came, go_on = Event(), Event()
    plain = getattr(module, name)

    def stopped(*args: Any, **kwargs: Any) -> Any:
        found = plain(*args, **kwargs)
        came.set()
        assert go_on.wait(PATIENCE)
        return found

    monkeypatch.setattr(module, name, stopped)
    return came, go_on


def interleave(first: Act, second: Act, came: Event, go_on: Event) -> None:
    """Begin `first`; when it is stopped let `second` run until it is done or waits for a lock."""

    def alone(act: Act) -> object:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        one = both.submit(alone, first)
        assert came.wait(PATIENCE)
        other = both.submit(alone, second)
        _until(other)
        go_on.set()
        for ended in (one, other):
            ended.result(PATIENCE)


def _until(other: Future[object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not other.done() and not somebody_waits_for_a_lock():
        assert time.monotonic() < deadline


def ends(two: Neighbours, grant: LendingGrant) -> Act:
    def act() -> object:
        with two.at_home():
            return pool.end_lending(grant_id=grant.pk, by=two.zoe, now=NOON + MINUTE)

    return act


def asks(two: Neighbours, request: Any) -> Act:
    def act() -> object:
        with two.in_need():
            return actions.start_wave(seat_id=seat_of(request).pk, by=two.pool.cas, now=NOON)

    return act


def open_offers(two: Neighbours) -> int:
    with two.in_need():
        return Offer.objects.filter(state=OfferState.OPEN).count()


def test_no_question_outlives_the_agreement_that_was_ended_meanwhile(
    two: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = lend(two)
    with two.in_need():
        request = file_request(two.pool)
    came, go_on = hold(monkeypatch, waves, "grant_to_us")

    interleave(asks(two, request), ends(two, grant), came, go_on)

    assert open_offers(two) == 0


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def looks_only(expert: Any) -> LendingGrant | None:
        return LendingGrant.to_us.filter(expert=expert, state="RUNNING").first()

    monkeypatch.setattr(waves, "grant_to_us", looks_only)


@pytest.mark.usefixtures("without_lock")
def test_without_holding_the_agreement_a_question_would_outlive_it(
    two: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: looking without holding lets the end slip in between."""
    grant = lend(two)
    with two.in_need():
        request = file_request(two.pool)
    came, go_on = hold(monkeypatch, waves, "grant_to_us")

    interleave(asks(two, request), ends(two, grant), came, go_on)

    assert open_offers(two) == 1


def test_a_yes_that_was_first_counts_and_the_end_comes_after_it(
    two: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = lend(two)
    with two.in_need():
        offer = ask(two.pool, file_request(two.pool))
    came, go_on = hold(monkeypatch, answers, "late_objections")

    def says_yes() -> object:
        with two.in_need():
            return accept(offer)

    interleave(says_yes, ends(two, grant), came, go_on)

    with two.in_need():
        work = Assignment.objects.get()
        assert work.state == AssignmentState.ACTIVE
        assert Offer.objects.get(pk=offer.pk).state == OfferState.ACCEPTED
    with region_scope(two.home.pk):
        assert LendingGrant.objects.get().state == "ENDED"
