"""A buddy beside a participant, ready to be planned with: the story of the first Saturday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.access.models import Membership, Role, User
from core.crypto.keys import new_data_key
from matching.actions import open_request
from matching.models import (
    Assignment,
    ConflictDeclaration,
    Decision,
    GateItem,
    Offer,
    PolicyVersion,
    Request,
    Seat,
    Wave,
)
from matching.states import (
    Conflict,
    GateCode,
    GateItemState,
    OfferState,
    SeatRole,
    SeatState,
    WaveState,
)
from pool.models import Expert, MeetingPlace
from scheduling import actions
from scheduling.models import Session, SessionRole
from scheduling.states import RoleKind, SessionKind
from tests.factories.matching import (
    Pool,
    accept,
    ask,
    make_filing,
    make_measure_filing,
    make_policy,
)
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, make_area, make_region_profile, require_vog

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Saturday 5 September 2026, 10:40 in Amsterdam; and the Sunday after it, 14:00.
PLANNING = datetime(2026, 9, 5, 8, 40, tzinfo=UTC)
SUNDAY = datetime(2026, 9, 6, 12, 0, tzinfo=UTC)
# The night before, 22:40 on the wall, it began; the request came at 23:15.
IMPOSED = datetime(2026, 9, 4, 22, 40)  # noqa: DTZ001  (a wall clock)
FILED = datetime(2026, 9, 4, 21, 15, tzinfo=UTC)
OFFERED = datetime(2026, 9, 5, 7, 5, tzinfo=UTC)
ACCEPTED = datetime(2026, 9, 5, 8, 20, tzinfo=UTC)


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
    offer = ask(Pool(hanneke, bram, request.organisation), request, ruben, now=OFFERED)
    assignment = accept(offer, now=ACCEPTED)
    request.refresh_from_db()
    if gate:
        complete_gate(request, hanneke)
    return Scene(hanneke, bram, ruben, request, assignment)


def make_request(requester: User, **fields: Any) -> Request:
    """What `requester` files on the first night, to meet eight kilometres from Ruben's home."""
    if not PolicyVersion.objects.exists():
        make_policy()
    make_area("3331", name="Kade", longitude="4.760")
    plain: dict[str, Any] = {
        "area_code": "3331",
        "day_parts": ("EVENING", "WEEKEND"),
        "earliest_contact_at": datetime(2026, 9, 5, 10, 0, tzinfo=UTC),
        "measure": make_measure_filing(imposed_wall=IMPOSED),
        "gate": {},
    }
    filing = make_filing(**plain | fields)
    return open_request(filing=filing, by=requester, now=FILED)


def make_assignment(
    request: Request, expert: Expert, role: SeatRole = SeatRole.SECOND
) -> Assignment:
    """`expert` beside the same participant as well, in a seat of its own.

    Written as rows: twenty assignments of one expert, which a race needs, are more than any
    wave would allow.
    """
    seat = Seat.objects.create(request=request, role=role, state=SeatState.FILLED)
    decision = Decision.objects.create(seat=seat, made_at=FILED, by_machine=True)
    wave = Wave.objects.create(
        seat=seat,
        decision=decision,
        number=1,
        size=1,
        state=WaveState.CLOSED,
        started_at=FILED,
        deadline_at=FILED + DAY,
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
