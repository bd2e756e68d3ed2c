"""Wiring of pool: what it listens to, and its places in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoolConfig(AppConfig):
    name = "pool"

    def ready(self) -> None:
        from core.access.models import Role
        from core.access.permissions import guests_with
        from core.ui import nav

        # Imported for what they register: due work, and guards of messages.
        from pool import due, receivers  # noqa: F401
        from pool.queries import guest

        receivers.connect()
        guests_with(guest)
        for role in (Role.COORDINATOR, Role.REGIONAL_ADMIN):
            nav.register(role, _("Pool"), "pool:expert-list", "pool", 40)
        nav.register(Role.EXPERT, _("Hours"), "pool:my-week", "uren", 30)
        nav.register(Role.EXPERT, _("Me"), "pool:my-profile", "ik", 40)
