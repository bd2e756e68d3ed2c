"""The steps of a request, as the professional who asked sees them."""

from __future__ import annotations

from django.utils.translation import gettext

from core.templatetags.naast import Moment
from core.ui import moments
from matching.pages import words
from matching.pages.calls import told_to_requester
from matching.pages.standing import Standing
from matching.states import RUNNING, RequestState


def steps_of(facts: Standing) -> list[Moment]:
    """What was done, what runs now and what comes; of what is over only what was done."""
    request = facts.request
    filed = gettext("%(moment)s, who is on duty was told at once") % {
        "moment": moments.moment(request.filed_at)
    }
    steps = [
        Moment(gettext("Request received"), filed, "done"),
        _seen_step(facts),
        _search_step(facts),
        _contact_step(facts),
        _meeting_step(facts),
    ]
    if request.state == RequestState.UNFILLED and request.seen_at is None:
        # Who was called about it stands with "Nobody can now"; twice would be no news.
        del steps[1]
    if request.state in RUNNING:
        return steps
    # What will not come any more is no step.
    if request.matched_at:
        said_yes = Moment(gettext("Somebody said yes"), moments.moment(request.matched_at), "done")
        steps[2] = said_yes
    over = str(request.get_state_display()).capitalize()
    ended = Moment(over, moments.moment(facts.ended_at), "done")
    return [*(step for step in steps if step.state == "done"), ended]


def _seen_step(facts: Standing) -> Moment:
    title = gettext("A coordinator looks along")
    request = facts.request
    if request.seen_at and request.seen_by:
        seen = f"{request.seen_by.short_name}, {moments.moment(request.seen_at)}"
        return Moment(title, seen, "done")
    if facts.offers or request.state not in RUNNING:
        return Moment(title, "", "next", "persoon")
    text = told_to_requester(request, now=facts.now) or gettext("at the latest %(before)s") % {
        "before": moments.before(facts.look_before, now=facts.now)
    }
    return Moment(title, text, "now")


def _search_step(facts: Standing) -> Moment:
    held, waiting = facts.held, facts.waiting
    if held:
        title = gettext("%(name)s said yes") % {"name": held.expert.short_name}
        return Moment(title, moments.moment(held.started_at), "done")
    if facts.request.state == RequestState.UNFILLED:
        return Moment(gettext("Nobody can now"), _looks_further(facts), "now")
    if waiting:
        first = min(one.offered_at for one in waiting)
        until = max(one.deadline_at for one in waiting)
        answer = gettext("No answer came yet.")
        if facts.now < until:
            answer = gettext("Answer %(before)s. If it is no, we ask the next one at once.") % {
                "before": moments.before(until, now=facts.now)
            }
        text = f"{words.asked(len(waiting), since=first, now=facts.now)} {answer}"
        return Moment(gettext("We wait for an answer"), text, "now")
    return Moment(gettext("We ask an expert by experience"), "", "next", "persoon")


def _looks_further(facts: Standing) -> str:
    """What a coordinator does where nobody can; a promise only for as long as it can be kept."""
    text = gettext("A coordinator looks further.")
    if facts.called_at is None and facts.now < facts.call_before:
        text = gettext("A coordinator looks further and calls you %(before)s.") % {
            "before": moments.before(facts.call_before, now=facts.now)
        }
    return f"{text} {told_to_requester(facts.request, now=facts.now)}".strip()


def _contact_step(facts: Standing) -> Moment:
    title = gettext("First contact")
    if facts.first_contact_at:
        return Moment(title, moments.moment(facts.first_contact_at), "done")
    return Moment(title, _goal(facts, facts.request.policy.first_contact), "next", "bel")


def _meeting_step(facts: Standing) -> Moment:
    title = gettext("First meeting, together with you")
    held = [one for one in facts.sessions if one.state == "done"]
    if held:
        return Moment(title, moments.moment(held[0].starts_at), "done")
    if facts.sessions:
        return Moment(title, moments.moment(facts.sessions[0].starts_at), "now", "agenda")
    return Moment(title, _goal(facts, facts.request.policy.first_meeting), "next", "agenda")


def _goal(facts: Standing, minutes: int) -> str:
    if facts.request.state not in RUNNING:
        return ""
    return gettext("goal: before %(moment)s") % {"moment": moments.moment(facts.goal(minutes))}
