"""Small rounds: size, order, deadline, who starts them, and what happens when nobody is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import NotAllowed
from core.models import DueWork, Message
from matching import actions
from matching.due import lapse_offer
from matching.models import Decision, Offer, Request, Task, Wave
from matching.models.requests import TaskKind
from matching.states import OfferState, Release, RequestState, WaveState
from pool import actions as pool_actions
from pool.models import Expert
from tests.conftest import NOON
from tests.factories.matching import (
    HOUR,
    MINUTE,
    accept,
    ask,
    decline,
    file_request,
    make_policy,
    make_pool,
    open_offers,
    seat_of,
)
from tests.factories.pool import make_active_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
SECOND = timedelta(seconds=1)
TERM = 2 * HOUR


def expire(offer: Offer) -> None:
    lapse_offer(offer.pk, offer.deadline_at)


def asked(request: Request) -> list[str]:
    """First names of those with an open offer, in the order in which they were asked."""
    return [offer.expert.first_name for offer in open_offers(request)]


def test_a_decision_keeps_who_fits_why_and_who_not_why_not() -> None:
    pool = make_pool(3)
    request = file_request(pool)
    pool_actions.pause(expert_id=pool.experts[0].pk, by=pool.cas, now=NOON)

    decision = actions.decide(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    assert [entry["expert"] for entry in decision.ranked] == [str(pk) for pk in pool.ids[1:]]
    first = decision.ranked[0]
    assert first["score"] == sum(part["points"] for part in first["parts"])
    assert decision.excluded == [
        {"expert": str(pool.ids[0]), "objections": [{"code": "PAUSED", "facts": {}}]}
    ]


def test_a_decision_costs_the_same_for_any_number(django_assert_num_queries: Any) -> None:
    pool = make_pool(1)
    seat = seat_of(file_request(pool))
    with CaptureQueriesContext(connection) as few:
        actions.decide(seat_id=seat.pk, by=pool.cas, now=NOON)
    for name in ("Gus", "Hes"):
        make_active_expert(pool.cas, first_name=name)

    with django_assert_num_queries(len(few)):
        actions.decide(seat_id=seat.pk, by=pool.cas, now=NOON)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_wave_asks_as_many_as_the_policy_says(size: int) -> None:
    pool = make_pool(4, wave_size=size)
    request = file_request(pool)

    ask(pool, request)

    assert asked(request) == ["Ada", "Bes", "Cem", "Dex"][:size]
    assert {offer.deadline_at for offer in open_offers(request)} == {NOON + TERM}
    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING


def test_a_coordinator_may_set_the_order_and_the_deadline() -> None:
    pool = make_pool(3)
    request = file_request(pool)
    ada, bes, cem = pool.ids

    actions.start_wave(
        seat_id=seat_of(request).pk,
        by=pool.cas,
        now=NOON,
        experts=[cem, ada],
        deadline_at=NOON + HOUR,
    )

    (offer,) = open_offers(request)
    assert (offer.expert_id, offer.deadline_at) == (cem, NOON + HOUR)
    decline(offer)
    (offer,) = open_offers(request)
    # The next has the whole term of the region, from the moment that the place was free.
    assert (offer.expert_id, offer.deadline_at) == (ada, NOON + MINUTE + TERM)
    decline(offer)
    # Bes was not on the list: whether to ask is a coordinator's to say.
    assert not Offer.objects.filter(expert_id=bes).exists()
    request.refresh_from_db()
    assert request.state == RequestState.UNFILLED


def test_somebody_who_cannot_is_not_asked_even_when_listed() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    pool_actions.pause(expert_id=pool.ids[0], by=pool.cas, now=NOON)

    with pytest.raises(actions.DoesNotFit):
        ask(pool, request, *pool.experts)

    assert not Offer.objects.exists()


def test_listed_people_are_judged_again_when_their_turn_comes() -> None:
    pool = make_pool(3)
    request = file_request(pool)
    first = ask(pool, request, *pool.experts)
    pool_actions.pause(expert_id=pool.ids[1], by=pool.cas, now=NOON)

    decline(first)

    assert asked(request) == ["Cem"]


def test_silence_ends_at_the_deadline_and_the_next_is_asked_at_once() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    offer = ask(pool, request)

    lapse_offer(offer.pk, offer.deadline_at - SECOND)
    assert asked(request) == ["Ada"]
    expire(offer)
    expire(offer)

    offer.refresh_from_db()
    assert (offer.state, offer.closed_at) == (OfferState.EXPIRED, NOON + TERM)
    assert asked(request) == ["Bes"]
    assert Wave.objects.filter(state=WaveState.ACTIVE).count() == 1


def test_a_deadline_of_an_answered_offer_does_nothing() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    offer = ask(pool, request)
    accept(offer)

    expire(offer)

    offer.refresh_from_db()
    assert offer.state == OfferState.ACCEPTED
    assert asked(request) == []


def test_who_let_it_pass_may_be_listed_once_more() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    offer = ask(pool, request)
    expire(offer)

    again = ask(pool, request, *pool.experts, now=NOON + 3 * HOUR)

    assert (again.expert_id, again.pk != offer.pk) == (offer.expert_id, True)
    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING


# --- By itself --------------------------------------------------------------------------------


def test_an_automatic_policy_asks_in_the_same_transaction() -> None:
    pool = make_pool(2, release_urgent=Release.AUTOMATIC)

    request = file_request(pool)

    assert (request.state, asked(request)) == (RequestState.SEARCHING, ["Ada"])
    assert not Task.objects.filter(kind=TaskKind.NEW_REQUEST).exists()


def test_newcomers_join_an_automatic_search_at_the_end() -> None:
    pool = make_pool(2, release_urgent=Release.AUTOMATIC)
    pool_actions.pause(expert_id=pool.ids[1], by=pool.cas, now=NOON)
    request = file_request(pool)
    pool_actions.resume(expert_id=pool.ids[1], by=pool.cas, now=NOON)

    decline(open_offers(request)[0])

    assert asked(request) == ["Bes"]


def test_the_policy_of_the_day_of_filing_stays() -> None:
    pool = make_pool(3, wave_size=1)
    request = file_request(pool)
    make_policy(wave_size=3, answer_urgent=5)

    offer = ask(pool, request)

    assert (len(asked(request)), offer.deadline_at) == (1, NOON + TERM)


# --- Nobody -----------------------------------------------------------------------------------


def test_with_nobody_left_people_hear_it_at_once_with_reasons() -> None:
    pool = make_pool(2)
    for expert in pool.experts:
        pool_actions.pause(expert_id=expert.pk, by=pool.cas, now=NOON)
    request = file_request(pool)

    wave = actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    assert wave is None
    request.refresh_from_db()
    assert (request.state, request.unfilled_at) == (RequestState.UNFILLED, NOON)
    # One thing to do, not two: whom to ask first is no longer the question.
    task = Task.objects.get(request=request, done_at=None)
    assert task.kind == TaskKind.NOBODY_FITS
    assert task.due_at == NOON + 2 * HOUR
    (decision,) = Decision.objects.all()
    assert {entry["objections"][0]["code"] for entry in decision.excluded} == {"PAUSED"}
    told = set(Message.objects.filter(created_at=NOON).values_list("template", "recipient__name"))
    assert told >= {("matching/needs_you", "Cas Verhoef"), ("matching/news", "Bram de Wit")}


def test_the_last_no_tells_people_too() -> None:
    pool = make_pool(1)
    request = file_request(pool)

    decline(ask(pool, request))

    request.refresh_from_db()
    assert request.state == RequestState.UNFILLED
    assert Task.objects.filter(kind=TaskKind.NOBODY_FITS, done_at=None).exists()
    assert not Wave.objects.filter(state=WaveState.ACTIVE).exists()


def test_while_somebody_still_thinks_nobody_is_alarmed() -> None:
    pool = make_pool(2, wave_size=2)
    request = file_request(pool)

    decline(ask(pool, request))

    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING
    assert asked(request) == ["Bes"]


# --- Taking back, and who may -----------------------------------------------------------------


def test_a_withdrawn_offer_waits_for_the_coordinator() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    offer = ask(pool, request)

    actions.withdraw_offer(offer_id=offer.pk, by=pool.cas, now=NOON + MINUTE)

    request.refresh_from_db()
    assert (request.state, asked(request)) == (RequestState.FILED, [])
    ask(pool, request, *pool.experts, now=NOON + 2 * MINUTE)
    assert asked(request) == ["Ada"]


def test_two_waves_never_run_at_once() -> None:
    pool = make_pool(3)
    request = file_request(pool)
    ask(pool, request)

    with pytest.raises(actions.WaveRunning):
        ask(pool, request)


def test_a_filled_seat_and_a_closed_request_start_nothing() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    accept(ask(pool, request))
    with pytest.raises(actions.SeatNotOpen):
        ask(pool, request)

    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)

    with pytest.raises(actions.SeatNotOpen):
        ask(pool, request)


def test_only_a_coordinator_decides_asks_and_takes_back() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    seat = seat_of(request)
    offer = ask(pool, request)

    with pytest.raises(NotAllowed):
        actions.decide(seat_id=seat.pk, by=pool.bram, now=NOON)
    with pytest.raises(NotAllowed):
        actions.start_wave(seat_id=seat.pk, by=pool.bram, now=NOON)
    with pytest.raises(NotAllowed):
        actions.withdraw_offer(offer_id=offer.pk, by=pool.bram, now=NOON)


def test_a_deadline_in_the_past_is_refused() -> None:
    pool = make_pool(1)
    request = file_request(pool)

    with pytest.raises(actions.DeadlinePast):
        actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON, deadline_at=NOON)


def test_a_duo_is_two_seats_and_two_people() -> None:
    pool = make_pool(3, release_urgent=Release.AUTOMATIC)
    request = file_request(pool, n_seats=2)
    assert sorted(asked(request)) == ["Ada", "Bes"]

    first, second = open_offers(request)
    accept(first)
    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING
    accept(second)

    request.refresh_from_db()
    assert request.state == RequestState.MATCHED


@pytest.mark.database
def test_the_database_refuses_a_second_running_wave() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    wave = ask(pool, request).wave

    with pytest.raises(IntegrityError, match="wave_one_active_per_seat"), transaction.atomic():
        Wave.objects.create(
            seat=wave.seat,
            decision=wave.decision,
            number=2,
            size=1,
            started_at=NOON,
            deadline_at=NOON + HOUR,
        )


def test_continuity_counts_for_who_stood_here_before() -> None:
    pool = make_pool(3)
    first = file_request(pool, case_reference="WK-81", measure=None)
    accept(ask(pool, first, pool.experts[2]))
    actions.close_request(request_id=first.pk, by=pool.cas, now=NOON + HOUR)

    second = file_request(pool, case_reference="wk-81", measure=None, now=NOON + 2 * HOUR)

    decision = actions.decide(seat_id=seat_of(second).pk, by=pool.cas, now=NOON + 2 * HOUR)
    assert second.case_id == first.case_id
    assert decision.ranked[0]["expert"] == str(pool.ids[2])


def test_every_offer_has_its_deadline_as_due_work() -> None:
    pool = make_pool(3, wave_size=3)
    request = file_request(pool)

    ask(pool, request)

    work = DueWork.objects.filter(kind="matching.offer_deadline", state="WAITING")
    assert set(work.values_list("subject", "not_before")) == {
        (offer.pk, offer.deadline_at) for offer in open_offers(request)
    }
    assert Expert.objects.count() == 3
