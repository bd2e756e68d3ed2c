"""Words of the page of lending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from core.templatetags.naast import badge
from pool.models import LendingAsk, LendingGrant
from pool.states import GrantState

register = template.Library()
MEANINGS = {
    GrantState.PROPOSED.value: ("nu", "wacht"),
    GrantState.GRANTED.value: ("weet", "wacht"),
    GrantState.RUNNING.value: ("goed", ""),
}


@register.simple_tag
def lending_badge(grant: LendingGrant) -> SafeString:
    """How far an agreement is."""
    meaning, icon = MEANINGS.get(grant.state, ("stil", ""))
    return badge(meaning, capfirst(str(GrantState(grant.state).label)), icon)


@register.simple_tag
def lending_work(running: Mapping[UUID, int], grant: LendingGrant) -> str:
    """How much work runs through an agreement."""
    n = running.get(grant.pk, 0)
    if not n:
        return gettext("No work runs through it now.")
    return ngettext("%(n)s piece of work runs.", "%(n)s pieces of work run.", n) % {"n": n}


@register.filter
def of_row(found: Mapping[UUID, Any], row: LendingGrant) -> object:
    """What belongs to this row."""
    return found.get(row.pk)


@register.filter
def answer_url(ask: LendingAsk) -> str:
    """Where somebody is chosen for this question."""
    return f"{reverse('matching:lending-propose')}?vraag={ask.pk}"
