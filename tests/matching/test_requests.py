"""Filing a request: once, numbered, without saying who it is about; and ending it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from core.access.models import Membership, Region, Role
from core.access.scope import region_scope
from core.crypto import DataKey
from core.errors import NotAllowed
from core.models import AuditEntry, Message
from matching import actions, signals
from matching.models import Assignment, Case, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.queries import my_requests, open_requests
from matching.states import AssignmentState, OfferState, RequestState, SeatState
from pool.models import OnCallShift
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_filing,
    make_matched,
    make_pool,
)
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def pool(in_region: Region) -> Pool:  # noqa: ARG001
    return make_pool(1)


# --- Filing -----------------------------------------------------------------------------------


def test_filing_answers_the_requester_and_alerts_duty_at_once(pool: Pool) -> None:
    request = file_request(pool)

    assert request.state == RequestState.FILED
    told = Message.objects.order_by("template", "channel")
    assert [(message.template, message.channel, message.recipient_id) for message in told] == [
        ("matching/needs_you", "EMAIL", pool.cas.pk),
        ("matching/needs_you", "SMS", pool.cas.pk),
        ("matching/request_received", "EMAIL", pool.bram.pk),
    ]
    assert {message.created_at for message in told} == {NOON}
    task = Task.objects.get()
    assert (task.kind, task.request_id) == (TaskKind.NEW_REQUEST, request.pk)
    assert AuditEntry.objects.filter(event="request.filed", actor=pool.bram.pk).exists()


def test_the_same_form_twice_is_one_request(pool: Pool) -> None:
    filing = make_filing()

    first = actions.open_request(filing=filing, by=pool.bram, now=NOON)
    second = actions.open_request(filing=filing, by=pool.bram, now=NOON + MINUTE)

    assert first == second
    assert (Request.objects.count(), Task.objects.count(), Message.objects.count()) == (1, 1, 3)


@pytest.mark.parametrize(
    "reference", ["111222333", "1112.22.333", "j@voorbeeld.example", "12-03-1987"]
)
def test_a_reference_that_tells_is_refused_with_a_clear_sentence(
    pool: Pool, reference: str
) -> None:
    with pytest.raises(actions.CaseReferenceTelling) as refused:
        file_request(pool, case_reference=reference)

    assert "BSN" in str(refused.value.message)
    assert not Case.objects.exists()


def test_the_same_reference_of_the_same_office_is_the_same_case(pool: Pool) -> None:
    first = file_request(pool, case_reference="WK 2026-81", measure=None)
    second = file_request(pool, case_reference=" wk  2026-81 ", measure=None)
    without = file_request(pool, measure=None)
    without_too = file_request(pool, measure=None)
    other_office = make_user("Ids Veer", Role.PROFESSIONAL)
    elsewhere = actions.open_request(
        filing=make_filing(case_reference="WK 2026-81"), by=other_office, now=NOON
    )

    assert first.case_id == second.case_id
    assert len({first.case_id, without.case_id, without_too.case_id, elsewhere.case_id}) == 4
    assert Case.objects.get(pk=first.case_id).reference == "WK 2026-81"


def test_a_reference_lies_sealed(pool: Pool) -> None:
    file_request(pool, case_reference="WK 2026-81")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reference::text || encode(reference_index, 'escape') FROM matching_case"
        )
        (stored,) = cursor.fetchone()
    assert "2026-81" not in stored
    assert DataKey.objects.exists()


def test_numbers_count_per_region_and_local_year(region: Region, other_region: Region) -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    numbers = []
    for place in (region, other_region):
        with region_scope(place.pk):
            pool = make_pool(0)
            numbers += [
                file_request(pool).number,
                file_request(pool).number,
                file_request(pool, now=new_year - HOUR).number,
                file_request(pool, now=new_year).number,
            ]

    assert numbers == ["26-0001", "26-0002", "26-0003", "27-0001"] * 2


def test_a_purged_number_never_returns(pool: Pool) -> None:
    first = file_request(pool)
    Case.objects.filter(pk=first.case_id).delete()

    assert file_request(pool).number == "26-0002"


def test_an_expert_does_not_file_and_a_coordinator_files_for_the_host(pool: Pool) -> None:
    expert = pool.experts[0]
    assert expert.user is not None

    with pytest.raises(NotAllowed):
        actions.open_request(filing=make_filing(), by=expert.user, now=NOON)
    request = actions.open_request(filing=make_filing(), by=pool.cas, now=NOON)

    assert request.organisation.kind == "POOL_HOST"


def test_an_unknown_area_is_refused(pool: Pool) -> None:
    with pytest.raises(actions.AreaUnknown):
        file_request(pool, area_code="0000")


# --- Duty -------------------------------------------------------------------------------------


def alerted() -> set[str]:
    rows = Message.objects.filter(template="matching/needs_you").select_related("recipient")
    return {message.recipient.name for message in rows if message.recipient}


def test_only_the_first_on_the_rota_is_alerted(pool: Pool) -> None:
    dia = make_user("Dia Prins", Role.COORDINATOR)
    for place, user in enumerate((dia, pool.cas), start=1):
        OnCallShift.objects.create(
            user=user, starts_at=NOON - HOUR, ends_at=NOON + HOUR, place_in_chain=place
        )

    file_request(pool)

    assert alerted() == {"Dia Prins"}


def test_with_an_empty_rota_everybody_hears_it(pool: Pool) -> None:
    make_user("Dia Prins", Role.COORDINATOR)

    file_request(pool)

    assert alerted() == {"Cas Verhoef", "Dia Prins"}


def test_without_a_phone_the_mail_goes_alone(pool: Pool) -> None:
    Membership.objects.filter(user=pool.cas).update(phone="")

    file_request(pool)

    assert set(
        Message.objects.filter(template="matching/needs_you").values_list("channel", flat=True)
    ) == {"EMAIL"}


# --- Seeing, earlier, first contact -----------------------------------------------------------


def test_the_first_look_of_a_coordinator_is_kept(pool: Pool) -> None:
    request = file_request(pool)
    dia = make_user("Dia Prins", Role.COORDINATOR)

    actions.see_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)
    seen = actions.see_request(request_id=request.pk, by=dia, now=NOON + 2 * HOUR)

    assert (seen.seen_at, seen.seen_by) == (NOON + HOUR, pool.cas)
    with pytest.raises(NotAllowed):
        actions.see_request(request_id=request.pk, by=pool.bram, now=NOON)


def test_earlier_reachable_moves_the_clock_and_alerts_duty(pool: Pool) -> None:
    request = file_request(pool, earliest_contact_at=NOON + 3 * DAY)
    accept(ask(pool, request))
    plan = Task.objects.get(kind=TaskKind.PLAN_FIRST)
    assert plan.due_at == NOON + 4 * DAY
    Message.objects.all().delete()

    for _turn in range(2):
        actions.report_reachable(request_id=request.pk, by=pool.bram, now=NOON + HOUR)

    request.refresh_from_db()
    plan.refresh_from_db()
    assert request.earliest_contact_at == NOON + HOUR
    assert plan.due_at == NOON + HOUR + DAY
    assert {message.template for message in Message.objects.all()} == {
        "matching/needs_you",
        "matching/something_changed",
    }


def test_the_first_contact_is_written_once(pool: Pool) -> None:
    request, assignment = make_matched(pool)
    expert = assignment.expert.user
    assert expert is not None
    with pytest.raises(actions.ContactToCome):
        actions.record_first_contact(request_id=request.pk, by=expert, now=NOON, at=NOON + MINUTE)

    for at in (NOON + HOUR, NOON + 2 * HOUR):
        actions.record_first_contact(request_id=request.pk, by=expert, now=NOON + DAY, at=at)

    request.refresh_from_db()
    assignment.refresh_from_db()
    assert request.first_contact_at == assignment.first_contact_at == NOON + HOUR


# --- The end ----------------------------------------------------------------------------------


Ending = dict[str, Any]


@pytest.mark.parametrize("how", ["withdraw", "close"])
def test_the_end_of_a_request_ends_everything_below_it(pool: Pool, how: str) -> None:
    ended: list[Request] = []

    def listen(*, request: Request, **_more: object) -> None:
        ended.append(request)

    request, assignment = make_matched(pool)
    signals.request_closed.connect(listen)
    try:
        if how == "withdraw":
            actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON + DAY)
        else:
            actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + DAY)
    finally:
        signals.request_closed.disconnect(listen)

    request.refresh_from_db()
    assignment.refresh_from_db()
    assert request.closed_at == NOON + DAY
    assert (assignment.state, assignment.ended_at) == (AssignmentState.ENDED, NOON + DAY)
    assert set(Seat.objects.values_list("state", flat=True)) == {SeatState.CLOSED}
    assert not Task.objects.filter(done_at=None).exists()
    assert Case.objects.get(pk=request.case_id).closed_at == NOON + DAY
    assert ended == [request]
    # What was answered stays answered: the yes happened.
    assert Offer.objects.get(pk=assignment.offer_id).state == OfferState.ACCEPTED


def test_a_withdrawn_request_takes_open_offers_back(pool: Pool) -> None:
    request = file_request(pool)
    offer = ask(pool, request)

    actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON + MINUTE)

    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    with pytest.raises(actions.RequestOver):
        actions.declare_conflict(
            request_id=request.pk, expert_id=offer.expert_id, answer="CONFLICT", now=NOON
        )
    with pytest.raises(actions.OfferWithdrawn):
        actions.accept_offer(
            offer_id=offer.pk, by=None, expert_id=offer.expert_id, now=NOON, by_link=True
        )


def test_a_case_with_another_running_request_stays_open(pool: Pool) -> None:
    first = file_request(pool, case_reference="WK 81", measure=None)
    file_request(pool, case_reference="WK 81", measure=None)

    actions.close_request(request_id=first.pk, by=pool.cas, now=NOON + DAY)

    assert Case.objects.get(pk=first.case_id).closed_at is None


def test_who_may_end_what(pool: Pool) -> None:
    request = file_request(pool)
    stranger = make_user("Ids Veer", Role.PROFESSIONAL)

    with pytest.raises(NotAllowed):
        actions.withdraw_request(request_id=request.pk, by=stranger, now=NOON)
    with pytest.raises(NotAllowed):
        actions.close_request(request_id=request.pk, by=pool.bram, now=NOON)
    with pytest.raises(NotAllowed):
        actions.report_reachable(request_id=request.pk, by=stranger, now=NOON)
    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON)
    with pytest.raises(actions.RequestOver):
        actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON)


def test_handing_over_looks_for_somebody_else(in_region: Region) -> None:  # noqa: ARG001
    pool = make_pool(2)
    request, assignment = make_matched(pool)

    actions.end_assignment(assignment_id=assignment.pk, by=pool.cas, now=NOON + DAY)

    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING
    (offer,) = Offer.objects.filter(state=OfferState.OPEN)
    assert offer.expert_id == pool.ids[1]
    accept(offer, now=NOON + DAY + HOUR)
    assert Assignment.objects.exclude(state=AssignmentState.ENDED).count() == 1


# --- Lists ------------------------------------------------------------------------------------


def test_lists_put_first_what_presses_and_show_only_ones_own(pool: Pool) -> None:
    stranger = make_user("Ids Veer", Role.PROFESSIONAL)
    colleague = make_user("Kee Bos", Role.PROFESSIONAL, organisation=pool.office)
    calm = file_request(pool, urgency="NORMAL")
    urgent = file_request(pool, now=NOON + HOUR)
    closed = file_request(pool, now=NOON + 2 * HOUR)
    actions.close_request(request_id=closed.pk, by=pool.cas, now=NOON + DAY)

    assert list(open_requests()) == [urgent, calm]
    assert list(my_requests(colleague)) == [urgent, calm, closed]
    assert list(my_requests(stranger)) == []
    assert not Request.objects.filter(form_key=uuid4()).exists()
    assert closed.filed_at - calm.filed_at == timedelta(hours=2)
