"""Where a request stands, for the professional who asked: one true sentence, with a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from core.templatetags.naast import Moment
from core.ui import moments
from matching.hooks import SessionMark
from matching.models import Assignment, Request
from matching.pages import words
from matching.pages.gate import Point, gate_of
from matching.pages.reach import Reached, protected_words, reach_of
from matching.pages.standing import Standing, standing_of
from matching.pages.timeline import steps_of
from matching.queries.terms import hears_by
from matching.states import IN_FORCE, RUNNING, GateWho, RequestState
from pool.queries import coordinator_phone


@dataclass(frozen=True)
class Status:
    """The whole page.

    Attributes:
        needed: What only the professional can answer; empty when nothing is.
        sessions: Sessions that are still to come.
    """

    request: Request
    sentence: str
    needed_sentence: str
    needed_text: str
    needed: list[Point]
    steps: list[Moment]
    phone: str
    sessions: list[SessionMark]
    people: list[Reached]
    protected: str
    can_free: bool
    has_measure: bool
    is_running: bool


def status_of(request: Request, *, now: datetime) -> Status:
    """The page of `request` as it stands at `now`."""
    facts = standing_of(request, now=now)
    points = gate_of(request, now=now).open_for(GateWho.REQUESTER)
    needed = points if request.state in RUNNING else []
    return Status(
        request=request,
        sentence=_sentence(facts),
        needed_sentence=words.needed_of_you(len(needed)),
        needed_text=words.without_these(len(needed)),
        needed=needed,
        steps=steps_of(facts),
        phone=coordinator_phone(at=now),
        sessions=[one for one in facts.sessions if one.ends_at >= now],
        people=reach_of(request),
        protected=protected_words(request.measure),
        can_free=request.state in RUNNING and request.earliest_contact_at > now,
        has_measure=request.measure is not None and request.measure.state in IN_FORCE,
        is_running=request.state in RUNNING,
    )


# --- The sentence on top ----------------------------------------------------------------------


def _sentence(facts: Standing) -> str:
    state = RequestState(facts.request.state)
    if state not in RUNNING:
        return ended_sentence(facts)
    if state == RequestState.UNFILLED:
        return _call_sentence(facts)
    if state == RequestState.MATCHED and facts.held:
        late = gettext("%(name)s said yes. The first contact is late; call us.")
        return yes_sentence(facts, facts.held, late=late)
    return _search_sentence(facts)


def ended_sentence(facts: Standing) -> str:
    """When a request that is over ended, and how."""
    ended = {"moment": moments.moment(facts.ended_at)}
    if facts.request.state == RequestState.WITHDRAWN:
        return gettext("This request was taken back on %(moment)s.") % ended
    return gettext("This request was closed on %(moment)s.") % ended


def _search_sentence(facts: Standing) -> str:
    waiting = facts.waiting
    until = hears_by(facts.request, waiting) if waiting else facts.look_before
    if until <= facts.now:
        # The promised moment has passed: saying it again would not be true.
        return gettext("This takes longer than we said. Call us if you want to know more now.")
    before = moments.before(until, now=facts.now)
    if waiting:
        return gettext("We are searching. You hear more %(before)s.") % {"before": before}
    return gettext("We have your request. You hear more %(before)s.") % {"before": before}


def _call_sentence(facts: Standing) -> str:
    if facts.called_at:
        said = gettext("Nobody can now. We called you about it on %(moment)s.")
        return said % {"moment": moments.moment(facts.called_at)}
    before = moments.before(facts.call_before, now=facts.now)
    if facts.call_before <= facts.now:
        said = gettext("Nobody can now. We should have called you %(before)s. Please call us.")
        return said % {"before": before}
    return gettext("Nobody can now. We call you %(before)s.") % {"before": before}


def yes_sentence(facts: Standing, held: Assignment, *, late: str) -> str:
    """What comes first after a yes; `late` is said where the first contact should have been."""
    name = {"name": held.expert.short_name}
    open_ones = [one for one in facts.sessions if one.state != "done"]
    if open_ones:
        return _session_sentence(open_ones, name, now=facts.now)
    if facts.first_contact_at:
        return gettext("%(name)s and the participant have had contact.") % name
    goal = facts.goal(facts.request.policy.first_contact)
    if goal <= facts.now:
        return late % name
    told = {**name, "before": moments.before(goal, now=facts.now)}
    return gettext("%(name)s said yes. First contact %(before)s.") % told


def _session_sentence(
    sessions: Sequence[SessionMark], name: dict[str, str], *, now: datetime
) -> str:
    """What is known about the session that comes first, or whose end nobody told yet."""
    coming = [one for one in sessions if one.ends_at >= now]
    if not coming:
        until = {**name, "clock": words.at(sessions[-1].ends_at, now=now)}
        return (
            gettext("The meeting with %(name)s was until %(clock)s. We still hear how it went.")
            % until
        )
    first = coming[0]
    if first.starts_at <= now:
        until = {**name, "clock": words.at(first.ends_at, now=now)}
        return gettext("The meeting with %(name)s is now, until %(clock)s.") % until
    when = {**name, "moment": moments.moment(first.starts_at)}
    if first.state == "confirm":
        return gettext("The meeting with %(name)s on %(moment)s has to be confirmed first.") % when
    return gettext("%(name)s comes on %(moment)s.") % when
