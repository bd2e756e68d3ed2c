"""Core's wiring: who may open a connection, and which checks run."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from core.access.roles import guard_connection

        connection_created.connect(guard_connection, dispatch_uid="core.guard_connection")
