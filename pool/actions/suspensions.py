"""Stopping somebody at once, and coming back with two."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.models import Role, User
from core.access.permissions import require_role
from core.errors import Refusal
from pool.actions.experts import require_consent
from pool.models import Expert, Suspension
from pool.permissions import STAFF
from pool.signals import expert_suspended
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
    require_role(by, *STAFF)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    EXPERT.require(expert.state, ExpertState.SUSPENDED)
    expert.state = ExpertState.SUSPENDED
    expert.save(update_fields=["state"])
    suspension = Suspension.objects.create(
        expert=expert, reason=SuspensionReason(reason), started_at=now, started_by=by
    )
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
    """Let somebody come back; runs when the second person approves."""
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=subject)
    require_consent(expert)
    if expert.state != ExpertState.SUSPENDED:
        raise NotSuspended
    Suspension.objects.filter(expert=expert, lifted_at=None).update(lifted_at=now, lifted_by=by)
    expert.state = ExpertState.ACTIVE
    expert.save(update_fields=["state"])
    audit.record("expert.readmitted", by=by, at=now, subject=expert.pk, target=expert)
