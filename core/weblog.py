"""The web server's own log: the same masks as ours, and only what is on the list.

gunicorn writes two logs that Django's settings do not reach. Both would carry the path of a
link as it was asked for, and with it the link's secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from core.logs import AllowListFormatter, redact

# Of a request: address, moment, method, path, protocol, status, sizes and durations, process.
# No query, no headers (a referrer is a path too), no name: gunicorn writes "-" for those.
KEPT = ("h", "t", "m", "U", "H", "s", "b", "B", "T", "D", "M", "L", "p")


class MaskedLogger(Logger):  # type: ignore[misc]
    """Writes paths without their secrets, and errors without their words."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(AllowListFormatter())

    def atoms(
        self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """What an access line may say, however its format is set."""
        told = super().atoms(resp, req, environ, request_time)
        kept = {name: told[name] for name in KEPT}
        kept["U"] = redact(str(told["U"]))
        kept["r"] = f"{kept['m']} {kept['U']} {kept['H']}"
        return kept
