"""The way through the pool: learning, taking part, a pause. Leaving has a file of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.access.permissions import has_role, require_role
from core.clock import local
from core.errors import NotAllowed, Refusal
from core.states import IllegalMove
from pool.actions.experts import locked, require_consent
from pool.actions.overview import count_move
from pool.models import Direction, Expert
from pool.permissions import STAFF, is_self
from pool.queries import agreed
from pool.signals import expert_learns, expert_paused, expert_returns
from pool.states import EXPERT, EXPERT_MOVES, ExpertState, Mover

# Two are asked for in one go: what somebody learns, or does, from here on.
STARTS = (ExpertState.INTAKE, ExpertState.IN_TRAINING)
# What others may still do with somebody who took consent back.
ALSO_HIDDEN = (ExpertState.SUSPENDED, ExpertState.LEAVING, ExpertState.LEFT)


class TwoPersonsNeeded(Refusal):
    """Somebody who was stopped comes back through two people."""

    message = _("This person was stopped. Coming back takes two people: ask a colleague.")


class NotAdmitted(Refusal):
    message = _("Finish the first talks: write down that this person is welcome.")


class DuosOutOfRange(Refusal):
    message = _("Choose a number from 0 to 10.")


def require_move(expert: Expert, to: ExpertState, *, by: User) -> None:
    """May `by` move this expert to `to` from where the expert stands.

    Raises:
        IllegalMove: there is no such move. TwoPersonsNeeded: nobody does it alone.
        NotAllowed: it is for somebody else to say. ConsentTakenBack: nothing is done for that
        person any more; but for safety, and for leaving, which starts the clock of erasing.
    """
    if not is_self(by, expert) and to not in ALSO_HIDDEN:
        require_consent(expert)
    EXPERT.require(expert.state, to)
    movers = EXPERT_MOVES[ExpertState(expert.state)][to]
    if Mover.EXPERT in movers and is_self(by, expert):
        return
    if Mover.STAFF in movers:
        require_role(by, *STAFF)
        return
    if Mover.TWO in movers and has_role(by, *STAFF):
        raise TwoPersonsNeeded
    raise NotAllowed("")


def move(expert: Expert, to: ExpertState, **changed: Any) -> None:
    """Write where a locked expert stands now, with what belongs to it."""
    for name, value in {"state": to, **changed}.items():
        setattr(expert, name, value)
    expert.save(update_fields=["state", *changed])


@transaction.atomic
def start_training(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Say that somebody learns first, and is asked for nothing meanwhile.

    What runs with somebody who took part passes to others.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, NotAdmitted, ConsentTakenBack: nothing was
        changed.
    """
    expert = locked(expert_id)
    require_move(expert, ExpertState.IN_TRAINING, by=by)
    if expert.admitted_on is None:
        raise NotAdmitted
    _record(expert, ExpertState.IN_TRAINING, by, now)
    expert_learns.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def activate(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Say that somebody takes part; the papers still decide in which work.

    Who is new begins a probation: the first assignments are done with two.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, TwoPersonsNeeded, NotAdmitted,
        ConsentTakenBack: nothing was changed.
    """
    expert = locked(expert_id)
    require_move(expert, ExpertState.ACTIVE, by=by)
    if expert.state not in STARTS:
        raise IllegalMove  # the end of a pause, or of leaving, is said otherwise
    if expert.admitted_on is None:
        raise NotAdmitted
    if expert.started_on is None:
        count_move(Direction.IN, now=now)
        return _record(
            expert,
            ExpertState.ACTIVE,
            by,
            now,
            started_on=local(now).date(),
            duos_to_go=agreed(on=local(now).date()).first_with_two,
        )
    _record(expert, ExpertState.ACTIVE, by, now)
    expert_returns.send(sender=None, expert=expert, now=now)
    return expert


def _record(expert: Expert, to: ExpertState, by: User, now: datetime, **changed: Any) -> Expert:
    before = expert.state
    move(expert, to, **changed)
    audit.record(
        "expert.moved", by=by, at=now, subject=expert.pk, target=expert, old=before, new=to.value
    )
    return expert


@transaction.atomic
def set_duos(*, expert_id: UUID, n: int, by: User, now: datetime) -> Expert:
    """Say how many more assignments somebody does with two; 0 ends the probation.

    Raises:
        Expert.DoesNotExist, NotAllowed, DuosOutOfRange, ConsentTakenBack: nothing was changed.
    """
    require_role(by, *STAFF)
    if not 0 <= n <= 10:  # noqa: PLR2004  (more is no probation)
        raise DuosOutOfRange
    expert = locked(expert_id)
    require_consent(expert)
    expert.duos_to_go = n
    expert.save(update_fields=["duos_to_go"])
    audit.record("expert.duos_set", by=by, at=now, subject=expert.pk, target=expert, n=n)
    return expert


@transaction.atomic
def count_duo(*, expert_id: UUID, now: datetime) -> None:
    """An assignment with two was done: one less to go. The scope is the expert's own region."""
    expert = locked(expert_id)
    if expert.duos_to_go:
        expert.duos_to_go -= 1
        expert.save(update_fields=["duos_to_go"])
        audit.record("expert.duo_done", by=None, at=now, subject=expert.pk, target=expert)


@transaction.atomic
def pause(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """No questions for a while; no reason is asked. Pausing twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove: nothing was changed.
    """
    expert = _for_switch(expert_id, by)
    if expert.is_paused:
        return expert
    require_move(expert, ExpertState.PAUSED, by=by)
    move(expert, ExpertState.PAUSED, paused_at=now)
    _record_switch("expert.paused", expert, by, now)
    expert_paused.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def resume(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Questions are welcome again. Resuming twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, ConsentTakenBack (somebody else's): nothing was changed.
    """
    expert = _for_switch(expert_id, by)
    if expert.is_paused:
        require_move(expert, ExpertState.ACTIVE, by=by)
        move(expert, ExpertState.ACTIVE, paused_at=None)
        _record_switch("expert.resumed", expert, by, now)
    return expert


def _for_switch(expert_id: UUID, by: User) -> Expert:
    """Who pauses or comes back: the expert, or a coordinator who was asked to."""
    expert = locked(expert_id)
    if not is_self(by, expert):
        require_role(by, *STAFF)
        require_consent(expert)
    return expert


def _record_switch(event: str, expert: Expert, by: User, now: datetime) -> None:
    # "On request, noted": a coordinator who does this for somebody shows in the log.
    audit.record(
        event,
        by=by,
        at=now,
        subject=expert.pk,
        target=expert,
        on_behalf=not is_self(by, expert),
    )
