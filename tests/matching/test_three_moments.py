"""One judge at three moments: the offer, the yes, and each session. Each of the three refuses.

What stands in the way is written straight into the tables, so that no signal has taken the offer
back before anybody is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from matching import actions
from matching.actions import GateIncomplete
from matching.models import ConflictDeclaration, Offer, Request
from matching.queries import late_objections, look, session_objections
from matching.rules import ASKED_FIRST, CHECKS
from matching.rules.objections import COUNTING, Moment
from matching.states import OfferState
from pool.actions import avoid_organisation, avoid_person, book
from pool.models import (
    Absence,
    Agreement,
    Consent,
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    RegionRule,
    Suspension,
    Training,
    VogEvidence,
)
from pool.states import BlockKind
from scheduling import actions as scheduling
from scheduling.actions.needs import WeekFull
from scheduling.states import SessionKind
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MEETING_AREA,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_pool,
    open_offers,
    seat_of,
)
from tests.factories.scheduling import complete_gate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

START = NOON + 2 * DAY
WORK_DAY = START.date()


@dataclass(frozen=True)
class Matter:
    """A pool of two, a request at fixed hours in two days, and Ada about whom it is."""

    pool: Pool
    request: Request

    @property
    def ada(self) -> Expert:
        return Expert.objects.get(pk=self.pool.ids[0])

    def ask_ada(self) -> Offer:
        return ask(self.pool, self.request, self.pool.experts[0])

    def plan(self, **more: object) -> object:
        assignment_id = more.pop("assignment_id")
        complete_gate(self.request, self.pool.cas)
        return scheduling.plan_session(
            assignment_id=assignment_id,  # type: ignore[arg-type]
            kind=SessionKind.MEETING,
            start=START,
            end=START + HOUR,
            by=self.pool.cas,
            now=NOON + HOUR,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture
def matter() -> Matter:
    pool = make_pool(2, wave_size=1)
    return Matter(pool, file_request(pool, seat_start=START, seat_end=START + HOUR))


def vog_expires(matter: Matter) -> None:
    # Over today already: what ends later may be planned beyond for some weeks (S7).
    VogEvidence.objects.filter(expert=matter.ada).update(policy_valid_until=NOON.date())


def agreement_ends(matter: Matter) -> None:
    before = WORK_DAY - timedelta(days=1)
    Agreement.objects.filter(expert=matter.ada).update(valid_until=before)


def training_expires(matter: Matter) -> None:
    before = WORK_DAY - timedelta(days=1)
    Training.objects.filter(expert=matter.ada).update(expires_on=before)


def suspended(matter: Matter) -> None:
    Suspension.objects.create(
        expert=matter.ada,
        reason="OTHER",
        came_from="ACTIVE",
        started_at=NOON,
        started_by=matter.pool.cas,
    )


def left(matter: Matter) -> None:
    Expert.objects.filter(pk=matter.ada.pk).update(state="LEFT", left_at=NOON, keep_until=NOON)


def does_other_work(matter: Matter) -> None:
    ExpertActivity.objects.filter(expert=matter.ada).update(activity="CHAT")


def pauses(matter: Matter) -> None:
    Expert.objects.filter(pk=matter.ada.pk).update(state="PAUSED", paused_at=NOON)


def full_week(matter: Matter) -> None:
    Expert.objects.filter(pk=matter.ada.pk).update(max_per_week=0)


def needs_rest(matter: Matter) -> None:
    matter.pool.cas.refresh_from_db()
    book(
        expert=matter.ada,
        kind=BlockKind.SESSION,
        start=NOON - 2 * HOUR,
        end=NOON - HOUR,
        travel=timedelta(0),
        source=uuid4(),
    )
    from pool.models import RegionProfile  # noqa: PLC0415  (only here)

    RegionProfile.objects.update(rest_minutes=60 * 24 * 7)


def away(matter: Matter) -> None:
    Absence.objects.create(expert=matter.ada, starts_at=START - HOUR, ends_at=START + 2 * HOUR)


def knows_somebody(matter: Matter) -> None:
    ConflictDeclaration.objects.update_or_create(
        request=matter.request,
        expert=matter.ada,
        defaults={"answer": "CONFLICT", "declared_at": NOON},
    )


def knew_somebody_in_an_earlier_request(matter: Matter) -> None:
    earlier = file_request(matter.pool)
    Request.objects.filter(pk=earlier.pk).update(case=matter.request.case_id)
    ConflictDeclaration.objects.create(
        request=earlier, expert=matter.ada, answer="CONFLICT", declared_at=NOON
    )


def leaves_out_the_area(matter: Matter) -> None:
    ExcludedArea.objects.create(expert=matter.ada, area_id=MEETING_AREA)


def leaves_out_the_organisation(matter: Matter) -> None:
    ExcludedOrganisation.objects.create(expert=matter.ada, organisation=matter.pool.office)


def avoids_who_asks(matter: Matter) -> None:
    assert matter.ada.user is not None
    avoid_person(expert_id=matter.ada.pk, name="B. de Wit", by=matter.ada.user, now=NOON)


def avoids_the_case_manager(matter: Matter) -> None:
    assert matter.ada.user is not None
    avoid_person(expert_id=matter.ada.pk, name="Idrissi", by=matter.ada.user, now=NOON)


def avoids_the_organisation(matter: Matter) -> None:
    assert matter.ada.user is not None
    office = matter.pool.office.pk
    avoid_organisation(
        expert_id=matter.ada.pk, organisation_id=office, by=matter.ada.user, now=NOON
    )


def lives_there_now(matter: Matter) -> None:
    Expert.objects.filter(pk=matter.ada.pk).update(home_area_id=MEETING_AREA)


def booked_then(matter: Matter) -> None:
    book(
        expert=matter.ada,
        kind=BlockKind.SESSION,
        start=START,
        end=START + HOUR,
        travel=timedelta(0),
        source=uuid4(),
    )


def has_not_answered(matter: Matter) -> None:
    RegionRule.objects.create(
        kind="CONSENT",
        amount=1,
        valid_from=NOON.date(),
        decided_at=NOON,
        decided_by=matter.pool.cas,
    )
    for expert_id in matter.pool.ids[1:]:
        Consent.objects.create(
            expert_id=expert_id,
            version=1,
            language="nl",
            text_hash="",
            given_at=NOON,
            given_by=matter.pool.cas,
        )


def carries_the_most(matter: Matter) -> None:
    Expert.objects.filter(pk=matter.ada.pk).update(max_running=0)


Change = Callable[[Matter], None]
# What happens -> the objection it makes.
EVERYTHING: dict[Change, str] = {
    vog_expires: "PAPERS",
    agreement_ends: "PAPERS",
    training_expires: "PAPERS",
    suspended: "SUSPENDED",
    left: "NOT_ACTIVE",
    does_other_work: "OTHER_WORK",
    pauses: "PAUSED",
    full_week: "MAX_PER_WEEK",
    needs_rest: "REST",
    knows_somebody: "CONFLICT_DECLARED",
    knew_somebody_in_an_earlier_request: "CONFLICT_DECLARED",
    leaves_out_the_area: "EXCLUDED_AREA",
    leaves_out_the_organisation: "OWN_CHOICE",
    avoids_who_asks: "OWN_CHOICE",
    avoids_the_case_manager: "OWN_CHOICE",
    avoids_the_organisation: "OWN_CHOICE",
    lives_there_now: "TOO_NEAR",
}
# Judged by the calendar of the session, or not any more once this work is one of those carried;
# an answer that is still awaited stops no work that runs.
TWO_MOMENTS: dict[Change, str] = {
    booked_then: "BUSY",
    carries_the_most: "MAX_RUNNING",
    has_not_answered: "CONSENT_OPEN",
}
ANY_MOMENT: dict[Change, str] = {**EVERYTHING, **TWO_MOMENTS}
by_name = pytest.mark.parametrize("change", EVERYTHING, ids=lambda one: one.__name__)


def test_every_objection_of_a_yes_and_of_a_session_is_tried_here() -> None:
    # Rest after a heavy contact has its own file, tests/scheduling/test_rest.py.
    tried = {*EVERYTHING.values(), *TWO_MOMENTS.values(), "RESTING"}

    assert tried >= COUNTING[Moment.ACCEPT]
    assert tried | {"ABSENT"} >= COUNTING[Moment.SESSION]
    assert set(CHECKS) == COUNTING[Moment.OFFER]


@pytest.mark.parametrize("change", ANY_MOMENT, ids=lambda one: one.__name__)
def test_who_cannot_do_it_is_not_asked(matter: Matter, change: Change) -> None:
    assert matter.ada.pk in look(seat_of(matter.request), now=NOON).fitting

    change(matter)

    seat = seat_of(matter.request)
    assert matter.ada.pk not in look(seat, now=NOON).fitting
    with pytest.raises(actions.DoesNotFit):
        matter.ask_ada()
    if change is not left:
        excluded = dict(look(seat, now=NOON, with_reasons=True).excluded)
        code = ANY_MOMENT[change]
        assert code in {one.code for one in excluded[matter.ada.pk]}


@pytest.mark.parametrize("change", ANY_MOMENT, ids=lambda one: one.__name__)
def test_a_yes_that_cannot_be_is_refused_kindly_and_the_next_is_asked(
    matter: Matter, change: Change
) -> None:
    ask(matter.pool, matter.request)
    (offer,) = open_offers(matter.request)
    change(matter)
    code = ANY_MOMENT[change]
    found = late_objections(seat_of(matter.request), offer.expert_id, now=NOON)
    assert code in {one.code for one in found}
    # Saying that one knows somebody is an answer of its own, and comes before everything else.
    if change is knows_somebody:
        with pytest.raises(actions.ConflictDeclared):
            say_yes(offer)
        return

    with pytest.raises(actions.NotDeployable) as refused:
        accept(offer)

    assert str(refused.value)
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert [one.expert_id for one in open_offers(matter.request)] == [matter.pool.ids[1]]


def say_yes(offer: Offer, now: datetime = NOON + MINUTE) -> None:
    actions.accept_offer(
        offer_id=offer.pk, by=None, expert_id=offer.expert_id, now=now, by_link=True
    )


@pytest.mark.parametrize("change", [*EVERYTHING, away], ids=lambda one: one.__name__)
def test_a_session_on_that_day_is_refused_or_asked_about(matter: Matter, change: Change) -> None:
    assignment = accept(matter.ask_ada())
    change(matter)
    code = {**EVERYTHING, away: "ABSENT"}[change]

    with pytest.raises((scheduling.NotDeployable, WeekFull, GateIncomplete)) as refused:
        matter.plan(assignment_id=assignment.pk)

    # Papers and membership are asked by the safety check first; the rest by the judge of offers.
    if not isinstance(refused.value, GateIncomplete):
        found = session_objections(
            matter.request, matter.ada.pk, start=START, end=START + HOUR, now=NOON + HOUR
        )
        assert code in {one.code for one in found}
    assert isinstance(refused.value, scheduling.AskFirst) == (code in ASKED_FIRST)
    # A coordinator hears what it is, and what to do.
    assert len(str(refused.value)) > len(code)


@pytest.mark.parametrize("change", [pauses, needs_rest, away], ids=lambda one: one.__name__)
def test_what_the_expert_may_wave_aside_is_planned_on_a_coordinators_word(
    matter: Matter, change: Change
) -> None:
    assignment = accept(matter.ask_ada())
    change(matter)

    assert matter.plan(assignment_id=assignment.pk, agreed=True)


def test_no_word_of_anybody_plans_what_the_rules_forbid(matter: Matter) -> None:
    assignment = accept(matter.ask_ada())
    vog_expires(matter)

    with pytest.raises((scheduling.NotDeployable, GateIncomplete)):
        matter.plan(assignment_id=assignment.pk, agreed=True)


def test_a_professional_hears_the_same_sentence_whatever_it_is(matter: Matter) -> None:
    assignment = accept(matter.ask_ada())
    said = set()
    for change in (pauses, avoids_who_asks, vog_expires):
        change(matter)
        with pytest.raises(scheduling.NotDeployable) as refused:
            scheduling.plan_session(
                assignment_id=assignment.pk,
                kind=SessionKind.PHONE,
                start=START,
                end=START + HOUR,
                by=matter.pool.bram,
                now=NOON + HOUR,
                agreed=True,
            )
        said.add(str(refused.value))

    assert len(said) == 1


def test_a_private_list_looks_like_an_organisation_that_was_left_out(matter: Matter) -> None:
    """To the byte: what is kept of the two, and so what is shown of them."""
    leaves_out_the_organisation(matter)
    seat = seat_of(matter.request)
    of_the_profile = dict(look(seat, now=NOON, with_reasons=True).excluded)[matter.ada.pk]
    ExcludedOrganisation.objects.all().delete()

    avoids_who_asks(matter)

    of_the_list = dict(look(seat, now=NOON, with_reasons=True).excluded)[matter.ada.pk]
    assert of_the_list == of_the_profile
