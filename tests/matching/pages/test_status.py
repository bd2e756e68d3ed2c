"""What a professional sees after sending: one true sentence, and what is needed."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from matching import actions
from matching.forms.acts import possible_news
from matching.models import GateItem, Measure, Request
from matching.states import GateCode, MeasureEventKind, MeasureState, RequestState
from tests.conftest import NOON
from tests.factories.matching import (
    ANSWERS,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_matched,
    make_measure_filing,
    seat_of,
)
from tests.factories.people import client_as, make_user
from tests.matching.pages.conftest import cost, english, read, refresh

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

REQUESTER_POINTS = (GateCode.G1, GateCode.G4)


@pytest.fixture
def request_(pool: Pool, region: Region) -> Request:
    """Filed at noon, with two points left for the professional."""
    answers = {code: one for code, one in ANSWERS.items() if code not in REQUESTER_POINTS}
    with region_scope(region.pk):
        return file_request(pool, gate=answers)


def status(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/status/"


# --- The sentence -----------------------------------------------------------------------------


def test_a_fresh_request_is_promised_a_moment(bram: Client, request_: Request) -> None:
    page = read(bram, status(request_))

    assert "We have your request. You hear more before 14:00." in page
    assert "Two things needed from you" in page
    assert "Date of the safety plan" in page
    assert "Answer to the question about risk" in page


def test_a_running_question_tells_until_when(
    bram: Client, pool: Pool, region: Region, request_: Request
) -> None:
    with region_scope(region.pk):
        ask(pool, request_)

    page = read(bram, status(request_))

    assert "We are searching. You hear more before 16:00." in page
    assert "One expert by experience asked at 12:00." in page
    assert "Ada" not in page


def test_a_promise_that_passed_is_not_repeated(
    request_: Request, pool: Pool, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON + 3 * HOUR)

    assert "This takes longer than we said." in read(english(pool.bram), status(request_))


def test_a_term_that_passed_is_no_promise_in_the_steps(
    pool: Pool, region: Region, request_: Request, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        ask(pool, request_)
    clock.move_to(NOON + 5 * HOUR)

    shown = read(english(pool.bram), status(request_))
    assert "No answer came yet." in shown
    assert "If it is no, we ask the next one" not in shown


def test_who_is_called_is_said_once_where_nobody_can(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    assert read(bram, status(request)).count("coordinator was called.") == 1


def test_what_was_closed_after_a_yes_still_says_that_there_was_one(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)
        actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)

    shown = read(bram, status(request))
    assert "Somebody said yes" in shown
    assert "First meeting" not in shown


def test_nobody_can_is_said_with_the_moment_of_the_call(
    pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, language="pl")
        actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    assert "Nobody can now. We call you before 14:00." in read(english(pool.bram), status(request))
    clock.move_to(NOON + 3 * HOUR)
    late = read(english(pool.bram), status(request))
    assert "We should have called you before 14:00." in late


def test_after_a_yes_the_name_is_short_and_the_goal_has_a_time(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)
        phone = pool.experts[0].phone

    page = read(bram, status(request))

    assert "Ada K. said yes. First contact before Wed 11 Mar 12:00." in page
    assert "Kaars" not in page
    assert phone not in page


def test_a_contact_and_its_absence_are_told(
    pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)
    clock.move_to(NOON + 30 * HOUR)
    late = english(pool.bram)
    assert "The first contact is late; call us." in read(late, status(request))

    with region_scope(region.pk):
        actions.record_first_contact(
            request_id=request.pk, by=pool.bram, now=NOON + 30 * HOUR, at=NOON + 20 * HOUR
        )
    assert "Ada K. and the participant have had contact." in read(late, status(request))


def test_a_participant_who_is_held_stops_the_clock_of_the_goals(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool, earliest_contact_at=NOON + 48 * HOUR)

    assert "goal: before Fri 13 Mar 12:00" in read(bram, status(request))


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (RequestState.WITHDRAWN, "This request was taken back on Tue 10 Mar 12:00."),
        (RequestState.CLOSED, "This request was closed on Tue 10 Mar 12:00."),
    ],
)
def test_what_is_over_says_so_and_asks_nothing(
    bram: Client, request_: Request, region: Region, state: str, sentence: str
) -> None:
    with region_scope(region.pk):
        Request.objects.filter(pk=request_.pk).update(state=state, closed_at=NOON)

    page = read(bram, status(request_))

    assert sentence in page
    assert "needed from you" not in page
    assert "hx-get" not in page


# --- Who may look -----------------------------------------------------------------------------


def test_only_the_own_organisation_and_coordinators_may_look(
    cas: Client, ada: Client, region: Region, request_: Request
) -> None:
    with region_scope(region.pk):
        stranger = make_user("Dirk Smit", Role.PROFESSIONAL)

    assert cas.get(status(request_)).status_code == 200
    assert ada.get(status(request_)).status_code == 403
    assert client_as(stranger).get(status(request_)).status_code == 404
    assert Client().get(status(request_)).status_code == 302


def test_a_request_of_another_region_looks_like_none(bram: Client, other_region: Region) -> None:
    with region_scope(other_region.pk):
        stranger = make_user("Dirk Smit", Role.PROFESSIONAL)

    assert bram.get(f"/aanvragen/{uuid4()}/status/").status_code == 404
    assert client_as(stranger).get(f"/aanvragen/{uuid4()}/status/").status_code == 404


def test_opening_is_logged_and_refreshing_is_not(
    bram: Client, request_: Request, region: Region
) -> None:
    read(bram, status(request_))
    part = refresh(bram, status(request_))

    assert "<html" not in part
    assert "We have your request." in part
    with region_scope(region.pk):
        rows = AuditEntry.objects.filter(event="request.read", subject=request_.case_id)
        assert rows.count() == 1


# --- What is needed ---------------------------------------------------------------------------


def test_only_open_points_are_asked_and_answers_count(
    bram: Client, request_: Request, region: Region
) -> None:
    address = f"/aanvragen/{request_.pk}/aanvullen/"
    page = read(bram, address)
    assert 'name="plan_on"' in page
    assert 'name="consent"' not in page

    assert "Fill in at least one point" in bram.post(address, {"risk": "OPEN"}).content.decode()
    answer = bram.post(address, {"plan_on": "2026-03-10", "risk": "CONSULT_NEEDED"})

    assert answer.headers["Location"] == status(request_)
    with region_scope(region.pk):
        found = dict(GateItem.objects.filter(request=request_).values_list("code", "state"))
    assert (found["G1"], found["G4"], found["G5"]) == ("CONFIRMED", "CONFIRMED", "OPEN")
    assert bram.get(address).headers["Location"] == status(request_)


def test_an_earlier_release_is_told(bram: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool, earliest_contact_at=NOON + 48 * HOUR)
    address = f"/aanvragen/{request.pk}/vrij/"
    assert address in read(bram, status(request))

    assert bram.get(address).status_code == 405
    bram.post(address)

    assert address not in read(bram, status(request))
    with region_scope(region.pk):
        assert Request.objects.get(pk=request.pk).earliest_contact_at == NOON


def test_taking_back_is_asked_once(bram: Client, request_: Request, region: Region) -> None:
    address = f"/aanvragen/{request_.pk}/intrekken/"

    assert "cannot be undone" in read(bram, address)
    with region_scope(region.pk):
        assert Request.objects.get(pk=request_.pk).state == RequestState.FILED
    bram.post(address)

    assert "This request was taken back on Tue 10 Mar 12:00." in read(bram, status(request_))
    again = bram.post(address, follow=True)
    assert "This request is over." in again.content.decode()


# --- News about the measure -------------------------------------------------------------------

NEWS = {
    "kind": "EXTENDED",
    "source": "CASE_MANAGER",
    "document_seen": "NO",
    "heard_0": "2026-03-10",
    "heard_1": "11:40",
    "new_end_0": "2026-04-06",
    "new_end_1": "22:40",
}


def news(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/nieuws/"


def test_an_extension_is_recorded_with_its_source(
    bram: Client, request_: Request, region: Region
) -> None:
    assert "calculated: Thursday 19 March 22:40" in read(bram, news(request_))

    answer = bram.post(news(request_), NEWS)

    assert answer.headers["Location"] == status(request_)
    with region_scope(region.pk):
        measure = Measure.objects.get()
    assert measure.state == "EXTENDED"
    assert measure.end_at == measure.end_max_at


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"new_end_1": "23:00"}, "This is 20 minutes more than 4 weeks."),
        ({"new_end_0": "", "new_end_1": ""}, "Fill in the new end."),
        ({"new_end_0": "2026-03-01"}, "The end lies before the beginning."),
        ({"heard_1": "12:30"}, "This moment is still to come."),
        ({"kind": "RESUMED"}, "Select a valid choice"),
        ({"source": "CLOCK"}, "Select a valid choice"),
    ],
)
def test_news_that_cannot_be_is_told_back(
    bram: Client, request_: Request, changes: dict[str, str], sentence: str
) -> None:
    answer = bram.post(news(request_), {**NEWS, **changes})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_withdrawal_needs_no_end(bram: Client, request_: Request, region: Region) -> None:
    bram.post(news(request_), {**NEWS, "kind": "WITHDRAWN"})

    with region_scope(region.pk):
        measure = Measure.objects.get()
    assert measure.state == "WITHDRAWN"
    assert measure.end_stated_at is None
    assert news(request_) not in read(bram, status(request_))


def test_a_new_end_in_the_hour_that_comes_twice_is_asked_about(
    pool: Pool, region: Region, clock: time_machine.Traveller
) -> None:
    october = datetime(2026, 10, 9, 2, 30)  # noqa: DTZ001  (a wall clock)
    at = NOON.replace(month=10, day=12)
    clock.move_to(at)
    with region_scope(region.pk):
        request = file_request(pool, now=at, measure=make_measure_filing(imposed_wall=october))
    client = english(pool.bram)
    data = {
        **NEWS,
        "heard_0": "2026-10-12",
        "new_end_0": "2026-10-25",
        "new_end_1": "02:30",
    }

    asked = client.post(news(request), data)
    assert "Say which of the two hours it is." in asked.content.decode()
    client.post(news(request), {**data, "fold": "0"})

    with region_scope(region.pk):
        end = Measure.objects.get().end_stated_at
    assert end is not None
    assert (end.hour, end.minute) == (0, 30)


def test_without_a_measure_there_is_no_news(bram: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool, measure=None)

    assert bram.get(news(request)).status_code == 404


def test_every_state_offers_the_news_it_can_have() -> None:
    assert {code for code, _label in possible_news(MeasureState.SUSPENDED)} == {
        MeasureEventKind.RESUMED,
        MeasureEventKind.ANNULLED,
    }
    assert possible_news(MeasureState.WITHDRAWN) == []
    ended = {code for code, _label in possible_news(MeasureState.END_REACHED_UNCONFIRMED)}
    assert MeasureEventKind.END_CONFIRMED in ended
    assert MeasureEventKind.END_CONFIRMED not in dict(possible_news(MeasureState.ACTIVE))


# --- The professional's own list --------------------------------------------------------------


def test_the_front_page_lists_own_requests_with_an_honest_word(
    bram: Client, pool: Pool, region: Region, request_: Request
) -> None:
    with region_scope(region.pk):
        other = file_request(pool)
        accept(ask(pool, other, now=NOON - MINUTE))

    page = read(bram, "/")

    assert "Two requests of yours run." in page
    assert request_.number in page
    assert "a coordinator looks along" in page
    assert "Ada K." in page
    assert "/aanvragen/nieuw/" in page


def test_what_is_over_is_a_link_away(bram: Client, request_: Request) -> None:
    bram.post(f"/aanvragen/{request_.pk}/intrekken/")

    assert "No request of yours runs now." in read(bram, "/")
    assert request_.number in read(bram, "/aanvragen/?over=1")


def test_a_colleague_of_the_same_organisation_follows_too(
    pool: Pool, region: Region, request_: Request
) -> None:
    with region_scope(region.pk):
        colleague = make_user("Nadia Bos", Role.PROFESSIONAL, organisation=pool.office)

    client = english(colleague)

    assert request_.number in read(client, "/")
    assert client.get(status(request_)).status_code == 200


@pytest.mark.parametrize("address", ["/", "/aanvragen/"])
def test_the_list_costs_the_same_for_any_length(
    bram: Client,
    pool: Pool,
    region: Region,
    address: str,
) -> None:
    read(bram, address)
    with region_scope(region.pk):
        file_request(pool)
    one = cost(bram, address)
    with region_scope(region.pk):
        accept(ask(pool, file_request(pool)))
        ask(pool, file_request(pool), pool.experts[1])
    three = cost(bram, address)

    # The names of those who said yes are opened with one more key, not with one each.
    assert three - one <= 1
