"""What the frame of a page says about who is looking."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from core.access.login import LIMITED, used_factor
from core.access.models import Role, User
from core.access.permissions import memberships
from core.ui.context import NOBODY, Audience, Identity

STAFF = frozenset({Role.COORDINATOR.value, Role.REGIONAL_ADMIN.value, Role.AUDITOR.value})


def identity(request: HttpRequest) -> Identity:
    """The frame for this request; who is half signed in gets the frame of a visitor."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not used_factor(request) or request.session.get(LIMITED):
        return NOBODY
    running = memberships(user)
    roles = tuple(membership.role for membership in running)
    region = running[0].region if running else user.region
    return Identity(
        audience=_audience(roles),
        roles=roles,
        name=user.short_name,
        region=region.name if region else "",
        account_url=reverse("core:account"),
    )


def _audience(roles: tuple[str, ...]) -> Audience:
    if STAFF & set(roles):
        return "staff"
    return "expert" if Role.EXPERT in roles and Role.PROFESSIONAL not in roles else "professional"
