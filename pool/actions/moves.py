"""The way through the pool: learning, taking part, a pause, leaving."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.actions import withdraw_invitation
from core.access.login import end_sessions
from core.access.models import Invitation, Membership, Role, User
from core.access.permissions import has_role, membership_changed, require_role
from core.clock import local
from core.errors import NotAllowed, Refusal
from pool.actions.experts import locked, require_consent
from pool.actions.overview import count_move
from pool.models import Direction, Expert, Suspension
from pool.permissions import STAFF, is_self, require_edit
from pool.signals import expert_left, expert_paused
from pool.states import EXPERT, ExpertState


class TwoPersonsNeeded(Refusal):
    """Somebody who was stopped comes back through two people."""

    message = _("This person was stopped. Coming back takes two people: ask a colleague.")


@transaction.atomic
def start_training(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Say that somebody learns first, and is asked for nothing yet.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, ConsentTakenBack: nothing was changed.
    """
    return _move(expert_id, ExpertState.IN_TRAINING, by, now)


@transaction.atomic
def activate(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Say that somebody takes part; the papers still decide in which work.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, TwoPersonsNeeded, ConsentTakenBack: nothing
        was changed.
    """
    return _move(expert_id, ExpertState.ACTIVE, by, now)


def _move(expert_id: UUID, to: ExpertState, by: User, now: datetime) -> Expert:
    require_role(by, *STAFF)
    expert = locked(expert_id)
    require_consent(expert)
    if expert.state == ExpertState.SUSPENDED:
        raise TwoPersonsNeeded
    EXPERT.require(expert.state, to)
    before, expert.state = expert.state, to
    if to == ExpertState.ACTIVE and expert.started_on is None:
        expert.started_on = local(now).date()
        count_move(Direction.IN, now=now)
    expert.save(update_fields=["state", "started_on"])
    audit.record(
        "expert.moved", by=by, at=now, subject=expert.pk, target=expert, old=before, new=to.value
    )
    return expert


@transaction.atomic
def pause(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """No questions for a while; no reason is asked. Pausing twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, ConsentTakenBack (somebody else's): nothing was changed.
    """
    expert = locked(expert_id)
    require_edit(by, expert)
    if not is_self(by, expert):
        require_consent(expert)
    if Expert.objects.filter(pk=expert_id, paused_at=None).update(paused_at=now):
        expert.paused_at = now
        _record_switch("expert.paused", expert, by, now)
        expert_paused.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def resume(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Questions are welcome again. Resuming twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, ConsentTakenBack (somebody else's): nothing was changed.
    """
    expert = locked(expert_id)
    require_edit(by, expert)
    if not is_self(by, expert):
        require_consent(expert)
    if Expert.objects.filter(pk=expert_id, paused_at__isnull=False).update(paused_at=None):
        expert.paused_at = None
        _record_switch("expert.resumed", expert, by, now)
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


@transaction.atomic
def leave(*, expert_id: UUID, by: User, now: datetime, reason: str = "") -> Expert:
    """End the membership of the pool: no more questions, signed out, the purge clock runs.

    Also for who took consent back: leaving starts the clock after which everything is erased, so
    refusing it would keep more of that person, and longer.

    `reason` is a code of `LeavingReason` or empty; it is counted apart from the person.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove: nothing was changed.
    """
    expert = locked(expert_id)
    if not is_self(by, expert) and not has_role(by, *STAFF):
        raise NotAllowed("")
    EXPERT.require(expert.state, ExpertState.LEFT)
    expert.state, expert.left_at = ExpertState.LEFT, now
    expert.save(update_fields=["state", "left_at"])
    Suspension.objects.filter(expert=expert, lifted_at=None).update(lifted_at=now, lifted_by=by)
    for invitation in Invitation.objects.filter(
        subject=expert.pk, used_at=None, withdrawn_at=None, expires_at__gt=now
    ):
        withdraw_invitation(invitation_id=invitation.pk, by=by, now=now)
    if expert.started_on is not None:
        count_move(Direction.OUT, now=now, reason=reason)
    audit.record("expert.left", by=by, at=now, subject=expert.pk, target=expert)
    expert_left.send(sender=None, expert=expert, now=now)
    if expert.user is not None:
        _close_account(expert.user, now)
    return expert


def _close_account(user: User, now: datetime) -> None:
    Membership.objects.filter(user=user, role=Role.EXPERT, ended_at=None).update(ended_at=now)
    membership_changed(user)
    end_sessions(user)
