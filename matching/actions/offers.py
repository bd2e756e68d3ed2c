"""Offers that end without an answer: looked at, taken back, past their time, or in vain."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from matching.actions import notices
from matching.actions.rows import RequestOver, lock_running, lock_seat, move_request
from matching.actions.waves import close_wave, go_on, take_back
from matching.models import Offer
from matching.permissions import require_coordinator
from matching.queries import late_objections
from matching.states import OfferState, RequestState


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


def offer_opened(offer_id: UUID, now: datetime) -> None:
    """Note the first time that somebody looked at an offer. Looking changes nothing else."""
    Offer.objects.filter(pk=offer_id, opened_at=None).update(opened_at=now)


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
    notices.say_gone_later([offer], at=now)
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
    if offer is None:
        return
    again = Offer.objects.filter(
        seat=offer.seat_id, expert=offer.expert_id, offered_at__gt=offer.offered_at
    )
    # Whoever was asked once more, because a yes was taken back, is not sent away.
    if not again.exists():
        notices.say_gone(offer, now=now)


@transaction.atomic
def withdraw_offers_of(*, expert_id: UUID, now: datetime, unfit_only: bool = False) -> int:
    """Take every open offer of an expert back and ask the next; nobody is told why.

    The caller holds the expert (a pause, a suspension, leaving). Requests in one fixed order,
    so that two of these never wait for each other. With `unfit_only` those stay to which a yes
    would be heard now.
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
            if unfit_only and not late_objections(seat, expert_id, now=now):
                continue
            n_taken += take_back([offer], OfferState.WITHDRAWN, now=now)
            audit.record("offer.withdrawn", by=None, at=now, subject=expert_id, target=offer)
            go_on(seat, now=now)
    return n_taken


def refusal_for(offer: Offer) -> OfferClosed:
    """The kind sentence for an offer that is over."""
    kinds: dict[str, type[OfferClosed]] = {
        OfferState.SUPERSEDED: OfferTaken,
        OfferState.EXPIRED: OfferLate,
        OfferState.WITHDRAWN: OfferWithdrawn,
    }
    return kinds.get(offer.state, OfferClosed)()
