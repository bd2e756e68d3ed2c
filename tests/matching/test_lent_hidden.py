"""Who takes consent back is not readable elsewhere, whatever the agreement still says."""

from __future__ import annotations

import pytest
from django.db import connection

from core.access.models import Region
from matching.models import Assignment, Offer, Task
from matching.models.requests import TaskKind
from matching.queries.fit import look
from matching.states import AssignmentState, OfferState
from pool import actions as pool
from pool.models import Absence, Expert, LendingGrant
from pool.queries import guest
from pool.states import GrantState
from tests.conftest import NOON
from tests.factories.lending import Neighbours, lend, make_neighbours
from tests.factories.matching import HOUR, MINUTE, accept, ask, file_request, seat_of
from tests.matching.test_lent import seen_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(region: Region, other_region: Region) -> Neighbours:
    return make_neighbours(home=other_region, here=region)


def hide(two: Neighbours) -> None:
    """Only the moment is written: the agreement still says that it runs."""
    with two.at_home():
        Expert.objects.filter(pk=two.noor.pk).update(hidden_at=NOON)
        assert set(LendingGrant.objects.values_list("state", flat=True)) == {GrantState.RUNNING}


def withdraw(two: Neighbours) -> None:
    assert two.noor.user is not None
    with two.at_home():
        pool.withdraw_consent(expert_id=two.noor.pk, by=two.noor.user, now=NOON + HOUR)


@pytest.mark.database
def test_a_hidden_expert_is_not_readable_in_the_borrowing_region(two: Neighbours) -> None:
    with two.at_home():
        Absence.objects.create(expert=two.noor, starts_at=NOON, ends_at=NOON + HOUR)
    lend(two)
    with two.in_need():
        before = seen_of(two.home)

    hide(two)

    with two.in_need():
        assert {"pool_expert", "core_datakey", "pool_vogevidence", "pool_absence"} <= set(before)
        assert seen_of(two.home) == {"pool_lendinggrant": 1}


@pytest.mark.database
def test_nor_is_she_found_held_or_let_in(two: Neighbours) -> None:
    lend(two)
    assert two.noor.user is not None
    with two.in_need():
        request = file_request(two.pool)
        assert look(seat_of(request), now=NOON).fitting == [two.noor.pk]
        assert guest(two.noor.user)

    hide(two)

    with two.in_need(), connection.cursor() as cursor:
        assert look(seat_of(request), now=NOON).fitting == []
        assert not guest(two.noor.user)
        cursor.execute("SELECT id FROM pool_expert WHERE id = %s FOR NO KEY UPDATE", [two.noor.pk])
        assert cursor.fetchall() == []


@pytest.mark.database
def test_own_work_still_names_her_and_no_fact_is_readable(
    two: Neighbours,
) -> None:
    """The twin of the first: the work has to be handed over, and its page says by whom not."""
    lend(two)
    with two.in_need():
        work = accept(ask(two.pool, file_request(two.pool)))

    hide(two)

    with two.in_need():
        assert seen_of(two.home) == {
            "core_datakey": 1,
            "pool_expert": 1,
            "pool_carried": 1,
            "pool_lendinggrant": 1,
        }
        held = Assignment.objects.select_related("expert__data_key").get(pk=work.pk)
        assert held.expert.short_name in {"Toestemming ingetrokken", "Consent withdrawn"}
        Assignment.objects.filter(pk=work.pk).update(
            state=AssignmentState.ENDED, ended_at=NOON + HOUR
        )
        assert seen_of(two.home) == {"core_datakey": 1, "pool_expert": 1, "pool_lendinggrant": 1}


def test_taking_consent_back_takes_the_question_elsewhere_back(two: Neighbours) -> None:
    lend(two)
    with two.in_need():
        offer = ask(two.pool, file_request(two.pool))

    withdraw(two)

    with two.in_need():
        assert Offer.objects.get(pk=offer.pk).state == OfferState.WITHDRAWN
    with two.at_home():
        assert LendingGrant.objects.get().state == GrantState.ENDED


def test_the_region_where_the_work_runs_is_asked_to_hand_it_over(two: Neighbours) -> None:
    lend(two)
    with two.in_need():
        request = file_request(two.pool)
        accept(ask(two.pool, request), now=NOON + MINUTE)

    withdraw(two)

    with two.at_home():
        assert Task.objects.get(kind=TaskKind.CONSENT).request is None
    with two.in_need():
        assert Task.objects.get(kind=TaskKind.CONSENT).request == request
