"""A request as its coordinator sees it: the clock, who is asked, who fits and why, the check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext

from core.access.models import Membership, Role, User
from core.approvals.models import Approval
from core.approvals.models import Decision as Verdict
from core.ui import clockline, moments
from matching.hooks import SessionMark, sessions_of
from matching.models import Assignment, MeasureEvent, Request, Task
from matching.models.requests import TaskKind
from matching.pages import words
from matching.pages.clocks import clock_line, first_hours
from matching.pages.gate import Gate, gate_of
from matching.pages.lists import badge_of
from matching.pages.oversight import sentence_of
from matching.pages.reach import Reached, protected_words, reach_of
from matching.pages.search import Rows, Search, next_in_line, rows_of, search_of
from matching.states import IN_FORCE, RUNNING, AssignmentState, GateCode, Urgency
from pool.models import RegionProfile


@dataclass(frozen=True)
class Held:
    """An expert who said yes, and what comes next.

    Attributes:
        undo: until when the yes can be taken back, and who is asked then; empty afterwards.
    """

    assignment: Assignment
    name: str
    first_name: str
    phone: str
    since: str
    first_contact: str
    sessions: list[SessionMark]
    by_link: bool
    undo: str


@dataclass(frozen=True)
class Question:
    """An act that waits for a second person."""

    approval: Approval
    title: str
    by: str
    can_decide: bool


@dataclass(frozen=True)
class Page:
    """The whole page."""

    request: Request
    sentence: str
    badges: list[tuple[str, str, str]]
    facts: list[tuple[str, str]]
    line: clockline.ClockLine | None
    hours: clockline.FirstHours | None
    decision_unseen: bool
    measure_words: list[str]
    events: list[MeasureEvent]
    searches: list[Search]
    held: list[Held]
    gate: Gate
    questions: list[Question]
    requester_phone: str
    people: list[Reached]
    protected: str
    is_running: bool

    @property
    def candidate_ids(self) -> set[UUID]:
        """Everybody whom the searches name: who fits, and who cannot now."""
        fit = {one.expert_id for search in self.searches for one in search.candidates}
        return fit | {one.expert_id for search in self.searches for one in search.out}


def page_of(request: Request, *, user: User, now: datetime) -> Page:
    """The page of `request` for the coordinator `user`, as it stands at `now`."""
    rows = rows_of(request, now=now)
    sessions = sessions_of([request.pk]).get(request.pk, ())
    day_base = RegionProfile.here().day_base
    events: list[MeasureEvent] = []
    if request.measure:
        found = MeasureEvent.objects.filter(measure=request.measure).select_related("recorded_by")
        events = list(found.order_by("-recorded_at", "pk"))
    return Page(
        request=request,
        sentence=sentence_of(request, now=now),
        badges=list(_badges(request)),
        facts=list(_facts(request)),
        line=clock_line(request, now=now, day_base=day_base, sessions=sessions, offers=rows.offers),
        hours=first_hours(request, now=now, sessions=sessions, offers=rows.offers),
        decision_unseen=bool(
            request.measure
            and request.measure.state in IN_FORCE
            and request.measure.decision_seen_on is None
        ),
        measure_words=list(_measure_words(request)),
        events=events,
        searches=[search_of(seat, rows, request, now=now) for seat in rows.seats],
        held=[_held(one, sessions, rows, now=now) for one in _holders(request)],
        gate=gate_of(request, now=now),
        questions=list(_questions(request, user)),
        requester_phone=_requester_phone(request),
        people=reach_of(request),
        protected=protected_words(request.measure),
        is_running=request.state in RUNNING,
    )


# --- Head -------------------------------------------------------------------------------------


def _badges(request: Request) -> Iterable[tuple[str, str, str]]:
    if request.urgency == Urgency.URGENT and request.state in RUNNING:
        yield "nu", gettext("Urgent"), ""
    if Task.objects.filter(request=request, kind=TaskKind.OVERDUE, done_at=None).exists():
        yield "nu", gettext("No check-out"), ""
    meaning, said, icon = badge_of(request)
    yield meaning, capfirst(said), icon


def _facts(request: Request) -> Iterable[tuple[str, str]]:
    yield "pool", words.work(request)
    yield "plek", gettext("%(place)s, ±10 km") % {"place": request.area.name}
    yield "persoon", words.age(request.age_band)
    yield "huis", words.relation(request)
    yield "taal", words.language(request.language)
    yield "agenda", words.day_parts(request.day_parts)
    if request.needs:
        yield "wens", words.needs(request.needs)


def _measure_words(request: Request) -> Iterable[str]:
    measure = request.measure
    if measure is None:
        return
    yield capfirst(str(measure.get_kind_display()))
    yield capfirst(str(measure.get_state_display()))
    if measure.end_was_shifted:
        yield gettext("The end was moved out of the hour that the clock skips.")
    if measure.end_is_ambiguous:
        yield gettext("The hour of the end comes twice; until told otherwise the later one counts.")


def _requester_phone(request: Request) -> str:
    rows = Membership.objects.filter(user=request.requester, role=Role.PROFESSIONAL, ended_at=None)
    return rows.values_list("phone", flat=True).first() or ""


# --- Who said yes -----------------------------------------------------------------------------


def _holders(request: Request) -> Iterable[Assignment]:
    held = Assignment.objects.filter(seat__request=request).exclude(state=AssignmentState.ENDED)
    rows = held.select_related("seat__request", "expert__data_key", "offer")
    return rows.order_by("started_at", "pk")


def _held(
    assignment: Assignment, sessions: Sequence[SessionMark], rows: Rows, *, now: datetime
) -> Held:
    at = assignment.first_contact_at or assignment.seat.request.first_contact_at
    own = [one for one in sessions if one.assignment_id in {None, assignment.pk}]
    return Held(
        assignment=assignment,
        name=assignment.expert.short_name,
        first_name=assignment.expert.call_name,
        phone=assignment.expert.call_number,
        since=moments.moment(assignment.started_at),
        first_contact=moments.moment(at) if at else "",
        sessions=own,
        by_link=assignment.offer.by_link,
        undo=_undo_words(assignment, rows, now=now),
    )


def _undo_words(assignment: Assignment, rows: Rows, *, now: datetime) -> str:
    until = assignment.offer.undo_until
    if until is None or until <= now:
        return ""
    following = next_in_line(assignment.seat_id, rows)
    told = {"before": moments.before(until, now=now), "name": following}
    if following:
        return gettext("This yes can be taken back %(before)s. Then %(name)s is asked.") % told
    said = gettext("This yes can be taken back %(before)s. Then nobody of the list is left.")
    return said % told


# --- Two persons ------------------------------------------------------------------------------


TWO_PERSONS = {
    GateCode.G8: "matching.waive_duo",
    GateCode.G5: "matching.approve_forensic",
}


def _questions(request: Request, user: User) -> Iterable[Question]:
    titles = {
        TWO_PERSONS[GateCode.G8]: gettext("First meeting without a second person"),
        TWO_PERSONS[GateCode.G5]: gettext("Forensic consultation held, work can go on"),
    }
    asked = Approval.objects.filter(
        subject=request.pk, kind__in=titles, decision=Verdict.PENDING
    ).select_related("asked_by")
    for approval in asked.order_by("asked_at"):
        yield Question(
            approval=approval,
            title=titles[approval.kind],
            by=f"{approval.asked_by.short_name}, {moments.moment(approval.asked_at)}",
            can_decide=approval.asked_by_id != user.pk,
        )


__all__ = ["TWO_PERSONS", "Page", "page_of"]
