"""Coming in: the only way is an invitation, once, within three days."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access import links
from core.access.actions.confirmations import begin_clock
from core.access.actions.rights import (
    MAY_GRANT,
    STAFF_ROLES,
    AlreadyMember,
    OrganisationMissing,
)
from core.access.models import Invitation, LinkPurpose, Membership, Organisation, Role, User
from core.access.permissions import membership_changed, require_role
from core.access.scope import current_region, region_scope
from core.access.signals import invitation_accepted
from core.errors import Refusal
from core.outbox import Channel, post, still_wanted, withdraw
from core.outbox.models import Message

INVITATION_MAIL = "core/invitation"
# The question whether a colleague with wide sight may be let in.
INVITE_STAFF = "core.invite_staff"


class InvitationGone(Refusal):
    message = _(
        "This invitation was used already, or it is older than three days. Ask for a new one."
    )
    status = 410


class OrganisationClosed(Refusal):
    message = _("This organisation is closed. Open it again first.")


class AccountClosed(Refusal):
    message = _("This account is closed. Call your coordinator.")


@transaction.atomic
def invite(  # noqa: PLR0913  what an invitation says
    *,
    email: str,
    name: str,
    role: Role,
    organisation: Organisation | None,
    phone: str,
    by: User,
    now: datetime,
    subject: UUID | None = None,
) -> tuple[Invitation, str]:
    """Ask somebody in. The mail leaves at once, or after a second administrator approved.

    An earlier open invitation for the same address and role is withdrawn. `subject` is the row
    of a higher layer that the newcomer will be tied to.

    Returns:
        The invitation and its token; an empty token where a second person must decide.

    Raises:
        NotAllowed, AlreadyMember, OrganisationMissing, OrganisationClosed: nothing was changed.
    """
    role = Role(role)
    require_role(by, *MAY_GRANT[role])
    if role == Role.PROFESSIONAL and organisation is None:
        raise OrganisationMissing
    if organisation is not None:
        _require_open(organisation.pk)
    email = email.strip().lower()
    if Membership.objects.filter(user__email__iexact=email, role=role, ended_at=None).exists():
        raise AlreadyMember
    for earlier in Invitation.objects.filter(
        email__iexact=email, role=role, used_at=None, withdrawn_at=None
    ):
        take_invitation_back(earlier, now)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        organisation=organisation,
        phone=phone.strip(),
        subject=subject,
        invited_at=now,
        invited_by=by,
        expires_at=now + Invitation.LIFETIME,
    )
    audit.record("invitation.made", by=by, at=now, target=invitation, role=role.value)
    if role in STAFF_ROLES:
        approvals.ask(INVITE_STAFF, subject=invitation.pk, by=by, now=now)
        return invitation, ""
    return invitation, _post_invitation(invitation, now)


@transaction.atomic
def refuse_invitation(*, approval_id: UUID, by: User, now: datetime) -> None:
    """Say no as the second administrator; the invitation is off.

    Raises:
        what `approvals.reject` raises; nothing was changed.
    """
    approval = approvals.reject(approval_id=approval_id, by=by, now=now)
    take_invitation_back(Invitation.objects.select_for_update().get(pk=approval.subject), now)


@transaction.atomic
def withdraw_invitation(*, invitation_id: UUID, by: User, now: datetime) -> None:
    """Take an open invitation back; its link is dead from now on.

    Raises:
        Invitation.DoesNotExist, NotAllowed, InvitationGone: nothing was changed.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    require_role(by, *MAY_GRANT[Role(invitation.role)])
    if not invitation.is_open(at=now):
        raise InvitationGone
    take_invitation_back(invitation, now)
    audit.record("invitation.withdrawn", by=by, at=now, target=invitation)


@transaction.atomic
def send_again(*, invitation_id: UUID, by: User, now: datetime) -> tuple[Invitation, str]:
    """Invite the same person anew: another link, another three days; the old link is dead.

    Where a role takes two, sending again takes two again.

    Raises:
        Invitation.DoesNotExist, NotAllowed, InvitationGone, AlreadyMember: nothing was changed.
    """
    earlier = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if earlier.used_at is not None or earlier.withdrawn_at is not None:
        raise InvitationGone
    return invite(
        email=earlier.email,
        name=earlier.name,
        role=Role(earlier.role),
        organisation=earlier.organisation,
        phone=earlier.phone,
        subject=earlier.subject,
        by=by,
        now=now,
    )


