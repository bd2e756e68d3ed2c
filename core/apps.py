"""Core's wiring: who may open a connection, and which checks run."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from core.access import actions, identity, login  # noqa: F401  (actions registers acts)
        from core.access.roles import guard_connection
        from core.ui.context import identify_with

        connection_created.connect(guard_connection, dispatch_uid="core.guard_connection")
        login.connect()
        identify_with(identity.identity)
