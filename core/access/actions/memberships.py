"""A role in the region: how it changes and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.actions.accounts import close_if_left
from core.access.actions.confirmations import begin_clock
from core.access.actions.rights import (
    MAY_GRANT,
    STAFF_ROLES,
    AlreadyMember,
    OrganisationMissing,
)
from core.access.login import end_sessions
from core.access.models import LinkPurpose, LinkToken, Membership, Role, User
from core.access.permissions import membership_changed, require_role
from core.access.scope import current_region
from core.access.signals import membership_stopped
from core.approvals import Approval
from core.errors import Refusal


class OwnMembership(Refusal):
    message = _("You cannot change your own role. Ask a colleague.")


class NotRunning(Refusal):
    message = _("This role has ended already.")


@transaction.atomic
def end_membership(*, membership_id: UUID, by: User, now: datetime) -> None:
    """End a role; the person is signed out and this door is closed from the next request.

    With the last role anywhere the account closes.

    Raises:
        Membership.DoesNotExist, NotAllowed, OwnMembership, NotRunning: nothing was changed.
    """
    membership = _changeable(membership_id, by)
    require_role(by, *MAY_GRANT[Role(membership.role)])
    stop_role(membership, by, now)
    audit.record("membership.ended", by=by, at=now, target=membership, role=membership.role)
    close_if_left(membership.user, now=now)


@transaction.atomic
def change_role(
    *, membership_id: UUID, role: Role, by: User, now: datetime
) -> Membership | Approval:
    """Give somebody another role: at once, or as a question for a second administrator.

    Returns:
        The new membership, or the approval that waits.

    Raises:
        Membership.DoesNotExist, NotAllowed, OwnMembership, NotRunning, AlreadyMember,
        OrganisationMissing, AlreadyAsked: nothing was changed.
    """
    role = Role(role)
    membership = _changeable(membership_id, by)
    require_role(by, Role.REGIONAL_ADMIN)
    if membership.ended_at is not None:
        raise NotRunning
    _refuse_impossible(membership, role)
    if role in STAFF_ROLES:
        return approvals.ask(grant_kind(role), subject=membership.pk, by=by, now=now)
    return _switch(membership, role, by, now)


def grant_kind(role: Role) -> str:
    """The approval that grants `role`, for example core.grant_coordinator."""
    return f"core.grant_{role.lower()}"


def _fingerprint_membership(subject: UUID) -> str:
    membership = Membership.objects.get(pk=subject)
    return f"{membership.role}:{'ended' if membership.ended_at else 'running'}"


def _granting(role: Role) -> Callable[[UUID, User, datetime], None]:
    def grant(subject: UUID, by: User, now: datetime) -> None:
        membership = Membership.objects.select_for_update().get(pk=subject)
        _refuse_impossible(membership, role)
        _switch(membership, role, by, now)

    return grant


for _role in STAFF_ROLES:
    approvals.effect(
        grant_kind(_role), roles=(Role.REGIONAL_ADMIN,), fingerprint=_fingerprint_membership
    )(_granting(_role))


def _changeable(membership_id: UUID, by: User) -> Membership:
    membership = Membership.objects.select_for_update().get(pk=membership_id)
    if membership.user_id == by.pk:
        raise OwnMembership
    return membership


def _refuse_impossible(membership: Membership, role: Role) -> None:
    if role == Role.PROFESSIONAL and membership.organisation_id is None:
        raise OrganisationMissing
    if Membership.objects.filter(user=membership.user, role=role, ended_at=None).exists():
        raise AlreadyMember


def _switch(membership: Membership, role: Role, by: User, now: datetime) -> Membership:
    stop_role(membership, by, now)
    made = Membership.objects.create(
        user=membership.user,
        role=role,
        organisation=membership.organisation,
        phone=membership.phone,
        started_at=now,
    )
    membership_changed(membership.user)
    begin_clock(made, now=now)
    audit.record(
        "membership.role_changed", by=by, at=now, target=made, old=membership.role, new=role.value
    )
    return made


def stop_role(membership: Membership, by: User, now: datetime) -> None:
    """End a role with its sessions and links; who may, was asked before.

    Raises:
        NotRunning: it has ended already.
    """
    ended = Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=now)
    if not ended:
        raise NotRunning
    membership_changed(membership.user)
    # A session keeps the pace of the role it began with, so it begins anew.
    end_sessions(membership.user)
    _end_links(membership.user, now)
    membership.ended_at = now
    membership_stopped.send(sender=Membership, membership=membership, by=by, now=now)


def _end_links(user: User, now: datetime) -> None:
    """End what opens doors without signing in: the feed always, other links with the last role.

    A feed shows what came with the role, and a new one is one tap.
    """
    held = LinkToken.objects.filter(holder=user, region=current_region(), revoked_at=None)
    if Membership.objects.filter(user=user, ended_at=None).exists():
        held = held.filter(purpose=LinkPurpose.FEED)
    held.update(revoked_at=now)
