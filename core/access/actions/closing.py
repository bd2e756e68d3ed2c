"""An organisation stops, and with it the access of everybody who worked there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.actions.accounts import close_if_left
from core.access.actions.invitations import take_invitation_back
from core.access.actions.memberships import OwnMembership, stop_role
from core.access.actions.organisations import KEEPERS
from core.access.deputies import Deputy
from core.access.models import Invitation, Membership, Organisation, OrganisationKind, Role, User
from core.access.permissions import require_role
from core.clock import local
from core.errors import Refusal


class HostStays(Refusal):
    message = _("The pool itself lives at this organisation. It cannot be closed here.")


@transaction.atomic
def close_organisation(*, organisation_id: UUID, by: User, now: datetime) -> int:
    """Close an organisation. All its professionals are out at the next request; returns how many.

    Sessions, roles, links and invitations end, and what they asked and what runs passes to a
    coordinator as a task: a deputy of there would be out as well. All of it or nothing. Closing
    twice changes nothing.

    Raises:
        Organisation.DoesNotExist, NotAllowed, OwnMembership, HostStays: nothing was changed.
    """
    require_role(by, *KEEPERS)
    # Who comes in by an invitation holds this row first as well: nobody slips in behind.
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if organisation.kind == OrganisationKind.POOL_HOST:
        raise HostStays
    if organisation.closed_on is not None:
        return 0
    members = list(
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .filter(organisation=organisation, role=Role.PROFESSIONAL, ended_at=None)
        .order_by("pk")
    )
    if any(one.user_id == by.pk for one in members):
        raise OwnMembership
    organisation.closed_on, organisation.contact = local(now).date(), None
    organisation.save(update_fields=["closed_on", "contact"])
    audit.record("organisation.closed", by=by, at=now, target=organisation, n=len(members))
    # Before the roles: whoever stands in would be given what is open, and be out a line later.
    Deputy.objects.filter(organisation=organisation).delete()
    for invitation in Invitation.objects.filter(
        organisation=organisation, role=Role.PROFESSIONAL, used_at=None, withdrawn_at=None
    ):
        take_invitation_back(invitation, now)
    for member in members:
        stop_role(member, by, now)
        audit.record("membership.ended", by=by, at=now, target=member, role=member.role)
    for member in members:
        close_if_left(member.user, now=now)
    return len(members)


@transaction.atomic
def reopen_organisation(*, organisation_id: UUID, by: User, now: datetime) -> Organisation:
    """Let people be invited to an organisation again. Nobody who was there comes back by itself.

    Raises:
        Organisation.DoesNotExist, NotAllowed: nothing was changed.
    """
    require_role(by, *KEEPERS)
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if organisation.closed_on is not None:
        organisation.closed_on = None
        organisation.save(update_fields=["closed_on"])
        audit.record("organisation.reopened", by=by, at=now, target=organisation)
    return organisation
