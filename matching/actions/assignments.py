"""An expert beside a participant: beginning, pausing, handing back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.models import User
from core.clock import local
from matching import signals
from matching.actions import notices
from matching.actions.rows import RequestOver, lock_seat, move_request
from matching.actions.tasks import settle_expert, settle_tasks
from matching.actions.waves import close_wave, go_on, start_wave
from matching.models import Assignment, GateItem, Offer, Seat, Wave
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.queries.fit import look
from matching.states import (
    ASSIGNMENT,
    RUNNING,
    AssignmentState,
    GateCode,
    GateItemState,
    OfferState,
    RequestState,
    SeatState,
)
from pool.actions import book, release
from pool.models import Expert
from pool.queries import agreed
from pool.states import BlockKind


def begin_assignment(seat: Seat, offer: Offer, expert: Expert, *, now: datetime) -> Assignment:
    """Fill a held seat; where its time is fixed, the hours are given away here and now.

    Raises:
        pool.actions.Overlap: the hours were given away already.
    """
    assignment = Assignment(
        seat=seat,
        offer=offer,
        expert=expert,
        expert_region_id=expert.region_id,
        grant_id=offer.grant_id,
        as_duo=expert.duos_to_go > 0,
        started_at=now,
    )
    assignment.save(force_insert=True)
    Seat.objects.filter(pk=seat.pk).update(state=SeatState.FILLED)
    seat.state = SeatState.FILLED
    if seat.starts_at and seat.ends_at:
        book(
            expert=expert,
            kind=BlockKind.SESSION,
            start=seat.starts_at,
            end=seat.ends_at,
            travel=agreed(on=local(seat.starts_at).date()).travel,
            source=assignment.pk,
            grant_id=offer.grant_id,
        )
    return assignment


def hand_back(
    assignment: Assignment,
    offer_state: OfferState,
    *,
    by: User | None,
    now: datetime,
    is_passed: bool = False,
) -> None:
    """End an assignment and open its seat again; the caller holds the request.

    What the expert confirmed in the gate opens too: it was about this expert. With `is_passed`
    the next one takes over what is planned.
    """
    seat = assignment.seat
    request = seat.request
    _end(assignment, by=by, now=now, is_passed=is_passed)
    Offer.objects.filter(pk=assignment.offer_id, state=OfferState.ACCEPTED).update(
        state=offer_state, closed_at=now
    )
    notices.end_offers([assignment.offer_id], now=now)
    Seat.objects.filter(pk=seat.pk, state=SeatState.FILLED).update(state=SeatState.OPEN)
    seat.state = SeatState.OPEN
    GateItem.objects.filter(
        request=request, code__in=[GateCode.G9, GateCode.G10, GateCode.G11]
    ).update(
        state=GateItemState.OPEN,
        confirmed_at=None,
        confirmed_by=None,
        by_system=False,
        valid_until=None,
    )
    settle_tasks(TaskKind.PLAN_FIRST, request=request, now=now)
    if request.state == RequestState.MATCHED:
        move_request(request, RequestState.SEARCHING, matched_at=None)
    notices.tell_requester(
        request, "matching/news", once_per=f"handed-back:{assignment.pk}", now=now
    )


@transaction.atomic
def end_assignment(*, assignment_id: UUID, by: User, now: datetime) -> Assignment:
    """End somebody's work here and look for another, as long as the request runs.

    Raises:
        Assignment.DoesNotExist, NotAllowed, IllegalMove.
    """
    require_coordinator(by)
    assignment = Assignment.objects.select_related("expert").get(pk=assignment_id)
    assignment.seat = lock_seat(assignment.seat_id)
    assignment.refresh_from_db(fields=["state"])
    ASSIGNMENT.require(assignment.state, AssignmentState.ENDED)
    if assignment.seat.request.state in RUNNING:
        hand_back(assignment, OfferState.WITHDRAWN, by=by, now=now)
        go_on(assignment.seat, now=now)
    else:
        _end(assignment, by=by, now=now)
    return assignment


def close_assignments(request_id: UUID, *, by: User | None, now: datetime) -> int:
    """End everything that runs for a request that is over; its offers stay as answered."""
    running = Assignment.objects.exclude(state=AssignmentState.ENDED).filter(
        seat__request_id=request_id
    )
    rows = list(running.select_related("expert", "seat").order_by("pk"))
    for assignment in rows:
        _end(assignment, by=by, now=now)
    return len(rows)


@transaction.atomic
def pass_work(
    *, assignment_id: UUID, to: UUID | None = None, by: User, now: datetime
) -> Wave | None:
    """Let somebody else go on with this work: it ends here, and others are asked at once.

    `to` is asked first, then the others in the order of the ranking. What was planned stays, and
    waits for whoever says yes.

    Returns:
        The wave, or None where nobody can: then the coordinators have been told.

    Raises:
        Assignment.DoesNotExist, NotAllowed, IllegalMove, RequestOver, DoesNotFit, and what
        `start_wave` raises: nothing was changed.
    """
    require_coordinator(by)
    assignment = Assignment.objects.select_related("expert").get(pk=assignment_id)
    assignment.seat = lock_seat(assignment.seat_id)
    assignment.refresh_from_db(fields=["state"])
    ASSIGNMENT.require(assignment.state, AssignmentState.ENDED)
    if assignment.seat.request.state not in RUNNING:
        raise RequestOver
    hand_back(assignment, OfferState.WITHDRAWN, by=by, now=now, is_passed=True)
    close_wave(assignment.seat, now=now)
    order = look(assignment.seat, now=now).fitting
    if to is not None:
        order = [to, *(one for one in order if one != to)]
    return start_wave(seat_id=assignment.seat_id, by=by, now=now, experts=order or None)


def _end(
    assignment: Assignment, *, by: User | None, now: datetime, is_passed: bool = False
) -> None:
    Assignment.objects.filter(pk=assignment.pk).exclude(state=AssignmentState.ENDED).update(
        state=AssignmentState.ENDED, ended_at=now
    )
    assignment.state, assignment.ended_at = AssignmentState.ENDED, now
    release(source=assignment.pk)
    audit.record("assignment.ended", by=by, at=now, subject=assignment.expert_id, target=assignment)
    signals.assignment_ended.send(sender=None, assignment=assignment, is_passed=is_passed, now=now)
    settle_expert(assignment.expert_id, now=now)
