"""Agreements of the region in words, for templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pool.models import RegionRule, RuleKind
from pool.queries.agreed import Value, value_of

register = template.Library()


@register.filter
def rule_kind(kind: str) -> str:
    """What is agreed: "rest after a heavy contact"."""
    return str(RuleKind(kind).label)


@register.filter
def rule_slug(kind: str) -> str:
    """The part of an address: HEAVY_REST is heavy-rest."""
    return kind.lower().replace("_", "-")


@register.filter
def rule_value(value: Value, kind: str) -> str:
    """How much: "24 hours", "22:00 to 7:00", "2 km"."""
    if isinstance(value, tuple):
        return _quiet(*value)
    return _AMOUNTS[kind](value)


@register.filter
def rule_of_row(row: RegionRule) -> str:
    """What one row of the history says."""
    return rule_value(value_of(row), row.kind)


def _rest(value: Decimal) -> str:
    hours, minutes = divmod(int(value), 60)
    said = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if minutes:
        return f"{said} {_minutes(Decimal(minutes))}"
    return said if hours else _("no rest")


def _minutes(value: Decimal) -> str:
    n = int(value)
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}


def _months(value: Decimal) -> str:
    n = int(value)
    return ngettext("%(n)s month", "%(n)s months", n) % {"n": n}


def _km(value: Decimal) -> str:
    return _("%(km)s km") % {"km": number_format(value, 1)}


def _by_road(value: Decimal) -> str:
    return _("%(km)s km for one km straight") % {"km": number_format(value, 2)}


_AMOUNTS: dict[str, Callable[[Decimal], str]] = {
    RuleKind.HEAVY_REST: _rest,
    RuleKind.REST: _rest,
    RuleKind.DISTANCE: _km,
    RuleKind.TRAVEL: _minutes,
    RuleKind.ROAD: _by_road,
    RuleKind.VOG_MONTHS: _months,
    RuleKind.WITH_TWO: lambda value: str(int(value)),
    RuleKind.CONSENT: lambda value: _("yes") if value else _("no"),
}


def _quiet(begins: time, until: time) -> str:
    if begins == until:
        return _("no quiet hours")
    return _("%(from)s to %(until)s") % {
        "from": f"{begins:%H:%M}",
        "until": f"{until:%H:%M}",
    }
