"""Leaving: announced with a last day, thought over, and done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.actions import withdraw_invitation
from core.access.login import end_sessions
from core.access.models import Invitation, Membership, Role, User
from core.access.permissions import membership_changed
from core.clock import AMSTERDAM, local
from core.errors import Refusal
from core.states import IllegalMove
from pool.actions.experts import locked
from pool.actions.moves import move, require_move
from pool.actions.overview import count_move
from pool.models import Direction, Expert, Suspension
from pool.models.experts import KEPT_AFTER, KEPT_UNADMITTED
from pool.permissions import is_self
from pool.rules import instant_of
from pool.signals import expert_leaving, expert_left, expert_returns
from pool.states import EXPERT, ExpertState

LAST_DAY = "pool.last_day"
# Longer ahead is a plan, and nobody need be told of it yet.
LONGEST_AHEAD = timedelta(days=183)


class LastDayOutOfReach(Refusal):
    message = _("Choose a last day from today on, within half a year.")


@transaction.atomic
def announce_leaving(
    *, expert_id: UUID, last_day: date, by: User, now: datetime, reason: str = ""
) -> Expert:
    """Say that somebody leaves after `last_day`: no new questions, and what runs is handed over.

    `last_day` is local, and work goes on until it ends. `reason` is a code of `LeavingReason` or
    empty; it is sealed until then, and counted apart from the person.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove, LastDayOutOfReach: nothing was changed.
    """
    expert = locked(expert_id)
    require_move(expert, ExpertState.LEAVING, by=by)
    today = local(now).date()
    if not today <= last_day <= today + LONGEST_AHEAD:
        raise LastDayOutOfReach
    move(
        expert,
        ExpertState.LEAVING,
        paused_at=None,
        leaves_on=last_day,
        leaving_reason=reason or None,
    )
    outbox.schedule(
        LAST_DAY,
        subject=expert.pk,
        at=instant_of(last_day + timedelta(days=1), 0, AMSTERDAM),
        once_per=f"last-day:{expert.pk}:{now:%Y%m%dT%H%M%S}",
    )
    audit.record(
        "expert.leaving",
        by=by,
        at=now,
        subject=expert.pk,
        target=expert,
        on_behalf=not is_self(by, expert),
    )
    expert_leaving.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def stay(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Somebody who was leaving stays after all; what was handed over meanwhile stays there.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove: nothing was changed.
    """
    expert = locked(expert_id)
    if expert.state != ExpertState.LEAVING:
        raise IllegalMove
    require_move(expert, ExpertState.ACTIVE, by=by)
    move(expert, ExpertState.ACTIVE, leaves_on=None, leaving_reason=None)
    outbox.cancel(LAST_DAY, subject=expert.pk, now=now)
    audit.record("expert.stays", by=by, at=now, subject=expert.pk, target=expert)
    expert_returns.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def leave(*, expert_id: UUID, by: User, now: datetime, reason: str = "") -> Expert:
    """End the membership now: no more questions, signed out, the purge clock runs.

    `reason` is a code of `LeavingReason` or empty; it is counted apart from the person.

    Raises:
        Expert.DoesNotExist, NotAllowed, IllegalMove: nothing was changed.
    """
    expert = locked(expert_id)
    require_move(expert, ExpertState.LEFT, by=by)
    told = reason or expert.leaving_reason or ""
    return end_membership(expert, by=by, now=now, reason=told)


@transaction.atomic
def leave_on_last_day(*, expert_id: UUID, now: datetime) -> bool:
    """The last day is over. Thought over, moved or gone already: nothing. True when it ended."""
    expert = (
        Expert.objects.select_for_update(of=("self",))
        .filter(pk=expert_id, leaves_on__lt=local(now).date())
        .exclude(state=ExpertState.LEFT)
        .first()
    )
    if expert is None:
        return False
    end_membership(expert, by=None, now=now, reason=expert.leaving_reason or "")
    return True


def end_membership(expert: Expert, *, by: User | None, now: datetime, reason: str) -> Expert:
    """Let a locked expert be somebody who left, whoever said so."""
    EXPERT.require(expert.state, ExpertState.LEFT)
    kept = KEPT_AFTER if expert.admitted_on else KEPT_UNADMITTED
    move(
        expert,
        ExpertState.LEFT,
        paused_at=None,
        leaving_reason=None,
        left_at=now,
        keep_until=now + kept,
    )
    # Lifted by whoever it was that ended it, or by the one who stopped: the calendar has no name.
    for running in Suspension.objects.filter(expert=expert, lifted_at=None):
        running.lifted_at, running.lifted_by = now, by or running.started_by
        running.save(update_fields=["lifted_at", "lifted_by"])
    for invitation in Invitation.objects.filter(
        subject=expert.pk, used_at=None, withdrawn_at=None, expires_at__gt=now
    ):
        withdraw_invitation(invitation_id=invitation.pk, by=by or expert.coordinator, now=now)
    outbox.cancel(LAST_DAY, subject=expert.pk, now=now)
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
