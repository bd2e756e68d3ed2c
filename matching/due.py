"""What the clock does in matching: each looks again at its moment, and twice is harmless.

What the worker had to give up becomes a task: nothing that is due ends in silence.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.outbox import handler, still_wanted
from core.outbox.models import Message
from matching import actions
from matching.models import CallChain, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.states import ChainState, OfferState


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


def climb_given_up(subject: UUID, now: datetime) -> None:
    """Nobody was called next: a second task says so, beside the one that waits."""
    chain = CallChain.objects.select_related("task__request").filter(pk=subject).first()
    if chain is not None:
        actions.ask_to_look(
            request=chain.task.request,
            kind=TaskKind(chain.task.kind),
            what=f"chain:{subject}",
            now=now,
        )


def promise_given_up(subject: UUID, now: datetime) -> None:
    """Nobody told who waits that the call is late: a coordinator does."""
    task = Task.objects.select_related("request").filter(pk=subject).first()
    if task is not None:
        actions.ask_to_look(
            request=task.request, kind=TaskKind(task.kind), what=f"promise:{subject}", now=now
        )


@handler("matching.offer_deadline", give_up=offer_given_up)
def lapse_offer(subject: UUID, now: datetime) -> None:
    """Nobody answered in time: the next is asked."""
    actions.expire_offer(offer_id=subject, now=now)


@handler("matching.climb", give_up=climb_given_up)
def climb(subject: UUID, now: datetime) -> None:
    """Nobody took it in time: the next is called."""
    actions.climb(chain_id=subject, now=now)


@handler("matching.promise", give_up=promise_given_up)
def admit_promise_passed(subject: UUID, now: datetime) -> None:
    """The promised call was not made in time: who waits is told that there is news."""
    actions.admit_promise_passed(task_id=subject, now=now)


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


@still_wanted("matching/needs_you")
def still_calls(message: Message, now: datetime) -> bool:  # noqa: ARG001
    """Nobody is called about what was solved meanwhile."""
    if message.about is None:
        return True
    return not CallChain.objects.filter(pk=message.about, state=ChainState.ENDED).exists()


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
