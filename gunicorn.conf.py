"""What gunicorn reads by itself when it starts in this folder; the command line adds the rest."""

from __future__ import annotations

logger_class = "core.weblog.MaskedLogger"
