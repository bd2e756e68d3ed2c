"""Moments and terms in words, on the wall clock of the Netherlands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

ZONE = ZoneInfo("Europe/Amsterdam")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MANY_HOURS = 48  # from here on days say more than hours
_OVER = timedelta(minutes=10)  # "over 3 hours" from here on; below, "3 hours" is as true


def wall(value: datetime) -> datetime:
    """Return an aware instant on the wall clock of the Netherlands.

    Raises:
        ValueError: The moment has no zone, so nobody can say when it is.
    """
    if value.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return value.astimezone(ZONE)


def day(value: date) -> str:
    """Weekday, day and month: "za 5 sep", "Sat 5 Sep"."""
    local = wall(value) if isinstance(value, datetime) else value
    # Django's M would write Sep also in Dutch, where months have a small letter.
    return date_format(local, "D j b" if _small_letters() else "D j M")


def long_day(value: date) -> str:
    """Weekday, day and month in full: "zaterdag 5 september", "Saturday 5 September"."""
    local = wall(value) if isinstance(value, datetime) else value
    return date_format(local, "l j F")


def clock(value: datetime) -> str:
    """Hours and minutes: "12:00"."""
    return wall(value).strftime("%H:%M")


def moment(value: datetime) -> str:
    """Weekday, day, month and time: "za 5 sep 12:00"."""
    return f"{day(value)} {clock(value)}"


def long_moment(value: datetime) -> str:
    """As `moment`, in full: "zaterdag 5 september 12:00"."""
    return f"{long_day(value)} {clock(value)}"


def before(value: datetime, *, now: datetime) -> str:
    """Until when something can be done; the day is told when it is not today: "vóór 10:50"."""
    today = wall(value).date() == wall(now).date()
    return gettext("before %(moment)s") % {"moment": clock(value) if today else moment(value)}


def length(term: timedelta) -> str:
    """How long something lasts, as one says it: "38 min", "ruim 3 uur", "2 dagen".

    Rounded down, so that nobody counts on time that is not there.
    """
    if term < _HOUR:
        return gettext("%(n)d min") % {"n": max(term // timedelta(minutes=1), 0)}
    hours, rest = divmod(term, _HOUR)
    if hours >= _MANY_HOURS:
        days = term // _DAY
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if rest < _OVER:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("over %(n)d hour", "over %(n)d hours", hours) % {"n": hours}


def left(until: datetime, *, now: datetime) -> str:
    """How long there is until a moment, or how late it is: "38 min", "35 min te laat"."""
    rest = elapsed(now, until)
    if rest < timedelta(0):
        return gettext("%(length)s late") % {"length": length(-rest)}
    return length(rest)


def elapsed(since: datetime, until: datetime) -> timedelta:
    """Time that really passes between two instants.

    Python subtracts two moments of the same zone on the wall: an hour off on the night that the
    clocks change.
    """
    return until.astimezone(UTC) - since.astimezone(UTC)


def _small_letters() -> bool:
    return not (get_language() or "").startswith("en")
