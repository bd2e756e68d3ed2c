"""Planning, moving, confirming and cancelling. Hours are booked in the same transaction.

Order of locks: the request, then the session, then turns of experts, then blocks. An event of
the measure comes in through the request, so whoever took a session first would wait for it for
ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import Membership, Role, User
from core.clock import local
from core.errors import NotAllowed, Refusal
from core.ui import moments
from matching.actions import require_complete_gate, settle_tasks
from matching.models import Assignment, GateItem, Request, Task
from matching.models.requests import TaskKind
from matching.permissions import may_coordinate, require_follower
from matching.queries import session_objections
from matching.states import AssignmentState, GateCode, GateItemState
from pool.actions import Booking, book_all, rebook, release, take_turns
from pool.models import Expert, MeetingPlace
from pool.queries import agreed, deployability, rest_of
from pool.states import BlockKind
from scheduling.actions.fitness import NotDeployable, require_companion, require_fit
from scheduling.actions.reminders import stop_reminders, write_reminders
from scheduling.actions.telling import Template, tell
from scheduling.actions.watches import watch_all
from scheduling.models import Place, Session, SessionRole
from scheduling.queries import (
    is_held_by,
    recipients,
    request_of,
    roles_in,
    sessions_of,
    travel_time,
)
from scheduling.states import HEAVY, LIVE, SESSION, RoleKind, SessionKind, SessionState

GATE_KIND = "scheduling.gate"
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


@transaction.atomic
def plan_session(  # noqa: PLR0913  who, what, when, where, with whom
    *,
    assignment_id: UUID,
    kind: str,
    start: datetime,
    end: datetime,
    by: User,
    now: datetime,
    place_id: UUID | None = None,
    with_professional: bool | Collection[UUID] = False,
    with_assignments: Collection[UUID] = (),
    agreed: bool = False,
) -> Session:
    """Plan a session for an assignment: hours, roles, reminders and invitations at once.

    Besides the assignment others may take part: `with_professional` is True for whoever filed
    the request, or ids of professionals; `with_assignments` are others of the same request.
    [start, end) is aware and half-open. `agreed` is a coordinator's word that the expert was
    called and takes this session all the same (AskFirst).

    Raises:
        Assignment.DoesNotExist: none, or of somebody else's request; they look the same.
        SessionInPast, TooLong, NotReachableYet, AssignmentOver, NotDeployable, AskFirst,
        DuoNeeded, NewcomerAlone.
        matching.actions.GateIncomplete: a meeting needs the whole safety check.
        pool.actions.Overlap: the hours are given away; nothing was changed.
    """
    request = _locked_request(assignment_id)
    require_follower(by, request)
    assignments = running(request, [assignment_id, *with_assignments])
    professionals = _professionals(request, with_professional)
    require_plannable(
        request,
        assignments,
        (start, end),
        kind=kind,
        place_id=place_id,
        agreed=agreed,
        by=by,
        now=now,
    )
    require_companion(assignments, n_professionals=len(professionals), kind=kind)
    if kind == SessionKind.FIRST_MEETING and len(assignments) + len(professionals) < 2:  # noqa: PLR2004
        _require_waived_duo(request)
    session = Session.objects.create(
        kind=kind,
        starts_at=start,
        ends_at=end,
        place_id=place_id,
        changed_at=now,
        planned_at=now,
        planned_by=by,
    )
    seat_experts(session, request, assignments, now=now)
    for user_id in professionals:
        SessionRole.objects.create(session=session, kind=RoleKind.PROFESSIONAL, user_id=user_id)
    Place.objects.create(session=session, case_id=request.case_id)
    audit.record(
        "session.planned", by=by, at=now, subject=request.case_id, target=session, kind=str(kind)
    )
    _settle(session, request, "invite", now=now)
    return session


@transaction.atomic
def move_session(  # noqa: PLR0913  the session, when and where
    *,
    session_id: UUID,
    start: datetime,
    end: datetime,
    place_id: UUID | None,
    by: User,
    now: datetime,
    agreed: bool = False,
) -> Session:
    """Give a session another time or place; it is planned afterwards, whatever was unsure.

    Raises:
        Session.DoesNotExist, IllegalMove: it is over or cancelled. And as `plan_session`.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    require_live(session)
    roles = [role for role in roles_in(session) if role.assignment is not None]
    assignments = still_running(roles)
    require_plannable(
        request,
        assignments,
        (start, end),
        kind=session.kind,
        place_id=place_id,
        agreed=agreed,
        by=by,
        now=now,
        moved=session,
    )
    travel = travel_time(session.kind, on=local(start).date())
    take_turns(role.assignment.expert_id for role in roles if role.assignment)
    # In the order in which planning books them: by expert.
    for role in sorted(roles, key=lambda one: one.block.expert_id if one.block else one.pk):
        if role.block is not None:
            rebook(block=role.block, start=start, end=end, travel=travel)
    stop_reminders(session, now=now)
    _change(
        session,
        now=now,
        state=SessionState.PLANNED,
        starts_at=start,
        ends_at=end,
        place_id=place_id,
    )
    _require_room(session, request, assignments, now=now)
    audit.record("session.moved", by=by, at=now, subject=request.case_id, target=session)
    watch_all(session)
    _settle(session, request, "changed", now=now)
    return session


