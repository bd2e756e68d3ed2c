"""Wiring of matching."""

from __future__ import annotations

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        # Imported for what they register: due work, guards of messages, receivers, channels.
        from matching import due, receivers, watch  # noqa: F401
        from matching.nav import register_tabs
        from matching.queries import ways  # noqa: F401

        register_tabs()
