"""Wiring of scheduling."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core.access.models import Role  # noqa: PLC0415  apps load before models
        from core.ui import nav  # noqa: PLC0415  apps load before models
        from matching.hooks import sessions_with  # noqa: PLC0415  apps load before models

        # Imported for what they register: due work, guards of messages, receivers.
        from scheduling import due, receivers  # noqa: F401, PLC0415
        from scheduling.queries import marks_of  # noqa: PLC0415  apps load before models

        sessions_with(marks_of)
        for role, order in ((Role.COORDINATOR, 30), (Role.PROFESSIONAL, 30), (Role.EXPERT, 20)):
            nav.register(role, _("Agenda"), "scheduling:agenda", "agenda", order)
