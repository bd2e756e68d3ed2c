"""What the clock does in matching: each looks again at its moment, and twice is harmless.

What the worker had to give up becomes a task: nothing that is due ends in silence.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.outbox import handler, still_wanted
from core.outbox.models import Message
from matching import actions
from matching.models import Offer, Request
from matching.models.requests import TaskKind
from matching.states import OfferState


def offer_given_up(subject: UUID, now: datetime) -> None:
    """Nobody was asked next: a coordinator looks at the request."""
    offer = Offer.objects.filter(pk=subject).first()
    actions.ask_to_look(
        request=offer.seat.request if offer else None,
        kind=TaskKind.NEW_REQUEST,
        what=f"offer:{subject}",
        now=now,
    )


def measure_given_up(subject: UUID, now: datetime) -> None:
    """Nobody was asked about the end: a coordinator asks."""
    actions.ask_to_look(
        request=Request.objects.filter(measure=subject).order_by("-filed_at").first(),
        kind=TaskKind.MEASURE_END,
        what=f"measure:{subject}",
        now=now,
    )


def gate_given_up(subject: UUID, now: datetime) -> None:
    """Nothing opened again, though it lapsed: a coordinator has it confirmed."""
    actions.ask_to_look(
        request=Request.objects.filter(pk=subject).first(),
        kind=TaskKind.GATE_LAPSED,
        what=f"gate:{subject}",
        now=now,
    )


@handler("matching.offer_deadline", give_up=offer_given_up)
def lapse_offer(subject: UUID, now: datetime) -> None:
    """Nobody answered in time: the next is asked."""
    actions.expire_offer(offer_id=subject, now=now)


@handler("matching.offer_gone")
def say_offer_gone(subject: UUID, now: datetime) -> None:
    """Somebody else was first, or the question was taken back: one kind mail."""
    actions.say_offer_gone(offer_id=subject, now=now)


@handler("matching.measure_question", give_up=measure_given_up)
def ask_about_measure(subject: UUID, now: datetime) -> None:
    """Is an extension known?"""
    actions.ask_about_measure(measure_id=subject, now=now)


@handler("matching.measure_end", give_up=measure_given_up)
def reach_end(subject: UUID, now: datetime) -> None:
    """The end passed and nobody confirmed it."""
    actions.reach_end(measure_id=subject, now=now)


@handler("matching.gate_lapse", give_up=gate_given_up)
def lapse_gate(subject: UUID, now: datetime) -> None:
    """Two weeks passed and nobody renewed."""
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
