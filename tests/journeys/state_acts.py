"""What the people of `state_story` do, and how it is said who looks where afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from core.access.models import Membership, Role, User
from core.outbox.models import Message
from insight.simulation.regions import Stage
from matching import actions as matching
from matching.models import Assignment, Offer, Request, Seat
from matching.states import GateCode, RiskAnswer
from pool import actions as pool
from pool.models import Expert, OnCallShift
from scheduling.models import Session
from tests.scenarios.stage import deliver, on_the_wall

REQUESTER, COORDINATOR, EXPERT = "requester", "coordinator", "expert"
NAMES = {REQUESTER: "Tineke Wijnands", COORDINATOR: "Hanneke Vossen"}
CALL = "Bel coördinator 088 000 45 67"
CALL_US = "Bel de coördinator"
BACK = "Trek deze aanvraag in"
CALLS = "/oproepen/"


@dataclass(frozen=True)
class Look:
    """Somebody looks at a page.

    Attributes:
        state: what the picture is called; with `who` it is unique.
        name: who is signed in; empty for a link that is opened without.
        says: what stands on top, as it is read.
        ways: links, buttons and choices that must be there, each of which leads on.
    """

    who: str
    state: str
    path: str
    says: str
    ways: tuple[str, ...]
    name: str = ""
    status: int = 200

    @property
    def picture(self) -> str:
        return f"{self.who}-{self.state}.png"


@dataclass
class Story:
    """What the steps know of each other."""

    stage: Stage
    requests: dict[str, Request] = field(default_factory=dict)
    links: dict[UUID, str] = field(default_factory=dict)

    def file(self, key: str, now: datetime, **fields: object) -> Request:
        plain: dict[str, object] = {
            "activity": "BUDDY_1ON1",
            "urgency": "URGENT",
            "area_code": "1112",
            "age_band": "THIRTIES",
            "relation": "PARTNER",
            "needs": ("PARENT",),
            "day_parts": ("EVENING", "WEEKEND"),
            "earliest_contact_at": now,
            "case_manager_name": "Fatih Meulendijk",
            "case_manager_phone": "06 0000 0202",
            "deputy_name": "Roos Hellendaal",
            "deputy_phone": "06 0000 0203",
            "out_of_hours_phone": "088 000 11 00",
            "form_key": uuid4(),
            "measure": matching.MeasureFiling(
                kind="THV",
                imposed_wall=datetime(2026, 11, 3, 2, 30),  # noqa: DTZ001  (a wall clock)
                protected_roles=("PARTNER", "CHILDREN"),
            ),
            "gate": {
                GateCode.G1: matching.GateAnswer(stated_on=now.date()),
                GateCode.G2: matching.GateAnswer(),
                GateCode.G3: matching.GateAnswer(),
                GateCode.G4: matching.GateAnswer(risk=RiskAnswer.NO_CONTRAINDICATION),
                GateCode.G6: matching.GateAnswer(),
            },
        }
        filing = matching.Filing(**plain | fields)  # type: ignore[arg-type]
        self.requests[key] = matching.open_request(
            filing=filing, by=self.stage.professionals[0], now=now
        )
        return self.requests[key]

    @property
    def hanneke(self) -> User:
        return self.stage.coordinators[0]

    def expert(self, name: str) -> Expert:
        return self.stage.experts[name]

    def seat(self, key: str) -> UUID:
        return Seat.objects.get(request=self.requests[key]).pk

    def ask(self, key: str, *names: str, now: datetime) -> None:
        order = [self.expert(name).pk for name in names]
        matching.start_wave(seat_id=self.seat(key), by=self.hanneke, now=now, experts=order or None)
        deliver(now=now)

    def offer(self, key: str, name: str) -> Offer:
        """The last question of this request to this expert."""
        own = Offer.objects.filter(seat=self.seat(key), expert=self.expert(name))
        return own.order_by("-offered_at")[0]

    def link(self, key: str, name: str) -> str:
        """The path in the message that this expert got; it stays the same when it is over."""
        offer = self.offer(key, name)
        if offer.pk not in self.links:
            texts = Message.objects.filter(template="matching/offer", about=offer.pk)
            content = " ".join(message.content["text"] for message in texts)
            found = re.search(r"/v/[^\s.]+", content)
            assert found, content
            self.links[offer.pk] = found.group()
        return self.links[offer.pk]

    def accept(self, key: str, name: str, *, now: datetime) -> Assignment:
        expert = self.expert(name)
        self.link(key, name)
        matching.declare_conflict(
            request_id=self.requests[key].pk, expert_id=expert.pk, answer="NO_CONFLICT", now=now
        )
        return matching.accept_offer(
            offer_id=self.offer(key, name).pk, by=None, expert_id=expert.pk, now=now, by_link=True
        )

    def requester(self, state: str, key: str, says: str, *ways: str) -> Look:
        path = f"/aanvragen/{self.requests[key].pk}/status/"
        return Look(REQUESTER, state, path, says, (CALL, *ways), NAMES[REQUESTER])

    def coordinator(self, state: str, key: str, says: str, *ways: str) -> Look:
        path = f"/aanvragen/{self.requests[key].pk}/" if key else CALLS
        return Look(COORDINATOR, state, path, says, ways, NAMES[COORDINATOR])

    def by_link(self, state: str, key: str, name: str, says: str, *ways: str) -> Look:
        ways = (*ways, "Inloggen", CALL_US)
        return Look(EXPERT, f"offer-{state}", self.link(key, name), says, ways)

    def at_session(self, state: str, says: str, *ways: str) -> Look:
        path = f"/afspraken/{Session.objects.get().pk}/"
        return Look(EXPERT, f"session-{state}", path, says, ways, "Bas Bolderman")


Step = Callable[[Story, datetime], Iterator[Look]]
STEPS: list[tuple[datetime, Step]] = []


def at(hour: int, minute: int = 0) -> Callable[[Step], Step]:
    """The moment of a step, on that Tuesday."""

    def remember(step: Step) -> Step:
        STEPS.append((on_the_wall(2026, 11, 3, hour, minute), step))
        return step

    return remember


MINUTE = timedelta(minutes=1)


def the_rota(stage: Stage) -> None:
    """Hanneke has duty first, Jorrit second; Wilma runs the region."""
    Membership.objects.filter(role=Role.REGIONAL_ADMIN).delete()
    wilma = User.objects.create_user("wilma@demo.naast.example", name="Wilma Roest")
    Membership.objects.create(
        user=wilma,
        role=Role.REGIONAL_ADMIN,
        started_at=on_the_wall(2026, 1, 1, 9),
        phone="06 0000 0301",
    )
    OnCallShift.objects.all().delete()
    for place, user in enumerate(stage.coordinators, start=1):
        pool.plan_on_call(
            user=user,
            starts_at=on_the_wall(2026, 11, 3, 8),
            ends_at=on_the_wall(2026, 11, 4, 8),
            place_in_chain=place,
            by=stage.coordinators[0],
            now=on_the_wall(2026, 11, 2, 9),
        )
