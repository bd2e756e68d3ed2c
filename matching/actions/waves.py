"""Asking people in small rounds until somebody says yes, or nobody is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.errors import Refusal
from matching.actions import notices
from matching.actions.calls import climb_after, climb_every, start_calling
from matching.actions.choices import DoesNotFit, checked, explained, following_of, keep
from matching.actions.promises import look_at_promise
from matching.actions.rows import lock_seat, move_request
from matching.actions.tasks import open_task, settle_tasks
from matching.models import Decision, GateItem, Offer, Seat, Wave
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.queries.fit import look
from matching.queries.terms import answer_by
from matching.states import RUNNING, GateItemState, OfferState, RequestState, SeatState, WaveState
from pool.models import Expert
from pool.queries import grant_to_us

DEADLINE = "matching.offer_deadline"


class SeatNotOpen(Refusal):
    message = _("Somebody said yes already, or the request is over.")


class WaveRunning(Refusal):
    message = _("Somebody is being asked now. Take that question back first, or wait.")


class MeetingRefused(Refusal):
    message = _("The safety check says that this meeting should not be. Call the professional.")


class DeadlinePast(Refusal):
    message = _("Choose a time to answer that is still to come.")


@transaction.atomic
def start_wave(
    *,
    seat_id: UUID,
    by: User | None,
    now: datetime,
    experts: Sequence[UUID] | None = None,
    deadline_at: datetime | None = None,
) -> Wave | None:
    """Ask the first of `experts` in their order, or of the ranking, and remember the rest.

    Everybody is judged again. Whoever let an earlier offer of this request pass may be asked
    once more when a coordinator lists them; nothing else on a list is overruled.

    The first may answer until `deadline_at`, or for the region's term where it is left out.

    Returns:
        The wave, or None where nobody can be asked: then the coordinators have been told.

    Raises:
        Seat.DoesNotExist, NotAllowed, SeatNotOpen, WaveRunning, MeetingRefused, DoesNotFit,
        DeadlinePast: nothing was changed.
    """
    require_coordinator(by)
    seat = lock_seat(seat_id)
    request = seat.request
    if request.state not in RUNNING or seat.state != SeatState.OPEN:
        raise SeatNotOpen
    if GateItem.objects.filter(request=request, state=GateItemState.REFUSED).exists():
        raise MeetingRefused
    if Wave.objects.filter(seat=seat, state=WaveState.ACTIVE).exists():
        raise WaveRunning
    if deadline_at is not None and deadline_at <= now:
        raise DeadlinePast
    fit = look(seat, now=now)
    order = checked(experts, fit) if experts else fit.fitting
    fit = fit if order else explained(fit, seat, now=now)
    decision = keep(fit, seat, by=by, now=now)
    if not order:
        tell_nobody_left(seat, decision, now=now)
        return None
    wave = _begin(seat, decision, order, now=now, deadline_at=deadline_at)
    audit.record(
        "wave.started", by=by, at=now, subject=request.case_id, target=wave, n_listed=len(order)
    )
    return wave


def go_on(seat: Seat, *, now: datetime) -> None:
    """Fill the places that an answer or a deadline left free; with nobody left, tell people.

    The caller holds the request. A listed order is followed as a coordinator set it; only where
    the policy asks by itself do newly fitting experts join at its end.
    """
    if seat.request.state not in RUNNING or seat.state != SeatState.OPEN:
        return
    last = Wave.objects.filter(seat=seat).order_by("-number").first()
    if last is None:
        return
    n_open = Offer.objects.filter(seat=seat, state=OfferState.OPEN).count()
    free = last.size - n_open
    if free <= 0:
        return
    fit = look(seat, now=now)
    following = following_of(seat, last, fit)
    if n_open and last.state == WaveState.ACTIVE:
        for expert_id in following[:free]:
            ask_one(last, expert_id, now=now)
        return
    close_wave(seat, now=now)
    fit = fit if following else explained(fit, seat, now=now)
    decision = keep(fit, seat, by=None, now=now)
    if following:
        _begin(seat, decision, following, now=now)
    else:
        tell_nobody_left(seat, decision, now=now)


def close_wave(seat: Seat, *, now: datetime) -> None:
    """End the running wave of a seat, if there is one."""
    Wave.objects.filter(seat=seat, state=WaveState.ACTIVE).update(
        state=WaveState.CLOSED, closed_at=now
    )


def tell_nobody_left(seat: Seat, decision: Decision, *, now: datetime) -> None:
    """Put the request into a human's hands at once: duty is alerted, the requester is told."""
    request = seat.request
    move_request(request, RequestState.UNFILLED, unfilled_at=now)
    # Somebody looked, or the machine did: the question is no longer who to ask first.
    settle_tasks(TaskKind.NEW_REQUEST, request=request, now=now, is_solved=False)
    task = open_task(
        TaskKind.NOBODY_FITS,
        request=request,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=f"nobody-fits:{decision.pk}",
        now=now,
    )
    start_calling(task, now=now, every=climb_every(request), calm_until=now + climb_after(request))
    look_at_promise(task)
    notices.tell_requester(request, "matching/news", once_per=f"nobody-fits:{decision.pk}", now=now)
    audit.record(
        "request.unfilled",
        by=None,
        at=now,
        subject=request.case_id,
        target=request,
        n_excluded=len(decision.excluded),
    )


