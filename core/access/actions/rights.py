"""Who may let whom in, and what stands in the way of a role."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.errors import Refusal

# Who may let whom in (security.md 4, rows 6-8). A role of the last three also takes a second
# administrator, because it opens other people's files.
STAFF_ROLES = (Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.AUDITOR)
MAY_GRANT: dict[Role, tuple[Role, ...]] = {
    Role.EXPERT: (Role.COORDINATOR, Role.REGIONAL_ADMIN),
    Role.PROFESSIONAL: (Role.COORDINATOR, Role.REGIONAL_ADMIN),
    **dict.fromkeys(STAFF_ROLES, (Role.REGIONAL_ADMIN,)),
}


class AlreadyMember(Refusal):
    message = _("This person has this role here already.")


class OrganisationMissing(Refusal):
    message = _("A professional works for an organisation. Choose which one.")
