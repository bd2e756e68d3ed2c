"""The one place that reads the clock. Edges call `now()` once and pass the instant on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The present instant, aware, in UTC.

    In the demo a file may hold an offset in seconds, so that a journey can live through a
    Friday night on a Tuesday afternoon; settings refuse such a file everywhere else.
    """
    return datetime.now(UTC) + _offset()


def _offset() -> timedelta:
    source = settings.CLOCK_OFFSET_FILE
    if source is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(source.read_text() or 0))
    except FileNotFoundError:
        return timedelta(0)


def local(instant: datetime) -> datetime:
    """The same instant on a Dutch wall clock."""
    return instant.astimezone(AMSTERDAM)
