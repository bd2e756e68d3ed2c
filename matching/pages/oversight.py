"""How a request stands, for its coordinator: one true sentence, with a time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from core.ui import moments
from matching.models import Request
from matching.pages import words
from matching.pages.standing import Standing, standing_of
from matching.pages.status import ended_sentence, yes_sentence
from matching.states import RUNNING, RequestState


def sentence_of(request: Request, *, now: datetime) -> str:
    """The sentence on top of the page of `request`, as it stands at `now`."""
    facts = standing_of(request, now=now)
    if request.state not in RUNNING:
        return ended_sentence(facts)
    if facts.overdue_since is not None:
        return _overdue(facts)
    if request.state == RequestState.UNFILLED:
        return _call(facts)
    if request.state == RequestState.MATCHED and facts.held:
        late = gettext("%(name)s said yes. The first contact is late.")
        return yes_sentence(facts, facts.held, late=late)
    return _asked(facts) if facts.waiting else _nobody_asked(facts)


def _overdue(facts: Standing) -> str:
    if facts.held is None:
        return gettext("Somebody did not check out. Call now.")
    return gettext("%(name)s did not check out. Call now.") % {"name": facts.held.expert.short_name}


def _call(facts: Standing) -> str:
    name = {"name": facts.request.requester.short_name}
    if facts.called_at:
        told = {**name, "moment": moments.moment(facts.called_at)}
        return gettext("Nobody can now. %(name)s was called on %(moment)s.") % told
    told = {**name, "before": moments.before(facts.call_before, now=facts.now)}
    if facts.call_before <= facts.now:
        said = gettext("Nobody can now. %(name)s should have been called %(before)s. Call now.")
        return said % told
    return gettext("Nobody can now. Call %(name)s %(before)s.") % told


def _asked(facts: Standing) -> str:
    names = words.listed(one.expert.short_name for one in facts.waiting)
    until = max(one.deadline_at for one in facts.waiting)
    told = {"names": names, "clock": words.at(until, now=facts.now)}
    if until <= facts.now:
        return gettext("There was no answer at %(clock)s. Asked: %(names)s") % told
    return gettext("Asked: %(names)s, until %(clock)s.") % told


def _nobody_asked(facts: Standing) -> str:
    told = {
        "name": facts.request.requester.short_name,
        "before": moments.before(facts.look_before, now=facts.now),
    }
    if facts.look_before <= facts.now:
        return gettext("Nobody is asked yet. %(name)s should have heard %(before)s.") % told
    return gettext("Nobody is asked yet. %(name)s hears more %(before)s.") % told