@transaction.atomic
def confirm_session(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Say that a session takes place after all; reminders are written anew.

    Raises:
        Session.DoesNotExist, IllegalMove: it was not unsure.
        SessionInPast: it has begun. And, for the safety check and the papers, as `plan_session`.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    if session.state != SessionState.TO_CONFIRM:
        SESSION.require(session.state, SessionState.PLANNED)
    require_plannable(
        request,
        still_running(roles_in(session)),
        (session.starts_at, session.ends_at),
        kind=session.kind,
        place_id=session.place_id,
        # Whoever confirms has spoken with everybody: that is what is being asked.
        agreed=True,
        by=by,
        now=now,
        moved=session,
    )
    audit.record("session.confirmed", by=by, at=now, subject=request.case_id, target=session)
    plan_again(session, request, now=now)
    return session


@transaction.atomic
def cancel_session(*, session_id: UUID, by: User, now: datetime) -> Session:
    """Call a session off: hours are free again, everybody hears, nobody is reminded.

    Raises:
        Session.DoesNotExist, IllegalMove: it is over or was cancelled already.
    """
    request, session = locked(session_id, by=by)
    require_follower(by, request)
    call_off(session, request, by=by, now=now)
    return session


def call_off(session: Session, request: Request, *, by: User | None, now: datetime) -> None:
    """Cancel a locked session, for a person or with the work it belonged to."""
    SESSION.require(session.state, SessionState.CANCELLED)
    stop_reminders(session, now=now)
    outbox.cancel(GATE_KIND, subject=session.pk, now=now)
    release(source=session.pk)
    _change(session, now=now, state=SessionState.CANCELLED, cancelled_at=now, cancelled_by=by)
    audit.record("session.cancelled", by=by, at=now, subject=request.case_id, target=session)
    people = recipients(roles_in(session), at=session.starts_at)
    tell(session, people, "cancelled", now=now, by_sms=people)
    _settle_own_tasks(session, now=now)


def doubt(session: Session, request: Request, *, why: str, now: datetime) -> None:
    """Make a locked, planned session unsure: somebody has to say that it still takes place."""
    stop_reminders(session, now=now)
    _change(session, now=now, state=SessionState.TO_CONFIRM)
    audit.record(
        "session.unsettled", by=None, at=now, subject=request.case_id, target=session, why=why
    )
    people = recipients(roles_in(session), at=session.starts_at)
    tell(session, people, "to_confirm", now=now, by_sms=people)
    _watch_gate(session, now=now)


def come_along(session: Session, request: Request, *, now: datetime) -> None:
    """Others take part in a locked, planned session than before: everybody hears it."""
    stop_reminders(session, now=now)
    _change(session, now=now)
    _settle(session, request, "changed", now=now)


def locked(session_id: UUID, *, by: User) -> tuple[Request, Session]:
    """The request and the session, locked in that order.

    Raises:
        Session.DoesNotExist: no such session, or not one that `by` may open.
    """
    request = request_of(sessions_of(by).get(pk=session_id))
    Request.objects.select_for_update().get(pk=request.pk)
    return request, Session.objects.select_for_update().get(pk=session_id)


def own_role(role_id: UUID, *, by: User) -> tuple[SessionRole, Session]:
    """A role that `by` may check in or out: one's own, or anybody's for a coordinator.

    Raises:
        SessionRole.DoesNotExist: not a role of a session that `by` may open.
        NotAllowed: somebody else's.
    """
    role = SessionRole.objects.get(pk=role_id, session__in=sessions_of(by).values("pk"))
    try:
        _request, session = locked(role.session_id, by=by)
    except Session.DoesNotExist:
        raise SessionRole.DoesNotExist from None
    role = next(one for one in roles_in(session) if one.pk == role_id)
    if not is_held_by(role, by) and not may_coordinate(by):
        raise NotAllowed("")
    return role, session


# --- What must hold ---------------------------------------------------------------------------


def _locked_request(assignment_id: UUID) -> Request:
    assignment = Assignment.objects.select_related("seat").get(pk=assignment_id)
    Request.objects.select_for_update().get(pk=assignment.seat.request_id)
    return Request.objects.select_related("policy", "organisation").get(
        pk=assignment.seat.request_id
    )


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


def seat_experts(
    session: Session, request: Request, assignments: Sequence[Assignment], *, now: datetime
) -> None:
    """Give these experts a part in a session, and the session their hours.

    Raises:
        pool.actions.Overlap, Resting, NextTooSoon, WeekFull.
    """
    for one in assignments:
        # A seat at a fixed time holds hours from the accept on; the session takes them over.
        release(source=one.pk)
    travel = travel_time(session.kind, on=local(session.starts_at).date())
    take_turns(one.expert_id for one in assignments)
    blocks = book_all(
        Booking(
            one.expert,
            BlockKind.SESSION,
            session.starts_at,
            session.ends_at,
            travel,
            session.pk,
            is_heavy=session.kind in HEAVY,
            grant_id=one.grant_id,
        )
        for one in assignments
    )
    _require_room(session, request, assignments, now=now)
    block_of = {block.expert_id: block for block in blocks}
    for one in assignments:
        SessionRole.objects.create(
            session=session,
            kind=RoleKind.EXPERT,
            assignment=one,
            block=block_of[one.expert_id],
            lent_from=one.expert.region_id if one.expert.is_lent else None,
        )


def _professionals(request: Request, wanted: bool | Collection[UUID]) -> list[UUID]:  # noqa: FBT001
    if isinstance(wanted, bool):
        return [request.requester_id] if wanted else []
    staff = (Role.PROFESSIONAL, Role.COORDINATOR)
    here = set(
        Membership.objects.filter(user_id__in=wanted, role__in=staff, ended_at=None).values_list(
            "user_id", flat=True
        )
    )
    if here != set(wanted):
        raise User.DoesNotExist
    return sorted(here)


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


def _require_room(
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


def _require_waived_duo(request: Request) -> None:
    waived = GateItem.objects.filter(
        request=request,
        code=GateCode.G8,
        state__in=[GateItemState.WAIVED, GateItemState.NOT_NEEDED],
    )
    if not waived.exists():
        raise DuoNeeded


def require_live(session: Session) -> None:
    """Raise IllegalMove unless the session is still to come or under way."""
    if session.state not in LIVE:
        # PLANNED may not follow PLANNED, so the table is asked about the neighbour.
        SESSION.require(session.state, SessionState.TO_CONFIRM)


# --- What follows -----------------------------------------------------------------------------


def _change(session: Session, *, now: datetime, **values: object) -> None:
    """Write what others can see, with the next version and SEQUENCE in the same UPDATE."""
    Session.objects.filter(pk=session.pk).update(
        version=F("version") + 1, ics_sequence=F("ics_sequence") + 1, changed_at=now, **values
    )
    session.refresh_from_db()


def plan_again(session: Session, request: Request, *, now: datetime) -> None:
    """A locked session is planned as it stands now: everybody hears it."""
    stop_reminders(session, now=now)
    _change(session, now=now, state=SessionState.PLANNED)
    _settle(session, request, "changed", now=now)


def _settle(session: Session, request: Request, template: Template, *, now: datetime) -> None:
    """Reminders, messages and watches of a session that is planned as it now stands."""
    people = recipients(roles_in(session), at=session.starts_at)
    n_moments = write_reminders(session, people, request, now=now)
    # A new plan needs no text when reminders follow; a change does: somebody may be under way.
    soon = template == "changed" or not n_moments
    tell(session, people, template, now=now, by_sms=people if soon else ())
    _watch_gate(session, now=now)
    _settle_own_tasks(session, now=now)
    if session.kind == SessionKind.FIRST_MEETING:
        settle_tasks(TaskKind.PLAN_FIRST, request=request, now=now)


def _watch_gate(session: Session, *, now: datetime) -> None:
    """Ask about the safety check again when the session is near."""
    outbox.cancel(GATE_KIND, subject=session.pk, now=now)
    if session.kind == SessionKind.PHONE:
        return
    outbox.schedule(
        GATE_KIND,
        subject=session.pk,
        at=max(now, session.starts_at - GATE_AGAIN),
        once_per=f"gate:{session.pk}:{session.version}",
    )


def own_tasks(session: Session) -> QuerySet[Task]:
    """The open tasks that ask somebody to look at this session."""
    return Task.objects.filter(once_per__startswith=task_key(session), done_at=None)


def task_key(session: Session) -> str:
    """Begins `once_per` of every task about this session."""
    return f"session-unsure:{session.pk}:"


def _settle_own_tasks(session: Session, *, now: datetime) -> None:
    own_tasks(session).update(done_at=now)
