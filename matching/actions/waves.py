"""Looking at the pool, and asking people in small rounds until somebody says yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.errors import Refusal
from matching.actions import notices
from matching.actions.rows import lock_seat, move_request
from matching.actions.tasks import open_task, settle_tasks
from matching.models import Decision, GateItem, Offer, Request, Seat, Wave
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.queries.fit import Fit, look
from matching.states import (
    RUNNING,
    GateItemState,
    OfferState,
    Release,
    RequestState,
    SeatState,
    WaveState,
)
from pool.models import Expert

DEADLINE = "matching.offer_deadline"


class SeatNotOpen(Refusal):
    message = _("Somebody said yes already, or the request is over.")


class WaveRunning(Refusal):
    message = _("Somebody is being asked now. Take that question back first, or wait.")


class MeetingRefused(Refusal):
    message = _("The safety check says that this meeting should not be. Call the professional.")


class DoesNotFit(Refusal):
    message = _("Somebody on your list cannot take this now. Look at the list again.")


class DeadlinePast(Refusal):
    message = _("Choose a time to answer that is still to come.")


@transaction.atomic
def decide(*, seat_id: UUID, by: User | None, now: datetime) -> Decision:
    """Look at the whole pool for one seat and keep what was found, with every reason.

    Raises:
        Seat.DoesNotExist, NotAllowed.
    """
    require_coordinator(by)
    seat = lock_seat(seat_id)
    return _keep(look(seat, now=now), seat, by=by, now=now)


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
    order = _checked(experts, fit) if experts else fit.fitting
    decision = _keep(fit, seat, by=by, now=now)
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
            ask_one(last, expert_id, now=now, deadline_at=now + term_of(seat.request))
        return
    close_wave(seat, now=now)
    decision = _keep(fit, seat, by=None, now=now)
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
    settle_tasks(TaskKind.NEW_REQUEST, request=request, now=now)
    open_task(
        TaskKind.NOBODY_FITS,
        request=request,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=f"nobody-fits:{decision.pk}",
        now=now,
    )
    notices.tell_on_call(once_per=f"nobody-fits:{decision.pk}", now=now)
    notices.tell_requester(request, "matching/news", once_per=f"nobody-fits:{decision.pk}", now=now)
    audit.record(
        "request.unfilled",
        by=None,
        at=now,
        subject=request.case_id,
        target=request,
        n_excluded=len(decision.excluded),
    )


def take_back(offers: Sequence[Offer], state: OfferState, *, now: datetime) -> int:
    """Close open offers as `state`, with their links and messages. Returns how many closed."""
    ids = [offer.pk for offer in offers]
    closed = Offer.objects.filter(pk__in=ids, state=OfferState.OPEN).update(
        state=state, closed_at=now
    )
    notices.end_offers(ids, now=now)
    return closed


def _checked(experts: Sequence[UUID], fit: Fit) -> list[UUID]:
    """The list of a coordinator, each once, each able to do the work."""
    order = list(dict.fromkeys(experts))
    if not set(order) <= set(fit.fitting) | _asked_before(fit):
        raise DoesNotFit
    return order


def _asked_before(fit: Fit) -> set[UUID]:
    """Those against whom nothing speaks but an earlier offer of this request."""
    return {
        expert_id
        for expert_id, found in fit.excluded
        if {one.code for one in found} == {"ALREADY_OFFERED"}
    }


def following_of(seat: Seat, last: Wave, fit: Fit) -> list[UUID]:
    """Who comes next: of the listed order those who can still be asked, and then newcomers."""
    request = seat.request
    # Whoever lost to somebody faster has not answered, and may be asked again after an undo.
    asked = Offer.objects.filter(seat__request=request).exclude(state=OfferState.SUPERSEDED)
    since = Q(offered_at__gte=last.started_at)
    busy = set(
        asked.filter(since | Q(state__in=[OfferState.OPEN, OfferState.ACCEPTED])).values_list(
            "expert_id", flat=True
        )
    )
    able = set(fit.fitting) | _asked_before(fit)
    order = [expert_id for expert_id in last.order if expert_id in able and expert_id not in busy]
    if request.policy.release(request.urgency) == Release.AUTOMATIC:
        known = {*order, *asked.values_list("expert_id", flat=True)}
        order += [expert_id for expert_id in fit.fitting if expert_id not in known]
    return order


def _begin(
    seat: Seat,
    decision: Decision,
    order: Sequence[UUID],
    *,
    now: datetime,
    deadline_at: datetime | None = None,
) -> Wave:
    request = seat.request
    deadline = deadline_at or now + term_of(request)
    wave = Wave(
        seat=seat,
        decision=decision,
        number=Wave.objects.filter(seat=seat).count() + 1,
        size=request.policy.wave_size,
        order=list(order),
        started_at=now,
        deadline_at=deadline,
    )
    wave.save(force_insert=True)
    move_request(request, RequestState.SEARCHING)
    settle_tasks(TaskKind.NEW_REQUEST, TaskKind.NOBODY_FITS, request=request, now=now)
    for expert_id in order[: wave.size]:
        ask_one(wave, expert_id, now=now, deadline_at=deadline)
    return wave


def ask_one(wave: Wave, expert_id: UUID, *, now: datetime, deadline_at: datetime) -> Offer:
    """One offer to one expert, with its message and its deadline."""
    offer = Offer(
        seat=wave.seat,
        wave=wave,
        expert=Expert.objects.get(pk=expert_id),
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


def _keep(fit: Fit, seat: Seat, *, by: User | None, now: datetime) -> Decision:
    """Store a look at the pool: codes and numbers only; sentences are made when somebody reads."""
    decision = Decision(
        seat=seat,
        made_at=now,
        made_by=by,
        by_machine=by is None,
        ranked=[
            {
                "expert": str(one.expert_id),
                "score": one.score,
                "parts": [
                    {"code": part.code, "points": part.points, "fact": part.fact}
                    for part in one.parts
                ],
            }
            for one in fit.ranked
        ],
        excluded=[
            {
                "expert": str(expert_id),
                "objections": [{"code": one.code, "facts": one.facts} for one in found],
            }
            for expert_id, found in fit.excluded
        ],
    )
    decision.save(force_insert=True)
    return decision


def term_of(request: Request) -> timedelta:
    """How long somebody may think, by the policy that the request was filed under."""
    term: timedelta = request.policy.answer_within(request.urgency)
    return term
