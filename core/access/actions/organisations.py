"""The organisations whose people ask for somebody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Organisation, OrganisationKind, Role, User
from core.access.permissions import require_role
from core.errors import Refusal


class OrganisationKnown(Refusal):
    message = _("This organisation is in the list already. Choose it there.")


@transaction.atomic
def add_organisation(
    *, name: str, kind: OrganisationKind, by: User, now: datetime, out_of_hours_phone: str = ""
) -> Organisation:
    """Write an organisation in, so that its people can be invited.

    Raises:
        NotAllowed, OrganisationKnown: nothing was changed.
    """
    require_role(by, Role.COORDINATOR, Role.REGIONAL_ADMIN)
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
