"""Whom to call about a request: who sees it, who corrects it, and what that opens."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from core.access.login import BEGAN
from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.outbox.models import Message
from matching import actions
from matching.models import GateItem, Measure, Request
from matching.queries import gate
from matching.states import GateItemState, MeasureState
from tests.conftest import NOON
from tests.factories.matching import HOUR, MINUTE, Pool, file_request, make_matched
from tests.factories.people import client_as, make_user
from tests.matching.pages.conftest import REACH, english, read, refresh

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

KEPT = ("Fatima Idrissi", "088 000 2345", "Gijs Maas", "088 000 2346", "088 000 2347")
PROTECTED = "No contact with: partner, children"
SAME = {name: value for name, value in REACH.items() if name not in {"area", "day_parts"}}
OTHER = {**SAME, "deputy_name": "Nadia Bos", "deputy_phone": "088 000 2399"}


@pytest.fixture
def request_(pool: Pool, region: Region) -> Request:
    with region_scope(region.pk):
        return file_request(pool, case_reference="WK-81")


def status(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/status/"


def detail(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/"


def numbers(request_: Request) -> str:
    return f"/aanvragen/{request_.pk}/nummers/"


def events(region: Region, request_: Request, event: str) -> int:
    with region_scope(region.pk):
        return AuditEntry.objects.filter(event=event, subject=request_.case_id).count()


def g2(region: Region, request_: Request) -> GateItem:
    with region_scope(region.pk):
        return GateItem.objects.select_related("confirmed_by").get(request=request_, code="G2")


# --- Who sees it ------------------------------------------------------------------------------


def test_the_asking_side_reads_back_what_it_filled_in(bram: Client, request_: Request) -> None:
    page = read(bram, status(request_))

    for told in (*KEPT, PROTECTED, "Your own case number: WK-81"):
        assert told in page


def test_the_coordinator_sees_whom_to_call_and_whom_a_measure_protects(
    cas: Client, request_: Request
) -> None:
    page = read(cas, detail(request_))

    for told in (*KEPT, PROTECTED):
        assert told in page
    assert "WK-81" not in page


@pytest.mark.parametrize("state", [MeasureState.WITHDRAWN, MeasureState.SUSPENDED])
def test_a_measure_whose_rules_do_not_hold_protects_nobody(
    bram: Client, request_: Request, region: Region, state: str
) -> None:
    with region_scope(region.pk):
        Measure.objects.update(state=state)

    assert "No contact with" not in read(bram, status(request_))


# --- The case reference -----------------------------------------------------------------------


def test_reading_the_case_reference_is_logged_once_per_opening(
    bram: Client, request_: Request, region: Region
) -> None:
    read(bram, status(request_))
    part = refresh(bram, status(request_))

    assert "WK-81" not in part
    assert events(region, request_, "case.reference.read") == 1


def test_a_request_without_a_reference_logs_no_reading_of_one(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request = file_request(pool)

    assert "Your own case number" not in read(bram, status(request))
    assert events(region, request, "case.reference.read") == 0


def test_a_coordinator_asks_for_the_case_reference_and_the_log_says_so(
    cas: Client, request_: Request, region: Region
) -> None:
    assert "WK-81" not in read(cas, status(request_))
    assert events(region, request_, "case.reference.read") == 0

    shown = cas.post(f"/aanvragen/{request_.pk}/kenmerk/").content.decode()

    assert "Case number: WK-81" in shown
    assert events(region, request_, "case.reference.read") == 1


def test_a_coordinator_proves_again_who_is_there_before_a_case_reference(
    pool: Pool, request_: Request, region: Region
) -> None:
    pool.cas.set_password("vier woorden zijn genoeg")
    pool.cas.save(update_fields=["password"])
    cas = english(pool.cas)
    session = cas.session
    session[BEGAN] = int((NOON - 11 * MINUTE).timestamp())
    session.save()

    answer = cas.post(f"/aanvragen/{request_.pk}/kenmerk/")

    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    assert events(region, request_, "case.reference.read") == 0


def test_nobody_else_is_shown_a_case_reference(
    bram: Client, ada: Client, request_: Request, region: Region
) -> None:
    address = f"/aanvragen/{request_.pk}/kenmerk/"
    with region_scope(region.pk):
        stranger = client_as(make_user("Dirk Smit", Role.PROFESSIONAL))

    assert [who.post(address).status_code for who in (bram, ada, stranger)] == [403, 403, 403]


def test_a_request_without_a_reference_says_so(cas: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request = file_request(pool)

    shown = cas.post(f"/aanvragen/{request.pk}/kenmerk/").content.decode()

    assert "No case number was given." in shown


# --- Correcting it ----------------------------------------------------------------------------


def test_the_requester_corrects_a_number(bram: Client, request_: Request, region: Region) -> None:
    assert 'value="Gijs Maas"' in read(bram, numbers(request_))

    answer = bram.post(numbers(request_), {**OTHER, "numbers_work": "on"})

    assert answer.headers["Location"] == f"{status(request_)}#bereik"
    page = read(bram, status(request_))
    assert "Nadia Bos" in page
    assert "Gijs Maas" not in page
    assert events(region, request_, "request.reach_changed") == 1
    with region_scope(region.pk):
        facts = AuditEntry.objects.get(event="request.reach_changed").facts
    assert facts == {"fields": "deputy_name,deputy_phone"}


def test_numbers_that_nobody_tried_open_their_point_again(
    bram: Client, request_: Request, region: Region
) -> None:
    bram.post(numbers(request_), OTHER)

    assert g2(region, request_).state == GateItemState.OPEN
    with region_scope(region.pk):
        assert gate(request_, at=NOON).open_codes == [
            "G2", "G7", "G8", "G9", "G10", "G11", "G13",
        ]  # fmt: skip


def test_who_tried_the_numbers_confirms_their_point(
    pool: Pool, request_: Request, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        colleague = make_user("Nadia Bos", Role.PROFESSIONAL, organisation=pool.office)
    clock.move_to(NOON + HOUR)

    english(colleague).post(numbers(request_), {**OTHER, "numbers_work": "on"})

    point = g2(region, request_)
    assert (point.state, point.confirmed_by) == (GateItemState.CONFIRMED, colleague)
    assert point.confirmed_at == NOON + HOUR


def test_numbers_that_stay_as_they_were_open_nothing_and_tell_nobody(
    bram: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request, _assignment = make_matched(pool)
        before = Message.objects.count()

    bram.post(numbers(request), SAME)

    assert g2(region, request).state == GateItemState.CONFIRMED
    with region_scope(region.pk):
        assert Message.objects.count() == before
    assert events(region, request, "request.reach_changed") == 0


def test_whoever_holds_the_card_is_told_to_look(bram: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool)

    bram.post(numbers(request), {**OTHER, "numbers_work": "on"})

    with region_scope(region.pk):
        told = Message.objects.filter(
            template="matching/something_changed", recipient=assignment.expert.user
        )
        assert told.count() == 1


def test_half_a_number_is_told_back(bram: Client, request_: Request) -> None:
    answer = bram.post(numbers(request_), {**SAME, "out_of_hours_phone": "12"})

    assert answer.status_code == 422
    assert "Write a whole number" in answer.content.decode()


def test_a_coordinator_corrects_it_too_and_strangers_do_not(
    cas: Client, ada: Client, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        stranger = client_as(make_user("Dirk Smit", Role.PROFESSIONAL))

    assert cas.post(numbers(request_), OTHER).headers["Location"] == f"{detail(request_)}#bereik"
    assert ada.get(numbers(request_)).status_code == 403
    assert stranger.get(numbers(request_)).status_code == 404


def test_what_is_over_is_not_corrected(
    bram: Client, pool: Pool, request_: Request, region: Region
) -> None:
    with region_scope(region.pk):
        actions.withdraw_request(request_id=request_.pk, by=pool.bram, now=NOON)

    assert bram.get(numbers(request_)).status_code == 404
    assert "Change people or numbers" not in read(bram, status(request_))


# --- The card ---------------------------------------------------------------------------------


def test_after_a_yes_the_card_says_whom_to_call(ada: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool, case_reference="WK-81")
    address = f"/werk/{assignment.pk}/"
    assert address in read(ada, "/vandaag/")

    card = read(ada, address)

    for told in (*KEPT, PROTECTED, "tel:112", "tel:08002000", "tel:08000113"):
        assert told in card
    assert "WK-81" not in card
    assert request.number not in card
    assert events(region, request, "request.card.read") == 1


def test_the_card_is_for_whoever_said_yes_and_ends_with_the_work(
    cas: Client, ada: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool)
        other = pool.experts[1].user
    assert other is not None
    address = f"/werk/{assignment.pk}/"

    assert english(other).get(address).status_code == 404
    assert cas.get(address).status_code == 403
    with region_scope(region.pk):
        actions.close_request(request_id=request.pk, by=pool.cas, now=NOON)
    assert ada.get(address).status_code == 404
