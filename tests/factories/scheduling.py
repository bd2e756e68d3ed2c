"""A buddy beside a participant, ready to be planned with: the story of the first Saturday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from core.access.models import Membership, Role, User
from core.crypto.keys import new_data_key
from matching.models import (
    Assignment,
    Case,
    ConflictDeclaration,
    Decision,
    GateItem,
    Measure,
    Offer,
    PolicyVersion,
    Request,
    Seat,
    Wave,
)
from matching.states import (
    AgeBand,
    Conflict,
    GateCode,
    GateItemState,
    OfferState,
    Relation,
    RequestState,
    SeatRole,
    SeatState,
    Urgency,
)
from pool.models import Expert, MeetingPlace
from scheduling import actions
from scheduling.models import Session, SessionRole
from scheduling.states import RoleKind, SessionKind
from tests.factories.people import make_organisation, make_user
from tests.factories.pool import make_active_expert, make_area, make_region_profile, require_vog

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Saturday 5 September 2026, 10:40 in Amsterdam; and the Sunday after it, 14:00.
PLANNING = datetime(2026, 9, 5, 8, 40, tzinfo=UTC)
SUNDAY = datetime(2026, 9, 6, 12, 0, tzinfo=UTC)
FILED = datetime(2026, 9, 4, 21, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """Hanneke coordinates, Bram asked, Ruben said yes."""

    hanneke: User
    bram: User
    ruben: Expert
    request: Request
    assignment: Assignment

    @property
    def ruben_user(self) -> User:
        assert self.ruben.user is not None
        return self.ruben.user

    def plan(self, **changes: Any) -> Session:
        """Plan the first meeting on Sunday at two, with Bram, unless told otherwise."""
        wanted: dict[str, Any] = {
            "assignment_id": self.assignment.pk,
            "kind": SessionKind.FIRST_MEETING,
            "start": SUNDAY,
            "with_professional": True,
            "by": self.hanneke,
            "now": PLANNING,
        }
        wanted |= changes
        wanted.setdefault("end", wanted["start"] + HOUR)
        return actions.plan_session(**wanted)


def make_scene(*, gate: bool = True, phone: str = "", **expert: Any) -> Scene:
    """Everything before the first session; with `gate` the safety check is complete."""
    make_region_profile()
    require_vog()
    hanneke = make_user("Hanneke Vos", Role.COORDINATOR)
    bram = make_user("Bram de Wit", Role.PROFESSIONAL)
    Membership.objects.filter(user=bram).update(phone=phone)
    ruben = make_active_expert(hanneke, **expert)
    request = make_request(bram)
    assignment = make_assignment(request, ruben)
    if gate:
        complete_gate(request, hanneke)
    return Scene(hanneke, bram, ruben, request, assignment)


def make_policy() -> PolicyVersion:
    found = PolicyVersion.objects.order_by("-number").first()
    return found or PolicyVersion.objects.create(
        number=1, made_at=FILED - DAY, reminders=[1440, 120]
    )


def make_request(requester: User, **fields: Any) -> Request:
    """A request of `requester` with a running measure, somebody said yes to it."""
    member = Membership.objects.filter(user=requester, role=Role.PROFESSIONAL).first()
    organisation = member.organisation if member else make_organisation()
    key = new_data_key(now=FILED)
    case = Case.objects.create(
        data_key=key, organisation=organisation, reference_index=uuid4().bytes, opened_at=FILED
    )
    measure = Measure.objects.create(
        case=case,
        imposed_at=FILED,
        imposed_wall="2026-09-04T22:40",
        end_default_at=FILED + 10 * DAY,
        end_max_at=FILED + 28 * DAY,
    )
    plain: dict[str, Any] = {
        "number": f"26-{uuid4().hex[:6]}",
        "state": RequestState.MATCHED,
        "urgency": Urgency.URGENT,
        "area": make_area(),
        "age_band": AgeBand.THIRTIES,
        "relation": Relation.PARTNER,
        "day_parts": ["EVENING", "WEEKEND"],
        "earliest_contact_at": datetime(2026, 9, 5, 10, 0, tzinfo=UTC),
        "case_manager_name": "Bram de Wit",
        "case_manager_phone": "088 000 2345",
        "deputy_name": "Ada Smit",
        "deputy_phone": "088 000 2346",
        "out_of_hours_phone": "088 000 2347",
        "filed_at": FILED,
        "form_key": uuid4(),
    }
    return Request.objects.create(
        data_key=key,
        case=case,
        measure=measure,
        policy=make_policy(),
        organisation=organisation,
        requester=requester,
        **plain | fields,
    )


def make_assignment(
    request: Request, expert: Expert, role: SeatRole = SeatRole.BUDDY
) -> Assignment:
    """`expert` said yes and knows nobody."""
    seat = Seat.objects.create(request=request, role=role, state=SeatState.FILLED)
    decision = Decision.objects.create(seat=seat, made_at=FILED, by_machine=True)
    wave = Wave.objects.create(
        seat=seat,
        decision=decision,
        number=1,
        size=1,
        started_at=FILED,
        deadline_at=FILED + DAY,
        state="CLOSED",
        closed_at=FILED + HOUR,
    )
    offer = Offer.objects.create(
        seat=seat,
        wave=wave,
        expert=expert,
        state=OfferState.ACCEPTED,
        offered_at=FILED,
        deadline_at=FILED + DAY,
        closed_at=FILED + HOUR,
    )
    ConflictDeclaration.objects.create(
        request=request, expert=expert, answer=Conflict.NO_CONFLICT, declared_at=FILED
    )
    return Assignment.objects.create(
        seat=seat,
        offer=offer,
        expert=expert,
        expert_region_id=expert.region_id,
        started_at=FILED + HOUR,
    )


def complete_gate(request: Request, by: User, *, valid_until: datetime | None = None) -> None:
    """All thirteen items confirmed, until `valid_until` where that is given."""
    GateItem.objects.filter(request=request).delete()
    GateItem.objects.bulk_create(
        GateItem(
            request=request,
            code=code,
            state=GateItemState.CONFIRMED,
            confirmed_at=PLANNING,
            confirmed_by=by,
            valid_until=valid_until,
        )
        for code in GateCode.values
    )


def open_gate(request: Request, code: GateCode = GateCode.G7) -> None:
    """One item of the safety check is open again."""
    GateItem.objects.filter(request=request, code=code).update(
        state=GateItemState.OPEN, confirmed_at=None, confirmed_by=None, valid_until=None
    )


def make_place(name: str = "Kantoor Landrijk") -> MeetingPlace:
    return MeetingPlace.objects.create(
        data_key=new_data_key(now=FILED), name=name, address="Plein 1", area=make_area()
    )


def role_of(session: Session, kind: RoleKind = RoleKind.EXPERT) -> SessionRole:
    return SessionRole.objects.filter(session=session, kind=kind).order_by("pk")[0]
