"""First yes wins, no costs nothing, and nobody wins late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from core.access import links
from core.access.models import LinkPurpose, LinkToken
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.models import DueWork, Message
from core.states import IllegalMove
from matching import actions, signals
from matching.due import say_offer_gone
from matching.models import Assignment, ConflictDeclaration, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.pages.offer import offer_page
from matching.queries import gate, offer_by_link
from matching.states import AssignmentState, Conflict, GateCode, OfferState, RequestState, SeatState
from pool import actions as pool_actions
from pool.models import Block, ExcludedArea, Expert, VogEvidence
from pool.states import BlockState
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MEETING_AREA,
    MINUTE,
    Pool,
    accept,
    ask,
    decline,
    file_request,
    make_matched,
    make_pool,
    open_offers,
    seat_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


@pytest.fixture
def two() -> tuple[Pool, Request, Offer, Offer]:
    """Two open offers for one seat, to Ada and to Bes."""
    pool = make_pool(3, wave_size=2)
    request = file_request(pool)
    ask(pool, request)
    ada, bes = open_offers(request)
    return pool, request, ada, bes


Two = tuple[Pool, Request, Offer, Offer]


def say_nothing_known(request: Request, offer: Offer, now: datetime = NOON) -> None:
    actions.declare_conflict(
        request_id=request.pk, expert_id=offer.expert_id, answer="NO_CONFLICT", now=now
    )


def states(request: Request) -> dict[UUID, str]:
    return dict(Offer.objects.filter(seat__request=request).values_list("pk", "state"))


# --- Yes --------------------------------------------------------------------------------------


def test_the_first_yes_takes_the_seat_and_closes_the_others(two: Two) -> None:
    _pool, request, ada, bes = two

    assignment = accept(ada)

    request.refresh_from_db()
    assert states(request) == {ada.pk: OfferState.ACCEPTED, bes.pk: OfferState.SUPERSEDED}
    assert (assignment.expert_id, assignment.state) == (ada.expert_id, AssignmentState.ACTIVE)
    assert seat_of(request).state == SeatState.FILLED
    assert (request.state, request.matched_at) == (RequestState.MATCHED, NOON + MINUTE)
    with pytest.raises(actions.OfferTaken):
        accept(bes)


def test_saying_yes_twice_is_harmless(two: Two) -> None:
    _pool, _request, ada, _bes = two

    first, second = accept(ada), accept(ada)

    assert first == second
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(("late", "won"), [(-timedelta(seconds=1), True), (timedelta(0), False)])
def test_at_the_deadline_it_is_too_late(two: Two, late: timedelta, *, won: bool) -> None:
    _pool, request, ada, _bes = two
    say_nothing_known(request, ada)

    if won:
        accept(ada, now=ada.deadline_at + late)
    else:
        with pytest.raises(actions.OfferLate):
            accept(ada, now=ada.deadline_at + late)

    # The row is the sweep's to close: one place expires offers, one time is recorded.
    assert states(request)[ada.pk] == (OfferState.ACCEPTED if won else OfferState.OPEN)


def test_an_offer_of_somebody_else_looks_like_no_offer(two: Two) -> None:
    _pool, request, ada, bes = two
    say_nothing_known(request, bes)

    with pytest.raises(Offer.DoesNotExist):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=bes.expert_id, now=NOON, by_link=True
        )


def test_nobody_says_yes_for_another(two: Two) -> None:
    pool, request, ada, bes = two
    say_nothing_known(request, ada)

    for who in (bes.expert.user, pool.bram, None):
        with pytest.raises(NotAllowed):
            actions.accept_offer(
                offer_id=ada.pk, by=who, expert_id=ada.expert_id, now=NOON, by_link=False
            )
    actions.accept_offer(
        offer_id=ada.pk, by=pool.cas, expert_id=ada.expert_id, now=NOON, by_link=False
    )


def test_yes_needs_a_word_about_whom_one_knows(two: Two) -> None:
    _pool, request, ada, _bes = two

    with pytest.raises(actions.ConflictNotAnswered):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=ada.expert_id, now=NOON, by_link=True
        )
    actions.declare_conflict(
        request_id=request.pk, expert_id=ada.expert_id, answer="UNSURE", now=NOON
    )
    with pytest.raises(actions.ConflictNotAnswered):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=ada.expert_id, now=NOON, by_link=True
        )
    assert states(request)[ada.pk] == OfferState.OPEN


def test_yes_confirms_what_the_expert_and_the_system_vouch_for(two: Two) -> None:
    _pool, request, ada, _bes = two

    accept(ada)

    done = {line.code for line in gate(request, at=NOON + HOUR).items if line.is_done}
    assert {GateCode.G9, GateCode.G10} <= done


def test_yes_to_fixed_hours_gives_them_away_at_once() -> None:
    pool = make_pool(1)
    start = NOON + 2 * DAY
    request = file_request(pool, seat_start=start, seat_end=start + HOUR)

    assignment = accept(ask(pool, request))

    block = Block.objects.get(source=assignment.pk)
    assert (block.period.lower, block.period.upper) == (start, start + HOUR)
    assert block.occupied.lower == start - 30 * MINUTE


def test_hours_that_went_meanwhile_refuse_the_yes_and_nothing_is_booked() -> None:
    pool = make_pool(1, wave_size=1)
    start = NOON + 2 * DAY
    one = file_request(pool, seat_start=start, seat_end=start + HOUR)
    two = file_request(pool, seat_start=start, seat_end=start + HOUR)
    first, second = ask(pool, one), ask(pool, two)
    accept(first)

    with pytest.raises(actions.NotDeployable, match=r"another appointment|andere afspraak"):
        accept(second)

    assert Block.objects.filter(state=BlockState.LIVE).count() == 1
    assert states(two) == {second.pk: OfferState.WITHDRAWN}


# --- Judged again -----------------------------------------------------------------------------


def pause(expert: Expert) -> None:
    Expert.objects.filter(pk=expert.pk).update(state="PAUSED", paused_at=NOON)


def suspend(expert: Expert) -> None:
    Expert.objects.filter(pk=expert.pk).update(state="SUSPENDED")


def lose_papers(expert: Expert) -> None:
    VogEvidence.objects.filter(expert=expert).update(policy_valid_until=NOON.date())


def exclude_area(expert: Expert) -> None:
    ExcludedArea.objects.create(expert=expert, area_id=MEETING_AREA)


def fill_up(expert: Expert) -> None:
    Expert.objects.filter(pk=expert.pk).update(max_running=0)


@pytest.mark.parametrize("meanwhile", [pause, suspend, lose_papers, exclude_area, fill_up])
def test_yes_is_judged_with_what_holds_now(two: Two, meanwhile: Callable[[Expert], None]) -> None:
    """Straight in the tables, without the signals that would have taken the offer back."""
    pool, request, ada, bes = two
    say_nothing_known(request, ada)
    meanwhile(ada.expert)

    with pytest.raises(actions.NotDeployable):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=ada.expert_id, now=NOON, by_link=True
        )

    # The place is not kept for a yes that cannot come: the next is asked at once.
    assert states(request)[ada.pk] == OfferState.WITHDRAWN
    assert {one.expert_id for one in open_offers(request)} == {bes.expert_id, pool.ids[2]}
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("act", ["pause", "suspend", "leave"])
def test_who_stops_is_asked_no_more_and_the_next_is(act: str) -> None:
    pool = make_pool(2)
    request = file_request(pool)
    offer = ask(pool, request)
    expert, now = offer.expert, NOON + MINUTE

    if act == "pause":
        pool_actions.pause(expert_id=expert.pk, by=pool.cas, now=now)
    elif act == "suspend":
        pool_actions.suspend(expert_id=expert.pk, reason="WELLBEING", by=pool.cas, now=now)
    else:
        pool_actions.leave(expert_id=expert.pk, by=pool.cas, now=now)

    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert [one.expert_id for one in open_offers(request)] == [pool.experts[1].pk]
    with pytest.raises(actions.OfferWithdrawn):
        accept(offer)


# --- No ---------------------------------------------------------------------------------------


def test_no_asks_the_next_at_once(two: Two) -> None:
    pool, request, ada, bes = two

    decline(ada)

    third = pool.experts[2]
    assert [one.expert_id for one in open_offers(request)] == [bes.expert_id, third.pk]


def test_saying_no_twice_or_late_is_harmless(two: Two) -> None:
    _pool, request, ada, _bes = two

    decline(ada)
    decline(ada, now=ada.deadline_at + HOUR)

    assert states(request)[ada.pk] == OfferState.DECLINED


def test_no_does_not_undo_a_yes(two: Two) -> None:
    _pool, _request, ada, _bes = two
    accept(ada)

    with pytest.raises(actions.OfferClosed):
        decline(ada)


def test_too_heavy_asks_a_coordinator_to_call_the_expert(two: Two) -> None:
    _pool, _request, ada, _bes = two

    decline(ada, "TOO_HEAVY")

    task = Task.objects.get(kind=TaskKind.TOO_HEAVY)
    assert (task.expert_id, task.request_id) == (ada.expert_id, None)


def test_a_known_name_in_a_no_counts_as_declared(two: Two) -> None:
    _pool, request, ada, _bes = two

    decline(ada, "CONFLICT")

    said = ConflictDeclaration.objects.get(request=request, expert_id=ada.expert_id)
    assert said.answer == "CONFLICT"


def test_no_never_lowers_a_rank() -> None:
    pool = make_pool(3)
    fresh = file_request(pool)
    before = actions.decide(seat_id=seat_of(fresh).pk, by=pool.cas, now=NOON)
    other = file_request(pool)
    for _turn in range(3):
        decline(open_offers(other)[0] if open_offers(other) else ask(pool, other))

    after = actions.decide(seat_id=seat_of(fresh).pk, by=pool.cas, now=NOON)

    assert after.ranked == before.ranked


# --- Back -------------------------------------------------------------------------------------


def test_a_yes_can_be_taken_back_within_its_minutes() -> None:
    pool = make_pool(2)
    start = NOON + 2 * DAY
    request = file_request(pool, seat_start=start, seat_end=start + HOUR)
    offer = ask(pool, request)
    assignment = accept(offer)
    offer.refresh_from_db()
    assert offer.undo_until == NOON + 16 * MINUTE

    actions.undo_accept(
        offer_id=offer.pk, expert_id=offer.expert_id, now=NOON + 16 * MINUTE - timedelta(seconds=1)
    )

    assignment.refresh_from_db()
    request.refresh_from_db()
    assert assignment.state == AssignmentState.ENDED
    assert request.state == RequestState.SEARCHING
    assert [one.expert_id for one in open_offers(request)] == [pool.experts[1].pk]
    assert not Block.objects.filter(state=BlockState.LIVE).exists()
    open_codes = gate(request, at=NOON + HOUR).open_codes
    assert {GateCode.G9, GateCode.G10} <= set(open_codes)


def test_after_its_minutes_a_yes_stands() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    offer = ask(pool, request)
    accept(offer)

    with pytest.raises(actions.UndoLate):
        actions.undo_accept(offer_id=offer.pk, expert_id=offer.expert_id, now=NOON + 16 * MINUTE)


def test_who_lost_to_somebody_faster_may_win_after_an_undo(two: Two) -> None:
    _pool, request, ada, bes = two
    accept(ada)

    actions.undo_accept(offer_id=ada.pk, expert_id=ada.expert_id, now=NOON + 2 * MINUTE)

    again = {one.expert_id for one in open_offers(request)}
    assert bes.expert_id in again
    assert ada.expert_id not in again


# --- Knowing somebody -------------------------------------------------------------------------


@pytest.mark.parametrize("answer", Conflict)
def test_the_log_says_that_somebody_answered_and_not_what(two: Two, answer: str) -> None:
    pool, request, ada, _bes = two

    actions.declare_conflict(
        request_id=request.pk, expert_id=ada.expert_id, answer=answer, now=NOON
    )

    said = AuditEntry.objects.filter(event="conflict.declared", subject=ada.expert_id)
    assert [one.facts for one in said] == [{}]
    for task in Task.objects.filter(done_at=None):
        actions.finish_task(task_id=task.pk, by=pool.cas, now=NOON + HOUR)
    for entry in AuditEntry.objects.all():
        assert "CONFLICT" not in json.dumps(entry.facts)
        assert "UNSURE" not in json.dumps(entry.facts)


def test_knowing_somebody_closes_the_offer_and_asks_the_next(two: Two) -> None:
    pool, request, ada, bes = two

    actions.declare_conflict(
        request_id=request.pk, expert_id=ada.expert_id, answer="CONFLICT", now=NOON
    )

    assert states(request)[ada.pk] == OfferState.DECLINED
    assert [one.expert_id for one in open_offers(request)] == [bes.expert_id, pool.experts[2].pk]
    assert Task.objects.filter(kind=TaskKind.CONFLICT, request=request).exists()
    decision = actions.decide(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)
    found = {entry["expert"]: entry["objections"] for entry in decision.excluded}
    assert "CONFLICT_DECLARED" in {one["code"] for one in found[str(ada.expert_id)]}


def test_recognising_somebody_later_ends_it_within_the_same_act() -> None:
    pool = make_pool(2)
    request, assignment = make_matched(pool)

    actions.declare_conflict(
        request_id=request.pk, expert_id=assignment.expert_id, answer="CONFLICT", now=NOON + HOUR
    )

    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.ENDED
    assert [one.expert_id for one in open_offers(request)] == [pool.experts[1].pk]
    assert Task.objects.filter(kind=TaskKind.CONFLICT, done_at=None).exists()


def test_a_request_that_one_was_not_asked_for_does_not_exist() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    ask(pool, request)

    with pytest.raises(Request.DoesNotExist):
        actions.declare_conflict(
            request_id=request.pk,
            expert_id=pool.experts[1].pk,
            answer="CONFLICT",
            now=NOON,
        )


# --- Links, messages, signals -----------------------------------------------------------------


def link_of(offer: Offer) -> LinkToken:
    return LinkToken.objects.get(purpose=LinkPurpose.OFFER, subject=offer.pk)


def token_in(offer: Offer) -> str:
    message = Message.objects.get(about=offer.pk, template="matching/offer", channel="SMS")
    return str(message.content["text"]).rstrip("/").rpartition("/")[2]


def test_a_link_acts_until_the_offer_ends_and_then_only_tells(two: Two) -> None:
    _pool, _request, ada, bes = two
    token = token_in(bes)
    found = offer_by_link(token, now=NOON)
    assert found is not None
    assert (found.offer_id, found.may_act) == (bes.pk, True)

    accept(ada)

    found = offer_by_link(token, now=NOON + 2 * MINUTE)
    assert found is not None
    assert (found.offer_id, found.may_act) == (bes.pk, False)
    assert offer_by_link("guessed", now=NOON) is None


def test_the_link_of_a_yes_lives_as_long_as_it_can_be_taken_back(two: Two) -> None:
    _pool, _request, ada, _bes = two
    token = token_in(ada)

    accept(ada)

    assert link_of(ada).expires_at == NOON + 16 * MINUTE
    assert links.find(token, purpose=LinkPurpose.OFFER, now=NOON + 15 * MINUTE)
    assert not links.find(token, purpose=LinkPurpose.OFFER, now=NOON + 16 * MINUTE)


def test_who_was_too_late_hears_so_once_and_kindly(two: Two) -> None:
    _pool, _request, ada, bes = two

    accept(ada)

    (work,) = DueWork.objects.filter(kind="matching.offer_gone")
    assert (work.subject, work.not_before) == (bes.pk, NOON + MINUTE + 15 * MINUTE)
    for subject in (bes.pk, bes.pk, ada.pk):
        say_offer_gone(subject, NOON + MINUTE)
    gone = Message.objects.filter(template="matching/offer_gone")
    assert [message.recipient_id for message in gone] == [bes.expert.user_id]
    waiting = Message.objects.filter(about__in=[ada.pk, bes.pk], state="QUEUED")
    assert not waiting.exists()


def test_the_next_in_line_is_kept_warm_while_a_yes_can_be_taken_back(two: Two) -> None:
    _pool, _request, ada, bes = two
    accept(ada)
    bes.refresh_from_db()
    with translation.override("nl"):
        page = offer_page(bes, may_act=False, now=NOON + 2 * MINUTE)
    assert "Verandert dat, dan vragen we je meteen opnieuw." in page.text
    assert not Message.objects.filter(template="matching/offer_gone").exists()

    actions.undo_accept(offer_id=ada.pk, expert_id=ada.expert_id, now=NOON + 5 * MINUTE)

    # Asked again at once, and never sent away in between.
    again = Offer.objects.get(expert=bes.expert_id, state=OfferState.OPEN)
    assert again.offered_at == NOON + 5 * MINUTE
    say_offer_gone(bes.pk, NOON + 16 * MINUTE)
    assert not Message.objects.filter(template="matching/offer_gone").exists()


def test_when_the_yes_stands_the_next_in_line_is_thanked(two: Two) -> None:
    _pool, _request, ada, bes = two
    accept(ada)
    bes.refresh_from_db()

    with translation.override("nl"):
        page = offer_page(bes, may_act=False, now=NOON + 20 * MINUTE)
    assert "Je hoeft niets te doen." in page.text


def test_upper_rooms_hear_of_a_yes_and_of_its_end_in_the_same_transaction() -> None:
    pool = make_pool(1)
    heard: list[tuple[str, Assignment]] = []

    def began(*, assignment: Assignment, **_more: object) -> None:
        heard.append(("began", assignment))

    def ended(*, assignment: Assignment, **_more: object) -> None:
        heard.append(("ended", assignment))

    signals.assignment_started.connect(began)
    signals.assignment_ended.connect(ended)
    try:
        _request, assignment = make_matched(pool)
        actions.end_assignment(assignment_id=assignment.pk, by=pool.cas, now=NOON + DAY)
    finally:
        signals.assignment_started.disconnect(began)
        signals.assignment_ended.disconnect(ended)

    assert heard == [("began", assignment), ("ended", assignment)]


# --- What the database promises ---------------------------------------------------------------


@pytest.mark.database
def test_the_database_refuses_a_second_yes(two: Two) -> None:
    _pool, _request, ada, bes = two
    accept(ada)

    with pytest.raises(IntegrityError, match="offer_one_accepted_per_seat"), transaction.atomic():
        Offer.objects.filter(pk=bes.pk).update(state=OfferState.ACCEPTED)


@pytest.mark.database
def test_the_database_refuses_two_open_offers_to_one_person(two: Two) -> None:
    _pool, _request, ada, bes = two

    with (
        pytest.raises(IntegrityError, match="offer_one_open_per_seat_and_expert"),
        transaction.atomic(),
    ):
        Offer.objects.filter(pk=bes.pk).update(expert_id=ada.expert_id)


@pytest.mark.database
def test_the_database_refuses_a_second_holder_of_a_seat() -> None:
    pool = make_pool(2)
    request, assignment = make_matched(pool)
    other = Offer.objects.create(
        seat=seat_of(request),
        wave=Offer.objects.get(pk=assignment.offer_id).wave,
        expert=pool.experts[1],
        offered_at=NOON,
        deadline_at=NOON + DAY,
    )

    with pytest.raises(IntegrityError, match="assignment_one_running"), transaction.atomic():
        Assignment.objects.create(
            seat=Seat.objects.get(pk=assignment.seat_id),
            offer=other,
            expert=pool.experts[1],
            expert_region_id=request.region_id,
            started_at=NOON,
        )


# --- Twice, late, and by somebody else --------------------------------------------------------


def test_taking_back_twice_is_harmless_and_a_no_has_nothing_to_take_back(two: Two) -> None:
    _pool, _request, ada, bes = two
    accept(ada)
    for _turn in range(2):
        actions.undo_accept(offer_id=ada.pk, expert_id=ada.expert_id, now=NOON + 2 * MINUTE)
    again = Offer.objects.get(expert_id=bes.expert_id, state=OfferState.OPEN)
    decline(again, now=NOON + 3 * MINUTE)

    with pytest.raises(actions.OfferClosed):
        actions.undo_accept(offer_id=again.pk, expert_id=again.expert_id, now=NOON + 4 * MINUTE)


def test_withdrawing_twice_is_harmless_and_an_answer_is_not_withdrawn(two: Two) -> None:
    pool, request, ada, bes = two
    for _turn in range(2):
        actions.withdraw_offer(offer_id=ada.pk, by=pool.cas, now=NOON)
    # Bes still thinks: the round goes on.
    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING

    accept(bes)

    with pytest.raises(actions.OfferClosed):
        actions.withdraw_offer(offer_id=bes.pk, by=pool.cas, now=NOON + HOUR)


def test_who_is_unsure_keeps_the_question_and_is_called(two: Two) -> None:
    _pool, request, ada, _bes = two

    actions.declare_conflict(
        request_id=request.pk, expert_id=ada.expert_id, answer="UNSURE", now=NOON
    )

    assert states(request)[ada.pk] == OfferState.OPEN
    assert Task.objects.filter(kind=TaskKind.CONFLICT, expert_id=ada.expert_id).exists()


def test_who_said_to_know_somebody_does_not_say_yes(two: Two) -> None:
    _pool, request, ada, _bes = two
    ConflictDeclaration.objects.create(
        request=request, expert_id=ada.expert_id, answer="CONFLICT", declared_at=NOON
    )

    with pytest.raises(actions.ConflictDeclared):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=ada.expert_id, now=NOON, by_link=True
        )


def test_the_first_look_at_an_offer_is_kept(two: Two) -> None:
    _pool, _request, ada, _bes = two

    for now in (NOON + MINUTE, NOON + HOUR):
        actions.offer_opened(ada.pk, now)

    ada.refresh_from_db()
    assert (ada.opened_at, ada.state) == (NOON + MINUTE, OfferState.OPEN)


def test_who_left_the_pool_says_yes_no_more(two: Two) -> None:
    _pool, request, ada, _bes = two
    say_nothing_known(request, ada)
    Expert.objects.filter(pk=ada.expert_id).update(state="LEFT", left_at=NOON, keep_until=NOON)

    with pytest.raises(actions.NotDeployable):
        actions.accept_offer(
            offer_id=ada.pk, by=None, expert_id=ada.expert_id, now=NOON, by_link=True
        )


def test_the_work_of_a_closed_request_cannot_be_ended_again() -> None:
    pool = make_pool(1)
    request, assignment = make_matched(pool)
    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)

    with pytest.raises(IllegalMove):
        actions.end_assignment(assignment_id=assignment.pk, by=pool.cas, now=NOON + DAY)
