"""The tabs that matching gives to each role; called when the site starts."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.models import Role
from core.access.scope import region_or_none
from core.ui import nav
from matching.models import CallChain, Task
from matching.states import ChainState


def register_tabs() -> None:
    """Tabs of matching; registering twice is harmless."""
    coordinator, professional = Role.COORDINATOR.value, Role.PROFESSIONAL.value
    nav.register(coordinator, pgettext_lazy("tab", "Now"), "home", "wacht", 10, count=waiting)
    nav.register(coordinator, _("Requests"), "matching:request-list", "aanvragen", 20)
    # Coordinators have their calls among what needs them now.
    nav.register(
        Role.REGIONAL_ADMIN.value,
        _("Calls"),
        "matching:calls",
        "bel",
        15,
        count=ringing,
        unless=coordinator,
    )
    nav.register(professional, pgettext_lazy("tab", "My requests"), "home", "aanvragen", 10)
    nav.register(Role.EXPERT.value, _("Today"), "matching:today", "vandaag", 10)


def waiting(request: HttpRequest) -> int:  # noqa: ARG001  (asked with every tab)
    """How many things need a human in this region."""
    # The page of an error may be drawn outside every region.
    return Task.objects.filter(done_at=None).count() if region_or_none() is not None else 0


def ringing(request: HttpRequest) -> int:  # noqa: ARG001  (asked with every tab)
    """For how many things somebody is being called in this region."""
    if region_or_none() is None:
        return 0
    return CallChain.objects.filter(state=ChainState.CLIMBING).count()
