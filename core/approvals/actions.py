"""Asking for, giving and refusing a second pair of eyes.

The layer that owns the act registers what approving does:

    @effect("pool.lift_suspension", roles=(Role.COORDINATOR,), fingerprint=state_of)
    def lift(subject: UUID, by: User, now: datetime) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import has_role, require_role
from core.approvals.models import Approval, Decision
from core.errors import Refusal


class SamePerson(Refusal):
    message = _("You asked for this yourself. Somebody else has to decide.")
    status = 403


class TooLate(Refusal):
    message = _("This question is more than a day old. Ask again.")


class SomethingChanged(Refusal):
    message = _("Something changed since this was asked. Look again and ask again.")


class AskerLeft(Refusal):
    message = _("The person who asked this may no longer do so. Ask again.")


class AlreadyDecided(Refusal):
    message = _("This has been decided already.")


class AlreadyAsked(Refusal):
    message = _("This has been asked already and waits for a second person.")


Effect = Callable[[UUID, User, datetime], None]
Fingerprint = Callable[[UUID], str]


@dataclass(frozen=True)
class _Registered:
    run: Effect
    roles: tuple[Role, ...]
    fingerprint: Fingerprint


EFFECTS: dict[str, _Registered] = {}


def effect(
    kind: str, *, roles: tuple[Role, ...], fingerprint: Fingerprint
) -> Callable[[Effect], Effect]:
    """Register what approving `kind` does, who may ask and decide, and what must not change."""

    def register(function: Effect) -> Effect:
        EFFECTS[kind] = _Registered(function, roles, fingerprint)
        return function

    return register


@transaction.atomic
def ask(kind: str, *, subject: UUID, by: User, now: datetime, reason: str = "") -> Approval:
    """Ask a second person to approve `kind` for `subject`.

    Args:
        kind: of which an effect is registered.
        subject: the row it is about.
        by: the first person.
        now: aware instant of asking; the answer has a day from here.
        reason: a code from the owner's short list, never free text about a person.

    Raises:
        NotAllowed: `by` has no right to ask. AlreadyAsked: it waits already.
    """
    registered = EFFECTS[kind]
    require_role(by, *registered.roles)
    # An old question of the same kind stands in the way of the constraint: close it.
    Approval.objects.filter(
        kind=kind, subject=subject, decision=Decision.PENDING, expires_at__lte=now
    ).delete()
    pending = Approval.objects.filter(kind=kind, subject=subject, decision=Decision.PENDING)
    if pending.exists():
        raise AlreadyAsked
    try:
        with transaction.atomic():
            approval = Approval.objects.create(
                kind=kind,
                subject=subject,
                fingerprint=registered.fingerprint(subject),
                reason=reason,
                asked_at=now,
                asked_by=by,
                expires_at=now + Approval.LIFETIME,
            )
    except IntegrityError:
        # Two people asked at the same moment; the constraint let one through.
        if pending.exists():
            raise AlreadyAsked from None
        raise
    audit.record("approval.asked", by=by, at=now, subject=subject, target=approval, kind=kind)
    return approval


@transaction.atomic
def approve(*, approval_id: UUID, by: User, now: datetime) -> Approval:
    """Be the second person; what was asked happens in this same transaction.

    Raises:
        Approval.DoesNotExist, NotAllowed, SamePerson, AlreadyDecided, TooLate, AskerLeft,
        SomethingChanged: nothing was changed.
    """
    approval = _locked(approval_id, by, now)
    registered = EFFECTS[approval.kind]
    # Two persons means two who both may, at this moment.
    if not (approval.asked_by.is_active and has_role(approval.asked_by, *registered.roles)):
        raise AskerLeft
    if registered.fingerprint(approval.subject) != approval.fingerprint:
        raise SomethingChanged
    _decide(approval, Decision.APPROVED, by, now)
    registered.run(approval.subject, by, now)
    return approval


@transaction.atomic
def reject(*, approval_id: UUID, by: User, now: datetime) -> Approval:
    """Say no as the second person."""
    approval = _locked(approval_id, by, now)
    _decide(approval, Decision.REJECTED, by, now)
    return approval


def _locked(approval_id: UUID, by: User, now: datetime) -> Approval:
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    require_role(by, *EFFECTS[approval.kind].roles)
    if approval.decision != Decision.PENDING:
        raise AlreadyDecided
    if approval.asked_by_id == by.pk:
        raise SamePerson
    if now >= approval.expires_at:
        raise TooLate
    return approval


def _decide(approval: Approval, decision: Decision, by: User, now: datetime) -> None:
    approval.decision, approval.decided_at, approval.decided_by = decision, now, by
    approval.save(update_fields=["decision", "decided_at", "decided_by"])
    audit.record(
        f"approval.{decision.lower()}",
        by=by,
        at=now,
        subject=approval.subject,
        target=approval,
        kind=approval.kind,
    )
