"""Words, support and talks afterwards in sentences, for templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from core.templatetags.naast import badge
from core.ui import moments
from pool.models import Agreement, SupportContact, SupportRhythm, Term, Training
from pool.queries import Evening, Moment, Supported, terms
from pool.rules import Due, Stage, stage
from pool.templatetags.pool_words import number
from pool.vocabulary import OverrideReason, RhythmUnit

register = template.Library()


@register.filter
def term_span(term: Term) -> str:
    """How long it counts: "counts 36 months, renewable 3 months before the end"."""
    if term.validity_months is None:
        return gettext("never ends")
    said = ngettext("counts %(n)s month", "counts %(n)s months", term.validity_months)
    window = ngettext(
        "renewable %(n)s month before the end",
        "renewable %(n)s months before the end",
        term.renew_months,
    )
    return f"{said % {'n': term.validity_months}}, {window % {'n': term.renew_months}}"


@register.filter
def rhythm_words(rhythm: SupportRhythm | None) -> str:
    """How often: "every 6 weeks"."""
    if rhythm is None or rhythm.every is None:
        return gettext("no fixed rhythm")
    if rhythm.unit == RhythmUnit.WEEKS:
        said = ngettext("every week", "every %(n)s weeks", rhythm.every)
    else:
        said = ngettext("every month", "every %(n)s months", rhythm.every)
    return said % {"n": rhythm.every}


@register.filter
def hours_words(term: timedelta) -> str:
    """So many hours, by halves: "4.5 hours" in the way of the reader."""
    hours = round(term.total_seconds() / 1800) / 2
    said = ngettext("%(n)s hour", "%(n)s hours", 1 if hours == 1 else 2)
    return said % {"n": number_format(hours, decimal_pos=0 if hours.is_integer() else 1)}


@register.filter
def override_reason(code: str) -> str:
    """Why a coordinator made an exception."""
    return str(OverrideReason(code).label)


@register.filter
def attendance_words(contact: SupportContact) -> str:
    """Whether somebody was there, was not, or is expected."""
    if contact.attended is None:
        return gettext("is expected")
    return gettext("was there") if contact.attended else gettext("did not come")


@register.filter
def evening_url(evening: Evening) -> str:
    """The page on which one writes down who was there that day."""
    return f"{reverse('pool:support-evening')}?wat={evening.kind}&dag={evening.held_on}"


@register.simple_tag
def support_sentence(people: Sequence[Supported]) -> str:
    """How many need a human, in one sentence."""
    late = sum(one.is_late for one in people)
    if late:
        said = ngettext("%(n)s person first needs a talk", "%(n)s people first need a talk", late)
        return capfirst(said % {"n": number(late)})
    if people:
        said = ngettext(
            "%(n)s person is due for a talk soon",
            "%(n)s people are due for a talk soon",
            len(people),
        )
        return capfirst(said % {"n": number(len(people))})
    return gettext("Everybody is supported as agreed")


@register.simple_tag
def due_badge(moment: Moment, today: date) -> SafeString:
    """Before when, in the meaning that fits."""
    before = moments.day(moment.due)
    if moment.how == Due.OVERDUE:
        return badge("nu", gettext("was due on %(day)s") % {"day": before})
    if moment.planned and moment.planned <= moment.due:
        return badge("goed", gettext("planned"))
    if moment.how == Due.SOON:
        if moment.due == today:
            return badge("wacht", gettext("today at the latest"))
        return badge("wacht", gettext("before or on %(day)s") % {"day": before})
    return badge("goed", gettext("in order until %(day)s") % {"day": before})


@register.simple_tag
def stage_badge(paper: Training | Agreement, today: date) -> SafeString:
    """Where a training or an agreement stands today."""
    word = terms().get(paper.kind)
    window = word.renew_months if word else 0
    if isinstance(paper, Training):
        found = stage(
            finished_on=paper.completed_on,
            seen_on=paper.certificate_seen_on,
            last=paper.expires_on,
            renew_months=window,
            on=today,
        )
    else:
        found = stage(
            finished_on=paper.signed_on,
            seen_on=paper.signed_on,
            last=paper.valid_until,
            renew_months=window,
            on=today,
        )
        if found == Stage.EXPIRED and paper.renewed_on:
            return badge("stil", gettext("renewed"))
    meaning, text = {
        Stage.RUNNING: ("stil", gettext("running")),
        Stage.UNSEEN: ("wacht", gettext("certificate not seen")),
        Stage.ACTIVE: ("goed", gettext("counts")),
        Stage.RENEWABLE: ("wacht", gettext("may be renewed")),
        Stage.EXPIRED: ("nu", gettext("expired")),
    }[found]
    return badge(meaning, text)
