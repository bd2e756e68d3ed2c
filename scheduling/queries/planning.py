"""What one needs to plan: who comes, which moments fit, what is still open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from core.access.models import Role, User
from core.access.permissions import has_role
from core.clock import local
from matching.models import Assignment, Request
from matching.queries import open_codes
from matching.states import AssignmentState, GateCode
from pool.models import MeetingPlace
from pool.queries import agreed, candidates, lent_candidates, requirement
from pool.rules import Candidate, free_intervals
from pool.vocabulary import Activity
from scheduling import rules
from scheduling.models import Session, SessionRole
from scheduling.queries.people import organisations_of, roles_in
from scheduling.states import SessionKind, SessionState

LOOK_AHEAD = timedelta(days=14)


def plannable(user: User, *, request_id: UUID) -> Request:
    """A request for which `user` may plan: a coordinator's region, or the own organisation's.

    Raises:
        Request.DoesNotExist: none, or somebody else's.
    """
    rows = Request.objects.select_related("policy")
    if not has_role(user, Role.COORDINATOR):
        rows = rows.filter(organisation__in=organisations_of(user))
    return rows.get(pk=request_id)


def running_assignments(request: Request) -> list[Assignment]:
    """Who is beside the participant now, the buddy before the second."""
    rows = Assignment.objects.filter(seat__request=request, state=AssignmentState.ACTIVE)
    return list(
        rows.select_related("seat", "expert__data_key", "expert__user").order_by("started_at", "pk")
    )


@dataclass(frozen=True)
class PlanPage:
    """What the page needs on which a session of `request` is planned.

    Attributes:
        kinds: what may be planned now; without a whole safety check only a phone call.
        missing: names of the items of the safety check that are open.
    """

    request: Request
    assignments: list[Assignment]
    kinds: list[SessionKind]
    missing: list[str]
    places: list[MeetingPlace]
    suggested: list[datetime]
    now: datetime


def plan_page(*, request_id: UUID, reader: User, now: datetime, length: timedelta) -> PlanPage:
    """The page for planning, with suggestions for a session of `length`.

    Raises:
        Request.DoesNotExist: none, or not one for which `reader` may plan.
    """
    request = plannable(reader, request_id=request_id)
    assignments = running_assignments(request)
    codes = open_codes(request, at=now)
    if codes:
        kinds = [SessionKind.PHONE]
    elif _has_met(request):
        kinds = [SessionKind.MEETING, SessionKind.PHONE]
    else:
        kinds = [SessionKind.FIRST_MEETING, SessionKind.PHONE]
    experts = [one.expert_id for one in assignments]
    return PlanPage(
        request=request,
        assignments=assignments,
        kinds=kinds,
        missing=[str(GateCode(code).label) for code in codes],
        places=open_places(),
        suggested=suggestions(request, experts, kind=kinds[0], length=length, now=now)
        if experts
        else [],
        now=now,
    )


def _has_met(request: Request) -> bool:
    first = SessionRole.objects.filter(
        assignment__seat__request=request,
        session__kind=SessionKind.FIRST_MEETING,
        session__state=SessionState.HELD,
    )
    return first.exists()


def move_suggestions(session: Session, request: Request, *, now: datetime) -> list[datetime]:
    """Other moments for a session, for everybody who has a part in it as an expert."""
    experts = [
        role.assignment.expert_id for role in roles_in(session) if role.assignment is not None
    ]
    length = session.ends_at - session.starts_at
    return suggestions(request, experts, kind=session.kind, length=length, now=now)


def open_places() -> list[MeetingPlace]:
    """The places of the region where people can meet now, by name."""
    return sorted(MeetingPlace.objects.filter(closed_at=None), key=lambda one: one.name.casefold())


def travel_time(kind: str, *, on: date) -> timedelta:
    """What is kept free before and after a session of this kind on that day."""
    return timedelta(0) if kind == SessionKind.PHONE else agreed(on=on).travel


def suggestions(
    request: Request,
    experts: Collection[UUID],
    *,
    kind: str,
    length: timedelta,
    now: datetime,
) -> list[datetime]:
    """Moments at which all `experts` said to be free, not before the participant can be met."""
    people = _hours_of(experts, now)
    soonest = max(now + rules.STEP, request.earliest_contact_at)
    until = soonest + LOOK_AHEAD
    hours = [(soonest, until)]
    for person in people:
        hours = _within(hours, _open_hours(person, soonest, until))
    busy = [period for person in people for period in person.busy]
    if kind != SessionKind.PHONE:
        # Planning would refuse what lies in somebody's rest.
        least = agreed(on=local(soonest).date()).heavy_rest
        busy += [
            (ended, ended + max(least, person.own_rest))
            for person in people
            for ended in person.heavy_ends
        ]
    travel = travel_time(kind, on=local(soonest).date())
    for wished in (frozenset(request.day_parts), frozenset[str]()):
        found = rules.suggest(
            hours, busy, length=length, travel=travel, not_before=soonest, day_parts=wished
        )
        # Nothing at the wished part of the day: any other moment is better than none.
        if found:
            return found
    return []


def _within(
    first: Iterable[rules.Interval], second: Iterable[rules.Interval]
) -> list[rules.Interval]:
    second = list(second)
    both = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return [(begins, ends) for begins, ends in both if begins < ends]


def _open_hours(person: Candidate, start: datetime, end: datetime) -> list[rules.Interval]:
    return free_intervals(
        person.week,
        person.absences,
        (),
        start=start,
        end=end,
        tz=rules.ZONE,
        changes=person.changes,
    )


def _hours_of(experts: Collection[UUID], now: datetime) -> list[Candidate]:
    """Week, absences and booked hours of these experts; also of those who are lent here."""
    on, activity = local(now).date(), Activity.BUDDY_1ON1
    rule = requirement(activity=activity, host_kind="", on=on)
    own = candidates(activity=activity, host_kind="", on=on, now=now, rule=rule, among=experts)
    away = set(experts) - {one.expert_id for one in own}
    if not away:
        return own
    return own + lent_candidates(
        activity=activity,
        host_kind="",
        on=on,
        now=now,
        rule=rule,
        among=away,
        is_beside=True,
    )


def hours_of_everybody(now: datetime) -> list[Candidate]:
    """Week, absences and booked hours of the whole pool."""
    # The rule for papers does not matter here: only hours are read.
    return candidates(activity=Activity.BUDDY_1ON1, host_kind="", on=local(now).date(), now=now)
