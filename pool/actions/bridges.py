"""What takes two persons about a VOG: a bridge of some weeks, and asking for a new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.models import Role, User
from core.clock import local
from core.errors import Refusal
from pool.actions.vog import need_vog
from pool.actions.vog_clock import watch_recheck
from pool.actions.vog_mail import tell_coordinator
from pool.models import Expert, VogBridge, VogBridgeWork, VogEvidence
from pool.permissions import require_record_papers
from pool.queries.vog import bridgeable
from pool.rules import vog as rules
from pool.signals import vog_carries, vog_stopped
from pool.vocabulary import BridgeReason

BRIDGE, RECHECK = "pool.vog_bridge", "pool.vog_recheck"
DECIDERS = (Role.COORDINATOR, Role.REGIONAL_ADMIN)


class NoVog(Refusal):
    message = _("No VOG was seen, so there is nothing to decide on.")


class TooSoon(Refusal):
    message = _("This VOG still counts for more than ninety days. Ask again when its end is near.")


class BridgeTooLong(Refusal):
    message = _("At most eight weeks. Choose an earlier day.")


class BridgeEmpty(Refusal):
    message = _("Choose a day after the first day of the bridge.")


class OnlyPolicy(Refusal):
    message = _("Choose work that only the policy asks a VOG for. What the law asks stops.")


class BridgedBefore(Refusal):
    message = _("This VOG was bridged before. Hand the work over, or wait for the new VOG.")


class AskedAgain(Refusal):
    message = _("A new VOG was asked for already. Until it was seen, nothing goes on.")


@transaction.atomic
def ask_bridge(  # noqa: PLR0913  (for whom, until when, why, for which work)
    *,
    expert_id: UUID,
    ends_on: date,
    reason: str,
    requirements: Collection[UUID],
    by: User,
    now: datetime,
) -> approvals.Approval:
    """Ask a colleague to let running work go on without a VOG, until `ends_on` at the latest.

    `ends_on` is the first local day that is not carried any more: at most eight weeks after the
    end of the VOG, or after today where it has ended. `requirements` are the decisions of the
    matrix for which it is asked; policy only.

    Raises:
        Expert.DoesNotExist, NotAllowed, NoVog, AskedAgain, TooSoon, BridgedBefore,
        BridgeTooLong, BridgeEmpty, OnlyPolicy, AlreadyAsked: nothing was changed.
    """
    expert, vog = _with_vog(expert_id, by)
    today = local(now).date()
    if vog.recheck_at is not None:
        raise AskedAgain
    ended = today >= vog.policy_valid_until
    if not ended and not rules.is_expiring(vog.policy_valid_until, today=today):
        raise TooSoon
    if VogBridge.objects.filter(vog=vog, granted_at__isnull=False).exists():
        raise BridgedBefore
    begins = rules.bridge_begins(vog.policy_valid_until, today=today)
    if ends_on > rules.longest_bridge(begins):
        raise BridgeTooLong
    if ends_on <= begins:
        raise BridgeEmpty
    possible = {row.pk for row in bridgeable(expert, on=begins)}
    if not requirements or not set(requirements) <= possible:
        raise OnlyPolicy
    if waits := waiting_bridge(vog, now=now):
        # Raises AlreadyAsked.
        return approvals.ask(BRIDGE, subject=waits.pk, by=by, now=now, reason=reason)
    VogBridge.objects.filter(vog=vog, granted_at=None).delete()
    bridge = VogBridge.objects.create(
        expert=expert,
        vog=vog,
        reason=BridgeReason(reason),
        starts_on=begins,
        ends_on=ends_on,
        asked_at=now,
        asked_by=by,
    )
    VogBridgeWork.objects.bulk_create(
        VogBridgeWork(bridge=bridge, requirement_id=pk) for pk in sorted(set(requirements))
    )
    return approvals.ask(BRIDGE, subject=bridge.pk, by=by, now=now, reason=reason)


def waiting_bridge(vog: VogEvidence, *, now: datetime) -> VogBridge | None:
    """The bridge that a second person has not answered yet."""
    waits = approvals.Approval.objects.filter(
        kind=BRIDGE, decision="PENDING", expires_at__gt=now
    ).values("subject")
    return VogBridge.objects.filter(vog=vog, granted_at=None, pk__in=waits).first()


def _bridge_as_asked(bridge_id: UUID) -> str:
    """What must not change between asking and deciding: the VOG, and what the work asks."""
    bridge = VogBridge.objects.filter(pk=bridge_id, vog__replaced_on=None).first()
    if bridge is None:
        return ""
    works = VogBridgeWork.objects.filter(bridge=bridge).count()
    again = bridge.vog.recheck_at is not None
    return f"{bridge.vog_id.hex} {works} {again:d}"


@approvals.effect(BRIDGE, roles=DECIDERS, fingerprint=_bridge_as_asked)
def grant_bridge(subject: UUID, by: User, now: datetime) -> None:
    """Let running work go on; runs when the second person approves."""
    bridge = VogBridge.objects.select_related("expert", "vog").get(pk=subject)
    granted = VogBridge.objects.filter(pk=subject, granted_at=None)
    if VogBridge.objects.filter(vog=bridge.vog, granted_at__isnull=False).exists():
        raise BridgedBefore
    granted.update(granted_at=now, granted_by=by)
    audit.record("bridge.granted", by=by, at=now, subject=bridge.expert_id, target=bridge)
    vog_carries.send(sender=None, expert=bridge.expert, vog=bridge.vog, now=now)


@transaction.atomic
def ask_recheck(*, expert_id: UUID, by: User, now: datetime) -> approvals.Approval:
    """Ask a colleague to agree that a new VOG is asked for. No reason is written down.

    Raises:
        Expert.DoesNotExist, NotAllowed, NoVog, AskedAgain, AlreadyAsked: nothing was changed.
    """
    _expert, vog = _with_vog(expert_id, by)
    if vog.recheck_at is not None:
        raise AskedAgain
    return approvals.ask(RECHECK, subject=vog.pk, by=by, now=now)


def _vog_as_asked(vog_id: UUID) -> str:
    """What must not change between asking and deciding: this very VOG, relied on."""
    current = VogEvidence.objects.filter(pk=vog_id, replaced_on=None, recheck_at=None)
    return str(vog_id) if current.exists() else ""


@approvals.effect(RECHECK, roles=DECIDERS, fingerprint=_vog_as_asked)
def begin_recheck(subject: UUID, by: User, now: datetime) -> None:
    """Rely on this VOG no longer; runs when the second person approves."""
    rows = VogEvidence.objects.select_related(
        "expert__data_key", "expert__coordinator", "expert__user"
    )
    vog = rows.get(pk=subject)
    Expert.objects.select_for_update().get(pk=vog.expert_id)
    # Before anybody listens: whoever judges from here on finds it asked for again.
    VogEvidence.objects.filter(pk=subject).update(recheck_at=now, recheck_by=by)
    vog.refresh_from_db(fields=["recheck_at", "recheck_by"])
    need_vog(expert=vog.expert, now=now)
    watch_recheck(vog, now=now)
    audit.record("paper.asked_again", by=by, at=now, subject=vog.expert_id, target=vog)
    tell_coordinator(
        vog.expert, once_per=f"paper-again:{vog.pk}", now=now, about=vog, also_expert=True
    )
    vog_stopped.send(sender=None, expert=vog.expert, vog=vog, now=now)


def _with_vog(expert_id: UUID, by: User) -> tuple[Expert, VogEvidence]:
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    vog = VogEvidence.objects.filter(expert=expert, replaced_on=None).first()
    if vog is None:
        raise NoVog
    return expert, vog
