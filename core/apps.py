"""Core's wiring: who may open a connection, and which checks run."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from core.access import actions, identity, login  # noqa: F401  (actions registers acts)
        from core.access.models import Role
        from core.access.people.views import waiting
        from core.access.roles import guard_connection
        from core.ui import nav
        from core.ui.context import identify_with

        connection_created.connect(guard_connection, dispatch_uid="core.guard_connection")
        login.connect()
        identify_with(identity.identity)
        for role in (Role.COORDINATOR, Role.REGIONAL_ADMIN):
            nav.register(
                role, pgettext_lazy("tab", "People"), "core:people", "persoon", 45, count=waiting
            )
