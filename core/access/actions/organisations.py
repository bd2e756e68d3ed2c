"""The organisations whose people ask for somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Membership, Organisation, OrganisationKind, Role, User
from core.access.permissions import has_role, memberships, require_role
from core.errors import NotAllowed, Refusal

KEEPERS = (Role.COORDINATOR, Role.REGIONAL_ADMIN)


class OrganisationKnown(Refusal):
    message = _("This organisation is in the list already. Choose it there.")


class NoNumber(Refusal):
    message = _("There is no number to try yet. Fill it in first.")


class NotOfHere(Refusal):
    message = _("Choose somebody who works for this organisation now.")


@transaction.atomic
def add_organisation(
    *, name: str, kind: OrganisationKind, by: User, now: datetime, out_of_hours_phone: str = ""
) -> Organisation:
    """Write an organisation in, so that its people can be invited.

    Raises:
        NotAllowed, OrganisationKnown: nothing was changed.
    """
    require_role(by, *KEEPERS)
    name = " ".join(name.split())
    if Organisation.objects.filter(name__iexact=name).exists():
        raise OrganisationKnown
    organisation: Organisation = Organisation.objects.create(
        name=name,
        kind=OrganisationKind(kind),
        out_of_hours_phone=out_of_hours_phone.strip(),
    )
    audit.record("organisation.added", by=by, at=now, target=organisation, kind=organisation.kind)
    return organisation


def works_for(user: User, organisation: Organisation) -> bool:
    """Whether `user` is a professional of this organisation now."""
    return any(
        one.role == Role.PROFESSIONAL and one.organisation_id == organisation.pk
        for one in memberships(user)
    )


def require_keeper(by: User, organisation: Organisation) -> None:
    """Raise NotAllowed unless `by` keeps the accounts of the region, or works there."""
    if not has_role(by, *KEEPERS) and not works_for(by, organisation):
        raise NotAllowed("")


@transaction.atomic
def change_night_number(
    *, organisation_id: UUID, phone: str, tested: bool, by: User, now: datetime
) -> Organisation:
    """Write down the number for nights and weekends, and whether somebody answered just now.

    Raises:
        Organisation.DoesNotExist, NotAllowed, NoNumber: nothing was changed.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    require_keeper(by, organisation)
    phone = phone.strip()
    if tested and not phone:
        raise NoNumber
    is_new = phone != organisation.out_of_hours_phone
    organisation.out_of_hours_phone = phone
    if tested:
        organisation.phone_tested_at, organisation.phone_tested_by = now, by
    elif is_new:
        organisation.phone_tested_at = organisation.phone_tested_by = None
    organisation.save(update_fields=["out_of_hours_phone", "phone_tested_at", "phone_tested_by"])
    audit.record(
        "organisation.number_changed" if is_new else "organisation.number_tested",
        by=by,
        at=now,
        target=organisation,
        tested=tested,
    )
    return organisation


@transaction.atomic
def name_contact(
    *, organisation_id: UUID, user_id: UUID | None, by: User, now: datetime
) -> Organisation:
    """Say whom the region calls about this organisation's accounts; None for nobody.

    Raises:
        Organisation.DoesNotExist, NotAllowed, NotOfHere: nothing was changed.
    """
    require_role(by, *KEEPERS)
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    running = Membership.objects.filter(
        organisation=organisation, role=Role.PROFESSIONAL, ended_at=None
    )
    if user_id is not None and not running.filter(user_id=user_id).exists():
        raise NotOfHere
    organisation.contact_id = user_id
    organisation.save(update_fields=["contact"])
    audit.record("organisation.contact_named", by=by, at=now, target=organisation)
    return organisation
