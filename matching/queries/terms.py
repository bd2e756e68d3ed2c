"""Until when somebody may think about a question, and when whoever waits hears more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from matching.clock import after_quiet
from matching.models import Offer, Request, Wave
from matching.states import OfferState, Urgency, WaveState
from pool.models import Expert
from pool.queries import quiet_hours


def term_of(request: Request) -> timedelta:
    """How long somebody may think, by the policy that the request was filed under."""
    term: timedelta = request.policy.answer_within(request.urgency)
    return term


def answer_by(request: Request, *, asked_at: datetime, expert: Expert | None = None) -> datetime:
    """The deadline of a question that is put at `asked_at`, to `expert` where it is known whom.

    What can wait is asked when quiet hours end, and the whole term runs from there.
    """
    if request.urgency == Urgency.URGENT:
        return asked_at + term_of(request)
    quiet_from, quiet_until = quiet_hours(expert, at=asked_at)
    waking = after_quiet(asked_at, quiet_from=quiet_from, quiet_until=quiet_until)
    return waking + term_of(request)


def hears_by(request: Request, waiting: Collection[Offer]) -> datetime:
    """When the one who waits hears more, should those who are asked now say nothing at all.

    With somebody next in line that is when the next must have answered; without, a coordinator
    is told at once and so is the one who waits.
    """
    last: datetime = max(one.deadline_at for one in waiting)
    if has_next(request):
        return answer_by(request, asked_at=last)
    return last


def has_next(request: Request) -> bool:
    """Is there somebody in a running wave who was not asked yet?"""
    asked = set(
        Offer.objects.filter(seat__request=request)
        .exclude(state=OfferState.SUPERSEDED)
        .values_list("expert_id", flat=True)
    )
    waves = Wave.objects.filter(seat__request=request, state=WaveState.ACTIVE)
    return any(set(order) - asked for order in waves.values_list("order", flat=True))
