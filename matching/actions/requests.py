"""Requests that run: seen by somebody, reachable, spoken with, and ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from matching import signals
from matching.actions import notices
from matching.actions.assignments import close_assignments
from matching.actions.calls import take_if_ringing
from matching.actions.gate import confirm_gate_item
from matching.actions.gate_voids import void_for
from matching.actions.rows import lock_running, move_request
from matching.actions.tasks import settle_tasks
from matching.actions.waves import close_wave, take_back
from matching.models import Assignment, Case, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator, require_follower
from matching.queries.gate import running_assignments
from matching.reference import Cause
from matching.states import RUNNING, GateCode, OfferState, RequestState, SeatState
from pool.actions import offer_debrief
from pool.vocabulary import DebriefOccasion


@dataclass(frozen=True)
class Reach:
    """Whom to call about a request, by day and by night."""

    case_manager_name: str
    case_manager_phone: str
    deputy_name: str
    deputy_phone: str
    out_of_hours_phone: str


class ContactToCome(Refusal):
    message = _("This moment is still to come. Look at the date and the time.")


# Whoever opens the page of one of these has taken the call about it.
OPENED = (TaskKind.NEW_REQUEST, TaskKind.NOBODY_FITS, TaskKind.CONFLICT)


@transaction.atomic
def see_request(*, request_id: UUID, by: User, now: datetime) -> Request:
    """Note the first coordinator who looked. The requester sees that somebody did.

    Raises:
        Request.DoesNotExist, NotAllowed.
    """
    require_coordinator(by)
    request = Request.objects.get(pk=request_id)
    seen = Request.objects.filter(pk=request_id, seen_at=None).update(seen_at=now, seen_by=by)
    if seen:
        audit.record("request.seen", by=by, at=now, subject=request.case_id, target=request)
        request.refresh_from_db(fields=["seen_at", "seen_by"])
    for task in Task.objects.filter(request=request, kind__in=OPENED, done_at=None):
        take_if_ringing(task_id=task.pk, by=by, now=now)
    return request


@transaction.atomic
def withdraw_request(*, request_id: UUID, by: User, now: datetime) -> Request:
    """The asking side needs nobody any more. What runs ends; nobody is told why.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver.
    """
    request = lock_running(request_id)
    require_follower(by, request)
    return _end_request(request, RequestState.WITHDRAWN, by=by, now=now)


@transaction.atomic
def close_request(*, request_id: UUID, by: User, now: datetime) -> Request:
    """A coordinator closes what is done. The clock of keeping starts.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver.
    """
    request = lock_running(request_id)
    require_coordinator(by)
    return _end_request(request, RequestState.CLOSED, by=by, now=now)


@transaction.atomic
def report_reachable(*, request_id: UUID, by: User, now: datetime) -> Request:
    """The participant can be met earlier than was said: the clock of the goals starts now.

    Duty hears it at once, and whoever stands ready (domain.md S12). Reported twice, or when
    contact was possible already, it changes nothing.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver.
    """
    request = lock_running(request_id)
    require_follower(by, request)
    if request.earliest_contact_at <= now:
        return request
    Request.objects.filter(pk=request.pk).update(earliest_contact_at=now)
    request.earliest_contact_at = now
    due_at = now + timedelta(minutes=request.policy.first_contact)
    Task.objects.filter(
        request=request, kind=TaskKind.PLAN_FIRST, done_at=None, due_at__gt=due_at
    ).update(due_at=due_at)
    notices.tell_on_call(once_per=f"reachable:{request.pk}", now=now)
    for assignment in running_assignments(request):
        notices.tell_expert(
            assignment.expert,
            "matching/something_changed",
            once_per=f"reachable:{assignment.pk}",
            now=now,
            by_sms=True,
        )
    audit.record("request.reachable", by=by, at=now, subject=request.case_id, target=request)
    return request


@transaction.atomic
def change_reach(
    *, request_id: UUID, reach: Reach, checked: bool, by: User, now: datetime
) -> Request:
    """Write down other people or numbers to call; whoever holds their card is told to look.

    `checked` says that they were tried and confirms G2 in the name of `by`. Numbers that changed
    and were not tried open it again.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver.
    """
    request = lock_running(request_id)
    require_follower(by, request)
    fields = [name for name, told in asdict(reach).items() if getattr(request, name) != told]
    for name in fields:
        setattr(request, name, getattr(reach, name))
    if fields:
        request.save(update_fields=fields)
        audit.record(
            "request.reach_changed",
            by=by,
            at=now,
            subject=request.case_id,
            target=request,
            fields=",".join(fields),
        )
        for assignment in running_assignments(request):
            notices.tell_expert(
                assignment.expert,
                "matching/something_changed",
                once_per=f"reach:{assignment.pk}:{now:%Y%m%dT%H%M}",
                now=now,
            )
    if checked:
        confirm_gate_item(request_id=request.pk, code=GateCode.G2, by=by, now=now)
    elif fields:
        void_for(request.pk, {Cause.NUMBERS}, now=now)
    return request


@transaction.atomic
def record_first_contact(*, request_id: UUID, by: User, now: datetime, at: datetime) -> Request:
    """Write down when somebody first spoke with the participant; the first word stands.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver, ContactToCome.
    """
    request = lock_running(request_id)
    holders = list(running_assignments(request))
    own = [one for one in holders if one.expert.user_id == by.pk]
    if not own:
        require_follower(by, request)
    if at > now:
        raise ContactToCome
    Request.objects.filter(pk=request.pk, first_contact_at=None).update(first_contact_at=at)
    for one in own or holders[:1]:
        if Assignment.objects.filter(pk=one.pk, first_contact_at=None).update(first_contact_at=at):
            occasion = DebriefOccasion.FIRST_CONTACT
            offer_debrief(expert=one.expert, occasion=occasion, source=one.pk, now=now)
    audit.record("request.first_contact", by=by, at=now, subject=request.case_id, target=request)
    request.refresh_from_db(fields=["first_contact_at"])
    return request


def _end_request(request: Request, state: RequestState, *, by: User, now: datetime) -> Request:
    """End what hangs below a held request, top down, and tell who was waiting for it."""
    open_offers = list(
        Offer.objects.filter(seat__request=request, state=OfferState.OPEN)
        .select_related("expert", "expert__data_key", "expert__user")
        .order_by("pk")
    )
    take_back(open_offers, OfferState.WITHDRAWN, now=now)
    told = [offer.expert for offer in open_offers]
    told += [assignment.expert for assignment in running_assignments(request)]
    for expert in {one.pk: one for one in told}.values():
        notices.tell_expert(
            expert,
            "matching/something_changed",
            once_per=f"request-over:{request.pk}:{expert.pk.hex[:12]}",
            now=now,
        )
    for seat in Seat.objects.filter(request=request).order_by("pk"):
        close_wave(seat, now=now)
    close_assignments(request.pk, by=by, now=now)
    Seat.objects.filter(request=request).update(state=SeatState.CLOSED)
    move_request(request, state, closed_at=now)
    settle_tasks(request=request, now=now)
    others = Request.objects.filter(case=request.case_id, state__in=RUNNING)
    if not others.exists():
        Case.objects.filter(pk=request.case_id).update(closed_at=now)
    audit.record(f"request.{state.lower()}", by=by, at=now, subject=request.case_id, target=request)
    signals.request_closed.send(sender=None, request=request, now=now)
    return request
