"""Thirteen items, each with a name and a time, before anybody meets anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import approvals
from core.access.models import Role
from core.models import DueWork, Message
from matching import actions, clock, signals
from matching.due import lapse_gate
from matching.models import GateItem, Request, Task
from matching.models.requests import TaskKind
from matching.queries import gate
from matching.reference import BY_CODE, ITEMS, Cause, voided_by
from matching.states import (
    GateCode,
    GateItemState,
    GateWho,
    OfferState,
    RequestState,
    RiskAnswer,
)
from pool.models import VogEvidence
from tests.conftest import NOON
from tests.factories.matching import (
    ANSWERS,
    DAY,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_matched,
    make_pool,
    open_offers,
)
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
TWO_WEEKS_ON = clock.days_after(NOON, 14)


@pytest.fixture
def pool() -> Pool:
    return make_pool(2)


def states(request: Request) -> dict[str, str]:
    return dict(GateItem.objects.filter(request=request).values_list("code", "state"))


def confirm(request: Request, code: str, by: object, **answer: object) -> GateItem:
    return actions.confirm_gate_item(
        request_id=request.pk,
        code=code,
        by=by,  # type: ignore[arg-type]
        now=NOON + HOUR,
        **answer,  # type: ignore[arg-type]
    )


def complete(pool: Pool, request: Request) -> None:
    """What the coordinator and the expert confirm after somebody said yes."""
    for code in (GateCode.G7, GateCode.G8, GateCode.G13, GateCode.G11):
        confirm(request, code, pool.cas)


# --- Filing and confirming --------------------------------------------------------------------


def test_the_table_is_that_of_the_reference() -> None:
    assert [item.code for item in ITEMS] == GateCode.values
    assert [item.code for item in ITEMS if not item.is_hard] == [GateCode.G11]
    assert [item.code for item in ITEMS if item.is_waivable] == [GateCode.G8]
    who = {item.code: item.who[0] for item in ITEMS}
    assert {code for code, one in who.items() if one == GateWho.REQUESTER} == {
        "G1",
        "G2",
        "G3",
        "G4",
        "G6",
    }
    assert {code for code, one in who.items() if one == GateWho.SYSTEM} == {"G10", "G12"}


def test_six_of_thirteen_are_open_after_the_first_night(pool: Pool) -> None:
    request = file_request(pool)

    view = gate(request, at=NOON)

    assert view.n_done == 7
    assert view.open_codes == ["G7", "G8", "G9", "G10", "G11", "G13"]
    assert states(request)[GateCode.G5] == GateItemState.NOT_NEEDED
    rows = {row.code: row for row in GateItem.objects.filter(request=request)}
    assert (rows["G1"].confirmed_by, rows["G1"].confirmed_at) == (pool.bram, NOON)
    assert (rows["G12"].confirmed_by, rows["G12"].by_system) == (None, True)


def test_what_was_not_answered_stays_open(pool: Pool) -> None:
    request = file_request(pool, gate={})

    assert gate(request, at=NOON).n_done == 1
    assert states(request)[GateCode.G5] == GateItemState.OPEN


def test_a_complete_gate_lets_people_plan(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    with pytest.raises(actions.GateIncomplete) as refused:
        actions.require_complete_gate(request, at=NOON + HOUR)
    assert refused.value.codes == ("G7", "G8", "G13")

    complete(pool, request)

    actions.require_complete_gate(request, at=NOON + HOUR)
    assert gate(request, at=NOON + HOUR).is_complete


def test_the_soft_item_blocks_nothing(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    for code in (GateCode.G7, GateCode.G8, GateCode.G13):
        confirm(request, code, pool.cas)

    assert gate(request, at=NOON + HOUR).open_codes == ["G11"]
    actions.require_complete_gate(request, at=NOON + HOUR)


def test_nobody_confirms_in_anothers_name(pool: Pool) -> None:
    request, assignment = make_matched(pool)
    stranger = make_user("Ids Veer", Role.PROFESSIONAL)
    may = {
        (code, name): False
        for code in BY_CODE
        for name in ("requester", "coordinator", "expert", "stranger")
    }
    people = {
        "requester": pool.bram,
        "coordinator": pool.cas,
        "expert": assignment.expert.user,
        "stranger": stranger,
    }

    for code, name in may:
        try:
            confirm(
                request,
                code,
                people[name],
                stated_on=NOON.date(),
                risk=RiskAnswer.NO_CONTRAINDICATION,
            )
        except actions.NotYours:
            continue
        except actions.TwoPersonsNeeded:
            assert (code, name) == ("G5", "coordinator")
            continue
        may[code, name] = True

    asking = {(code, "requester") for code in ("G1", "G2", "G3", "G4", "G6")}
    # A coordinator who was told by phone writes down what the asking side said.
    by_phone = {(code, "coordinator") for code in ("G1", "G2", "G3", "G4", "G6")}
    own = {(code, "coordinator") for code in ("G7", "G8", "G11", "G13")}
    experts = {("G9", "expert"), ("G11", "expert")}
    assert {pair for pair, allowed in may.items() if allowed} == asking | by_phone | own | experts


def test_a_plan_needs_its_date_and_that_is_not_to_come(pool: Pool) -> None:
    request = file_request(pool, gate={})

    with pytest.raises(actions.AnswerMissing):
        confirm(request, GateCode.G1, pool.bram)
    with pytest.raises(actions.DateToCome):
        confirm(request, GateCode.G1, pool.bram, stated_on=NOON.date() + DAY)
    assert states(request)[GateCode.G1] == GateItemState.OPEN


# --- The risk question ------------------------------------------------------------------------


def test_not_deployable_takes_offers_back_and_starts_none(pool: Pool) -> None:
    request = file_request(pool)
    ask(pool, request)

    confirm(request, GateCode.G4, pool.bram, risk=RiskAnswer.NOT_DEPLOYABLE)

    assert open_offers(request) == []
    request.refresh_from_db()
    assert request.state == RequestState.FILED
    assert Task.objects.filter(kind=TaskKind.GATE_LAPSED, request=request).exists()
    with pytest.raises(actions.MeetingRefused):
        ask(pool, request)


def test_not_deployable_at_filing_asks_nobody_but_a_coordinator() -> None:
    pool = make_pool(1, release_urgent="AUTOMATIC")
    answers = {**ANSWERS, GateCode.G4: actions.GateAnswer(risk=RiskAnswer.NOT_DEPLOYABLE)}

    request = file_request(pool, gate=answers)

    assert (request.state, open_offers(request)) == (RequestState.FILED, [])
    assert gate(request, at=NOON).items[3].is_refused
    assert Task.objects.filter(kind=TaskKind.NEW_REQUEST, request=request).exists()


def test_a_consultation_takes_two_persons(pool: Pool) -> None:
    request = file_request(pool, gate={})
    dia = make_user("Dia Prins", Role.COORDINATOR)
    confirm(request, GateCode.G4, pool.bram, risk=RiskAnswer.CONSULT_NEEDED)
    with pytest.raises(actions.TwoPersonsNeeded):
        confirm(request, GateCode.G5, pool.cas)
    now = NOON + HOUR

    asked = approvals.ask("matching.approve_forensic", subject=request.pk, by=pool.cas, now=now)
    with pytest.raises(approvals.actions.SamePerson):
        approvals.approve(approval_id=asked.pk, by=pool.cas, now=now)
    approvals.approve(approval_id=asked.pk, by=dia, now=now)

    row = GateItem.objects.get(request=request, code=GateCode.G5)
    assert (row.state, row.confirmed_by, row.stated_on) == (
        GateItemState.CONFIRMED,
        dia,
        NOON.date(),
    )


def test_another_answer_about_risk_opens_the_consultation(pool: Pool) -> None:
    request = file_request(pool)
    assert states(request)[GateCode.G5] == GateItemState.NOT_NEEDED

    confirm(request, GateCode.G4, pool.bram, risk=RiskAnswer.CONSULT_NEEDED)

    assert states(request)[GateCode.G5] == GateItemState.OPEN


def test_a_duo_is_waived_by_two(pool: Pool) -> None:
    request = file_request(pool)
    dia = make_user("Dia Prins", Role.COORDINATOR)

    asked = approvals.ask("matching.waive_duo", subject=request.pk, by=pool.cas, now=NOON)
    approvals.approve(approval_id=asked.pk, by=dia, now=NOON)

    assert states(request)[GateCode.G8] == GateItemState.WAIVED


def test_two_persons_decide_about_the_same_gate(pool: Pool) -> None:
    request = file_request(pool)
    dia = make_user("Dia Prins", Role.COORDINATOR)
    asked = approvals.ask("matching.waive_duo", subject=request.pk, by=pool.cas, now=NOON)
    confirm(request, GateCode.G7, pool.cas)

    with pytest.raises(approvals.actions.SomethingChanged):
        approvals.approve(approval_id=asked.pk, by=dia, now=NOON + HOUR)


# --- What opens it again ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "codes"),
    [
        (Cause.END, {"G1", "G3", "G4", "G5"}),
        (Cause.STATE, {"G1", "G3", "G4", "G5", "G6", "G7"}),
        (Cause.PLACE, {"G1", "G7", "G13"}),
        (Cause.ROLES, {"G1", "G3", "G4", "G5", "G7", "G9"}),
        (
            Cause.INCIDENT,
            {"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G11", "G13"},
        ),
        (Cause.NUMBERS, {"G2"}),
        (Cause.TIME, {"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G11"}),
    ],
)
def test_each_change_opens_its_own_items(cause: Cause, codes: set[str]) -> None:
    assert set(voided_by(cause)) == codes


def test_a_change_opens_what_was_done_and_tells_upper_rooms(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    complete(pool, request)
    heard: list[tuple[str, ...]] = []

    def listen(*, codes: tuple[str, ...], **_more: object) -> None:
        heard.append(codes)

    signals.gate_voided.connect(listen)
    try:
        for _turn in range(2):
            actions.void_for(request.pk, {Cause.PLACE}, now=NOON + 2 * HOUR)
    finally:
        signals.gate_voided.disconnect(listen)

    assert heard == [("G1", "G7", "G13")]
    with pytest.raises(actions.GateIncomplete) as refused:
        actions.require_complete_gate(request, at=NOON + 2 * HOUR)
    assert refused.value.codes == ("G1", "G7", "G13")


def test_a_gate_lapses_after_two_weeks_while_a_measure_runs(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    complete(pool, request)
    assert gate(request, at=NOON + HOUR).valid_until == TWO_WEEKS_ON
    assert gate(request, at=TWO_WEEKS_ON - timedelta(seconds=1)).is_complete
    assert not gate(request, at=TWO_WEEKS_ON).is_complete

    work = DueWork.objects.filter(kind="matching.gate_lapse", subject=request.pk)
    assert work.filter(not_before=TWO_WEEKS_ON).exists()
    lapse_gate(request.pk, TWO_WEEKS_ON - MINUTE)
    assert not Task.objects.filter(kind=TaskKind.GATE_LAPSED).exists()
    lapse_gate(request.pk, TWO_WEEKS_ON)
    lapse_gate(request.pk, TWO_WEEKS_ON)

    assert {code for code, state in states(request).items() if state == GateItemState.OPEN} == {
        "G1",
        "G2",
        "G3",
        "G4",
        "G5",  # not needed by an answer that has lapsed
        "G6",
    }
    assert Task.objects.filter(kind=TaskKind.GATE_LAPSED, done_at=None).count() == 1
    told = Message.objects.filter(once_per__startswith="gate-lapsed").values_list("template")
    assert set(told) == {("matching/needs_you",)}


def test_a_request_that_is_over_does_not_lapse(pool: Pool) -> None:
    request = file_request(pool)
    actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON + HOUR)

    lapse_gate(request.pk, TWO_WEEKS_ON)

    assert states(request)[GateCode.G1] == GateItemState.CONFIRMED


def test_a_consultation_that_nobody_asked_for_is_not_approved(pool: Pool) -> None:
    request = file_request(pool)
    dia = make_user("Dia Prins", Role.COORDINATOR)
    asked = approvals.ask("matching.approve_forensic", subject=request.pk, by=pool.cas, now=NOON)

    with pytest.raises(actions.AnswerMissing):
        approvals.approve(approval_id=asked.pk, by=dia, now=NOON)


def test_renewing_in_time_keeps_it(pool: Pool) -> None:
    request = file_request(pool)
    actions.confirm_gate_item(
        request_id=request.pk, code="G2", by=pool.bram, now=TWO_WEEKS_ON - HOUR
    )

    lapse_gate(request.pk, TWO_WEEKS_ON)

    assert states(request)[GateCode.G2] == GateItemState.CONFIRMED
    assert states(request)[GateCode.G6] == GateItemState.OPEN


def test_without_a_measure_nothing_lapses(pool: Pool) -> None:
    request = file_request(pool, measure=None)

    assert gate(request, at=NOON + 90 * DAY).n_done == 7


def test_papers_are_judged_on_the_day_of_the_meeting(pool: Pool) -> None:
    request, assignment = make_matched(pool)
    complete(pool, request)
    last_day = NOON.date() + timedelta(days=5)
    VogEvidence.objects.filter(expert=assignment.expert).update(policy_valid_until=last_day)

    actions.require_complete_gate(request, at=NOON + HOUR, on=last_day - timedelta(days=1))
    with pytest.raises(actions.GateIncomplete) as refused:
        actions.require_complete_gate(request, at=NOON + HOUR, on=last_day)

    assert refused.value.codes == ("G10",)


def test_a_refusal_does_not_open_by_itself(pool: Pool) -> None:
    request = file_request(pool)
    confirm(request, GateCode.G4, pool.bram, risk=RiskAnswer.NOT_DEPLOYABLE)

    actions.void_for(request.pk, {Cause.INCIDENT}, now=NOON + 2 * HOUR)

    assert states(request)[GateCode.G4] == GateItemState.REFUSED


def test_confirming_the_last_open_item_settles_the_task(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    complete(pool, request)
    actions.void_gate(request_id=request.pk, codes=["G2"], now=NOON + HOUR, why=Cause.INCIDENT)
    assert Task.objects.filter(kind=TaskKind.GATE_LAPSED, done_at=None).exists()

    confirm(request, GateCode.G2, pool.bram)

    assert not Task.objects.filter(kind=TaskKind.GATE_LAPSED, done_at=None).exists()


def test_an_expert_without_an_account_confirms_by_the_systems_hand(pool: Pool) -> None:
    expert = pool.experts[0]
    expert.user = None
    expert.save(update_fields=["user"])
    request = file_request(pool)

    offer = ask(pool, request, expert)
    accept(offer)

    row = GateItem.objects.get(request=request, code=GateCode.G9)
    assert (row.state, row.by_system) == (GateItemState.CONFIRMED, True)
    offer.refresh_from_db()
    assert offer.state == OfferState.ACCEPTED


@pytest.mark.database
def test_the_database_refuses_a_name_without_a_time_and_a_waived_plan(pool: Pool) -> None:
    request = file_request(pool)
    item = GateItem.objects.filter(request=request)

    with pytest.raises(IntegrityError, match="gate_item_confirmed"), transaction.atomic():
        item.filter(code="G7").update(state=GateItemState.CONFIRMED)
    with pytest.raises(IntegrityError, match="gate_item_only_duo"), transaction.atomic():
        item.filter(code="G1").update(state=GateItemState.WAIVED)
