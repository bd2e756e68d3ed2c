"""What an expert answers to an offer: yes, no, or a yes taken back.

The first yes wins the seat. Saying no costs nothing and needs no reason. A link answers as
much as a signed-in person does; both come with an explicit choice, never with a look.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import LinkPurpose, LinkToken, User
from core.errors import NotAllowed, Refusal
from matching import signals
from matching.actions import notices
from matching.actions.assignments import begin_assignment, hand_back
from matching.actions.conflicts import require_no_conflict, write_declaration
from matching.actions.gate import confirm_by_expert
from matching.actions.offers import OfferLate, OfferTaken, OfferWithdrawn, refusal_for
from matching.actions.reasons import heed_too_heavy
from matching.actions.rows import lock_expert, lock_seat, move_request
from matching.actions.tasks import open_task, settle_tasks
from matching.actions.waves import close_wave, go_on, reopen, take_back
from matching.models import Assignment, GateItem, Offer, Request, Seat
from matching.models.requests import TaskKind
from matching.permissions import require_answerer
from matching.queries.fit import late_objections
from matching.sentences import Audience, why_not
from matching.states import (
    RUNNING,
    Conflict,
    DeclineReason,
    GateCode,
    GateItemState,
    OfferState,
    RequestState,
    SeatState,
)
from pool.actions import end_rest
from pool.models import Expert


class UndoLate(Refusal):
    message = _("Taking it back by yourself is no longer possible. Call your coordinator.")


class NotDeployable(Refusal):
    """Judged again at the moment of saying yes; the sentence is about this expert only."""

    message = _("This is not possible for you now. Call your coordinator.")


def accept_offer(
    *, offer_id: UUID, by: User | None, expert_id: UUID, now: datetime, by_link: bool
) -> Assignment:
    """Take the seat for this expert: exactly one wins. Accepting twice is harmless.

    Judged again with the rules, papers, load and rest of now. Whoever cannot take it any more is
    told so kindly, and the next is asked at once. In the same transaction as a yes the other
    offers close, a timed seat is booked, G9 and G10 of the safety gate are confirmed, and
    everybody who must know is told.

    `by` is the expert, or a coordinator on the expert's word; None through a link.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs; the two look the same.
        OfferTaken, OfferLate, OfferWithdrawn, OfferClosed, ConflictDeclared, ConflictNotAnswered,
        pool.actions.Overlap: nothing was changed.
        NotDeployable: the offer was taken back, and the next is asked.
    """
    try:
        return _take_seat(offer_id, by, expert_id, now=now, by_link=by_link)
    except NotDeployable:
        _pass_on(offer_id, expert_id, by=by, now=now)
        raise


@transaction.atomic
def _take_seat(
    offer_id: UUID,
    by: User | None,
    expert_id: UUID,
    *,
    now: datetime,
    by_link: bool,
) -> Assignment:
    offer = Offer.objects.get(pk=offer_id, expert_id=expert_id)
    if offer.state not in (OfferState.OPEN, OfferState.ACCEPTED):
        # Without waiting for anybody: who comes late need not queue up for the lock.
        raise refusal_for(offer)
    try:
        expert = lock_expert(expert_id)
    except Expert.DoesNotExist:
        # Lent from another region until a moment ago.
        raise OfferWithdrawn from None
    if by is None and not by_link:
        # A clock never says yes.
        raise NotAllowed("")
    require_answerer(by, expert)
    seat = lock_seat(offer.seat_id)
    request = seat.request
    offer.refresh_from_db()
    if offer.state == OfferState.ACCEPTED:
        return Assignment.objects.get(offer=offer)
    _require_open(offer, now=now)
    require_no_conflict(request, expert_id)
    found = late_objections(seat, expert_id, now=now)
    if found:
        # The first that may be told; where none may, the refusal has a sentence of its own.
        told = (why_not(one, Audience.EXPERT) for one in found)
        raise NotDeployable(next(filter(None, told), None))

    undo_until = now + timedelta(minutes=request.policy.undo)
    Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN).update(
        state=OfferState.ACCEPTED, closed_at=now, undo_until=undo_until, by_link=by_link
    )
    _close_siblings(offer, undo_until, now=now)
    assignment = begin_assignment(seat, offer, expert, now=now)
    _confirm_gate(request, expert.user, now=now)
    if not Seat.objects.filter(request=request, state=SeatState.OPEN).exists():
        move_request(request, RequestState.MATCHED, matched_at=now)
        settle_tasks(TaskKind.NEW_REQUEST, TaskKind.NOBODY_FITS, request=request, now=now)
    _tell_accepted(offer, assignment, request, undo_until, now=now)
    audit.record("offer.accepted", by=by, at=now, subject=expert_id, target=offer, by_link=by_link)
    signals.assignment_started.send(sender=None, assignment=assignment, now=now)
    return assignment


@transaction.atomic
def decline_offer(  # noqa: PLR0913  (who, what, when, how)
    *,
    offer_id: UUID,
    expert_id: UUID,
    reason: str = "",
    now: datetime,
    by_link: bool,
    by: User | None = None,
) -> None:
    """Say no. No reason is asked; a given one has its own consequence and never a lower rank.

    The place is free at once: the next is asked in this same transaction. Declining twice, or
    after the deadline, is harmless.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs.
        OfferTaken, OfferWithdrawn, OfferClosed: nothing was changed.
    """
    offer = Offer.objects.get(pk=offer_id, expert_id=expert_id)
    require_answerer(by, offer.expert)
    seat = lock_seat(offer.seat_id)
    offer.refresh_from_db()
    if offer.state in (OfferState.DECLINED, OfferState.EXPIRED):
        return
    if offer.state != OfferState.OPEN:
        raise refusal_for(offer)
    reason = reason if reason in DeclineReason.values else ""
    Offer.objects.filter(pk=offer.pk).update(by_link=by_link, reason=reason)
    # A link may have been pressed by a machine: until its time is up it can take the no back.
    take_back([offer], OfferState.DECLINED, now=now, keeps_link=by_link)
    if reason == DeclineReason.CONFLICT:
        write_declaration(seat.request, offer.expert, Conflict.CONFLICT, now=now)
    if reason == DeclineReason.TOO_HEAVY:
        heed_too_heavy(offer, now=now)
    audit.record("offer.declined", by=by, at=now, subject=expert_id, target=offer, by_link=by_link)
    go_on(seat, now=now)


@transaction.atomic
def undo_accept(*, offer_id: UUID, expert_id: UUID, now: datetime, by: User | None = None) -> None:
    """Take a yes back within the region's minutes; the next is asked at once.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs.
        UndoLate: the minutes are over. OfferClosed: there is no yes to take back.
    """
    offer = Offer.objects.get(pk=offer_id, expert_id=expert_id)
    require_answerer(by, offer.expert)
    seat = lock_seat(offer.seat_id)
    offer.refresh_from_db()
    if offer.state == OfferState.UNDONE:
        return
    if offer.state != OfferState.ACCEPTED or offer.undo_until is None:
        raise refusal_for(offer)
    if now >= offer.undo_until:
        raise UndoLate
    assignment = Assignment.objects.get(offer=offer)
    assignment.seat = seat
    hand_back(assignment, OfferState.UNDONE, by=by, now=now)
    go_on(seat, now=now)


@transaction.atomic
def undo_decline(*, offer_id: UUID, expert_id: UUID, now: datetime) -> None:
    """Take a no by link back, until its time is up and while the seat is free.

    Whoever was asked meanwhile stays asked; the first yes wins. A yes after it says anew whether
    one knows somebody. Doing it twice is harmless.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs.
        OfferTaken, OfferLate, OfferWithdrawn, OfferClosed: nothing was changed.
    """
    offer = Offer.objects.get(pk=offer_id, expert_id=expert_id)
    seat = lock_seat(offer.seat_id)
    offer.refresh_from_db()
    if offer.state == OfferState.OPEN:
        return
    asked_anew = Offer.objects.filter(seat=seat, expert=expert_id, state=OfferState.OPEN).exists()
    if offer.state != OfferState.DECLINED or not offer.by_link or asked_anew:
        raise refusal_for(offer)
    if now >= offer.deadline_at:
        raise OfferLate
    refused = GateItem.objects.filter(request=seat.request, state=GateItemState.REFUSED)
    if seat.request.state not in RUNNING or refused.exists():
        raise OfferWithdrawn
    if seat.state != SeatState.OPEN:
        raise OfferTaken
    reopen(seat, offer, now=now)
    # Where the no said that it was too heavy: the rest was not meant either.
    end_rest(expert=offer.expert, source=offer.pk, now=now)
    audit.record("offer.reopened", by=None, at=now, subject=expert_id, target=offer)


# --- Parts ------------------------------------------------------------------------------------


def _require_open(offer: Offer, *, now: datetime) -> None:
    if offer.state != OfferState.OPEN:
        raise refusal_for(offer)
    if now >= offer.deadline_at:
        raise OfferLate
    if offer.seat.request.state not in RUNNING:
        raise OfferWithdrawn


@transaction.atomic
def _pass_on(offer_id: UUID, expert_id: UUID, *, by: User | None, now: datetime) -> None:
    """Take a question back that this expert cannot say yes to, and ask the next.

    Somebody may have said yes, or no, since it was refused; then there is nothing to pass on.
    """
    lock_expert(expert_id)
    offer = Offer.objects.get(pk=offer_id)
    seat = lock_seat(offer.seat_id)
    if not take_back([offer], OfferState.WITHDRAWN, now=now):
        return
    audit.record("offer.withdrawn", by=by, at=now, subject=expert_id, target=offer)
    go_on(seat, now=now)


def _close_siblings(offer: Offer, undo_until: datetime, *, now: datetime) -> None:
    """Every other open offer of the seat ends here, with one kind mail each.

    The mail waits as long as the yes can be taken back: until then they are the next in line, and
    nobody is sent away only to be asked again some minutes later.
    """
    others = list(Offer.objects.filter(seat_id=offer.seat_id, state=OfferState.OPEN).order_by("pk"))
    take_back(others, OfferState.SUPERSEDED, now=now)
    notices.say_gone_later(others, at=undo_until)
    close_wave(offer.seat, now=now)


def _confirm_gate(request: Request, user: User | None, *, now: datetime) -> None:
    confirm_by_expert(request, GateCode.G9, by=user, now=now)
    confirm_by_expert(request, GateCode.G10, by=None, now=now)


def _tell_accepted(
    offer: Offer, assignment: Assignment, request: Request, undo_until: datetime, *, now: datetime
) -> None:
    """The link lives as long as the yes can be taken back; a coordinator plans the meeting."""
    notices.silence_offers([offer.pk], now=now)
    LinkToken.objects.filter(purpose=LinkPurpose.OFFER, subject=offer.pk, revoked_at=None).update(
        expires_at=undo_until
    )
    first = max(now, request.earliest_contact_at) + timedelta(minutes=request.policy.first_contact)
    open_task(
        TaskKind.PLAN_FIRST,
        request=request,
        due_at=first,
        once_per=f"plan-first:{assignment.pk}",
        now=now,
    )
    notices.tell_requester(request, "matching/news", once_per=f"accepted:{offer.pk}", now=now)
    notices.tell_expert(
        assignment.expert, "matching/offer_accepted", once_per=f"accepted:{offer.pk}", now=now
    )
