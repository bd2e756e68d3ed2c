"""Stopping somebody at once, and coming back with two."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.models import Role, User
from core.errors import Refusal
from pool.actions.experts import locked, require_consent
from pool.actions.moves import move, require_move
from pool.models import Expert, Suspension
from pool.signals import expert_returns, expert_suspended
from pool.states import EXPERT, ExpertState
from pool.vocabulary import SuspensionReason

LIFT = "pool.lift_suspension"


class NotSuspended(Refusal):
    message = _("This person is not stopped.")


@transaction.atomic
def suspend(*, expert_id: UUID, reason: str, by: User, now: datetime) -> Suspension:
    """Stop all work of an expert at once. One person is enough; a code, never a story.

    Also of who took consent back: until what runs is handed over, somebody may stand beside a
    participant, and safety does not wait for the paper.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove: nothing was changed.
    """
    expert = locked(expert_id)
    require_move(expert, ExpertState.SUSPENDED, by=by)
    suspension = Suspension.objects.create(
        expert=expert,
        reason=SuspensionReason(reason),
        came_from=expert.state,
        started_at=now,
        started_by=by,
    )
    move(expert, ExpertState.SUSPENDED, paused_at=None)
    # Not why: the log outlives the row by years (docs/adr/0022).
    audit.record("expert.suspended", by=by, at=now, subject=expert.pk, target=suspension)
    expert_suspended.send(sender=None, expert=expert, now=now)
    return suspension


@transaction.atomic
def ask_to_lift(*, expert_id: UUID, by: User, now: datetime) -> approvals.Approval:
    """Ask a colleague to let somebody come back.

    Raises:
        Expert.DoesNotExist, NotAllowed, AlreadyAsked: nothing was changed.
        NotSuspended: there is nothing to lift. ConsentTakenBack: only the person can come back.
    """
    expert = Expert.objects.get(pk=expert_id)
    require_consent(expert)
    if expert.state != ExpertState.SUSPENDED:
        raise NotSuspended
    return approvals.ask(LIFT, subject=expert.pk, by=by, now=now)


def _running(expert_id: UUID) -> str:
    """What must not change between asking and deciding: the very suspension that runs."""
    running = Suspension.objects.filter(expert_id=expert_id, lifted_at=None).first()
    return str(running.pk) if running else ""


@approvals.effect(LIFT, roles=(Role.COORDINATOR, Role.REGIONAL_ADMIN), fingerprint=_running)
def lift_suspension(subject: UUID, by: User, now: datetime) -> None:
    """Let somebody come back to where they were; runs when the second person approves."""
    expert = locked(subject)
    require_consent(expert)
    if expert.state != ExpertState.SUSPENDED:
        raise NotSuspended
    suspension = Suspension.objects.get(expert=expert, lifted_at=None)
    suspension.lifted_at, suspension.lifted_by = now, by
    suspension.save(update_fields=["lifted_at", "lifted_by"])
    # Where somebody stood before: a pause is still a pause, who learned still learns.
    back = ExpertState(suspension.came_from)
    EXPERT.require(expert.state, back)
    move(expert, back, paused_at=now if back == ExpertState.PAUSED else None)
    audit.record("expert.readmitted", by=by, at=now, subject=expert.pk, target=expert)
    # Who is still leaving comes back to that: what runs passes on all the same.
    if back != ExpertState.LEAVING:
        expert_returns.send(sender=None, expert=expert, now=now)
