"""Everything that a page about one request shows, read together; reading it is logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core import audit
from core.access.models import User
from matching.models import (
    Assignment,
    Decision,
    MeasureEvent,
    Offer,
    Request,
    Seat,
    Task,
    Wave,
)
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator, require_follower
from matching.queries.gate import GateView, gate, running_assignments
from matching.rules import Objection, Part
from matching.sentences import Audience, why, why_not
from matching.states import OfferState, RequestState
from pool.models import Expert


@dataclass(frozen=True)
class CandidateLine:
    """One expert in a decision: for somebody who fits points and why, else every why not."""

    expert: Expert
    score: int
    parts: tuple[tuple[Part, str], ...] = ()
    objections: tuple[tuple[Objection, str], ...] = ()
    offer: Offer | None = None

    @property
    def why(self) -> list[str]:
        return [sentence for _part, sentence in self.parts if sentence]

    @property
    def why_not(self) -> list[str]:
        return [sentence for _objection, sentence in self.objections if sentence]


@dataclass(frozen=True)
class SeatView:
    """One seat with its newest decision, its waves and offers, and who holds it."""

    seat: Seat
    decision: Decision | None
    fitting: tuple[CandidateLine, ...]
    excluded: tuple[CandidateLine, ...]
    waves: tuple[Wave, ...]
    offers: tuple[Offer, ...]
    assignment: Assignment | None

    @property
    def open_offers(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.state == OfferState.OPEN]


@dataclass(frozen=True)
class RequestPage:
    """What a coordinator sees of a request."""

    request: Request
    gate: GateView
    seats: tuple[SeatView, ...]
    tasks: tuple[Task, ...]
    events: tuple[MeasureEvent, ...]


@dataclass(frozen=True)
class StatusPage:
    """What the asking side sees: how far it is, never who was asked or why not.

    Attributes:
        answer_by: until when the present question may be answered, where one is out.
        call_before: until when a coordinator calls, where nobody can now.
        first_contact_by, first_meeting_by: the goals, counted from when contact is possible.
        holders: who stands beside the participant; names open on the page, by its rules.
    """

    request: Request
    gate: GateView
    n_seats: int
    holders: tuple[Assignment, ...]
    answer_by: datetime | None
    call_before: datetime | None
    first_contact_by: datetime
    first_meeting_by: datetime
    events: tuple[MeasureEvent, ...]

    @property
    def is_unfilled(self) -> bool:
        return bool(self.request.state == RequestState.UNFILLED)


def request_page(*, request_id: UUID, by: User, now: datetime) -> RequestPage:
    """The page of a coordinator.

    Raises:
        Request.DoesNotExist, NotAllowed.
    """
    require_coordinator(by)
    request = _request(request_id)
    audit.read("request", by=by, at=now, subject=request.case_id, target=request)
    seats = list(Seat.objects.filter(request=request).order_by("role", "pk"))
    experts = {
        expert.pk: expert
        for expert in Expert.objects.select_related("data_key", "user", "home_area")
    }
    return RequestPage(
        request=request,
        gate=gate(request, at=now),
        seats=tuple(_seat_view(seat, request, experts) for seat in seats),
        tasks=tuple(Task.objects.filter(request=request, done_at=None).order_by("due_at", "pk")),
        events=_events(request),
    )


def status_page(*, request_id: UUID, by: User, now: datetime) -> StatusPage:
    """The page of the asking side; colleagues of the organisation share it.

    Raises:
        Request.DoesNotExist, NotAllowed.
    """
    request = _request(request_id)
    require_follower(by, request)
    audit.read("request", by=by, at=now, subject=request.case_id, target=request)
    deadlines = Offer.objects.filter(
        seat__request=request, state=OfferState.OPEN, deadline_at__gt=now
    ).order_by("deadline_at")
    calls = Task.objects.filter(
        request=request,
        kind__in=[TaskKind.NOBODY_FITS, TaskKind.NEW_REQUEST],
        done_at=None,
    ).order_by("due_at")
    starts = max(request.filed_at, request.earliest_contact_at)
    return StatusPage(
        request=request,
        gate=gate(request, at=now),
        n_seats=Seat.objects.filter(request=request).count(),
        holders=tuple(running_assignments(request)),
        answer_by=deadlines.values_list("deadline_at", flat=True).first(),
        call_before=calls.values_list("due_at", flat=True).first(),
        first_contact_by=starts + timedelta(minutes=request.policy.first_contact),
        first_meeting_by=starts + timedelta(minutes=request.policy.first_meeting),
        events=_events(request),
    )


def _request(request_id: UUID) -> Request:
    return Request.objects.select_related(
        "data_key", "case", "area", "organisation", "measure", "policy", "requester", "seen_by"
    ).get(pk=request_id)


def _events(request: Request) -> tuple[MeasureEvent, ...]:
    if request.measure_id is None:
        return ()
    rows = MeasureEvent.objects.filter(measure_id=request.measure_id)
    return tuple(rows.select_related("recorded_by").order_by("recorded_at", "pk"))


def _seat_view(seat: Seat, request: Request, experts: Mapping[UUID, Expert]) -> SeatView:
    seat.request = request
    decision = Decision.objects.filter(seat=seat).order_by("-made_at", "-pk").first()
    offers = list(
        Offer.objects.filter(seat=seat)
        .select_related("expert", "expert__data_key", "wave")
        .order_by("offered_at", "rank", "pk")
    )
    newest = {offer.expert_id: offer for offer in offers}
    return SeatView(
        seat=seat,
        decision=decision,
        fitting=tuple(_fitting(decision.ranked, experts, newest)) if decision else (),
        excluded=tuple(_excluded(decision.excluded, experts, newest)) if decision else (),
        waves=tuple(Wave.objects.filter(seat=seat).order_by("number")),
        offers=tuple(offers),
        assignment=next(
            (one for one in running_assignments(request) if one.seat_id == seat.pk), None
        ),
    )


def _fitting(
    rows: Iterable[Mapping[str, Any]],
    experts: Mapping[UUID, Expert],
    offers: Mapping[UUID, Offer],
) -> Iterable[CandidateLine]:
    for row in rows:
        expert_id = UUID(row["expert"])
        if expert_id in experts:
            parts = [Part(one["code"], one["points"], one["fact"]) for one in row["parts"]]
            yield CandidateLine(
                expert=experts[expert_id],
                score=row["score"],
                parts=tuple((part, why(part, Audience.COORDINATOR)) for part in parts),
                offer=offers.get(expert_id),
            )


def _excluded(
    rows: Iterable[Mapping[str, Any]],
    experts: Mapping[UUID, Expert],
    offers: Mapping[UUID, Offer],
) -> Iterable[CandidateLine]:
    for row in rows:
        expert_id = UUID(row["expert"])
        if expert_id in experts:
            found = [Objection(one["code"], one["facts"]) for one in row["objections"]]
            yield CandidateLine(
                expert=experts[expert_id],
                score=0,
                objections=tuple((one, why_not(one, Audience.COORDINATOR)) for one in found),
                offer=offers.get(expert_id),
            )
