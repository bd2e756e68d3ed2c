"""The story of the demo: what runs in a region right now, told through the actions themselves.

Requests in every state, sessions in two and in twenty-four hours from now (so that reminders
arrive in the first minutes), and a past that made it so. All moments hang on `now`.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from core import clock
from core.access.models import User
from core.access.scope import region_scope
from insight.simulation.cast import DEMO_DOMAIN, REGIONS
from insight.simulation.lending import lend_around
from insight.simulation.newcomers import come_and_go
from insight.simulation.overview import keep_overview
from insight.simulation.regions import Stage, build_region, lay_out_areas
from insight.simulation.support import answer_talks
from insight.simulation.telling import tell_all
from insight.simulation.weeks import live_a_week
from insight.simulation.year import live_a_year
from matching import actions as matching
from matching.models import Assignment, Offer, Request, Seat
from pool.models import Expert
from scheduling import actions as scheduling
from scheduling.models import Session, SessionRole

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The evening itself fills the last days.
BEFORE = 5 * DAY
# What somebody who knows the case can say at once, or the next morning.
BY_REQUESTER = ("G1", "G2", "G4", "G6")
BY_COORDINATOR = ("G7", "G8", "G13")


@transaction.atomic
def tell(*, now: datetime, seed: int) -> str:
    """Build the regions and play their last weeks up to `now`. Returns a line for the console."""
    dice = random.Random(seed)  # noqa: S311  (reproducible on purpose; nothing secret)
    lay_out_areas()
    stages = [build_region(cast, now=now, dice=dice) for cast in REGIONS]
    for stage in stages:
        with region_scope(stage.region.pk):
            tell_all(stage, now=now)
    n_before = 0
    for cast, stage in zip(REGIONS, stages, strict=True):
        # Dice of its own: another past leaves the evening as it is.
        past = random.Random(f"{seed} {cast.code}")  # noqa: S311  (as above)
        with region_scope(stage.region.pk):
            keep_overview(lead=stage.coordinators[0], now=now)
            if stage is stages[0]:
                come_and_go(stage.coordinators[0], stage.experts, domain=DEMO_DOMAIN, now=now)
            n_before += live_a_year(cast.a_year, until=now - BEFORE, now=now, dice=past)
    with region_scope(stages[0].region.pk):
        n_requests = _Story(stages[0], now, dice).play()
        live_a_week(stages[0], now=now)
        answer_talks(stages[0].coordinators[0], now=now)
    lend_around(stages, now=now)
    n_experts = sum(len(stage.experts) for stage in stages)
    return (
        f"{len(stages)} regions, {n_experts} experts, {n_requests} requests "
        f"and {n_before} of the year before"
    )


@dataclass
class _Story:
    """One region's evening."""

    stage: Stage
    now: datetime
    dice: random.Random

    def play(self) -> int:
        """Every state a request can be in, the oldest first. Returns how many there are."""
        self._closed()
        self._ending_today()
        self._in_the_middle()
        self._meeting_this_evening()
        self._just_matched()
        self._withdrawn()
        self._asked_again()
        self._waiting_for_an_answer()
        self._nobody_can()
        self._just_filed()
        return Request.objects.count()

    # --- The states ---------------------------------------------------------------------------

    def _just_filed(self) -> None:
        """Twenty minutes old, nobody looked yet; the decision was not seen."""
        self._file(
            self.now - 20 * MINUTE,
            by=0,
            area="1112",
            imposed=35 * MINUTE,
            needs=("PARENT",),
            reachable=13 * HOUR,
            gate=("G2", "G3"),
        )

    def _waiting_for_an_answer(self) -> None:
        """Ruben was asked 67 minutes ago and has 53 left."""
        filed = self.now - 11 * HOUR
        request = self._file(
            filed,
            by=1,
            area="1112",
            imposed=35 * MINUTE,
            needs=("PARENT",),
            gate=("G2", "G3", "G6"),
            reachable=12 * HOUR,
        )
        self._ask(request, "Ruben", at=self.now - 67 * MINUTE)

    def _asked_again(self) -> None:
        """The first said no; the second has it now. A no has no consequence."""
        request = self._file(
            self.now - 3 * HOUR,
            by=3,
            area="1055",
            imposed=2 * HOUR,
            gate=("G1", "G3", "G4"),
            relation="PARENT",
            age="TWENTIES",
        )
        offer = self._ask(request, "Sem", at=self.now - 2 * HOUR)
        matching.decline_offer(
            offer_id=offer.pk, expert_id=offer.expert_id, now=self.now - 70 * MINUTE, by_link=True
        )

    def _nobody_can(self) -> None:
        """Polish is spoken by two: one pauses, the other's VOG has lapsed."""
        request = self._file(
            self.now - 80 * MINUTE,
            by=0,
            area="1025",
            imposed=5 * HOUR,
            language="pl",
            gate=("G2", "G3"),
            relation="EX_PARTNER",
            age="FORTIES",
        )
        lead = self.stage.coordinators[0]
        at = self.now - 75 * MINUTE
        matching.see_request(request_id=request.pk, by=lead, now=at)
        matching.start_wave(seat_id=self._seat(request).pk, by=lead, now=at)

    def _just_matched(self) -> None:
        """Joyce said yes two hours ago; the safety check is half done."""
        request = self._file(
            self.now - 9 * HOUR,
            by=2,
            area="1191",
            imposed=10 * HOUR,
            needs=("WOMAN",),
            gate=("G2", "G3", "G4"),
            relation="CHILD",
            age="FIFTIES",
        )
        self._match(request, "Joyce", at=self.now - 2 * HOUR)

    def _meeting_this_evening(self) -> None:
        """First meeting in two hours and a bit: the reminder leaves in the first minutes."""
        request = self._file(
            self.now - 40 * HOUR,
            by=3,
            area="1112",
            imposed=3 * HOUR,
            gate=("G2", "G3", "G6"),
            needs=("PHONE_FIRST",),
        )
        assignment = self._match(request, "Frans", at=self.now - 30 * HOUR)
        self._complete_gate(request, "Frans", at=self.now - 26 * HOUR)
        matching.record_first_contact(
            request_id=request.pk,
            by=request.requester,
            now=self.now - 24 * HOUR,
            at=self.now - 25 * HOUR,
        )
        start = self.now + 2 * HOUR + 2 * MINUTE
        self._plan(assignment, "FIRST_MEETING", start, at=self.now - 20 * HOUR)

    def _in_the_middle(self) -> None:
        """Day 4: one meeting was held, the next is tomorrow at about this time."""
        request = self._file(
            self.now - 4 * DAY,
            by=1,
            area="1013",
            imposed=4 * HOUR,
            gate=("G1", "G2", "G3"),
            needs=("WOMAN", "PARENT"),
            decision=True,
        )
        assignment = self._match(request, "Malika", at=self.now - 4 * DAY + 3 * HOUR)
        self._complete_gate(request, "Malika", at=self.now - 3 * DAY)
        self._first_contact(request, at=self.now - 3 * DAY)
        self._held(
            assignment, "Malika", start=self.now - 2 * DAY, planned=self.now - 3 * DAY + HOUR
        )
        start = self.now + DAY + 3 * MINUTE
        self._plan(assignment, "MEETING", start, at=self.now - DAY)

    def _ending_today(self) -> None:
        """Day 9 going on 10: is there an extension? Two meetings were held, one is planned."""
        request = self._file(
            self.now - 9 * DAY - 12 * HOUR,
            by=2,
            area="1013",
            imposed=3 * HOUR,
            gate=("G1", "G2", "G3", "G6"),
            decision=True,
            relation="PARTNER",
        )
        begun = self.now - 9 * DAY
        assignment = self._match(request, "Rachid", at=begun)
        self._complete_gate(request, "Rachid", at=begun + HOUR)
        self._first_contact(request, at=begun + 2 * HOUR)
        self._held(assignment, "Rachid", start=self.now - 7 * DAY, planned=begun + 3 * HOUR)
        self._held(assignment, "Rachid", start=self.now - 4 * DAY, planned=self.now - 5 * DAY)
        self._plan(assignment, "MEETING", self.now + 2 * DAY + HOUR, at=self.now - DAY)

    def _withdrawn(self) -> None:
        request = self._file(
            self.now - 2 * DAY, by=5, area="1182", imposed=6 * HOUR, gate=("G3",), urgency="NORMAL"
        )
        matching.withdraw_request(
            request_id=request.pk, by=request.requester, now=self.now - 40 * HOUR
        )

    def _closed(self) -> None:
        """Over since last week; it went well."""
        filed = self.now - 33 * DAY
        request = self._file(
            filed, by=7, area="1072", imposed=5 * HOUR, gate=("G1", "G2", "G3"), decision=True
        )
        assignment = self._match(request, "Ferhat", at=filed + 4 * HOUR)
        self._complete_gate(request, "Ferhat", at=filed + DAY)
        self._first_contact(request, at=filed + 20 * HOUR)
        for n in range(3):
            start = filed + (2 + 4 * n) * DAY
            self._held(assignment, "Ferhat", start=start, planned=start - 20 * HOUR)
        matching.close_request(
            request_id=request.pk, by=self.stage.coordinators[0], now=self.now - 6 * DAY
        )

    # --- The steps ----------------------------------------------------------------------------

    def _file(  # noqa: PLR0913  (what differs between requests)
        self,
        at: datetime,
        *,
        by: int,
        area: str,
        imposed: timedelta,
        gate: Sequence[str],
        needs: Sequence[str] = (),
        language: str = "nl",
        relation: str = "PARTNER",
        age: str = "THIRTIES",
        urgency: str = "URGENT",
        reachable: timedelta = timedelta(0),
        decision: bool = False,
    ) -> Request:
        """File a request at `at`, about a measure imposed `imposed` earlier."""
        wall = clock.local(at - imposed).replace(tzinfo=None, second=0, microsecond=0)
        today = clock.local(at).date()
        answers = {
            "G1": matching.GateAnswer(stated_on=today),
            "G4": matching.GateAnswer(risk="NO_CONTRAINDICATION"),
        }
        filing = matching.Filing(
            activity="BUDDY_1ON1",
            urgency=urgency,
            area_code=area,
            age_band=age,
            relation=relation,
            language=language,
            needs=tuple(needs),
            day_parts=("EVENING", "WEEKEND"),
            earliest_contact_at=at + reachable,
            case_manager_name="Fatih Meulendijk",
            case_manager_phone="06 0000 0202",
            deputy_name="Roos Hellendaal",
            deputy_phone="06 0000 0203",
            out_of_hours_phone="088 000 11 00",
            case_reference=f"AA-{self.dice.randrange(1000, 9999)}",
            form_key=uuid.UUID(int=self.dice.getrandbits(128), version=4),
            gate={code: answers.get(code, matching.GateAnswer()) for code in gate},
            measure=matching.MeasureFiling(
                kind="THV",
                imposed_wall=wall,
                end_stated_wall=wall + timedelta(days=10) if decision else None,
                decision_seen=decision,
                protected_roles=("PARTNER", "CHILDREN"),
            ),
        )
        requester = self.stage.professionals[by]
        return matching.open_request(filing=filing, by=requester, now=at)

    def _ask(self, request: Request, first: str, *, at: datetime) -> Offer:
        """A coordinator looked and asked this one person."""
        lead = self.stage.coordinators[0]
        expert = self.stage.experts[first]
        matching.see_request(request_id=request.pk, by=lead, now=at)
        matching.start_wave(seat_id=self._seat(request).pk, by=lead, now=at, experts=[expert.pk])
        return Offer.objects.get(seat__request=request, expert=expert)

    def _match(self, request: Request, first: str, *, at: datetime) -> Assignment:
        """Asked half an hour before `at`, and yes at `at`."""
        offer = self._ask(request, first, at=at - 30 * MINUTE)
        expert = self.stage.experts[first]
        matching.declare_conflict(
            request_id=request.pk, expert_id=expert.pk, answer="NO_CONFLICT", now=at
        )
        return matching.accept_offer(
            offer_id=offer.pk, by=_account(expert), expert_id=expert.pk, now=at, by_link=True
        )

    def _complete_gate(self, request: Request, first: str, *, at: datetime) -> None:
        lead = self.stage.coordinators[0]
        day = clock.local(at).date()
        for code in BY_REQUESTER:
            matching.confirm_gate_item(
                request_id=request.pk,
                code=code,
                by=request.requester,
                now=at,
                stated_on=day if code == "G1" else None,
                risk="NO_CONTRAINDICATION" if code == "G4" else None,
            )
        for code in BY_COORDINATOR:
            matching.confirm_gate_item(request_id=request.pk, code=code, by=lead, now=at)
        expert = self.stage.experts[first]
        matching.confirm_gate_item(request_id=request.pk, code="G11", by=_account(expert), now=at)

    def _first_contact(self, request: Request, *, at: datetime) -> None:
        matching.record_first_contact(
            request_id=request.pk, by=request.requester, now=at + HOUR, at=at
        )

    def _plan(self, assignment: Assignment, kind: str, start: datetime, *, at: datetime) -> Session:
        return scheduling.plan_session(
            assignment_id=assignment.pk,
            kind=kind,
            start=start.replace(second=0, microsecond=0).astimezone(UTC),
            end=(start + 75 * MINUTE).replace(second=0, microsecond=0).astimezone(UTC),
            place_id=self.dice.choice(self.stage.places).pk,
            with_professional=kind == "FIRST_MEETING",
            by=self.stage.coordinators[0],
            now=at,
        )

    def _held(
        self, assignment: Assignment, first: str, *, start: datetime, planned: datetime
    ) -> None:
        """A meeting in the past, with check-in and check-out."""
        n_before = SessionRole.objects.filter(assignment=assignment).count()
        kind = "MEETING" if n_before else "FIRST_MEETING"
        session = self._plan(assignment, kind, start, at=planned)
        role = SessionRole.objects.get(session=session, assignment=assignment)
        by = _account(self.stage.experts[first])
        scheduling.check_in(role_id=role.pk, by=by, now=session.starts_at + 2 * MINUTE)
        scheduling.check_out(role_id=role.pk, by=by, now=session.ends_at - 3 * MINUTE)

    def _seat(self, request: Request) -> Seat:
        return Seat.objects.get(request=request)


def _account(expert: Expert) -> User:
    assert expert.user is not None  # noqa: S101  (every expert of the demo has an account)
    return expert.user
