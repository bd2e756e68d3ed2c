"""Coming in, changing roles, going out: one verb, one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access import links
from core.access.login import end_sessions
from core.access.models import (
    Invitation,
    LinkPurpose,
    Membership,
    Organisation,
    Region,
    Role,
    User,
)
from core.access.permissions import membership_changed, require_role
from core.access.scope import current_region, region_scope
from core.access.signals import invitation_accepted
from core.approvals import Approval
from core.errors import NotAllowed, Refusal
from core.outbox import Channel, post, still_wanted, withdraw
from core.outbox.models import Message

INVITATION_MAIL = "core/invitation"

# Who may let whom in (security.md 4, rows 6-8). A role of the last three also takes a second
# administrator, because it opens other people's files.
STAFF_ROLES = (Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.AUDITOR)
MAY_GRANT: dict[Role, tuple[Role, ...]] = {
    Role.EXPERT: (Role.COORDINATOR, Role.REGIONAL_ADMIN),
    Role.PROFESSIONAL: (Role.COORDINATOR, Role.REGIONAL_ADMIN),
    **dict.fromkeys(STAFF_ROLES, (Role.REGIONAL_ADMIN,)),
}


class InvitationGone(Refusal):
    message = _(
        "This invitation was used already, or it is older than three days. Ask for a new one."
    )
    status = 410


class AlreadyMember(Refusal):
    message = _("This person has this role here already.")


class OrganisationMissing(Refusal):
    message = _("A professional works for an organisation. Choose which one.")


class AccountClosed(Refusal):
    message = _("This account is closed. Call your coordinator.")


class OwnMembership(Refusal):
    message = _("You cannot change your own role. Ask a colleague.")


class NotRunning(Refusal):
    message = _("This role has ended already.")


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
        NotAllowed, AlreadyMember, OrganisationMissing: nothing was changed.
    """
    role = Role(role)
    require_role(by, *MAY_GRANT[role])
    if role == Role.PROFESSIONAL and organisation is None:
        raise OrganisationMissing
    email = email.strip().lower()
    if Membership.objects.filter(user__email__iexact=email, role=role, ended_at=None).exists():
        raise AlreadyMember
    for earlier in Invitation.objects.filter(
        email__iexact=email, role=role, used_at=None, withdrawn_at=None
    ):
        _withdraw(earlier, now)
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
        approvals.ask("core.invite_staff", subject=invitation.pk, by=by, now=now)
        return invitation, ""
    return invitation, _post_invitation(invitation, now)


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
    _withdraw(invitation, now)
    audit.record("invitation.withdrawn", by=by, at=now, target=invitation)


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
        # Locked, so that of two taps only one comes in.
        invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
        if not invitation.is_open(at=now):
            raise InvitationGone
        user = _account_for(invitation, password)
        if not Membership.objects.filter(user=user, role=invitation.role, ended_at=None).exists():
            Membership.objects.create(
                user=user,
                role=invitation.role,
                organisation=invitation.organisation,
                phone=invitation.phone,
                started_at=now,
            )
            membership_changed(user)
        invitation.used_at, invitation.used_by = now, user
        invitation.save(update_fields=["used_at", "used_by"])
        links.revoke(purpose=LinkPurpose.INVITATION, subject=invitation.pk, now=now)
        audit.record("invitation.accepted", by=user, at=now, target=invitation)
        invitation_accepted.send(sender=Invitation, invitation=invitation, user=user)
    return user


@transaction.atomic
def end_membership(*, membership_id: UUID, by: User, now: datetime) -> None:
    """End a role; the person is signed out and this door is closed from the next request.

    Raises:
        Membership.DoesNotExist, NotAllowed, OwnMembership, NotRunning: nothing was changed.
    """
    membership = _changeable(membership_id, by)
    require_role(by, *MAY_GRANT[Role(membership.role)])
    _end(membership, now)
    audit.record("membership.ended", by=by, at=now, target=membership, role=membership.role)


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


def choose_language(*, user: User, language: str) -> None:
    """Speak to `user` in this language from now on."""
    User.objects.filter(pk=user.pk).update(language=language)


def regions_of(user: User) -> list[Region]:
    """Every region in which `user` has a running role. Asks region by region: rarely needed."""
    found = []
    for region in Region.objects.order_by("name"):
        with region_scope(region.pk):
            if Membership.objects.filter(user=user, ended_at=None).exists():
                found.append(region)
    return found


def work_in(*, user: User, region_id: int) -> None:
    """Work in another region, where `user` has a role as well.

    Raises:
        NotAllowed: no running role there.
    """
    with region_scope(region_id):
        if not Membership.objects.filter(user=user, ended_at=None).exists():
            raise NotAllowed("")
    User.objects.filter(pk=user.pk).update(region=region_id)


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


@approvals.effect(
    "core.invite_staff", roles=(Role.REGIONAL_ADMIN,), fingerprint=_fingerprint_invitation
)
def _send_approved(subject: UUID, by: User, now: datetime) -> None:  # noqa: ARG001
    invitation = Invitation.objects.select_for_update().get(pk=subject)
    # The three days are for the invited person; waiting for the second one took none of them.
    invitation.expires_at = now + Invitation.LIFETIME
    invitation.save(update_fields=["expires_at"])
    _post_invitation(invitation, now)


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


def _withdraw(invitation: Invitation, now: datetime) -> None:
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    links.revoke(purpose=LinkPurpose.INVITATION, subject=invitation.pk, now=now)
    withdraw(about=invitation.pk, now=now)


def _account_for(invitation: Invitation, password: str | None) -> User:
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        return User.objects.create_user(
            invitation.email, password, name=invitation.name, region_id=current_region()
        )
    if not user.is_active:
        raise AccountClosed
    User.objects.filter(pk=user.pk).update(region=current_region())
    return user


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
    _end(membership, now)
    made = Membership.objects.create(
        user=membership.user,
        role=role,
        organisation=membership.organisation,
        phone=membership.phone,
        started_at=now,
    )
    membership_changed(membership.user)
    audit.record(
        "membership.role_changed", by=by, at=now, target=made, old=membership.role, new=role.value
    )
    return made


def _end(membership: Membership, now: datetime) -> None:
    ended = Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=now)
    if not ended:
        raise NotRunning
    membership_changed(membership.user)
    # A session keeps the pace of the role it began with, so it begins anew.
    end_sessions(membership.user)
