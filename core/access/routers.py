"""The `denials` alias is the same database: never migrated, written to on purpose only."""

from __future__ import annotations

from typing import Any


class DenialRouter:
    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:  # noqa: ARG002
        return False if db == "denials" else None
