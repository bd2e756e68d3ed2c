"""The tabs that matching gives to each role; called when the site starts."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.models import Role
from core.access.scope import region_or_none
from core.ui import nav
from matching.models import Task


def register_tabs() -> None:
    """Tabs of matching; registering twice is harmless."""
    coordinator, professional = Role.COORDINATOR.value, Role.PROFESSIONAL.value
    nav.register(coordinator, pgettext_lazy("tab", "Now"), "home", "wacht", 10, count=waiting)
    nav.register(coordinator, _("Requests"), "matching:request-list", "aanvragen", 20)
    nav.register(professional, pgettext_lazy("tab", "My requests"), "home", "aanvragen", 10)
    nav.register(Role.EXPERT.value, _("Today"), "matching:today", "vandaag", 10)


def waiting(request: HttpRequest) -> int:  # noqa: ARG001  (asked with every tab)
    """How many things need a human in this region."""
    # The page of an error may be drawn outside every region.
    return Task.objects.filter(done_at=None).count() if region_or_none() is not None else 0
