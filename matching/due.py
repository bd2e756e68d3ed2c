"""What the clock does in matching: each looks again at its moment, and twice is harmless."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.outbox import handler, still_wanted
from core.outbox.models import Message
from matching import actions
from matching.models import Offer
from matching.states import OfferState


@handler("matching.offer_deadline")
def lapse_offer(subject: UUID, now: datetime) -> None:
    actions.expire_offer(offer_id=subject, now=now)


@handler("matching.measure_question")
def ask_about_measure(subject: UUID, now: datetime) -> None:
    actions.ask_about_measure(measure_id=subject, now=now)


@handler("matching.measure_end")
def reach_end(subject: UUID, now: datetime) -> None:
    actions.reach_end(measure_id=subject, now=now)


@handler("matching.gate_lapse")
def lapse_gate(subject: UUID, now: datetime) -> None:
    actions.lapse_gate(request_id=subject, now=now)


@still_wanted("matching/offer")
@still_wanted("matching/offer_reminder")
def offer_is_open(message: Message, now: datetime) -> bool:
    """Nobody is asked, or reminded, about a question that was answered meanwhile."""
    return (
        message.about is not None
        and Offer.objects.filter(
            pk=message.about, state=OfferState.OPEN, deadline_at__gt=now
        ).exists()
    )
