"""The coordinator's pages: what needs a human, who fits and why, who does not, why nobody."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client

from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from matching import actions, hooks
from matching.hooks import SessionMark
from matching.models import Decision, GateItem, Offer, Request, Task, Wave
from matching.models.requests import TaskKind
from matching.states import GateCode, GateItemState, OfferState, RequestState
from pool import actions as pool_actions
from pool.consent import CURRENT
from pool.models import OnCallShift
from tests.conftest import NOON
from tests.factories.matching import (
    ANSWERS,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    decline,
    file_request,
    make_matched,
    make_measure_filing,
    open_offers,
    seat_of,
)
from tests.factories.people import client_as, make_user
from tests.matching.pages.conftest import account, cost, english, read, refresh

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def request_(pool: Pool, region: Region) -> Request:
    with region_scope(region.pk):
        return file_request(pool)


def page(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/"


@pytest.fixture
def second(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Jorrit Bakker", Role.COORDINATOR)


# --- Home -------------------------------------------------------------------------------------


def test_a_calm_region_says_so(cas: Client) -> None:
    shown = read(cas, "/")

    assert "Nobody needs you now. Everything runs." in shown
    assert "No alarm" in shown


def test_the_nearest_deadline_stands_on_top(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        late = file_request(pool, now=NOON - HOUR)
        soon = file_request(pool, now=NOON - 110 * MINUTE)

    shown = read(cas, "/")

    assert "Two things need you." in shown
    assert shown.index(soon.number) < shown.index(late.number)
    assert "10 min" in shown
    assert "naast-task naast-nu naast-task--first" in shown
    assert "Two clocks run" in shown


def test_every_kind_of_task_has_words_and_a_way(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        for kind in TaskKind:
            actions.open_task(
                kind,
                request=request,
                due_at=NOON + HOUR,
                once_per=f"try:{uuid4()}:{kind}",
                now=NOON,
            )
        actions.open_task(
            TaskKind.TOO_HEAVY,
            expert=pool.experts[0],
            due_at=NOON + HOUR,
            once_per="alone",
            now=NOON,
        )

    shown = read(cas, "/")

    for words in ("Call who asked: nobody can now", "Is there an extension?", "Alarm"):
        assert words in shown
    assert f"{page(request)}#maatregel" in shown


def test_a_task_is_done_by_a_tap(cas: Client, bram: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        file_request(pool)
        task = Task.objects.get()
    address = f"/taken/{task.pk}/klaar/"

    assert bram.post(address).status_code == 403
    assert cas.post(f"/taken/{uuid4()}/klaar/").status_code == 404
    assert "It is off the list." in cas.post(address, follow=True).content.decode()
    assert "Nobody needs you now." in read(cas, "/")


def test_clocks_tell_what_comes_first(
    cas: Client, pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        asked = file_request(pool)
        ask(pool, asked, pool.experts[2])
        make_matched(pool)
        nobody = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(nobody).pk, by=pool.cas, now=NOON)
        file_request(pool, measure=None)
        stated = make_measure_filing(
            imposed_wall=datetime(2026, 2, 28, 20, 15),  # noqa: DTZ001  (a wall clock)
            end_stated_wall=datetime(2026, 3, 10, 20, 15),  # noqa: DTZ001
            decision_seen=True,
        )
        file_request(pool, measure=stated)

    shown = read(cas, "/")

    assert "Four clocks run" in shown
    for words in (
        "Answer before 14:00",
        "Call before 14:00",
        "Ends today 20:15",
        "End as decided",
        "(calculated)",
        "Buddy · Ada K.",
        "nobody can",
        "nobody yet",
    ):
        assert words in shown
    clock.move_to(NOON + MINUTE)
    assert "<html" not in refresh(cas, "/")


def test_who_was_called_need_not_be_called_again(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        nobody = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(nobody).pk, by=pool.cas, now=NOON)
        call = Task.objects.get(kind=TaskKind.NOBODY_FITS)
    assert "Call before 14:00" in read(cas, "/")

    cas.post(f"/taken/{call.pk}/klaar/")

    shown = read(cas, "/")
    assert "Call before" not in shown
    assert "nobody can" in shown


def test_sessions_of_the_layer_above_are_shown(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool)

    def marks(_requests: Collection[UUID]) -> Mapping[UUID, Sequence[SessionMark]]:
        start = NOON + 3 * HOUR
        told = [
            SessionMark(start, start + HOUR, state, "eerste afspraak", "/x/", assignment.pk)
            for state in ("planned", "confirm")
        ]
        return {request.pk: told}

    kept = hooks._sessions_of[0]
    hooks.sessions_with(marks)
    try:
        home, detail = read(cas, "/"), read(cas, page(request))
        status = read(cas, f"{page(request)}status/")
    finally:
        hooks.sessions_with(kept)
    assert "Confirm before 15:00" in home
    assert "confirm first" in detail
    assert "Ada K. comes on Tue 10 Mar 15:00." in status


def test_an_end_that_nobody_confirmed_is_asked_about(
    cas: Client, region: Region, request_: Request
) -> None:
    assert request_.measure is not None
    with region_scope(region.pk):
        type(request_.measure).objects.update(state="END_REACHED_UNCONFIRMED")

    assert "End reached: ask" in read(cas, "/")


def test_whom_to_call_and_an_extension_are_told(
    cas: Client, pool: Pool, region: Region, request_: Request
) -> None:
    assert request_.measure is not None
    with region_scope(region.pk):
        Membership.objects.filter(user=pool.bram).update(phone="088 000 12 34")
        type(request_.measure).objects.update(state="EXTENDED")
        actions.open_task(
            TaskKind.MEASURE_END, request=request_, due_at=NOON, once_per="late", now=NOON - HOUR
        )

    shown = read(cas, "/")

    assert 'href="tel:0880001234"' in shown
    assert "Extended until Thu 19 Mar 22:40" in shown


def test_who_comes_second_on_duty_is_named(
    cas: Client, pool: Pool, region: Region, second: User
) -> None:
    with region_scope(region.pk):
        for place, user in enumerate((pool.cas, second), start=1):
            OnCallShift.objects.create(
                user=user, starts_at=NOON - HOUR, ends_at=NOON + HOUR, place_in_chain=place
            )

    assert "Second on duty: Jorrit B." in read(cas, "/")


@pytest.mark.parametrize("address", ["/", "/aanvragen/"])
def test_the_home_costs_the_same_for_any_number(
    cas: Client, pool: Pool, region: Region, address: str
) -> None:
    with region_scope(region.pk):
        accept(ask(pool, file_request(pool)))
        file_request(pool)
    read(cas, address)
    few = cost(cas, address)
    with region_scope(region.pk):
        for expert in pool.experts[1:]:
            accept(ask(pool, file_request(pool), expert))
            file_request(pool)

    assert cost(cas, address) <= few + len(pool.experts[1:])


# --- The list ---------------------------------------------------------------------------------


def test_the_list_has_running_and_past_requests(cas: Client, request_: Request) -> None:
    assert "One request runs" in read(cas, "/aanvragen/")
    assert request_.number in read(cas, "/aanvragen/")

    cas.post(f"{page(request_)}sluiten/")

    assert "Nothing here now" in read(cas, "/aanvragen/")
    assert request_.number in read(cas, "/aanvragen/?over=1")


# --- The page of a request --------------------------------------------------------------------


def test_opening_is_seen_once_and_logged(
    cas: Client, pool: Pool, request_: Request, region: Region, second: User
) -> None:
    refresh(cas, page(request_))
    with region_scope(region.pk):
        assert Request.objects.get().seen_at is None

    read(cas, page(request_))
    read(client_as(second), page(request_))
    refresh(cas, page(request_))

    with region_scope(region.pk):
        assert Request.objects.get().seen_by == pool.cas
        # The part alone, before any page: whoever asks for it has seen it, too.
        assert AuditEntry.objects.filter(event="request.read").count() == 3


def test_only_coordinators_of_the_region_open_it(
    bram: Client, ada: Client, request_: Request, other_region: Region
) -> None:
    with region_scope(other_region.pk):
        stranger = make_user("Vera Kok", Role.COORDINATOR)

    assert bram.get(page(request_)).status_code == 403
    assert ada.get(page(request_)).status_code == 403
    assert client_as(stranger).get(page(request_)).status_code == 404


def test_nobody_is_asked_by_looking(cas: Client, request_: Request, region: Region) -> None:
    assert "Nobody looked yet" in read(cas, page(request_))

    cas.post(f"{page(request_)}zoek/")

    shown = read(cas, page(request_))
    assert "km away." in shown
    assert "Ada K." in shown
    with region_scope(region.pk):
        assert not Offer.objects.exists()


def test_a_candidate_has_why_and_why_not_and_who_is_out_a_reason(
    cas: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, needs=("PARENT",))
        paused = pool.experts[2]
        pool_actions.pause(expert_id=paused.pk, by=account(paused), now=NOON)
    cas.post(f"{page(request)}zoek/")

    shown = read(cas, page(request))

    assert "Has no running work now." in shown
    assert "Did not say to offer: also a parent." in shown
    assert "One person cannot now" in shown
    assert "Has a pause." in shown


def test_a_question_goes_to_the_chosen_one_and_the_rest_follows(
    cas: Client, pool: Pool, request_: Request, region: Region
) -> None:
    cas.post(f"{page(request_)}zoek/")
    with region_scope(region.pk):
        seat = seat_of(request_)
    chosen = pool.experts[1]

    cas.post(f"{page(request_)}vraag/{seat.pk}/{chosen.pk}/")

    with region_scope(region.pk):
        wave = Wave.objects.get()
        assert list(wave.order) == pool.ids[1:]
        assert [offer.expert_id for offer in open_offers(request_)] == [chosen.pk]
        following = pool.experts[2].short_name
    shown = read(cas, page(request_))
    assert "One offer runs" in shown
    assert f"Then the question goes to {following}." in shown
    assert "Offer runs" in shown
    assert "Send question" not in shown


def test_a_second_question_at_once_is_refused_in_words(
    cas: Client, pool: Pool, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        seat = seat_of(request_)
        ask(pool, request_)

    answer = cas.post(f"{page(request_)}vraag/{seat.pk}/{pool.ids[1]}/", follow=True)

    assert "Somebody is being asked now." in answer.content.decode()
    assert cas.post(f"{page(request_)}vraag/{uuid4()}/{pool.ids[1]}/").status_code == 404


def test_the_next_one_can_be_asked_as_well(
    cas: Client, pool: Pool, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        seat = seat_of(request_)
        ask(pool, request_)
        second, third = pool.experts[1].short_name, pool.experts[2].short_name
    address = f"{page(request_)}volgende/{seat.pk}/"
    assert f"Ask {second} as well" in read(cas, page(request_))

    cas.post(address)
    shown = read(cas, page(request_))
    assert f"Ask {third} as well" in shown
    assert f"goes to {second}" not in shown
    cas.post(address)

    with region_scope(region.pk):
        assert [offer.expert_id for offer in open_offers(request_)] == pool.ids
    end = cas.post(address, follow=True).content.decode()
    assert "Nobody else on the list can be asked now." in end
    assert f"/volgende/{seat.pk}/" not in end
    assert cas.post(f"{page(request_)}volgende/{uuid4()}/").status_code == 404


def test_nobody_asked_means_nobody_to_add(cas: Client, request_: Request, region: Region) -> None:
    with region_scope(region.pk):
        seat = seat_of(request_)

    answer = cas.post(f"{page(request_)}volgende/{seat.pk}/", follow=True)

    assert "Nobody is being asked now." in answer.content.decode()


def test_a_question_can_be_taken_back(
    cas: Client, bram: Client, pool: Pool, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        offer = ask(pool, request_)
    address = f"/vragen/{offer.pk}/terug/"

    assert bram.post(address).status_code == 403
    assert cas.post(f"/vragen/{uuid4()}/terug/").status_code == 404
    cas.post(address)

    with region_scope(region.pk):
        assert Offer.objects.get().state == OfferState.WITHDRAWN
    assert "Send question" in read(cas, page(request_))


def test_nobody_says_of_everybody_why_not(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    shown = read(cas, page(request))

    assert "Nobody can now" in shown
    assert shown.count("No talk in this language: Polish.") == 3
    assert 'id="out" open' in shown


def test_answers_are_shown_without_counting_a_no(
    cas: Client, pool: Pool, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        decline(ask(pool, request_), now=NOON)
    cas.post(f"{page(request_)}zoek/")

    shown = read(cas, page(request_))

    assert "Bes K." in shown
    assert "declined" not in shown.lower()


def test_somebody_said_yes_and_what_comes_next(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)

    shown = read(cas, page(request))
    assert "Ada K. said yes" in shown
    assert "by link" in shown
    assert f"{page(request)}plannen/" in shown

    address = f"{page(request)}contact/"
    assert "The first contact was there" in read(cas, address)
    assert cas.post(address, {"at_0": "2026-03-10", "at_1": "13:00"}).status_code == 422
    cas.post(address, {"at_0": "2026-03-10", "at_1": "11:30"})

    assert "First contact: Tue 10 Mar 11:30" in read(cas, page(request))


def test_the_page_begins_with_how_it_stands(
    pool: Pool, region: Region, request_: Request, clock: time_machine.Traveller
) -> None:
    def stands() -> str:
        page = refresh(english(pool.cas), f"/aanvragen/{request_.pk}/")
        return page.split('id="stand"')[1].split(">")[1].split("<")[0]

    assert stands() == "Nobody is asked yet. Bram W. hears more before 14:00."
    clock.move_to(NOON + 3 * HOUR)
    assert stands() == "Nobody is asked yet. Bram W. should have heard before 14:00."
    with region_scope(region.pk):
        ask(pool, request_, pool.experts[0], now=NOON + 3 * HOUR)
    assert stands() == "Asked: Ada K., until 17:00."
    clock.move_to(NOON + 6 * HOUR)
    assert stands() == "There was no answer at 17:00. Asked: Ada K."


def test_the_page_of_what_nobody_can_says_whom_to_call(
    pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)
        task = Task.objects.get(request=request, kind=TaskKind.NOBODY_FITS)
    page = f"/aanvragen/{request.pk}/"

    assert "Nobody can now. Call Bram W. before 14:00." in read(english(pool.cas), page)
    clock.move_to(NOON + 3 * HOUR)
    late = read(english(pool.cas), page)
    assert "Bram W. should have been called before 14:00. Call now." in late
    with region_scope(region.pk):
        actions.finish_task(task_id=task.pk, by=pool.cas, now=NOON + 3 * HOUR)
    assert "Bram W. was called on Tue 10 Mar 15:00." in read(english(pool.cas), page)


def test_who_did_not_check_out_stands_on_top(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)
        actions.open_task(
            TaskKind.OVERDUE, request=request, due_at=NOON, once_per="overdue", now=NOON
        )

    shown = read(cas, f"/aanvragen/{request.pk}/")
    assert "Ada K. did not check out. Call now." in shown
    assert "No check-out" in shown


def test_a_yes_that_can_be_taken_back_says_until_when_and_who_is_next(
    cas: Client, pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        offer = ask(pool, request, *pool.experts[:2])
        accept(offer)
        until = Offer.objects.get(pk=offer.pk).undo_until
        assert until is not None

    page = f"/aanvragen/{request.pk}/"
    assert "This yes can be taken back before 12:16. Then Bes K. is asked." in read(cas, page)
    clock.move_to(until)
    assert "taken back before" not in read(cas, page)


def test_a_yes_with_nobody_behind_it_says_so(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        accept(ask(pool, request, pool.experts[0]))

    shown = read(cas, f"/aanvragen/{request.pk}/")
    assert "This yes can be taken back before 12:16. Then nobody of the list is left." in shown


def test_a_professional_records_the_first_contact_too(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)

    answer = bram.post(f"{page(request)}contact/", {"at_0": "2026-03-10", "at_1": "11:30"})

    assert answer.headers["Location"].startswith(f"{page(request)}status/")


def test_the_clock_and_its_doubts_are_told(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        type(request.measure).objects.update(end_is_ambiguous=True, end_was_shifted=True)

    shown = read(cas, page(request))

    assert "The decision has not been seen yet." in shown
    assert "The hour of the end comes twice" in shown
    assert "the hour that the clock skips" in shown
    assert "72 h" in shown


def test_an_old_request_without_a_measure_has_no_clock(
    cas: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, measure=None, now=NOON - timedelta(days=5), gate={})

    assert "The clock" not in read(cas, page(request))


def test_somebody_who_left_has_no_name(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        gone = {"expert": str(uuid4()), "objections": [{"code": "PAUSED", "facts": {}}]}
        ranked = {"expert": str(uuid4()), "score": 3, "parts": []}
        Decision.objects.create(
            seat=seat_of(request),
            made_at=NOON,
            by_machine=True,
            ranked=[ranked],
            excluded=[gone],
        )

    assert "somebody who left" in read(cas, page(request))


def test_the_page_costs_the_same_for_any_number_of_candidates(
    cas: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        short, long = file_request(pool), file_request(pool)
        actions.decide(seat_id=seat_of(long).pk, by=pool.cas, now=NOON)
        for expert in pool.experts[1:]:
            pool_actions.pause(expert_id=expert.pk, by=account(expert), now=NOON)
        actions.decide(seat_id=seat_of(short).pk, by=pool.cas, now=NOON)
    for one in (short, long):
        read(cas, page(one))

    # Names are opened with a key each, read in the same query.
    assert cost(cas, page(long)) == cost(cas, page(short))


# --- The safety check -------------------------------------------------------------------------


def test_points_are_confirmed_in_ones_own_name(
    cas: Client, bram: Client, request_: Request, region: Region
) -> None:
    address = f"{page(request_)}check/G7/"

    assert bram.post(address).status_code == 403
    assert cas.post(f"{page(request_)}check/G99/").status_code == 404
    assert (
        "One answer is missing"
        in cas.post(f"{page(request_)}check/G1/", follow=True).content.decode()
    )
    cas.post(address)

    with region_scope(region.pk):
        assert GateItem.objects.get(code="G7").state == GateItemState.CONFIRMED
    shown = read(cas, page(request_))
    assert "8 of 13" in shown
    assert "Cas V., Tue 10 Mar 12:00" in shown


def test_what_the_case_manager_says_by_telephone_is_filled_in(
    cas: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, gate={})
    address = f"{page(request)}aanvullen/"
    assert address in read(cas, page(request))

    answer = cas.post(address, {"plan_on": "2026-03-09", "risk": "OPEN", "consent": "YES"})

    assert answer.headers["Location"] == page(request)
    with region_scope(region.pk):
        done = GateItem.objects.filter(request=request, confirmed_by=pool.cas)
        assert set(done.values_list("code", flat=True)) == {"G1", "G6"}


def test_without_a_duo_takes_two_persons(
    cas: Client, second: User, request_: Request, region: Region
) -> None:
    cas.post(f"{page(request_)}check/G8/tweede/")
    shown = read(cas, page(request_))
    assert "It takes a second coordinator." in shown
    assert "I agree" not in shown
    other = english(second)
    approval = read(other, page(request_)).split("/tweede/")[1].split("/")[0]
    address = f"{page(request_)}tweede/{approval}/"

    own = cas.post(address, {"answer": "yes"}, follow=True).content.decode()
    assert "Somebody else has to decide." in own
    other.post(address, {"answer": "yes"})

    with region_scope(region.pk):
        assert GateItem.objects.get(code="G8").state == GateItemState.WAIVED


def test_a_second_person_may_say_no(
    cas: Client, second: User, request_: Request, region: Region
) -> None:
    cas.post(f"{page(request_)}check/G8/tweede/")
    other = english(second)
    approval = read(other, page(request_)).split("/tweede/")[1].split("/")[0]

    other.post(f"{page(request_)}tweede/{approval}/", {"answer": "no"})

    with region_scope(region.pk):
        assert GateItem.objects.get(code="G8").state == GateItemState.OPEN
    assert other.post(f"{page(request_)}tweede/{uuid4()}/").status_code == 404
    assert other.post(f"{page(request_)}check/G7/tweede/").status_code == 404


def test_a_consultation_is_only_asked_where_the_risk_asks_for_it(
    cas: Client, pool: Pool, region: Region
) -> None:
    answers = {**ANSWERS, GateCode.G4: actions.GateAnswer(risk="CONSULT_NEEDED")}
    with region_scope(region.pk):
        plain, risky = file_request(pool), file_request(pool, gate=answers)

    assert "check/G5/tweede/" not in read(cas, page(plain))
    assert "check/G5/tweede/" in read(cas, page(risky))


def test_a_complete_check_says_until_when(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)
        GateItem.objects.filter(request=request).update(
            state=GateItemState.CONFIRMED,
            confirmed_at=NOON,
            confirmed_by=pool.cas,
            valid_until=NOON + timedelta(days=14),
        )
    assert "To be confirmed again before Tue 24 Mar 12:00." in read(cas, page(request))

    with region_scope(region.pk):
        GateItem.objects.filter(request=request).update(valid_until=None)
    assert "Complete. The first meeting can go on." in read(cas, page(request))


def test_a_risk_that_forbids_stands_in_the_way(cas: Client, pool: Pool, region: Region) -> None:
    answers = {**ANSWERS, GateCode.G4: actions.GateAnswer(risk="NOT_DEPLOYABLE")}
    with region_scope(region.pk):
        request = file_request(pool, gate=answers)
        seat = seat_of(request)

    answer = cas.post(f"{page(request)}vraag/{seat.pk}/{pool.ids[0]}/", follow=True)

    assert "The safety check says that this meeting should not be." in answer.content.decode()


# --- The end ----------------------------------------------------------------------------------


def test_closing_is_asked_once(
    cas: Client, bram: Client, request_: Request, region: Region
) -> None:
    address = f"{page(request_)}sluiten/"
    assert bram.get(address).status_code == 403
    assert "cannot be undone" in read(cas, address)

    cas.post(address)

    with region_scope(region.pk):
        assert Request.objects.get().state == RequestState.CLOSED
    assert "Closed" in read(cas, page(request_))
    assert "This request is over." in cas.post(address, follow=True).content.decode()


def test_a_coordinator_returns_to_the_own_page(cas: Client, request_: Request) -> None:
    assert cas.post(f"{page(request_)}intrekken/").headers["Location"] == page(request_)
    assert "What is the news?" in read(cas, f"{page(request_)}nieuws/")


# --- The front page of others -----------------------------------------------------------------


def test_others_land_where_their_work_is(ada: Client, pool: Pool, region: Region) -> None:
    # Who has not said yes or no yet is asked that first.
    assert ada.get("/").headers["Location"] == "/ik/in-de-pool/"
    with region_scope(region.pk):
        expert = pool.experts[0]
        pool_actions.give_consent(
            expert_id=expert.pk, version=CURRENT, language="nl", by=account(expert), now=NOON
        )
    assert ada.get("/").headers["Location"] == "/vandaag/"
    with region_scope(region.pk):
        auditor = make_user("Otto Blik", Role.AUDITOR)
    assert client_as(auditor).get("/").status_code == 302