def reopen(seat: Seat, offer: Offer, *, now: datetime) -> None:
    """Let a question that got a no wait again, in the round that runs or in one of its own.

    Tasks stay as they are: whoever was alarmed goes on until somebody says yes.
    """
    wave = Wave.objects.filter(seat=seat, state=WaveState.ACTIVE).first()
    if wave is None:
        decision = keep(look(seat, now=now), seat, by=None, now=now)
        order = [offer.expert_id]
        wave = _open_wave(seat, decision, order, now=now, deadline_at=offer.deadline_at)
    Offer.objects.filter(pk=offer.pk, state=OfferState.DECLINED).update(
        state=OfferState.OPEN, closed_at=None, reason="", by_link=False, wave=wave
    )
    Wave.objects.filter(pk=wave.pk, deadline_at__lt=offer.deadline_at).update(
        deadline_at=offer.deadline_at
    )


def take_back(
    offers: Sequence[Offer], state: OfferState, *, now: datetime, keeps_link: bool = False
) -> int:
    """Close open offers as `state`, with their links and messages. Returns how many closed."""
    ids = [offer.pk for offer in offers]
    closed = Offer.objects.filter(pk__in=ids, state=OfferState.OPEN).update(
        state=state, closed_at=now
    )
    (notices.silence_offers if keeps_link else notices.end_offers)(ids, now=now)
    return closed


def _begin(
    seat: Seat,
    decision: Decision,
    order: Sequence[UUID],
    *,
    now: datetime,
    deadline_at: datetime | None = None,
) -> Wave:
    deadline = deadline_at or answer_by(seat.request, asked_at=now)
    wave = _open_wave(seat, decision, order, now=now, deadline_at=deadline)
    settle_tasks(TaskKind.NEW_REQUEST, TaskKind.NOBODY_FITS, request=seat.request, now=now)
    for expert_id in order[: wave.size]:
        ask_one(wave, expert_id, now=now, deadline_at=deadline_at)
    return wave


def _open_wave(
    seat: Seat, decision: Decision, order: Sequence[UUID], *, now: datetime, deadline_at: datetime
) -> Wave:
    wave = Wave(
        seat=seat,
        decision=decision,
        number=Wave.objects.filter(seat=seat).count() + 1,
        size=seat.request.policy.wave_size,
        order=list(order),
        started_at=now,
        deadline_at=deadline_at,
    )
    wave.save(force_insert=True)
    move_request(seat.request, RequestState.SEARCHING)
    return wave


def ask_one(
    wave: Wave, expert_id: UUID, *, now: datetime, deadline_at: datetime | None = None
) -> Offer:
    """One offer to one expert, with its message and its deadline, or the usual term."""
    expert = Expert.reachable.get(pk=expert_id)
    grant = grant_to_us(expert) if expert.is_lent else None
    if expert.is_lent and grant is None:
        raise DoesNotFit
    deadline_at = deadline_at or answer_by(wave.seat.request, asked_at=now, expert=expert)
    offer = Offer(
        seat=wave.seat,
        wave=wave,
        expert=expert,
        lent_from=expert.region_id if expert.is_lent else None,
        grant_id=grant.pk if grant else None,
        rank=list(wave.order).index(expert_id) + 1 if expert_id in wave.order else 0,
        offered_at=now,
        deadline_at=deadline_at,
    )
    offer.save(force_insert=True)
    if deadline_at > wave.deadline_at:
        Wave.objects.filter(pk=wave.pk).update(deadline_at=deadline_at)
        wave.deadline_at = deadline_at
    outbox.schedule(
        DEADLINE, subject=offer.pk, at=deadline_at, once_per=f"offer-deadline:{offer.pk}"
    )
    notices.send_offer(offer, wave.seat.request, now=now)
    audit.record("offer.made", by=None, at=now, subject=expert_id, target=offer, rank=offer.rank)
    return offer
