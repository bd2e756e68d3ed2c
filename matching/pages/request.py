"""A request as its coordinator sees it: the clock, who is asked, who fits and why, the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext

from core.access.models import Membership, Role, User
from core.approvals.models import Approval
from core.approvals.models import Decision as Verdict
from core.ui import clockline, moments
from matching.hooks import SessionMark, sessions_of
from matching.models import (
    Assignment,
    Decision,
    MeasureEvent,
    Offer,
    Request,
    Seat,
    Wave,
)
from matching.pages import words
from matching.pages.clocks import clock_line, first_hours
from matching.pages.gate import Gate, gate_of
from matching.pages.lists import badge_of
from matching.rules import WEIGHTS, Objection, Part
from matching.sentences import Audience, why, why_not
from matching.states import (
    IN_FORCE,
    RUNNING,
    AssignmentState,
    GateCode,
    OfferState,
    SeatState,
    Urgency,
)
from pool.models import Expert, RegionProfile

HALF = 0.5  # from half of its weight on a part speaks for somebody, below it against
SHOWN_AT_ONCE = 3


@dataclass(frozen=True)
class OfferLine:
    """An offer that waits for an answer."""

    offer: Offer
    name: str
    first_name: str
    initials: str
    told: str
    phone: str
    if_silent: str


@dataclass(frozen=True)
class Candidate:
    """Somebody who fits: why, and what speaks against it."""

    expert_id: UUID
    rank: int
    name: str
    about: str
    whys: list[str]
    why_nots: list[str]
    badge: tuple[str, str, str] | None


@dataclass(frozen=True)
class Out:
    """Somebody who cannot now, and why not."""

    expert_id: UUID
    name: str
    reasons: list[str]


@dataclass(frozen=True)
class Search:
    """One seat: who is asked, who fits, who cannot."""

    seat: Seat
    is_open: bool
    offers: list[OfferLine]
    offers_sentence: str
    made_at: datetime | None
    candidates: list[Candidate]
    out: list[Out]
    out_sentence: str
    is_asking: bool
    next_words: str

    @property
    def is_nobody(self) -> bool:
        """Somebody looked, and nobody fits."""
        return self.is_open and self.made_at is not None and not self.candidates

    @property
    def first_candidates(self) -> list[Candidate]:
        return self.candidates[:SHOWN_AT_ONCE]

    @property
    def more_candidates(self) -> list[Candidate]:
        return self.candidates[SHOWN_AT_ONCE:]

    @property
    def more_sentence(self) -> str:
        return words.more_fit(len(self.more_candidates))


@dataclass(frozen=True)
class Held:
    """An expert who said yes, and what comes next."""

    assignment: Assignment
    name: str
    first_name: str
    phone: str
    since: str
    first_contact: str
    sessions: list[SessionMark]
    by_link: bool


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
    is_running: bool


@dataclass(frozen=True)
class _Rows:
    """What hangs on a request, read in a constant number of queries."""

    seats: list[Seat]
    offers: list[Offer]
    waves: dict[UUID, Wave]
    decisions: dict[UUID, Decision]
    held: list[Assignment]
    experts: Mapping[UUID, Expert]
    sessions: Sequence[SessionMark]


def page_of(request: Request, *, user: User, now: datetime) -> Page:
    """The page of `request` for the coordinator `user`, as it stands at `now`."""
    rows = _rows(request)
    day_base = RegionProfile.here().day_base
    events: list[MeasureEvent] = []
    if request.measure:
        found = MeasureEvent.objects.filter(measure=request.measure).select_related("recorded_by")
        events = list(found.order_by("-recorded_at", "pk"))
    return Page(
        request=request,
        badges=list(_badges(request)),
        facts=list(_facts(request)),
        line=clock_line(
            request, now=now, day_base=day_base, sessions=rows.sessions, offers=rows.offers
        ),
        hours=first_hours(request, now=now, sessions=rows.sessions, offers=rows.offers),
        decision_unseen=bool(
            request.measure
            and request.measure.state in IN_FORCE
            and request.measure.decision_seen_on is None
        ),
        measure_words=list(_measure_words(request)),
        events=events,
        searches=[_search(seat, rows, request, now=now) for seat in rows.seats],
        held=[_held(one, rows) for one in rows.held],
        gate=gate_of(request, now=now),
        questions=list(_questions(request, user)),
        requester_phone=_requester_phone(request),
        is_running=request.state in RUNNING,
    )


def _rows(request: Request) -> _Rows:
    seats = list(Seat.objects.filter(request=request).order_by("role", "pk"))
    ids = [seat.pk for seat in seats]
    for seat in seats:
        seat.request = request
    offers = Offer.objects.filter(seat__in=ids).select_related("expert__data_key")
    decisions = Decision.objects.filter(seat__in=ids).order_by("seat", "-made_at", "pk")
    newest = {one.seat_id: one for one in decisions.distinct("seat")}
    waves = Wave.objects.filter(seat__in=ids).order_by("seat", "-number").distinct("seat")
    held = Assignment.objects.filter(seat__in=ids).exclude(state=AssignmentState.ENDED)
    return _Rows(
        seats=seats,
        offers=list(offers.order_by("offered_at", "pk")),
        waves={one.seat_id: one for one in waves},
        decisions=newest,
        held=list(held.select_related("expert__data_key", "offer").order_by("started_at", "pk")),
        experts=_named(newest.values()),
        sessions=sessions_of([request.pk]).get(request.pk, ()),
    )


def _named(decisions: Iterable[Decision]) -> Mapping[UUID, Expert]:
    """Everybody whom a decision names, with the key of the name: one query."""
    ids = {
        UUID(line["expert"])
        for decision in decisions
        for line in [*decision.ranked, *decision.excluded]
    }
    rows = Expert.objects.filter(pk__in=ids).only("first_name", "last_name", "data_key")
    return {row.pk: row for row in rows.select_related("data_key")}


# --- Head -------------------------------------------------------------------------------------


def _badges(request: Request) -> Iterable[tuple[str, str, str]]:
    if request.urgency == Urgency.URGENT and request.state in RUNNING:
        yield "nu", gettext("Urgent"), ""
    meaning, said, icon = badge_of(request)
    yield meaning, capfirst(said), icon


def _facts(request: Request) -> Iterable[tuple[str, str]]:
    yield "pool", words.work(request)
    yield "plek", gettext("%(place)s, ±10 km") % {"place": request.area.name}
    yield "persoon", words.age(request.age_band)
    yield "huis", str(request.get_relation_display())
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


# --- Who is asked, who fits -------------------------------------------------------------------


def _search(seat: Seat, rows: _Rows, request: Request, *, now: datetime) -> Search:
    decision, wave = rows.decisions.get(seat.pk), rows.waves.get(seat.pk)
    offers = [one for one in rows.offers if one.seat_id == seat.pk]
    waiting = [one for one in offers if one.state == OfferState.OPEN]
    answered = {one.expert_id: one for one in offers}
    ranked = decision.ranked if decision else []
    out = [_out(line, rows) for line in decision.excluded] if decision else []
    return Search(
        seat=seat,
        is_open=seat.state == SeatState.OPEN and request.state in RUNNING,
        offers=[_offer_line(one, wave, now=now) for one in waiting],
        offers_sentence=words.offers_run(len(waiting)),
        made_at=decision.made_at if decision else None,
        candidates=[
            _candidate(line, n, rows, answered, request.policy.weights)
            for n, line in enumerate(ranked, start=1)
            if UUID(line["expert"]) in rows.experts
        ],
        out=out,
        out_sentence=words.cannot_now(len(out)),
        is_asking=bool(waiting),
        next_words=_next_words(offers, wave) if waiting else "",
    )


def _next_words(offers: Sequence[Offer], wave: Wave | None) -> str:
    """Ask the next one of the running list as well; empty where the list is at its end."""
    asked = {one.expert_id for one in offers if one.state != OfferState.SUPERSEDED}
    waiting = [n for n, one in enumerate(wave.order, start=1) if one not in asked] if wave else []
    return gettext("Ask number %(n)d as well") % {"n": waiting[0]} if waiting else ""


def _offer_line(offer: Offer, wave: Wave | None, *, now: datetime) -> OfferLine:
    expert = offer.expert
    told = [gettext("sent %(clock)s") % {"clock": words.at(offer.offered_at, now=now)}]
    if offer.opened_at:
        told.append(gettext("opened %(clock)s") % {"clock": words.at(offer.opened_at, now=now)})
    order = list(wave.order) if wave else []
    place = order.index(offer.expert_id) + 1 if offer.expert_id in order else 0
    name = {"clock": words.at(offer.deadline_at, now=now), "name": expert.first_name}
    if place and place < len(order):
        silent = gettext(
            "No answer at %(clock)s? Then the question goes to number %(n)d. That does not count "
            "against %(name)s."
        ) % {**name, "n": place + 1}
    else:
        silent = gettext("No answer at %(clock)s? Then you hear it at once.") % name
    return OfferLine(
        offer=offer,
        name=expert.short_name,
        first_name=expert.first_name,
        initials=expert.initials,
        told=" · ".join(told),
        phone=expert.phone,
        if_silent=silent,
    )


def _candidate(
    line: Mapping[str, Any],
    rank: int,
    rows: _Rows,
    answered: Mapping[UUID, Offer],
    weights: Mapping[str, int],
) -> Candidate:
    expert = rows.experts[UUID(line["expert"])]
    parts = {one["code"]: Part(one["code"], one["points"], one["fact"]) for one in line["parts"]}
    full = {**WEIGHTS, **(weights or {})}
    shown = [part for part in parts.values() if not _says_nothing(part)]
    strong = [part for part in shown if part.points >= HALF * full.get(part.code, 0)]
    weak = [part for part in shown if part not in strong]
    offer = answered.get(expert.pk)
    return Candidate(
        expert_id=expert.pk,
        rank=rank,
        name=expert.short_name,
        about=_about(parts),
        whys=[said for part in strong if (said := why(part, Audience.COORDINATOR))],
        why_nots=[said for part in weak if (said := why(part, Audience.COORDINATOR))],
        badge=_answer_badge(offer) if offer else None,
    )


def _says_nothing(part: Part) -> bool:
    """Facts that speak neither for nor against: nothing was asked, nobody met before."""
    if part.code == "continuity":
        return not part.fact.get("known")
    return part.code == "needs" and not part.fact.get("met") and not part.fact.get("missing")


def _about(parts: Mapping[str, Part]) -> str:
    """How far and how much is carried: "6 km · 2 of 4"."""
    said = []
    if "distance" in parts:
        said.append(gettext("%(km)s km") % {"km": parts["distance"].fact.get("km", 0)})
    if "load" in parts:
        said.append(gettext("carries %(running)s of %(most)s") % parts["load"].fact)
    return " · ".join(said)


def _answer_badge(offer: Offer) -> tuple[str, str, str] | None:
    """What became of the question to this person. A no is not counted, and not shown in red."""
    badges = {
        OfferState.OPEN: ("weet", gettext("Offer runs"), "wacht"),
        OfferState.ACCEPTED: ("goed", gettext("Said yes"), ""),
        OfferState.DECLINED: ("stil", gettext("Not now"), ""),
        OfferState.EXPIRED: ("stil", gettext("No answer"), ""),
        OfferState.UNDONE: ("stil", gettext("Gave it back"), ""),
    }
    return badges.get(OfferState(offer.state))


def _out(line: Mapping[str, Any], rows: _Rows) -> Out:
    expert_id = UUID(line["expert"])
    expert = rows.experts.get(expert_id)
    found = [Objection(one["code"], one["facts"]) for one in line["objections"]]
    return Out(
        expert_id=expert_id,
        name=expert.short_name if expert else gettext("somebody who left"),
        reasons=[said for one in found if (said := why_not(one, Audience.COORDINATOR))],
    )


# --- Who said yes -----------------------------------------------------------------------------


def _held(assignment: Assignment, rows: _Rows) -> Held:
    at = assignment.first_contact_at or assignment.seat.request.first_contact_at
    own = [one for one in rows.sessions if one.assignment_id in {None, assignment.pk}]
    return Held(
        assignment=assignment,
        name=assignment.expert.short_name,
        first_name=assignment.expert.first_name,
        phone=assignment.expert.phone,
        since=moments.moment(assignment.started_at),
        first_contact=moments.moment(at) if at else "",
        sessions=own,
        by_link=assignment.offer.by_link,
    )


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
