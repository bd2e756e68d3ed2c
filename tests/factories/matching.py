"""Requests and what follows, reached through the actions of matching."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from core.access.models import Membership, Organisation, OrganisationKind, Role, User
from matching import actions
from matching.models import Assignment, Offer, PolicyVersion, Request, Seat
from matching.states import GateCode, OfferState, RequestState, RiskAnswer
from pool.models import Expert
from tests.conftest import NOON
from tests.factories.people import make_organisation, make_user
from tests.factories.pool import make_active_expert, make_area, make_region_profile, require_vog

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Tuesday 10 March 2026, 10:40 on the wall: the night before, at 22:40, it began.
IMPOSED = datetime(2026, 3, 9, 22, 40)  # noqa: DTZ001  (a wall clock)
IMPOSED_AT = datetime(2026, 3, 9, 21, 40, tzinfo=UTC)

# Areas are shared by all regions: a code of this stage alone.
MEETING_AREA = "3335"
ANSWERS = {
    GateCode.G1: actions.GateAnswer(stated_on=NOON.date()),
    GateCode.G2: actions.GateAnswer(),
    GateCode.G3: actions.GateAnswer(),
    GateCode.G4: actions.GateAnswer(risk=RiskAnswer.NO_CONTRAINDICATION),
    GateCode.G6: actions.GateAnswer(),
}


@dataclass
class Pool:
    """Cas coordinates, Bram asks, and a few experts live at growing distance: Ada is nearest."""

    cas: User
    bram: User
    office: Organisation
    experts: list[Expert] = field(default_factory=list)

    @property
    def ids(self) -> list[Any]:
        return [expert.pk for expert in self.experts]


NAMES = ("Ada", "Bes", "Cem", "Dex", "Eef", "Fee")


def make_pool(n_experts: int = 3, **policy: Any) -> Pool:
    """A region with `n_experts` who all fit, ranked in the order of the list."""
    make_region_profile()
    require_vog()
    make_policy(**policy)
    make_area(MEETING_AREA, name="Kade", latitude="51.810", longitude="4.900")
    cas = make_user("Cas Verhoef", Role.COORDINATOR)
    office = make_organisation("Wijkteam Kade", OrganisationKind.LOCAL_TEAM)
    bram = make_user("Bram de Wit", Role.PROFESSIONAL, organisation=office)
    Membership.objects.filter(user=cas).update(phone="06 0000 0001")
    pool = Pool(cas, bram, office)
    for place in range(n_experts):
        name = NAMES[place % len(NAMES)]
        # Each lives about two kilometres further off than the one before.
        code = str(3340 + place)
        make_area(code, name=f"Wijk {place}", longitude=f"{4.840 - 0.02 * place:.3f}")
        pool.experts.append(
            make_active_expert(
                cas,
                first_name=name,
                last_name="Kaars",
                email=f"{name.lower()}{place}@voorbeeld.example",
                home_area=code,
                travel_radius_km=20,
            )
        )
    return pool


def make_policy(**fields: Any) -> PolicyVersion:
    """The next version of what the region agreed."""
    last = PolicyVersion.objects.order_by("-number").first()
    return PolicyVersion.objects.create(
        number=last.number + 1 if last else 1, made_at=NOON - DAY, reminders=[1440, 120], **fields
    )


def make_filing(**fields: Any) -> actions.Filing:
    """What a form would hand over; what a test does not care about is already in it."""
    plain: dict[str, Any] = {
        "activity": "BUDDY_1ON1",
        "urgency": "URGENT",
        "area_code": MEETING_AREA,
        "age_band": "THIRTIES",
        "relation": "PARTNER",
        "day_parts": ("EVENING",),
        "earliest_contact_at": NOON,
        "case_manager_name": "Fatima Idrissi",
        "case_manager_phone": "088 000 2345",
        "deputy_name": "Gijs Maas",
        "deputy_phone": "088 000 2346",
        "out_of_hours_phone": "088 000 2347",
        "form_key": uuid4(),
        "measure": make_measure_filing(),
        "gate": ANSWERS,
    }
    return actions.Filing(**plain | fields)


def make_measure_filing(**fields: Any) -> actions.MeasureFiling:
    plain: dict[str, Any] = {
        "kind": "THV",
        "imposed_wall": IMPOSED,
        "protected_roles": ("PARTNER", "CHILDREN"),
    }
    return actions.MeasureFiling(**plain | fields)


def file_request(pool: Pool, *, now: datetime = NOON, **fields: Any) -> Request:
    return actions.open_request(filing=make_filing(**fields), by=pool.bram, now=now)


def seat_of(request: Request) -> Seat:
    return Seat.objects.filter(request=request).order_by("role")[0]


def ask(pool: Pool, request: Request, *experts: Expert, now: datetime = NOON) -> Offer:
    """Start a wave with this list, or with the ranking; returns the first open offer."""
    actions.start_wave(
        seat_id=seat_of(request).pk,
        by=pool.cas,
        now=now,
        experts=[expert.pk for expert in experts] or None,
    )
    return open_offers(request)[0]


def open_offers(request: Request) -> list[Offer]:
    rows = Offer.objects.filter(seat__request=request, state=OfferState.OPEN)
    return list(rows.select_related("expert").order_by("offered_at", "rank"))


def accept(offer: Offer, *, now: datetime = NOON + MINUTE) -> Assignment:
    """Say that one knows nobody, and yes, through the link."""
    request_id = Seat.objects.values_list("request_id", flat=True).get(pk=offer.seat_id)
    actions.declare_conflict(
        request_id=request_id, expert_id=offer.expert_id, answer="NO_CONFLICT", now=now
    )
    return actions.accept_offer(
        offer_id=offer.pk, by=None, expert_id=offer.expert_id, now=now, by_link=True
    )


def decline(offer: Offer, reason: str = "", *, now: datetime = NOON + MINUTE) -> None:
    actions.decline_offer(
        offer_id=offer.pk, expert_id=offer.expert_id, reason=reason, now=now, by_link=True
    )


def make_matched(pool: Pool, **fields: Any) -> tuple[Request, Assignment]:
    """A request that somebody said yes to."""
    request = file_request(pool, **fields)
    assignment = accept(ask(pool, request))
    request.refresh_from_db()
    assert request.state == RequestState.MATCHED
    return request, assignment
