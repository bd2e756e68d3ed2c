"""What passes to others when an expert stops: work, sessions, offers, with advice for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from core.access.models import Membership, Role
from core.clock import local
from matching.models import Assignment, Offer, Request
from matching.pages.search import spoken
from matching.queries.fit import look
from matching.queries.held import held_of
from matching.states import RUNNING, AssignmentState, OfferState
from pool.models import Expert, Suspension
from pool.states import ExpertState
from scheduling.models import Session, SessionRole
from scheduling.queries import future_sessions, request_of
from scheduling.queries.pages import heirs_of
from scheduling.queries.people import name_of, roles_by_session
from scheduling.states import RoleKind

# Before this somebody calls: a mail would come too late.
CALL_WITHIN = timedelta(hours=24)
# Offers that were taken back because somebody stopped; older ones are another matter.
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class SessionToPass:
    """One session to come of somebody who stops.

    Attributes:
        goes_on: it lies before the last day of somebody who leaves.
        must_call: it begins within a day.
        company: who comes along, by name.
        heirs: (id of the work, name) of those who said yes and are not in it yet, where the
            place is free.
    """

    session: Session
    goes_on: bool
    must_call: bool
    company: tuple[str, ...]
    heirs: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True)
class WorkToPass:
    """One request that this expert holds, and who could take it over.

    Attributes:
        next_id, next_name, whys: who comes first now, and what speaks for that; empty where
            nobody can.
        phone: of who asked, for a call.
    """

    assignment: Assignment
    request: Request
    sessions: tuple[SessionToPass, ...]
    next_id: UUID | None
    next_name: str
    whys: tuple[str, ...]
    phone: str


@dataclass(frozen=True)
class OfferTouched:
    """An offer that was taken back, and who is asked in that place now."""

    request: Request
    asked: tuple[tuple[str, datetime], ...]
    is_filled: bool


@dataclass(frozen=True)
class Handing:
    """The whole page.

    Attributes:
        waiting: sessions whose place is free already and that wait for somebody.
    """

    expert: Expert
    since: datetime | None
    works: tuple[WorkToPass, ...]
    waiting: tuple[SessionToPass, ...]
    offers: tuple[OfferTouched, ...]
    subjects: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def n_left(self) -> int:
        """How many things still wait for somebody to decide."""
        return len(self.works) + len(self.waiting)


def handing(expert: Expert, *, now: datetime) -> Handing:
    """What has to pass to others in the region of this scope, the nearest session first.

    One look at the pool for each request that this expert holds, a few questions for the rest.
    """
    held = held_of(expert.pk)
    sessions = list(future_sessions(at=now, expert=expert))
    roles = roles_by_session(sessions)
    gone = {one.pk for one in sessions if _place_is_free(roles[one.pk], expert)}
    phones = _phones(one.seat.request.requester_id for one in held)
    works = [
        _work(one, [s for s in sessions if s.pk not in gone], roles, phones, expert, now=now)
        for one in held
    ]
    waiting = [_session(one, roles[one.pk], expert, now=now) for one in sessions if one.pk in gone]
    offers = _offers(expert, now=now)
    cases = {one.request.case_id for one in works} | {one.request.case_id for one in offers}
    return Handing(
        expert=expert,
        since=_since(expert),
        works=tuple(sorted(works, key=_nearest)),
        waiting=tuple(waiting),
        offers=offers,
        subjects=frozenset(cases | {one.next_id for one in works if one.next_id}),
    )


def _work(  # noqa: PLR0913  (one row and what it hangs on)
    assignment: Assignment,
    sessions: Sequence[Session],
    roles: Mapping[UUID, Sequence[SessionRole]],
    phones: Mapping[UUID, str],
    expert: Expert,
    *,
    now: datetime,
) -> WorkToPass:
    request = assignment.seat.request
    own = [
        _session(one, roles[one.pk], expert, now=now)
        for one in sessions
        if any(role.assignment_id == assignment.pk for role in roles[one.pk])
    ]
    best = next(
        (one for one in look(assignment.seat, now=now).ranked if one.expert_id != expert.pk), None
    )
    chosen = Expert.reachable.filter(pk=best.expert_id).first() if best else None
    return WorkToPass(
        assignment=assignment,
        request=request,
        sessions=tuple(own),
        next_id=chosen.pk if chosen else None,
        next_name=chosen.short_name if chosen else "",
        whys=tuple(spoken(best.parts, request.policy.weights)[0][:2]) if best else (),
        phone=phones.get(request.requester_id, ""),
    )


def _session(
    session: Session, roles: Sequence[SessionRole], expert: Expert, *, now: datetime
) -> SessionToPass:
    others = [
        role for role in roles if role.assignment is None or role.assignment.expert_id != expert.pk
    ]
    is_free = _place_is_free(roles, expert)
    heirs = heirs_of(request_of(session), roles) if is_free else ()
    last_day = expert.leaves_on
    return SessionToPass(
        session=session,
        goes_on=expert.state == ExpertState.LEAVING
        and last_day is not None
        and local(session.starts_at).date() <= last_day,
        must_call=session.starts_at - now < CALL_WITHIN,
        company=tuple(name for role in others if (name := name_of(role))),
        heirs=tuple((one.pk, one.expert.short_name) for one in heirs),
    )


def _place_is_free(roles: Iterable[SessionRole], expert: Expert) -> bool:
    return any(
        role.kind == RoleKind.EXPERT
        and role.assignment is not None
        and role.assignment.expert_id == expert.pk
        and role.assignment.state == AssignmentState.ENDED
        for role in roles
    )


def _offers(expert: Expert, *, now: datetime) -> tuple[OfferTouched, ...]:
    """Requests that run and in which a question to this expert was taken back."""
    since = _since(expert) or now - LOOK_BACK
    taken = Offer.objects.filter(
        expert=expert,
        state=OfferState.WITHDRAWN,
        closed_at__gte=since,
        seat__request__state__in=RUNNING,
    )
    found: dict[UUID, OfferTouched] = {}
    for offer in taken.select_related("seat__request").order_by("closed_at", "pk"):
        request = offer.seat.request
        # Work that was handed over by this page is told above, not here.
        if request.pk in found or Assignment.objects.filter(offer=offer).exists():
            continue
        asked = Offer.objects.filter(
            Q(state=OfferState.OPEN) | Q(state=OfferState.ACCEPTED), seat=offer.seat_id
        ).select_related("expert__data_key")
        rows = list(asked.order_by("deadline_at", "pk"))
        found[request.pk] = OfferTouched(
            request=request,
            asked=tuple(
                (one.expert.short_name, one.deadline_at)
                for one in rows
                if one.state == OfferState.OPEN
            ),
            is_filled=any(one.state == OfferState.ACCEPTED for one in rows),
        )
    return tuple(found.values())


def _since(expert: Expert) -> datetime | None:
    """When this person stopped, where that is known."""
    if expert.is_hidden:
        return expert.hidden_at
    if expert.state == ExpertState.LEFT:
        return expert.left_at
    if expert.state == ExpertState.SUSPENDED:
        running = Suspension.objects.filter(expert=expert, lifted_at=None).first()
        return running.started_at if running else None
    return None


def _phones(users: Iterable[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.filter(user__in=set(users), role=Role.PROFESSIONAL, ended_at=None)
    return dict(rows.exclude(phone="").values_list("user_id", "phone"))


def _nearest(work: WorkToPass) -> tuple[datetime, UUID]:
    """Work with the nearest session first, then what began first."""
    first = work.sessions[0].session.starts_at if work.sessions else work.assignment.started_at
    return first, work.assignment.pk