def open_invitation(token: str, *, now: datetime) -> tuple[int, UUID] | None:
    """Region and id of the invitation behind a link; None for a dead or unknown one."""
    link = links.find(token, purpose=LinkPurpose.INVITATION, now=now)
    return (link.region_id, link.subject) if link else None


def accept_invitation(*, token: str, password: str | None, now: datetime) -> User:
    """Come in: a new account, or one more role for the account that has this address.

    The form has judged `password`; None is for who will use a passkey. An existing account
    keeps its own.

    Raises:
        InvitationGone, AccountClosed: nothing was changed.
    """
    found = open_invitation(token, now=now)
    if found is None:
        raise InvitationGone
    region_id, invitation_id = found
    with region_scope(region_id):
        # Who closes an organisation holds it first and then what was sent from there.
        asked = Invitation.objects.filter(pk=invitation_id).values_list("organisation", flat=True)
        if (organisation_id := asked.get()) is not None:
            Organisation.objects.select_for_update().get(pk=organisation_id)
        # Locked, so that of two taps only one comes in.
        invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
        if not invitation.is_open(at=now):
            raise InvitationGone
        user = _account_for(invitation, password)
        if not Membership.objects.filter(user=user, role=invitation.role, ended_at=None).exists():
            made = Membership.objects.create(
                user=user,
                role=invitation.role,
                organisation=invitation.organisation,
                phone=invitation.phone,
                started_at=now,
            )
            begin_clock(made, now=now)
            membership_changed(user)
        invitation.used_at, invitation.used_by = now, user
        invitation.save(update_fields=["used_at", "used_by"])
        links.revoke(purpose=LinkPurpose.INVITATION, subject=invitation.pk, now=now)
        audit.record("invitation.accepted", by=user, at=now, target=invitation)
        invitation_accepted.send(sender=Invitation, invitation=invitation, user=user)
    return user


@still_wanted(INVITATION_MAIL)
def _still_open(message: Message, now: datetime) -> bool:
    if message.about is None:
        return False
    invitation = Invitation.objects.filter(pk=message.about).first()
    return invitation is not None and invitation.is_open(at=now)


def _fingerprint_invitation(subject: UUID) -> str:
    invitation = Invitation.objects.get(pk=subject)
    state = "open" if invitation.used_at is None and invitation.withdrawn_at is None else "closed"
    return f"{invitation.role}:{state}"


@approvals.effect(INVITE_STAFF, roles=(Role.REGIONAL_ADMIN,), fingerprint=_fingerprint_invitation)
def _send_approved(subject: UUID, by: User, now: datetime) -> None:  # noqa: ARG001
    invitation = Invitation.objects.select_for_update().get(pk=subject)
    # The three days are for the invited person; waiting for the second one took none of them.
    invitation.expires_at = now + Invitation.LIFETIME
    invitation.save(update_fields=["expires_at"])
    _post_invitation(invitation, now)


def _post_invitation(invitation: Invitation, now: datetime) -> str:
    token = links.issue(
        purpose=LinkPurpose.INVITATION,
        subject=invitation.pk,
        now=now,
        expires_at=invitation.expires_at,
    )
    post(
        INVITATION_MAIL,
        channel=Channel.EMAIL,
        address=invitation.email,
        to=User.objects.filter(email__iexact=invitation.email).first(),
        once_per=f"invitation:{invitation.pk}",
        now=now,
        context={
            "url": links.url("core:invitation", token),
            "until": invitation.expires_at,
        },
        useful_until=invitation.expires_at,
        about=invitation.pk,
    )
    return token


def take_invitation_back(invitation: Invitation, now: datetime) -> None:
    """Let an invitation and its link be dead; who may, was asked before."""
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    links.revoke(purpose=LinkPurpose.INVITATION, subject=invitation.pk, now=now)
    withdraw(about=invitation.pk, now=now)


def _require_open(organisation_id: UUID) -> None:
    held = Organisation.objects.select_for_update().get(pk=organisation_id)
    if held.closed_on is not None:
        raise OrganisationClosed


def _account_for(invitation: Invitation, password: str | None) -> User:
    known = User.objects.filter(email__iexact=invitation.email)
    user = known.select_for_update(no_key=True).first()
    if user is None:
        return User.objects.create_user(
            invitation.email, password, name=invitation.name, region_id=current_region()
        )
    if not user.is_active and user.closed_at is None:
        raise AccountClosed
    # Who left comes back with the keys of before.
    user.region_id, user.is_active, user.closed_at = current_region(), True, None
    user.save(update_fields=["region", "is_active", "closed_at"])
    return user
