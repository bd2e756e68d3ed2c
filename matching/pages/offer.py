"""An offer as its link shows it: the question, or kindly what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from core.ui import moments
from matching.models import Offer
from matching.pages.today import Fact, blind_facts
from matching.states import OfferState
from pool.queries import coordinator_phone


@dataclass(frozen=True)
class OfferPage:
    """The whole page.

    Attributes:
        facts: Only while the question is open: afterwards even these are nobody's business.
        can_undo, can_explain: What the link may still do.
    """

    offer: Offer
    is_open: bool
    facts: list[Fact]
    title: str
    text: str
    undo_words: str
    can_undo: bool
    can_explain: bool
    call_phone: str


def offer_page(offer: Offer, *, may_act: bool, now: datetime) -> OfferPage:
    """The page of `offer` at `now`; with a dead link it only tells."""
    is_open = may_act and offer.state == OfferState.OPEN and now < offer.deadline_at
    title, text = _told(offer, is_open=is_open)
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
        can_explain=may_explain(offer, now=now),
        call_phone=coordinator_phone(at=now),
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
            gettext("Somebody else is asked. That is fine."),
        ),
    }
    return told[OfferState(offer.state)]
