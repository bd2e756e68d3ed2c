"""One seat of a request as its coordinator sees it: who is asked, who fits and why, who cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from matching.models import Decision, Offer, Request, Seat, Wave
from matching.pages import words
from matching.rules import WEIGHTS, Objection, Part
from matching.sentences import Audience, why, why_not
from matching.states import RUNNING, OfferState, SeatState
from pool.models import Expert
from pool.queries import rest_overrides

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
    rest_waived_until: datetime | None = None


@dataclass(frozen=True)
class Out:
    """Somebody who cannot now, and why not."""

    expert_id: UUID
    name: str
    reasons: list[str]
    only_rests: bool = False


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
class Rows:
    """What the search of a request hangs on, read in a constant number of queries."""

    seats: list[Seat]
    offers: list[Offer]
    waves: dict[UUID, Wave]
    decisions: dict[UUID, Decision]
    experts: Mapping[UUID, Expert]
    rest_waived: Mapping[UUID, datetime]


def rows_of(request: Request, *, now: datetime) -> Rows:
    """Seats, rounds and offers of `request`, and the newest look at the pool for each seat."""
    seats = list(Seat.objects.filter(request=request).order_by("role", "pk"))
    ids = [seat.pk for seat in seats]
    for seat in seats:
        seat.request = request
    offers = Offer.objects.filter(seat__in=ids).select_related("expert__data_key")
    decisions = Decision.objects.filter(seat__in=ids).order_by("seat", "-made_at", "pk")
    newest = {one.seat_id: one for one in decisions.distinct("seat")}
    last = Wave.objects.filter(seat__in=ids).order_by("seat", "-number").distinct("seat")
    waves = {one.seat_id: one for one in last}
    asked = list(offers.order_by("offered_at", "pk"))
    waiting = [one for seat_id in ids for one in _waiting(seat_id, waves, asked)[:1]]
    return Rows(
        seats=seats,
        offers=asked,
        waves=waves,
        decisions=newest,
        experts=_named(newest.values(), waiting),
        rest_waived=rest_overrides(request_id=request.pk, now=now),
    )


def _named(decisions: Iterable[Decision], waiting: Iterable[UUID]) -> Mapping[UUID, Expert]:
    """Everybody whom a decision names, or who waits, with the key of the name: one query."""
    ids = {
        UUID(line["expert"])
        for decision in decisions
        for line in [*decision.ranked, *decision.excluded]
    }.union(waiting)
    rows = Expert.reachable.filter(pk__in=ids).select_related("data_key", "region")
    found = rows.only("first_name", "last_name", "hidden_at", "data_key", "region__name")
    return {row.pk: row for row in found}


def search_of(seat: Seat, rows: Rows, request: Request, *, now: datetime) -> Search:
    """The search for one seat, as it stands at `now`."""
    decision = rows.decisions.get(seat.pk)
    offers = [one for one in rows.offers if one.seat_id == seat.pk]
    waiting = [one for one in offers if one.state == OfferState.OPEN]
    answered = {one.expert_id: one for one in offers}
    following = next_in_line(seat.pk, rows)
    ranked = decision.ranked if decision else []
    out = [_out(line, rows) for line in decision.excluded] if decision else []
    return Search(
        seat=seat,
        is_open=seat.state == SeatState.OPEN and request.state in RUNNING,
        offers=[_offer_line(one, following, now=now) for one in waiting],
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
        next_words=gettext("Ask %(name)s as well") % {"name": following}
        if waiting and following
        else "",
    )


def next_in_line(seat_id: UUID, rows: Rows) -> str:
    """Who of the last list of a seat comes next; empty where the list is at its end."""
    waiting = _waiting(seat_id, rows.waves, rows.offers)
    expert = rows.experts.get(waiting[0]) if waiting else None
    return expert.short_name if expert else ""


def _waiting(seat_id: UUID, waves: Mapping[UUID, Wave], offers: Iterable[Offer]) -> list[UUID]:
    """Whom the last list of a seat names and nobody asked yet, in its order."""
    wave = waves.get(seat_id)
    own = [one for one in offers if one.seat_id == seat_id]
    asked = {one.expert_id for one in own if one.state != OfferState.SUPERSEDED}
    return [one for one in wave.order if one not in asked] if wave else []


def _offer_line(offer: Offer, following: str, *, now: datetime) -> OfferLine:
    expert = offer.expert
    told = [gettext("sent %(clock)s") % {"clock": words.at(offer.offered_at, now=now)}]
    if offer.opened_at:
        told.append(gettext("opened %(clock)s") % {"clock": words.at(offer.opened_at, now=now)})
    name = {"clock": words.at(offer.deadline_at, now=now), "name": expert.call_name}
    if following:
        silent = gettext(
            "No answer at %(clock)s? Then the question goes to %(following)s. That does not count "
            "against %(name)s."
        ) % {**name, "following": following}
    else:
        silent = gettext("No answer at %(clock)s? Then you hear it at once.") % name
    return OfferLine(
        offer=offer,
        name=expert.short_name,
        first_name=expert.call_name,
        initials=expert.initials,
        told=" · ".join(told),
        phone=expert.call_number,
        if_silent=silent,
    )


def _candidate(
    line: Mapping[str, Any],
    rank: int,
    rows: Rows,
    answered: Mapping[UUID, Offer],
    weights: Mapping[str, int],
) -> Candidate:
    expert = rows.experts[UUID(line["expert"])]
    parts = {one["code"]: Part(one["code"], one["points"], one["fact"]) for one in line["parts"]}
    whys, why_nots = spoken(parts.values(), weights)
    offer = answered.get(expert.pk)
    return Candidate(
        expert_id=expert.pk,
        rank=rank,
        name=expert.short_name,
        about=_about(parts, expert),
        whys=whys,
        why_nots=why_nots,
        badge=_answer_badge(offer) if offer else None,
        rest_waived_until=rows.rest_waived.get(expert.pk),
    )


def spoken(parts: Iterable[Part], weights: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """What speaks for somebody and what against, as a coordinator reads it."""
    full = {**WEIGHTS, **(weights or {})}
    shown = [part for part in parts if not _says_nothing(part)]
    strong = [part for part in shown if part.points >= HALF * full.get(part.code, 0)]
    weak = [part for part in shown if part not in strong]
    for_it, against = (
        [said for part in some if (said := why(part, Audience.COORDINATOR))]
        for some in (strong, weak)
    )
    return for_it, against


def _says_nothing(part: Part) -> bool:
    """Facts that speak neither for nor against: nothing was asked, nobody met before."""
    if part.code == "continuity":
        return not part.fact.get("known")
    return part.code == "needs" and not part.fact.get("met") and not part.fact.get("missing")


def _about(parts: Mapping[str, Part], expert: Expert) -> str:
    """How far and how much is carried: "6 km · 2 of 4"; first of all who comes from elsewhere."""
    said = []
    if expert.is_lent:
        said.append(gettext("from %(region)s") % {"region": expert.region.name})
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


def _out(line: Mapping[str, Any], rows: Rows) -> Out:
    expert_id = UUID(line["expert"])
    expert = rows.experts.get(expert_id)
    found = [Objection(one["code"], one["facts"]) for one in line["objections"]]
    return Out(
        expert_id=expert_id,
        name=expert.short_name if expert else gettext("somebody who left"),
        reasons=[said for one in found if (said := why_not(one, Audience.COORDINATOR))],
        only_rests=expert is not None
        and not expert.is_lent
        and {one.code for one in found} <= {"REST", "RESTING"},
    )
