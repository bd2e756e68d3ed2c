"""One look at the pool for one seat: rows in, plain values to the rules, reasons out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import local
from matching.models import Assignment, ConflictDeclaration, Offer, PolicyVersion, Request, Seat
from matching.rules import (
    LATE_CHECKS,
    Objection,
    Ranked,
    Settings,
    Wish,
    objections,
    rank,
    score,
)
from matching.rules.objections import LASTING
from matching.states import AssignmentState, Conflict, OfferState
from pool.models import RegionProfile
from pool.queries import Candidate, candidates

# An offer taken back by us, or lost to somebody faster, is no answer.
ASKED = (
    OfferState.ACCEPTED,
    OfferState.DECLINED,
    OfferState.EXPIRED,
    OfferState.OPEN,
    OfferState.UNDONE,
)


@dataclass(frozen=True)
class Fit:
    """Who fits, best first, and who does not with every reason why."""

    ranked: tuple[Ranked, ...]
    excluded: tuple[tuple[UUID, tuple[Objection, ...]], ...]

    @property
    def fitting(self) -> list[UUID]:
        return [one.expert_id for one in self.ranked]


def look(seat: Seat, *, now: datetime) -> Fit:
    """Everybody in the pool, judged for this seat at `now`; a constant number of queries."""
    request = seat.request
    wish, settings, running = wish_of(seat, now=now), settings_here(request.policy), _running()
    fitting, excluded = [], []
    for candidate in _pool(wish, now):
        load = running[candidate.expert_id]
        found = objections(candidate, wish, running=load, settings=settings)
        if found:
            excluded.append((candidate.expert_id, tuple(found)))
        else:
            parts = score(
                candidate, wish, running=load, settings=settings, weights=request.policy.weights
            )
            fitting.append(Ranked(candidate.expert_id, parts))
    return Fit(tuple(rank(fitting)), tuple(excluded))


def late_objections(seat: Seat, expert_id: UUID, *, now: datetime) -> list[Objection]:
    """What stands in the way of this expert at the moment of saying yes.

    Law, papers, suspension, pause, load and rest are those of now and never a copy (design.md,
    promise 14). Somebody who is no candidate at all, is not active.
    """
    wish, settings, running = (
        wish_of(seat, now=now),
        settings_here(seat.request.policy),
        _running(),
    )
    for candidate in _pool(wish, now):
        if candidate.expert_id == expert_id:
            load = running[expert_id]
            found = objections(candidate, wish, running=load, settings=settings)
            return [one for one in found if one.code in LATE_CHECKS]
    return [Objection("NOT_ACTIVE", {"state": "LEFT"})]


def wish_of(seat: Seat, *, now: datetime) -> Wish:
    """What this seat asks, seen from `now`: contact begins at its fixed time, or when one may."""
    request: Request = seat.request
    begins_at = seat.starts_at or max(now, request.earliest_contact_at)
    asked = Offer.objects.filter(seat__request=request, state__in=ASKED)
    conflicts = ConflictDeclaration.objects.filter(request=request, answer=Conflict.CONFLICT)
    known = Assignment.objects.filter(seat__request__case=request.case_id)
    return Wish(
        activity=request.activity,
        host_kind=request.organisation.kind,
        organisation_id=request.organisation_id,
        area=request.area_id,
        point=(float(request.area.latitude), float(request.area.longitude)),
        language=request.language,
        needs=frozenset(request.needs),
        day_parts=frozenset(request.day_parts),
        begins_at=begins_at,
        on=local(begins_at).date(),
        seat_start=seat.starts_at,
        seat_end=seat.ends_at,
        conflicts=frozenset(conflicts.values_list("expert_id", flat=True)),
        already_asked=frozenset(asked.values_list("expert_id", flat=True)),
        known_here=frozenset(
            known.exclude(seat__request=request).values_list("expert_id", flat=True)
        ),
    )


def settings_here(policy: PolicyVersion) -> Settings:
    """What the region agreed: distances and rest of its profile, terms of this policy."""
    profile = RegionProfile.here()
    return Settings(
        min_distance_km=float(profile.min_distance_km),
        road_factor=float(profile.road_factor),
        rest=timedelta(minutes=profile.rest_minutes),
        travel=timedelta(minutes=profile.travel_minutes),
        first_contact_within=timedelta(minutes=policy.first_contact),
    )


def _pool(wish: Wish, now: datetime) -> list[Candidate]:
    return candidates(activity=wish.activity, host_kind=wish.host_kind, on=wish.on, now=now)


def _running() -> Counter[UUID]:
    """How many lasting assignments each expert carries now."""
    rows = Assignment.objects.exclude(state=AssignmentState.ENDED).filter(
        seat__request__activity__in=LASTING
    )
    return Counter(rows.values_list("expert_id", flat=True))
