"""Codes of the log as words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.audit import Reason

register = template.Library()

EVENTS = {
    "profile.read": _("looked at a profile"),
    "contact.read": _("looked at phone and address"),
    "expert.contact.read": _("looked at phone and address"),
    "papers.read": _("looked at papers"),
    "papers.listed": _("saw papers on a list"),
    "hours.read": _("looked at hours"),
    "told.read": _("looked at what an expert tells"),
    "avoided.read": _("looked at the own list"),
    "support.read": _("looked at support"),
    "support.listed": _("saw who had support"),
    "lending.read": _("looked at an agreement to lend"),
    "lending.listed": _("saw who can be lent"),
    "export.read": _("took all data along"),
    "told.listed": _("looked for what people told, the sealed part too"),
    "intake.read": _("looked at the first talks"),
    "work.read": _("looked at what runs with somebody"),
    "work.people.listed": _("saw who could take work over"),
    "request.read": _("looked at a request"),
    "request.people.listed": _("saw who stands on a request"),
    "request.offer.read": _("looked at a question"),
    "request.card.read": _("looked at whom to call"),
    "case.reference.read": _("looked at a case number"),
    "session.read": _("looked at an appointment"),
    "session.place.read": _("looked at a place"),
    "pool.listed": _("saw the list of the pool"),
    "pool.week.listed": _("saw the week of the pool"),
    "coverage.listed": _("saw how many can be asked"),
    "expiry.listed": _("saw that a paper runs out"),
    "consent.listed": _("saw who has not answered yet"),
    "calls.listed": _("saw what people are called for"),
    "session.people.listed": _("saw who comes to an appointment"),
    "requests.listed": _("saw the list of requests"),
    "home.listed": _("saw the first page"),
    "agenda.listed": _("saw the agenda"),
    "candidates.listed": _("saw who fits"),
    "page.listed": _("saw a page"),
    "log.searched": _("looked something up in the log"),
}


@register.filter
def event_words(event: str) -> str:
    """What happened; the code where there are no words."""
    return str(EVENTS.get(event, event))


@register.filter
def role_words(roles: str) -> str:
    """Every role of a line; a clock has none."""
    known = dict(Role.choices)
    found = [str(known.get(one, one)) for one in roles.split(",") if one]
    return ", ".join(found) if found else str(_("the clock"))


@register.filter
def reason_words(reason: str) -> str:
    """Why, where no request says it."""
    return str(dict(Reason.choices).get(reason, _("without a request")))
