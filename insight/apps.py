"""Insight's wiring: what it listens to, its block on the coordinator's home, and its tab."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "insight"

    def ready(self) -> None:
        from core.access.models import Role
        from core.ui import nav
        from insight import receivers  # noqa: F401  (imported for what it registers)
        from insight.pages.home import render_home
        from matching.hooks import home_with

        home_with(render_home)
        # Coordinators come there from the block on their home: the bar on a phone holds five.
        for role in (Role.REGIONAL_ADMIN, Role.AUDITOR):
            nav.register(
                role, _("Figures"), "insight:figures", "cijfers", 50, unless=Role.COORDINATOR
            )
        nav.register(Role.AUDITOR, _("The log"), "insight:log-search", "wens", 40)
