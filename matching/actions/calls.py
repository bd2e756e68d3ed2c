"""The call chain: what cannot wait climbs the rota until somebody says "I have it".

First who has duty, then the second, then whoever runs the region, then everybody, again and
again. Asked anew at every step: a task that was done meanwhile calls nobody (security.md I14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import Membership, User
from core.errors import Refusal
from matching.actions import notices
from matching.models import Call, CallChain, Request, Task
from matching.permissions import require_called
from matching.states import CHAIN, ChainState
from pool.queries import call_order

CLIMB = "matching.climb"
# When everybody was called they are called again after this long; and so long at most somebody
# who said "I have it" is left alone with what is still open.
AGAIN = timedelta(hours=1)


class ChainOver(Refusal):
    message = _("This was solved already. You need not do anything.")


@transaction.atomic
def start_calling(
    task: Task,
    *,
    now: datetime,
    every: timedelta,
    calm_until: datetime | None = None,
    first: Sequence[Membership] = (),
) -> CallChain:
    """Call the first of the rota about `task` now, and the next when nobody has it in time.

    Args:
        task: what waits; one task has one chain, and asking twice is harmless.
        now: aware instant.
        every: between two calls.
        calm_until: before this instant the second is not called; `every` from now if left out.
        first: called instead of who is first on the rota.
    """
    known = CallChain.objects.filter(task=task).first()
    if known is not None:
        return known
    next_at = calm_until or now + every
    chain = CallChain(
        task=task,
        started_at=now,
        calm_until=next_at,
        every=every // timedelta(minutes=1),
        next_at=next_at,
    )
    chain.save(force_insert=True)
    _call(chain, first or call_order(at=now)[0], now=now)
    _look_again(chain)
    return chain


@transaction.atomic
def climb(*, chain_id: UUID, now: datetime) -> bool:
    """Call the next where the task still needs somebody and its moment has come.

    Returns whether somebody was called. Asked too early or twice, it calls nobody.
    """
    chain = _locked(pk=chain_id)
    if chain is None or chain.next_at is None or now < chain.next_at:
        return False
    if chain.task.done_at is not None:
        stop_calling([chain.task_id], now=now)
        return False
    _call_next(chain, now=now)
    return True


@transaction.atomic
def take_call(*, task_id: UUID, by: User, now: datetime) -> CallChain:
    """Say "I have it". Whoever says so later takes it over; saying it twice is harmless.

    What stays open all the same climbs on: at its deadline, or within the hour.

    Raises:
        NotAllowed, ChainOver.
    """
    require_called(by)
    chain = _running(task_id)
    if chain.state == ChainState.ANSWERED and chain.answered_by_id == by.pk:
        return chain
    left = max(chain.task.due_at - now, timedelta(minutes=chain.every))
    next_at = max(chain.calm_until, now + min(left, AGAIN))
    _move(chain, ChainState.ANSWERED, answered_at=now, answered_by=by, next_at=next_at)
    _look_again(chain)
    audit.record("call.taken", by=by, at=now, target=chain.task)
    return chain


def take_if_ringing(*, task_id: UUID, by: User, now: datetime) -> None:
    """Whoever opens a thing while others are called about it, has it."""
    ringing = CallChain.objects.filter(task=task_id, state=ChainState.CLIMBING).exists()
    if ringing:
        take_call(task_id=task_id, by=by, now=now)


@transaction.atomic
def pass_call(*, task_id: UUID, by: User, now: datetime) -> CallChain:
    """Say "I cannot now": the next is called at once, unless somebody else has it.

    Raises:
        NotAllowed, ChainOver.
    """
    require_called(by)
    chain = _running(task_id)
    Call.objects.filter(chain=chain, user=by, passed_at=None).update(passed_at=now)
    audit.record("call.passed", by=by, at=now, target=chain.task)
    if chain.state == ChainState.CLIMBING or chain.answered_by_id == by.pk:
        _call_next(chain, now=now)
    return chain


def stop_calling(tasks: Iterable[UUID], *, now: datetime, is_solved: bool = True) -> int:
    """End the chains of tasks that are done; who was called hears that it is solved.

    Returns how many chains ended. Whoever had it knows already, and where the task only became
    another one there is nothing to say.
    """
    chains = CallChain.objects.filter(task__in=list(tasks)).exclude(state=ChainState.ENDED)
    n_ended = 0
    for chain in chains.select_for_update(of=("self",)).order_by("pk"):
        called = Call.objects.filter(chain=chain).exclude(user=chain.answered_by_id)
        alone = called.count() <= 1
        _move(chain, ChainState.ENDED, ended_at=now, next_at=None)
        outbox.cancel(CLIMB, subject=chain.pk, now=now)
        # One who was called and did it needs no word; several should not keep wondering.
        if is_solved and (not alone or chain.answered_by_id):
            notices.say_solved(chain, called.select_related("user"), now=now)
        n_ended += 1
    return n_ended


# --- Parts ------------------------------------------------------------------------------------


def hurry(*, chain_id: UUID | None, now: datetime) -> None:
    """The last call did not arrive: nobody waits for an answer to it, the next is called."""
    climbing = CallChain.objects.filter(state=ChainState.CLIMBING)
    chain = climbing.filter(pk=chain_id).first() if chain_id else None
    if chain is not None:
        _move(chain, ChainState.CLIMBING, next_at=now)
        _look_again(chain)


def climb_after(request: Request) -> timedelta:
    """How long the first of the rota may take, as agreed when the request came."""
    return timedelta(minutes=request.policy.climb_after)


def climb_every(request: Request) -> timedelta:
    """How long each next one may take."""
    return timedelta(minutes=request.policy.climb_every)


def _locked(**which: Any) -> CallChain | None:
    rows = CallChain.objects.select_for_update(of=("self",)).select_related("task")
    return rows.filter(**which).exclude(state=ChainState.ENDED).first()


def _running(task_id: UUID) -> CallChain:
    chain = _locked(task=task_id)
    if chain is None or chain.task.done_at is not None:
        raise ChainOver
    return chain


def _call_next(chain: CallChain, *, now: datetime) -> None:
    """Call the first group of the order in which somebody was not called yet, or everybody."""
    called = set(Call.objects.filter(chain=chain).values_list("user_id", flat=True))
    order = call_order(at=now)
    fresh = [one for one in order if any(member.user_id not in called for member in one)]
    wait = timedelta(minutes=chain.every) if fresh else AGAIN
    # Counted from the moment that was announced, so that pages and bells agree to the minute.
    was_due = chain.next_at or now
    since = was_due if was_due <= now < was_due + wait else now
    _move(chain, ChainState.CLIMBING, answered_at=None, answered_by=None, next_at=since + wait)
    _call(chain, fresh[0] if fresh else order[-1], now=now)
    _look_again(chain)


def _call(chain: CallChain, members: Sequence[Membership], *, now: datetime) -> None:
    last = Call.objects.filter(chain=chain).aggregate(step=Max("step"))["step"] or 0
    for member in members:
        call = Call(chain=chain, user=member.user, step=last + 1, called_at=now)
        call.save(force_insert=True)
        notices.call_member(member, once_per=f"call:{call.pk}", about=chain.pk, now=now)
    audit.record("call.made", by=None, at=now, target=chain.task, step=last + 1)


def _move(chain: CallChain, state: ChainState, **fields: Any) -> None:
    if chain.state != state:
        CHAIN.require(chain.state, state)
    CallChain.objects.filter(pk=chain.pk).update(state=state, **fields)
    for name, value in {"state": state, **fields}.items():
        setattr(chain, name, value)


def _look_again(chain: CallChain) -> None:
    if chain.next_at is not None:
        outbox.schedule(
            CLIMB,
            subject=chain.pk,
            at=chain.next_at,
            once_per=f"climb:{chain.pk}:{chain.next_at:%Y%m%dT%H%M%S.%f}",
        )
