"""The one place that reads the clock. Edges call `now()` once and pass the instant on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The present instant, aware, in UTC.

    In the demo a file may hold an offset in seconds, so that a journey can live through a
    Friday night on a Tuesday afternoon; settings refuse such a file everywhere else.
    """
    return datetime.now(UTC) + _offset()


def move(file: Path, ahead: timedelta) -> None:
    """Write the offset into `file`; who reads meanwhile sees the old one or the new, never half."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(str(ahead.total_seconds()))
    new.replace(file)


def _offset() -> timedelta:
    source = settings.CLOCK_OFFSET_FILE
    if source is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(source.read_text()))
    except FileNotFoundError:
        return timedelta(0)


def local(instant: datetime) -> datetime:
    """The same instant on a Dutch wall clock."""
    return instant.astimezone(AMSTERDAM)
