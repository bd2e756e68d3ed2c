"""One look at the pool for one seat: rows in, plain values to the rules, reasons out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Value

from core.clock import local
from matching.models import Assignment, ConflictDeclaration, Offer, PolicyVersion, Request, Seat
from matching.queries.sieve import sieve
from matching.rules import (
    Moment,
    Objection,
    Ranked,
    Settings,
    Wish,
    objections,
    rank,
    score,
)
from matching.states import Conflict, OfferState, Urgency
from pool.avoiding import trace_of_organisation, traces_of_name
from pool.models import Area
from pool.queries import (
    Candidate,
    agreed,
    candidates,
    carried_by,
    lent_candidates,
    requirement,
)
from pool.rules import Rule

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
    """Who fits, best first, and who does not with every reason why.

    Attributes:
        is_whole: everybody was judged. Where not, `excluded` holds only those whom the rules had
            to judge; whoever was asked before and could be asked again is always among them.
    """

    ranked: tuple[Ranked, ...]
    excluded: tuple[tuple[UUID, tuple[Objection, ...]], ...]
    is_whole: bool

    @property
    def fitting(self) -> list[UUID]:
        return [one.expert_id for one in self.ranked]


def look(seat: Seat, *, now: datetime, with_reasons: bool = False) -> Fit:
    """The pool, judged for this seat at `now`; a constant number of queries.

    Everybody hears why not in a small pool, or `with_reasons`. Else the database drops most of
    those who do not fit; the ranking is the same (docs/adr/0028).
    """
    wish = wish_of(seat, now=now)
    settings = settings_here(seat.request.policy, on=wish.on)
    rule = _rule_of(wish)
    found = None if with_reasons else sieve(wish, rule, settings=settings, now=now)
    among = None if found is None or found.is_small else found.running
    return _judged(wish, settings, rule, seat.request.policy.weights, among, now=now)


def _judged(  # noqa: PLR0913  (what was asked, and of whom)
    wish: Wish,
    settings: Settings,
    rule: Rule,
    weights: Mapping[str, int],
    among: Mapping[UUID, int] | None,
    *,
    now: datetime,
) -> Fit:
    """Everybody, or those `among` them of whom it is known how much they carry; and who is lent.

    Why somebody of another region cannot is not this region's to know: such a one is left out.
    """
    running = carried_by() if among is None else among
    own = _pool(wish, rule, among, now=now)
    lent = _lent(wish, rule, None, now=now)
    if lent and among is not None:
        running = {**carried_by([one.expert_id for one in lent]), **among}
    guests = {one.expert_id for one in lent}
    fitting, excluded = [], []
    for candidate in (*own, *lent):
        load = running.get(candidate.expert_id, 0)
        found = objections(candidate, wish, running=load, settings=settings)
        if found and candidate.expert_id in guests:
            if {one.code for one in found} == {"ALREADY_OFFERED"}:
                excluded.append((candidate.expert_id, tuple(found)))
        elif found:
            excluded.append((candidate.expert_id, tuple(found)))
        else:
            parts = score(candidate, wish, running=load, settings=settings, weights=weights)
            fitting.append(Ranked(candidate.expert_id, parts))
    return Fit(tuple(rank(fitting)), tuple(excluded), is_whole=among is None)


def late_objections(seat: Seat, expert_id: UUID, *, now: datetime) -> list[Objection]:
    """What stands in the way of this expert at the moment of saying yes.

    Law, papers, suspension, pause, load and rest are those of now and never a copy (design.md,
    promise 14). Somebody who is no candidate at all, is not active.
    """
    return _judge(expert_id, wish_of(seat, now=now), seat.request, at=Moment.ACCEPT, now=now)


def session_objections(  # noqa: PLR0913  (whose, which meeting, when and where)
    request: Request,
    expert_id: UUID,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    place: Area | None = None,
    but: UUID | None = None,
) -> list[Objection]:
    """What stands in the way of a meeting in [start, end) of somebody who is beside them already.

    The same questions as at the offer and at the yes, judged at the date of the work: papers,
    membership, choices, load in that week, and rest. `but` is the session that is moved, if it is
    one, and `place` the area of where they meet.
    """
    seat = Seat(request=request, starts_at=start, ends_at=end)
    wish = replace(wish_of(seat, now=now), place=place.code if place else "")
    return _judge(expert_id, wish, request, at=Moment.SESSION, now=now, but=but)


def _judge(  # noqa: PLR0913  (whom, for what, at which moment)
    expert_id: UUID,
    wish: Wish,
    request: Request,
    *,
    at: Moment,
    now: datetime,
    but: UUID | None = None,
) -> list[Objection]:
    """One expert, judged by the same questions as the whole pool when it is asked."""
    load, rule, among = carried_by([expert_id])[expert_id], _rule_of(wish), [expert_id]
    is_beside, settings = at == Moment.SESSION, settings_here(request.policy, on=wish.on)
    own = _pool(wish, rule, among, now=now, but=but)
    for candidate in own or _lent(wish, rule, among, now=now, but=but, is_beside=is_beside):
        return objections(candidate, wish, running=load, settings=settings, at=at)
    return [Objection("NOT_ACTIVE", {"state": "LEFT"})]


def wish_of(seat: Seat, *, now: datetime) -> Wish:
    """What this seat asks, seen from `now`: contact begins at its fixed time, or when one may."""
    request: Request = seat.request
    begins_at = seat.starts_at or max(now, request.earliest_contact_at)
    known: dict[str, set[UUID]] = defaultdict(set)
    for what, expert_id in _known_of(request):
        known[what].add(expert_id)
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
        conflicts=frozenset(known["conflict"]),
        already_asked=frozenset(known["asked"]),
        known_here=frozenset(known["here"]),
        asked_at=now,
        is_urgent=request.urgency == Urgency.URGENT,
        asked_by=_asked_by(request),
        request_id=request.pk,
    )


def _asked_by(request: Request) -> frozenset[str]:
    """Traces of the professionals whom somebody would meet here, and of their organisation."""
    people = (request.requester.name, request.case_manager_name, request.deputy_name)
    return frozenset({trace_of_organisation(request.organisation_id)}).union(
        *(traces_of_name(name) for name in people)
    )


def _known_of(request: Request) -> QuerySet[Any, tuple[str, UUID]]:
    """Who was asked, who said to know somebody, and who stood beside this participant before.

    Whoever knows somebody in one request of a participant, knows them in the next.
    """
    conflicts = ConflictDeclaration.objects.filter(
        request__case=request.case_id, answer=Conflict.CONFLICT
    )
    before = Assignment.objects.filter(seat__request__case=request.case_id)
    asked, told, here = (
        rows.order_by().annotate(what=Value(what)).values_list("what", "expert_id")
        for what, rows in (
            ("asked", Offer.objects.filter(seat__request=request, state__in=ASKED)),
            ("conflict", conflicts),
            ("here", before.exclude(seat__request=request)),
        )
    )
    return asked.union(told, here)


def settings_here(policy: PolicyVersion, *, on: date) -> Settings:
    """What the region agreed for work on day `on`: its rules of that day, terms of this policy."""
    rules = agreed(on=on)
    return Settings(
        min_distance_km=rules.min_distance_km,
        road_factor=rules.road_factor,
        rest=rules.rest,
        travel=rules.travel,
        first_contact_within=timedelta(minutes=policy.first_contact),
        heavy_rest=rules.heavy_rest,
        quiet=rules.quiet,
        asks_consent=rules.asks_consent,
    )


def _rule_of(wish: Wish) -> Rule:
    return requirement(activity=wish.activity, host_kind=wish.host_kind, on=wish.on)


def _lent(  # noqa: PLR0913  (as its callers)
    wish: Wish,
    rule: Rule,
    among: Collection[UUID] | None,
    *,
    now: datetime,
    but: UUID | None = None,
    is_beside: bool = False,
) -> list[Candidate]:
    return lent_candidates(
        activity=wish.activity,
        host_kind=wish.host_kind,
        on=wish.on,
        now=now,
        rule=rule,
        among=among,
        but=but,
        is_beside=is_beside,
    )


def _pool(
    wish: Wish,
    rule: Rule,
    among: Collection[UUID] | None,
    *,
    now: datetime,
    but: UUID | None = None,
) -> list[Candidate]:
    return candidates(
        activity=wish.activity,
        host_kind=wish.host_kind,
        on=wish.on,
        now=now,
        among=among,
        rule=rule,
        but=but,
    )
