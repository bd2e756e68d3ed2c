"""Lent work from the request to the end: an expert of another region comes, and is looked for.

Wednesday 9 September 2026 a request comes in the region of the stage; Corné of the neighbour says
yes. Both regions' clocks run, and the agreement is ended in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from core import approvals
from core.access.models import User
from core.access.scope import region_scope
from core.approvals.models import Approval
from core.outbox.models import Message
from insight.simulation.cast import ALWAYS, Person, Staff
from insight.simulation.regions import Stage, build_region
from matching import actions as matching
from matching.models import Assignment, CallChain, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.queries import gate
from matching.queries.lent import running_by_grant
from matching.states import AssignmentState, ChainState, OfferState
from pool import actions as pool
from pool import queries
from pool.models import Block, Expert, LendingGrant
from pool.states import BlockKind, BlockState, GrantState
from scheduling import actions as scheduling
from scheduling.models import Reminder, Session, SessionRole
from scheduling.queries.planning import suggestions
from scheduling.states import SessionKind, SessionState
from tests.factories.people import client_as
from tests.scenarios.stage import CAST, agree, deliver, on_the_wall, set_the_stage

pytestmark = [
    pytest.mark.django_db(databases=["default", "denials"]),
    pytest.mark.scenario,
]

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
MONDAY = on_the_wall(2026, 9, 7, 9)
FILED = on_the_wall(2026, 9, 9, 10)
SAID_YES = on_the_wall(2026, 9, 9, 11)
THURSDAY_1400 = on_the_wall(2026, 9, 10, 14)
FRIDAY_1400 = on_the_wall(2026, 9, 11, 14)
TERMS = pool.Terms({"BUDDY_1ON1"}, date(2026, 9, 1), date(2026, 12, 31), 40)
ALONE = replace(CAST, experts=())
NEIGHBOUR = replace(
    CAST,
    code="VT78",
    name="Duinrand",
    host="Pool Duinrand",
    organisations={"Pool Duinrand": ("POOL_HOST", "088 000 78 00")},
    coordinators=(Staff("Petra Zandvliet", "06 0000 0401"), Staff("Joris Kuiper", "06 0000 0402")),
    professionals=(),
    experts=(Person("Corné", "Duinker", "1055", week=ALWAYS, max_running=2),),
    places=(),
)


@dataclass
class Story:
    """The stage, its neighbour, and Corné who is lent."""

    here: Stage
    home: Stage
    grant: LendingGrant

    @property
    def corne(self) -> Expert:
        return self.home.experts["Corné"]

    def files(self, now: datetime) -> Request:
        return matching.open_request(
            filing=matching.Filing(
                activity="BUDDY_1ON1",
                urgency="URGENT",
                area_code="1112",
                age_band="THIRTIES",
                relation="PARTNER",
                earliest_contact_at=now,
                case_manager_name="Fatih Meulendijk",
                case_manager_phone="06 0000 0202",
                form_key=uuid4(),
                day_parts=("EVENING",),
                gate={
                    code: matching.GateAnswer(
                        stated_on=now.date() if code == "G1" else None,
                        risk="NO_CONTRAINDICATION" if code == "G4" else "",
                    )
                    for code in ("G1", "G2", "G3", "G4", "G6")
                },
            ),
            by=self.here.professionals[0],
            now=now,
        )

    def asks(self, request: Request, now: datetime) -> Offer:
        seat = Seat.objects.get(request=request)
        matching.start_wave(
            seat_id=seat.pk, by=self.here.coordinators[0], now=now, experts=[self.corne.pk]
        )
        return Offer.objects.get(seat=seat, state=OfferState.OPEN)

    def says_yes(self, offer: Offer, now: datetime) -> Assignment:
        matching.declare_conflict(
            request_id=offer.seat.request_id,
            expert_id=self.corne.pk,
            answer="NO_CONFLICT",
            now=now,
        )
        return matching.accept_offer(
            offer_id=offer.pk, by=self.corne.user, expert_id=self.corne.pk, now=now, by_link=True
        )

    def checks(self, request: Request, now: datetime) -> None:
        """What is left of the thirteen: the coordinator's part, and Corné's own."""
        confirm = partial(matching.confirm_gate_item, request_id=request.pk, now=now)
        for code in ("G7", "G8", "G13"):
            confirm(code=code, by=self.here.coordinators[0])
        assert self.corne.user is not None
        confirm(code="G11", by=self.corne.user)

    def plans(
        self, work: Assignment, start: datetime, now: datetime, kind: str = "FIRST_MEETING"
    ) -> Session:
        return scheduling.plan_session(
            assignment_id=work.pk,
            kind=kind,
            start=start,
            end=start + HOUR,
            place_id=self.here.places[0].pk,
            with_professional=True,
            by=self.here.coordinators[0],
            now=now,
        )

    def works(self) -> tuple[Request, Assignment]:
        request = self.files(FILED)
        return request, self.says_yes(self.asks(request, FILED + MINUTE), SAID_YES)


@pytest.fixture
def story() -> Iterator[Story]:
    here = set_the_stage(now=MONDAY, cast=ALONE)
    home = build_region(NEIGHBOUR, now=MONDAY, dice=Random(7))  # noqa: S311
    corne, (petra, joris) = home.experts["Corné"], home.coordinators
    assert corne.user is not None
    with region_scope(home.region.pk):
        grant = pool.propose_lending(
            expert_id=corne.pk,
            borrower_id=here.region.pk,
            terms=TERMS,
            most_running=2,
            by=petra,
            now=MONDAY,
        )
        waits = Approval.objects.get(subject=grant.pk)
        approvals.approve(approval_id=waits.pk, by=joris, now=MONDAY)
        pool.agree_to_lending(grant_id=grant.pk, own_km=30, by=corne.user, now=MONDAY)
    # Pages read the clock: for them it is an hour after the yes.
    with region_scope(here.region.pk), time_machine.travel(SAID_YES + HOUR, tick=False):
        agree()
        yield Story(here, home, grant)


def sent_to(story: Story, template: str) -> list[str]:
    """Channels on which Corné was told this, in the region where the work is."""
    rows = Message.objects.filter(template=template, recipient=story.corne.user)
    return sorted(rows.values_list("channel", flat=True))


def test_from_the_request_to_the_first_meeting(story: Story) -> None:
    request, work = story.works()

    # No meeting before the safety check is whole; a call on the phone is fine.
    with pytest.raises(matching.GateIncomplete):
        story.plans(work, THURSDAY_1400, SAID_YES + MINUTE)
    story.checks(request, SAID_YES + 5 * MINUTE)
    assert gate(request, at=SAID_YES + HOUR).is_complete
    session = story.plans(work, THURSDAY_1400, SAID_YES + HOUR)

    # The hours stand at home, with the travel of the region that borrows.
    role = SessionRole.objects.get(session=session, assignment=work)
    assert (role.lent_from, role.lent_from) == (story.home.region.pk, work.expert_region_id)
    with region_scope(story.home.region.pk):
        hours = Block.objects.get(source=session.pk)
        assert (hours.region_id, hours.grant_id) == (story.home.region.pk, story.grant.pk)
        assert hours.is_heavy

    # Reminders: a day before was too near to be of use, two hours before it leaves.
    due = set(Reminder.objects.filter(session=session).values_list("due_at", flat=True))
    assert THURSDAY_1400 - 2 * HOUR in due
    deliver(now=THURSDAY_1400 - 2 * HOUR - MINUTE)
    assert "scheduling/reminder" in {
        template
        for template, name in deliver(now=THURSDAY_1400 - 2 * HOUR)
        if name == "Corné Duinker"
    }

    # In and out: it was held, and first contact is counted here.
    assert story.corne.user is not None
    scheduling.check_in(role_id=role.pk, by=story.corne.user, now=THURSDAY_1400 + MINUTE)
    scheduling.check_out(role_id=role.pk, by=story.corne.user, now=THURSDAY_1400 + HOUR)
    session.refresh_from_db()
    assert session.state == SessionState.HELD


def test_moments_that_are_suggested_leave_out_hours_taken_at_home(story: Story) -> None:
    request, work = story.works()
    found = suggestions(
        request, [work.expert_id], kind=SessionKind.PHONE, length=HOUR, now=SAID_YES
    )
    first = found[0]
    with region_scope(story.home.region.pk):
        pool.book(
            expert=story.corne,
            kind=BlockKind.SESSION,
            start=first,
            end=first + HOUR,
            travel=timedelta(),
            source=uuid4(),
        )

    again = suggestions(
        request, [work.expert_id], kind=SessionKind.PHONE, length=HOUR, now=SAID_YES
    )

    assert first not in again
    assert again


def test_who_does_not_check_out_is_asked_and_then_looked_for_here(story: Story) -> None:
    request, work = story.works()
    story.checks(request, SAID_YES)
    session = story.plans(work, THURSDAY_1400, SAID_YES + HOUR)
    role = SessionRole.objects.get(session=session, assignment=work)
    assert story.corne.user is not None
    scheduling.check_in(role_id=role.pk, by=story.corne.user, now=THURSDAY_1400)

    late = THURSDAY_1400 + HOUR + 30 * MINUTE
    assert scheduling.look_for(role_id=role.pk, now=late) == 1
    assert sent_to(story, "scheduling/check_out")
    assert scheduling.look_for(role_id=role.pk, now=late + 15 * MINUTE) == 2

    # The rota of this region is called: the own coordinator of elsewhere has no duty here.
    task = Task.objects.get(kind=TaskKind.OVERDUE)
    assert (task.expert_id, task.lent_from) == (story.corne.pk, story.home.region.pk)
    called = {name for template, name in deliver(now=late + 15 * MINUTE) if "needs_you" in template}
    assert called
    assert called <= {one.name for one in story.here.coordinators}
    with region_scope(story.home.region.pk):
        assert not Task.objects.filter(kind=TaskKind.OVERDUE).exists()

    scheduling.check_out(role_id=role.pk, by=story.corne.user, now=late + 20 * MINUTE)
    task.refresh_from_db()
    assert task.done_at == late + 20 * MINUTE
    assert CallChain.objects.get(task=task).state == ChainState.ENDED


@pytest.mark.parametrize("who", ["home", "here", "expert"])
def test_ending_it_in_between(story: Story, who: str) -> None:
    """Open questions go back, nobody gets in any more, and what runs is counted by both."""
    request, work = story.works()
    story.checks(request, SAID_YES)
    session = story.plans(work, FRIDAY_1400, SAID_YES + HOUR)
    other = story.files(SAID_YES + HOUR)
    offer = story.asks(other, SAID_YES + HOUR + MINUTE)
    assert story.corne.user is not None
    client = client_as(story.corne.user)
    client.post(reverse("matching:visit", args=[story.here.region.pk]))
    card = reverse("matching:work-card", args=[work.pk])
    shown_offer = reverse("matching:offer-answer", args=[offer.pk])
    assert client.get(card).status_code == 200
    assert client.get(shown_offer).status_code == 200

    by = {
        "home": story.home.coordinators[0],
        "here": story.here.coordinators[0],
        "expert": story.corne.user,
    }[who]
    assert by is not None
    region = story.here.region if who == "here" else story.home.region
    with region_scope(region.pk):
        pool.end_lending(grant_id=story.grant.pk, by=by, now=SAID_YES + 2 * HOUR)

    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert client.get(shown_offer).status_code != 200
    # What runs goes on: its card, its session and its reminders stay, for people to decide.
    assert client.get(card).status_code == 200
    work.refresh_from_db()
    session.refresh_from_db()
    assert (work.state, session.state) == (AssignmentState.ACTIVE, SessionState.PLANNED)
    assert queries.carried_by([story.corne.pk]) == {story.corne.pk: 1}
    assert running_by_grant([story.grant.pk]) == {story.grant.pk: 1}
    with region_scope(story.home.region.pk):
        assert LendingGrant.objects.get().state == GrantState.ENDED
        assert queries.carried_by([story.corne.pk]) == {story.corne.pk: 1}
        assert running_by_grant([story.grant.pk]) == {story.grant.pk: 1}
        assert queries.own_load(story.corne, now=SAID_YES).sessions == 1

    # The coordinator here ends it: the hours are free at home, and nobody gets in at once.
    matching.end_assignment(
        assignment_id=work.pk, by=story.here.coordinators[0], now=SAID_YES + 3 * HOUR
    )
    assert client.get(card).status_code != 200
    assert "Je bent in een andere regio" not in client.get("/vandaag/").content.decode()
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    with region_scope(story.home.region.pk):
        assert not Block.objects.filter(state=BlockState.LIVE).exists()
        assert queries.carried_by([story.corne.pk]) == {}


def test_somebody_who_took_consent_back_is_handed_over(story: Story) -> None:
    request, work = story.works()
    story.checks(request, SAID_YES)
    session = story.plans(work, FRIDAY_1400, SAID_YES + HOUR)
    assert story.corne.user is not None
    # The account of a stage bears a name, to read the mail by; that of a real expert has none.
    User.objects.filter(pk=story.corne.user.pk).update(name="")
    with region_scope(story.home.region.pk):
        pool.withdraw_consent(
            expert_id=story.corne.pk, by=story.corne.user, now=SAID_YES + 2 * HOUR
        )

    session.refresh_from_db()
    assert session.state == SessionState.TO_CONFIRM
    coordinator = client_as(story.here.coordinators[0])
    pages = [
        reverse("home"),
        reverse("matching:request-detail", args=[request.pk]),
        reverse("scheduling:session-detail", args=[session.pk]),
        reverse("scheduling:agenda"),
        reverse("matching:lending"),
    ]
    for page in pages:
        answer = coordinator.get(page)
        assert answer.status_code == 200, page
        assert "Corné" not in answer.content.decode(), page

    matching.end_assignment(
        assignment_id=work.pk, by=story.here.coordinators[0], now=SAID_YES + 3 * HOUR
    )

    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    for page in pages:
        assert coordinator.get(page).status_code == 200, page
