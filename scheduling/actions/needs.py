"""What must hold before hours are given away: the moment, the people, and rest around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.clock import local
from core.errors import Refusal
from core.ui import moments
from matching.actions import require_complete_gate
from matching.models import Assignment, GateItem, Request
from matching.queries import session_objections
from matching.states import AssignmentState, GateCode, GateItemState
from pool.models import Expert, MeetingPlace
from pool.queries import agreed, deployability, rest_of
from scheduling.actions.fitness import NotDeployable, require_fit
from scheduling.models import Session, SessionRole
from scheduling.states import HEAVY, LIVE, SESSION, SessionKind, SessionState

# The safety check is asked again this long before a session, for the moment of the session.
GATE_AGAIN = timedelta(hours=24)
LONGEST = timedelta(hours=8)


class SessionInPast(Refusal):
    message = _("That time has passed. Choose a later one.")


class TooLong(Refusal):
    message = _("A session ends after it begins, and within eight hours.")


class NotReachableYet(Refusal):
    """The participant cannot be met before `earliest_contact_at`."""

    message = _("The participant cannot be met yet at that time. Choose a later one.")


class AssignmentOver(Refusal):
    message = _("This person is not beside the participant any more. Look at the request.")


class Resting(Refusal):
    """After a heavy contact, planned ones too."""

    def __init__(self, until: datetime) -> None:
        said = gettext("After a heavy contact this person rests until %(moment)s. Choose later.")
        super().__init__(said % {"moment": moments.moment(until)})


class NextTooSoon(Refusal):
    message = _("Another session follows before this person has rested. Move that one first.")


class WeekFull(Refusal):
    message = _("This person has as many sessions that week as agreed. Choose another week.")


class DuoNeeded(Refusal):
    message = _("The first meeting is with two: add the case manager or a second buddy.")


def running(request: Request, ids: Sequence[UUID]) -> list[Assignment]:
    """The work of this request with these ids, by expert; all of it goes on."""
    rows = Assignment.objects.filter(pk__in=ids, seat__request=request)
    found = list(
        rows.select_related("expert__user", "expert__data_key").order_by("expert_id", "pk")
    )
    if len(found) != len(set(ids)):
        raise Assignment.DoesNotExist
    if any(one.state != AssignmentState.ACTIVE for one in found):
        raise AssignmentOver
    return found


def still_running(roles: Iterable[SessionRole]) -> list[Assignment]:
    """The work of the experts in these parts.

    Raises:
        AssignmentOver: somebody fell out; whoever takes over comes in that place first.
    """
    found = [role.assignment for role in roles if role.assignment]
    if any(one.state == AssignmentState.ENDED for one in found):
        raise AssignmentOver
    return found


def require_plannable(  # noqa: PLR0913  who, for what, when and where
    request: Request,
    assignments: Sequence[Assignment],
    hours: tuple[datetime, datetime],
    *,
    kind: str,
    place_id: UUID | None,
    agreed: bool,
    by: User,
    now: datetime,
    moved: Session | None = None,
) -> None:
    """Raise unless these people may do a session in these hours, as `plan_session` says."""
    start, end = hours
    _require_moment(request, kind, start, end, now)
    _require_deployable(request, assignments, start, _planned_on(kind, start, now))
    place = _place(place_id)
    for one in assignments:
        require_fit(
            one, request, hours, kind=kind, place=place, agreed=agreed, by=by, now=now, moved=moved
        )


def _require_moment(
    request: Request, kind: str, start: datetime, end: datetime, now: datetime
) -> None:
    if start <= now:
        raise SessionInPast
    if not timedelta(0) < end - start <= LONGEST:
        raise TooLong
    if start < request.earliest_contact_at:
        raise NotReachableYet
    if kind != SessionKind.PHONE:
        # A session of weeks ahead is planned on the check of today and asked again when near.
        near = start - now <= GATE_AGAIN
        at = start if near else now
        require_complete_gate(
            request, at=at, on=local(start).date(), planned_on=_planned_on(kind, start, now)
        )


def _planned_on(kind: str, start: datetime, now: datetime) -> date | None:
    """Today, for contact that runs and is not near: somebody still decides before its day.

    A first meeting begins work, and what takes place within a day is judged on its own day.
    """
    if kind == SessionKind.FIRST_MEETING or start - now <= GATE_AGAIN:
        return None
    return local(now).date()


def _require_deployable(
    request: Request,
    assignments: Collection[Assignment],
    start: datetime,
    planned_on: date | None,
) -> None:
    for one in assignments:
        verdict = deployability(
            one.expert,
            activity=request.activity,
            host_kind=request.organisation.kind,
            on=local(start).date(),
            planned_on=planned_on,
        )
        # A pause asks for no new work; what runs already is asked about, by `require_fit`.
        if set(verdict.problems) - {"PAUSED"}:
            raise NotDeployable


def _place(place_id: UUID | None) -> MeetingPlace | None:
    return MeetingPlace.objects.select_related("area").get(pk=place_id) if place_id else None


def require_room(
    session: Session, request: Request, assignments: Collection[Assignment], *, now: datetime
) -> None:
    """Load and rest at the date of the meeting; a call on the phone asks for neither.

    Asked once its hours are booked: hours that are given away are the plainer reason.
    """
    if session.kind == SessionKind.PHONE:
        return
    for one in assignments:
        found = session_objections(
            request,
            one.expert_id,
            start=session.starts_at,
            end=session.ends_at,
            now=now,
            but=session.pk,
        )
        facts = {objection.code: objection.facts for objection in found}
        if "RESTING" in facts:
            raise Resting(datetime.fromisoformat(str(facts["RESTING"]["until"])))
        if "MAX_PER_WEEK" in facts:
            raise WeekFull
        if session.kind in HEAVY and _follows(session, one.expert):
            raise NextTooSoon


def _follows(session: Session, expert: Expert) -> bool:
    """Has this expert another meeting before the rest after `session` is over?"""
    rest = rest_of(expert, agreed(on=local(session.ends_at).date()).heavy_rest)
    roles = SessionRole.objects.filter(
        assignment__expert=expert.pk,
        session__state__in=LIVE,
        session__starts_at__gte=session.ends_at,
        session__starts_at__lt=session.ends_at + rest,
    )
    return roles.exclude(session__kind=SessionKind.PHONE).exists()


def needs_second(request: Request, *, kind: str, n_people: int) -> bool:
    """A first meeting is with two, unless two persons agreed that one may come alone."""
    if kind != SessionKind.FIRST_MEETING or n_people >= 2:  # noqa: PLR2004
        return False
    waived = GateItem.objects.filter(
        request=request,
        code=GateCode.G8,
        state__in=[GateItemState.WAIVED, GateItemState.NOT_NEEDED],
    )
    return not waived.exists()


def require_live(session: Session) -> None:
    """Raise IllegalMove unless the session is still to come or under way."""
    if session.state not in LIVE:
        # PLANNED may not follow PLANNED, so the table is asked about the neighbour.
        SESSION.require(session.state, SessionState.TO_CONFIRM)
