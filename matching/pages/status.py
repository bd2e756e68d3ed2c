"""Where a request stands, for the professional who asked: one true sentence, with a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from core.templatetags.naast import Moment
from core.ui import moments
from matching.hooks import SessionMark, sessions_of
from matching.models import Assignment, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.pages import words
from matching.pages.gate import Point, gate_of
from matching.states import (
    IN_FORCE,
    RUNNING,
    AssignmentState,
    GateWho,
    OfferState,
    RequestState,
)
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
    can_free: bool
    has_measure: bool
    is_running: bool


@dataclass(frozen=True)
class _Facts:
    """Everything a sentence may need, read once."""

    request: Request
    now: datetime
    offers: list[Offer]
    held: Assignment | None
    sessions: Sequence[SessionMark]
    look_before: datetime
    call_before: datetime

    @property
    def waiting(self) -> list[Offer]:
        return [one for one in self.offers if one.state == OfferState.OPEN]

    @property
    def first_contact_at(self) -> datetime | None:
        own = self.held.first_contact_at if self.held else None
        return self.request.first_contact_at or own

    def goal(self, minutes: int) -> datetime:
        """Until when something should have happened; a participant who is held stops the clock."""
        term = timedelta(minutes=minutes)
        by_filing = self.request.filed_at + term
        if self.request.earliest_contact_at < by_filing:
            return by_filing
        return self.request.earliest_contact_at + term


def status_of(request: Request, *, now: datetime) -> Status:
    """The page of `request` as it stands at `now`."""
    facts = _facts(request, now=now)
    points = gate_of(request, now=now).open_for(GateWho.REQUESTER)
    needed = points if request.state in RUNNING else []
    return Status(
        request=request,
        sentence=_sentence(facts),
        needed_sentence=words.needed_of_you(len(needed)),
        needed_text=words.without_these(len(needed)),
        needed=needed,
        steps=_steps(facts),
        phone=coordinator_phone(at=now),
        sessions=[one for one in facts.sessions if one.ends_at >= now],
        can_free=request.state in RUNNING and request.earliest_contact_at > now,
        has_measure=request.measure is not None and request.measure.state in IN_FORCE,
        is_running=request.state in RUNNING,
    )


def _facts(request: Request, *, now: datetime) -> _Facts:
    offers = Offer.objects.filter(seat__request=request).order_by("offered_at", "pk")
    held = (
        Assignment.objects.filter(seat__request=request)
        .exclude(state=AssignmentState.ENDED)
        .select_related("expert__data_key")
        .order_by("started_at", "pk")
        .first()
    )
    due = dict(
        Task.objects.filter(request=request, done_at=None)
        .order_by("-due_at")
        .values_list("kind", "due_at")
    )
    back = timedelta(minutes=request.policy.call_back)
    return _Facts(
        request=request,
        now=now,
        offers=list(offers),
        held=held,
        sessions=sessions_of([request.pk]).get(request.pk, ()),
        look_before=due.get(TaskKind.NEW_REQUEST) or request.filed_at + back,
        call_before=due.get(TaskKind.NOBODY_FITS) or (request.unfilled_at or now) + back,
    )


# --- The sentence on top ----------------------------------------------------------------------


def _sentence(facts: _Facts) -> str:
    state = RequestState(facts.request.state)
    if state == RequestState.WITHDRAWN:
        return gettext("You took this request back.")
    if state == RequestState.CLOSED:
        return gettext("This request is closed.")
    if state == RequestState.UNFILLED:
        return _call_sentence(facts)
    if state == RequestState.MATCHED and facts.held:
        return _matched_sentence(facts, facts.held)
    return _search_sentence(facts)


def _search_sentence(facts: _Facts) -> str:
    waiting = facts.waiting
    until = max(one.deadline_at for one in waiting) if waiting else facts.look_before
    if until <= facts.now:
        # The promised moment has passed: saying it again would not be true.
        return gettext("This takes longer than we said. Call us if you want to know more now.")
    before = moments.before(until, now=facts.now)
    if waiting:
        return gettext("We are searching. You hear more %(before)s.") % {"before": before}
    return gettext("We have your request. You hear more %(before)s.") % {"before": before}


def _call_sentence(facts: _Facts) -> str:
    before = moments.before(facts.call_before, now=facts.now)
    if facts.call_before <= facts.now:
        said = gettext("Nobody can now. We should have called you %(before)s. Please call us.")
        return said % {"before": before}
    return gettext("Nobody can now. We call you %(before)s.") % {"before": before}


def _matched_sentence(facts: _Facts, held: Assignment) -> str:
    name = {"name": held.expert.short_name}
    coming = [one for one in facts.sessions if one.ends_at >= facts.now]
    if coming:
        when = {**name, "moment": moments.moment(coming[0].starts_at)}
        return gettext("%(name)s comes on %(moment)s.") % when
    if facts.first_contact_at:
        return gettext("%(name)s and the participant have had contact.") % name
    goal = facts.goal(facts.request.policy.first_contact)
    if goal <= facts.now:
        return gettext("%(name)s said yes. The first contact is late; call us.") % name
    told = {**name, "before": moments.before(goal, now=facts.now)}
    return gettext("%(name)s said yes. First contact %(before)s.") % told


# --- The timeline -----------------------------------------------------------------------------


def _steps(facts: _Facts) -> list[Moment]:
    request = facts.request
    filed = gettext("%(moment)s, who is on duty was told at once") % {
        "moment": moments.moment(request.filed_at)
    }
    return [
        Moment(gettext("Request received"), filed, "done"),
        _seen_step(facts),
        _search_step(facts),
        _contact_step(facts),
        _meeting_step(facts),
    ]


def _seen_step(facts: _Facts) -> Moment:
    title = gettext("A coordinator looks along")
    request = facts.request
    if request.seen_at and request.seen_by:
        seen = f"{request.seen_by.short_name}, {moments.moment(request.seen_at)}"
        return Moment(title, seen, "done")
    if facts.offers or request.state not in RUNNING:
        return Moment(title, "", "next", "persoon")
    text = gettext("at the latest %(before)s") % {
        "before": moments.before(facts.look_before, now=facts.now)
    }
    return Moment(title, text, "now")


def _search_step(facts: _Facts) -> Moment:
    held, waiting = facts.held, facts.waiting
    if held:
        title = gettext("%(name)s said yes") % {"name": held.expert.short_name}
        return Moment(title, moments.moment(held.started_at), "done")
    if facts.request.state == RequestState.UNFILLED:
        text = gettext("A coordinator looks further and calls you %(before)s.") % {
            "before": moments.before(facts.call_before, now=facts.now)
        }
        return Moment(gettext("Nobody can now"), text, "now")
    if waiting:
        first = min(one.offered_at for one in waiting)
        until = max(one.deadline_at for one in waiting)
        answer = gettext("Answer %(before)s. If it is no, we ask the next one at once.") % {
            "before": moments.before(until, now=facts.now)
        }
        text = f"{words.asked(len(waiting), since=first, now=facts.now)} {answer}"
        return Moment(gettext("We wait for an answer"), text, "now")
    return Moment(gettext("We ask an expert by experience"), "", "next", "persoon")


def _contact_step(facts: _Facts) -> Moment:
    title = gettext("First contact")
    if facts.first_contact_at:
        return Moment(title, moments.moment(facts.first_contact_at), "done")
    return Moment(title, _goal(facts, facts.request.policy.first_contact), "next", "bel")


def _meeting_step(facts: _Facts) -> Moment:
    title = gettext("First meeting, together with you")
    held = [one for one in facts.sessions if one.state == "done"]
    if held:
        return Moment(title, moments.moment(held[0].starts_at), "done")
    if facts.sessions:
        return Moment(title, moments.moment(facts.sessions[0].starts_at), "now", "agenda")
    return Moment(title, _goal(facts, facts.request.policy.first_meeting), "next", "agenda")


def _goal(facts: _Facts, minutes: int) -> str:
    if facts.request.state not in RUNNING:
        return ""
    return gettext("goal: before %(moment)s") % {"moment": moments.moment(facts.goal(minutes))}
