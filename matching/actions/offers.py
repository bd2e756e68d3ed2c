"""What an expert can do with an offer: open it, say yes, say no, take a yes back.

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
from matching.actions.gate import confirm_by_expert
from matching.actions.rows import (
    RequestOver,
    lock_expert,
    lock_running,
    lock_seat,
    move_request,
)
from matching.actions.tasks import open_task, settle_tasks
from matching.actions.waves import close_wave, go_on, take_back
from matching.models import Assignment, ConflictDeclaration, Offer, Request, Seat
from matching.models.requests import TaskKind
from matching.permissions import require_answerer, require_coordinator
from matching.queries.fit import late_objections
from matching.queries.gate import running_assignments
from matching.sentences import Audience, why_not
from matching.states import (
    RUNNING,
    Conflict,
    DeclineReason,
    GateCode,
    OfferState,
    RequestState,
    SeatState,
)


class OfferClosed(Refusal):
    """The offer was answered before."""

    message = _("You have answered this already. Thank you.")


class OfferTaken(OfferClosed):
    """Somebody else accepted the same seat first."""

    message = _("Somebody else was just ahead of you. Thank you for being there.")


class OfferWithdrawn(OfferClosed):
    message = _("This question is no longer there. You need not do anything.")


class OfferLate(OfferClosed):
    """Past its deadline, which is exclusive; the sweep closes the row."""

    message = _("The time to answer is over. No harm done: you hear from us again.")


class UndoLate(Refusal):
    message = _("Taking it back by yourself is no longer possible. Call your coordinator.")


class NotDeployable(Refusal):
    """Judged again at the moment of saying yes; the sentence is about this expert only."""

    message = _("This is not possible for you now. Call your coordinator.")


class ConflictDeclared(Refusal):
    message = _("You said that you know somebody in this matter. Then it is better not you.")


class ConflictNotAnswered(Refusal):
    message = _("Say first whether you know anybody in this matter.")


def offer_opened(offer_id: UUID, now: datetime) -> None:
    """Note the first time that somebody looked at an offer. Looking changes nothing else."""
    Offer.objects.filter(pk=offer_id, opened_at=None).update(opened_at=now)


@transaction.atomic
def accept_offer(
    *, offer_id: UUID, by: User | None, expert_id: UUID, now: datetime, by_link: bool
) -> Assignment:
    """Take the seat for this expert: exactly one wins. Accepting twice is harmless.

    Judged again with the rules, papers, load and rest of now. In the same transaction the other
    offers close, a timed seat is booked, G9 and G10 of the safety gate are confirmed, and
    everybody who must know is told.

    `by` is the expert, or a coordinator on the expert's word; None through a link.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs; the two look the same.
        OfferTaken, OfferLate, OfferWithdrawn, OfferClosed, NotDeployable, ConflictDeclared,
        ConflictNotAnswered, pool.actions.Overlap: nothing was changed.
    """
    offer = Offer.objects.get(pk=offer_id, expert_id=expert_id)
    if offer.state not in (OfferState.OPEN, OfferState.ACCEPTED):
        # Without waiting for anybody: who comes late need not queue up for the lock.
        raise _closed(offer)
    expert = lock_expert(expert_id)
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
    _require_no_conflict(request, expert_id)
    found = late_objections(seat, expert_id, now=now)
    if found:
        raise NotDeployable(why_not(found[0], Audience.EXPERT) or None)

    undo_until = now + timedelta(minutes=request.policy.undo)
    Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN).update(
        state=OfferState.ACCEPTED, closed_at=now, undo_until=undo_until, by_link=by_link
    )
    _close_siblings(offer, now=now)
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
        raise _closed(offer)
    reason = reason if reason in DeclineReason.values else ""
    Offer.objects.filter(pk=offer.pk).update(by_link=by_link, reason=reason)
    take_back([offer], OfferState.DECLINED, now=now)
    if reason == DeclineReason.CONFLICT:
        _write_declaration(seat.request, expert_id, Conflict.CONFLICT, now=now)
    if reason == DeclineReason.TOO_HEAVY:
        open_task(
            TaskKind.TOO_HEAVY,
            expert=offer.expert,
            due_at=now + timedelta(days=1),
            once_per=f"too-heavy:{offer.pk}",
            now=now,
        )
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
        raise _closed(offer)
    if now >= offer.undo_until:
        raise UndoLate
    assignment = Assignment.objects.get(offer=offer)
    assignment.seat = seat
    hand_back(assignment, OfferState.UNDONE, by=by, now=now)
    go_on(seat, now=now)


@transaction.atomic
def withdraw_offer(*, offer_id: UUID, by: User, now: datetime) -> None:
    """Take an open offer back. Who is asked next, if anybody, is the coordinator's to say.

    Raises:
        Offer.DoesNotExist, NotAllowed, OfferClosed.
    """
    require_coordinator(by)
    offer = Offer.objects.get(pk=offer_id)
    seat = lock_seat(offer.seat_id)
    offer.refresh_from_db()
    if offer.state == OfferState.WITHDRAWN:
        return
    if offer.state != OfferState.OPEN:
        raise OfferClosed
    take_back([offer], OfferState.WITHDRAWN, now=now)
    notices.say_gone_later([offer], now=now)
    audit.record("offer.withdrawn", by=by, at=now, subject=offer.expert_id, target=offer)
    if not Offer.objects.filter(seat=seat, state=OfferState.OPEN).exists():
        close_wave(seat, now=now)
        others = Offer.objects.filter(seat__request=seat.request, state=OfferState.OPEN)
        if seat.request.state == RequestState.SEARCHING and not others.exists():
            move_request(seat.request, RequestState.FILED)


@transaction.atomic
def expire_offer(*, offer_id: UUID, now: datetime) -> bool:
    """Close an offer whose time is up, and ask the next. True when this call closed it.

    Re-asked at its moment: answered, taken back or not due yet changes nothing.
    """
    offer = Offer.objects.filter(pk=offer_id, state=OfferState.OPEN, deadline_at__lte=now).first()
    if offer is None:
        return False
    seat = lock_seat(offer.seat_id)
    if not take_back([offer], OfferState.EXPIRED, now=now):
        return False
    audit.record("offer.expired", by=None, at=now, subject=offer.expert_id, target=offer)
    go_on(seat, now=now)
    return True


@transaction.atomic
def say_offer_gone(*, offer_id: UUID, now: datetime) -> None:
    """Write the kind mail about an offer that needs no answer any more; asked again, once."""
    closed = (OfferState.SUPERSEDED, OfferState.WITHDRAWN)
    offer = Offer.objects.select_related("expert").filter(pk=offer_id, state__in=closed).first()
    if offer is not None:
        notices.say_gone(offer, now=now)


@transaction.atomic
def withdraw_offers_of(*, expert_id: UUID, now: datetime) -> int:
    """Take every open offer of an expert back and ask the next; nobody is told why.

    The caller holds the expert (a pause, a suspension, leaving). Requests in one fixed order,
    so that two of these never wait for each other.
    """
    rows = Offer.objects.filter(expert_id=expert_id, state=OfferState.OPEN)
    n_taken = 0
    for request_id in sorted(set(rows.values_list("seat__request_id", flat=True))):
        try:
            lock_running(request_id)
        except RequestOver:
            continue
        for offer in rows.filter(seat__request_id=request_id):
            seat = lock_seat(offer.seat_id)
            n_taken += take_back([offer], OfferState.WITHDRAWN, now=now)
            audit.record("offer.withdrawn", by=None, at=now, subject=expert_id, target=offer)
            go_on(seat, now=now)
    return n_taken


@transaction.atomic
def declare_conflict(
    *,
    request_id: UUID,
    expert_id: UUID,
    answer: str,
    now: datetime,
    by: User | None = None,
) -> None:
    """Say whether one knows somebody, before any detail opens (domain.md 5.3). No reason is kept.

    CONFLICT closes what is open and ends what runs, within this transaction, and is never asked
    again for this request; a coordinator finds somebody else. UNSURE opens nothing and asks a
    coordinator to call.

    Raises:
        Request.DoesNotExist: also where this expert was never asked; the two look the same.
        RequestOver.
    """
    lock_expert(expert_id)
    request = lock_running(request_id)
    offers = Offer.objects.filter(seat__request=request, expert_id=expert_id)
    if not offers.exists():
        raise Request.DoesNotExist
    answer = Conflict(answer)
    _write_declaration(request, expert_id, answer, now=now)
    audit.record(
        "conflict.declared", by=by, at=now, subject=expert_id, target=request, answer=str(answer)
    )
    if answer == Conflict.NO_CONFLICT:
        return
    _ask_coordinator(request, offers[0], now=now)
    if answer == Conflict.UNSURE:
        return
    for offer in offers.filter(state=OfferState.OPEN):
        seat = lock_seat(offer.seat_id)
        Offer.objects.filter(pk=offer.pk).update(reason=DeclineReason.CONFLICT)
        take_back([offer], OfferState.DECLINED, now=now)
        go_on(seat, now=now)
    for assignment in running_assignments(request):
        if assignment.expert_id == expert_id:
            assignment.seat = lock_seat(assignment.seat_id)
            hand_back(assignment, OfferState.UNDONE, by=by, now=now)
            go_on(assignment.seat, now=now)


# --- Parts ------------------------------------------------------------------------------------


def _closed(offer: Offer) -> OfferClosed:
    """The kind sentence for an offer that is over."""
    kinds: dict[str, type[OfferClosed]] = {
        OfferState.SUPERSEDED: OfferTaken,
        OfferState.EXPIRED: OfferLate,
        OfferState.WITHDRAWN: OfferWithdrawn,
    }
    return kinds.get(offer.state, OfferClosed)()


def _require_open(offer: Offer, *, now: datetime) -> None:
    if offer.state != OfferState.OPEN:
        raise _closed(offer)
    if now >= offer.deadline_at:
        raise OfferLate
    if offer.seat.request.state not in RUNNING:
        raise OfferWithdrawn


def _require_no_conflict(request: Request, expert_id: UUID) -> None:
    said = ConflictDeclaration.objects.filter(request=request, expert_id=expert_id).first()
    if said is not None and said.answer == Conflict.CONFLICT:
        raise ConflictDeclared
    if said is None or said.answer != Conflict.NO_CONFLICT:
        raise ConflictNotAnswered


def _close_siblings(offer: Offer, *, now: datetime) -> None:
    """Every other open offer of the seat ends here, with one kind mail each."""
    others = list(Offer.objects.filter(seat_id=offer.seat_id, state=OfferState.OPEN).order_by("pk"))
    take_back(others, OfferState.SUPERSEDED, now=now)
    notices.say_gone_later(others, now=now)
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


def _write_declaration(
    request: Request, expert_id: UUID, answer: Conflict, *, now: datetime
) -> None:
    ConflictDeclaration.objects.update_or_create(
        request=request,
        expert_id=expert_id,
        defaults={"answer": answer, "declared_at": now},
    )


def _ask_coordinator(request: Request, offer: Offer, *, now: datetime) -> None:
    open_task(
        TaskKind.CONFLICT,
        request=request,
        expert=offer.expert,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=f"conflict:{request.pk}:{offer.expert_id}",
        now=now,
    )
    notices.tell_on_call(once_per=f"conflict:{offer.pk}", now=now)
