"""Figures in words: a term, a share, a count that may not be exact."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from core.ui import moments
from insight.rules import Share, told, told_middle, told_share, told_sum
from insight.rules.counting import Span

HOUR = 60
TWO_DAYS = 48 * HOUR
TEN_HOURS = 10 * HOUR
# What stands where there is nothing to tell.
NOTHING = "\u2013"


def term(minutes: int | None) -> str:
    """How long something took: "45 min", "3,5 uur", "3 dagen"."""
    if minutes is None:
        return NOTHING
    if minutes < HOUR:
        return gettext("%(n)d min") % {"n": minutes}
    if minutes < TWO_DAYS:
        hours = minutes / HOUR
        # Above ten hours nobody counts halves.
        n = round(hours) if minutes >= TEN_HOURS else round(hours, 1)
        return _plural_hours(n)
    days = round(minutes / HOUR / 24, 1)
    return ngettext("%(n)s day", "%(n)s days", 2) % {"n": _number(days)}


def _plural_hours(n: float) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", 1 if n == 1 else 2) % {"n": _number(n)}


def _number(n: float) -> str:
    return number_format(n, 0 if n == int(n) else 1)


def middle(span: Span) -> str:
    """The term within which half was there; a dash where too few were."""
    return term(told_middle(span))


def share(of: Share, *, exact: bool) -> str:
    """Per cent; a dash where there are too few to speak of."""
    rough = told_share(of)
    if rough is None:
        return NOTHING
    return f"{round(of.n / of.of * 100) if exact else rough}%"


def count(n: int) -> str:
    """A count as it may be passed on: "12", "1-4"."""
    return _between(*told(n))


def total(cells: list[int]) -> str:
    """A sum as it may be told beside its cells."""
    return _between(*told_sum(cells))


def requests(cells: list[int]) -> str:
    """The sentence on top: how many requests there were in a year."""
    least, most = told_sum(cells)
    if least == most:
        return ngettext(
            "%(n)d request in twelve months", "%(n)d requests in twelve months", most
        ) % {"n": most}
    return gettext("%(least)d to %(most)d requests in twelve months") % {
        "least": least,
        "most": most,
    }


def month(day: date) -> str:
    """Month and year: "november 2026"."""
    return date_format(day, "F Y")


def month_only(day: date) -> str:
    """The month in three letters: "nov"."""
    # As in `moments.day`: a Dutch month has a small letter, an English one a capital.
    return moments.day(day).split()[-1]


def _between(least: int, most: int) -> str:
    return str(most) if least == most else f"{least}\u2013{most}"
