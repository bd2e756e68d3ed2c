"""Wiring of scheduling."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core.access.models import Role
        from core.ui import nav
        from matching.hooks import sessions_with

        # Imported for what they register: due work, guards of messages, receivers.
        from scheduling import due, receivers, watch  # noqa: F401
        from scheduling.queries import marks_of

        sessions_with(marks_of)
        for role, order in ((Role.COORDINATOR, 30), (Role.PROFESSIONAL, 30), (Role.EXPERT, 20)):
            nav.register(role, _("Agenda"), "scheduling:agenda", "agenda", order)
