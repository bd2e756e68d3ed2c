"""An offer as its link shows it: the question, or kindly what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from core.ui import moments
from matching.models import Offer
from matching.pages.today import Fact, blind_facts
from matching.states import RUNNING, DeclineReason, OfferState, SeatState
from pool.queries import coordinator_phone


@dataclass(frozen=True)
class OfferPage:
    """The whole page.

    Attributes:
        facts: Only while the question is open: afterwards even these are nobody's business.
        can_undo, can_reopen, can_explain: What the link may still do.
    """

    offer: Offer
    is_open: bool
    facts: list[Fact]
    title: str
    text: str
    undo_words: str
    can_undo: bool
    can_reopen: bool
    can_explain: bool
    call_phone: str


def offer_page(offer: Offer, *, may_act: bool, now: datetime) -> OfferPage:
    """The page of `offer` at `now`; with a dead link it only tells."""
    is_open = may_act and offer.state == OfferState.OPEN and now < offer.deadline_at
    title, text = _told(offer, is_open=is_open)
    if offer.state == OfferState.SUPERSEDED and can_return(offer, now=now):
        text = gettext("Thank you for being there. If that changes, we ask you again at once.")
    until = offer.undo_until
    can_undo = offer.state == OfferState.ACCEPTED and until is not None and now < until and may_act
    return OfferPage(
        offer=offer,
        is_open=is_open,
        facts=blind_facts(offer.seat.request, offer.expert) if is_open else [],
        title=title,
        text=text,
        undo_words=gettext("You can take this back %(before)s.")
        % {"before": moments.before(until, now=now)}
        if can_undo and until
        else "",
        can_undo=can_undo,
        can_reopen=may_act and may_reopen(offer, now=now),
        can_explain=may_explain(offer, now=now),
        call_phone=coordinator_phone(at=now),
    )


def thanks_for(reason: str) -> str:
    """What follows from a reason, for the one who gave it (domain.md S5)."""
    said = {
        DeclineReason.CONFLICT: gettext("Thank you. You are not asked for this again."),
        DeclineReason.NO_TIME: gettext(
            "That is fine. No time for longer? Take a pause, under Today."
        ),
        DeclineReason.TOO_HEAVY: gettext(
            "Thank you for saying so. A coordinator calls you within a day."
        ),
    }
    return said[DeclineReason(reason)]


def can_return(offer: Offer, *, now: datetime) -> bool:
    """Can the yes that was faster still be taken back? Then this one is the next in line."""
    yes = Offer.objects.filter(seat=offer.seat_id, state=OfferState.ACCEPTED, undo_until__gt=now)
    return yes.exists()


def may_reopen(offer: Offer, *, now: datetime) -> bool:
    """A no by link may be taken back while the question would have stood and the seat is free."""
    return (
        offer.state == OfferState.DECLINED
        and offer.by_link
        and now < offer.deadline_at
        and offer.seat.state == SeatState.OPEN
        and offer.seat.request.state in RUNNING
    )


def may_explain(offer: Offer, *, now: datetime) -> bool:
    """A reason may follow a no for as long as the question would have stood."""
    return offer.state == OfferState.DECLINED and not offer.reason and now < offer.deadline_at


def _told(offer: Offer, *, is_open: bool) -> tuple[str, str]:
    """The sentence on top, and what follows from it."""
    nothing = gettext("You need not do anything.")
    if is_open:
        return pgettext("title", "There is a question for you"), ""
    told = {
        OfferState.OPEN: (
            gettext("The time to answer is over."),
            gettext("No harm done. It does not count against you."),
        ),
        OfferState.EXPIRED: (
            gettext("The time to answer is over."),
            gettext("No harm done. It does not count against you."),
        ),
        OfferState.ACCEPTED: (gettext("Thank you."), gettext("Sign in for the rest.")),
        OfferState.DECLINED: (
            gettext("Thank you for looking."),
            gettext("No is always fine, also without a reason."),
        ),
        OfferState.SUPERSEDED: (
            gettext("Somebody else was just ahead of you."),
            gettext("Thank you for being there. %(nothing)s") % {"nothing": nothing},
        ),
        OfferState.WITHDRAWN: (gettext("This question is no longer there."), nothing),
        OfferState.UNDONE: (
            gettext("You gave it back."),
            gettext("We look further. That is fine."),
        ),
    }
    return told[OfferState(offer.state)]
