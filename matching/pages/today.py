"""The expert's day: a question that waits, what is planned, what runs. No telling word.

What an expert sees of a request opens in layers (domain.md 5.3): how far and when before a
yes; area, professional and telephone after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy, pgettext

from core import clock
from core.access.models import Membership, Role
from core.ui import moments
from matching import queries
from matching.hooks import SessionMark, sessions_of
from matching.models import Assignment, Offer, Request
from matching.pages import words
from matching.queries.lent import There, there
from pool.geo import distance_km
from pool.models import Debrief, Expert, LendingGrant
from pool.queries import agreed, coordinator_phone, debriefs_of, lending_of
from pool.states import ExpertState


@dataclass(frozen=True)
class Fact:
    """One thing that may be known: a pictogram, a word, and what it is here."""

    icon: str
    label: str
    value: str


@dataclass(frozen=True)
class OfferCard:
    """A question to this expert, as blind as it has to be."""

    offer: Offer
    facts: list[Fact]


@dataclass(frozen=True)
class WorkCard:
    """Something that runs: what comes next, and whom to call."""

    assignment: Assignment
    title: str
    area: str
    professional: str
    organisation: str
    phone: str
    next_step: str
    session: SessionMark | None
    can_undo: bool


@dataclass(frozen=True)
class Elsewhere:
    """Another region that lends, or wants to lend, this expert: what waits there."""

    grant: LendingGrant
    there: There


@dataclass(frozen=True)
class Today:
    """The whole page."""

    title: str
    expert: Expert
    offers: list[OfferCard]
    sessions: list[SessionMark]
    work: list[WorkCard]
    talks: list[Debrief]
    call_name: str
    call_phone: str
    elsewhere: list[Elsewhere]


def today(expert: Expert, *, now: datetime) -> Today:
    """The page of `expert` as it stands at `now`."""
    offers = list(queries.offers_of(expert, at=now))
    held = list(queries.assignments_of(expert).select_related("seat__request__requester"))
    sessions = sessions_of([one.seat.request_id for one in held])
    phones = _phones(one.seat.request.requester_id for one in held)
    cards = [_work(one, sessions, phones, now=now) for one in held]
    coming = [card.session for card in cards if card.session]
    roads = _road_factor() if offers else 1.0
    return Today(
        title=_title(expert, offers),
        expert=expert,
        offers=[OfferCard(one, _facts(one.seat.request, expert, roads)) for one in offers],
        sessions=sorted(coming, key=lambda one: one.starts_at)[:2],
        work=cards,
        talks=debriefs_of(expert),
        call_name=gettext("the coordinator")
        if expert.is_lent
        else expert.coordinator.name.partition(" ")[0],
        call_phone=coordinator_phone(at=now),
        elsewhere=elsewhere_of(expert),
    )


def elsewhere_of(expert: Expert) -> list[Elsewhere]:
    """Where `expert` is lent, or is asked to be, and what waits there; nothing while visiting."""
    if expert.is_lent:
        return []
    return [Elsewhere(one, there(expert, one.borrower_region_id)) for one in lending_of(expert)]


# How it stands for who gets no questions; in other states there may be some.
TITLES = {
    ExpertState.APPLICANT: gettext_lazy("You wrote in. %(name)s calls you for a first talk."),
    ExpertState.INTAKE: gettext_lazy("You talk with %(name)s about joining."),
    ExpertState.IN_TRAINING: gettext_lazy("You learn first. No questions come yet."),
    ExpertState.PAUSED: gettext_lazy("You have a pause"),
    ExpertState.SUSPENDED: gettext_lazy("No questions now. %(name)s is there for you."),
    ExpertState.LEAVING: gettext_lazy("Your last day is %(day)s"),
}


def _title(expert: Expert, offers: Sequence[Offer]) -> str:
    if len(offers) == 1:
        return pgettext("title", "There is a question for you")
    if offers:
        return gettext("There are questions for you")
    if expert.state in TITLES:
        return str(TITLES[ExpertState(expert.state)]) % {
            "name": expert.coordinator.name.partition(" ")[0],
            "day": moments.day(expert.leaves_on) if expert.leaves_on else "",
        }
    return gettext("No questions now")


def offer_card(offer: Offer, expert: Expert) -> OfferCard:
    """One question, as blind as it has to be."""
    return OfferCard(offer, _facts(offer.seat.request, expert, _road_factor()))


def _facts(request: Request, expert: Expert, road_factor: float) -> list[Fact]:
    """What a signed-in expert may know before a yes; it says nothing of who or where."""
    return [
        *_rough_facts(request, expert, road_factor),
        Fact("persoon", gettext("Age"), words.age(request.age_band)),
        Fact("huis", gettext("At home"), words.relation(request)),
        Fact("taal", gettext("Language"), words.language(request.language)),
        Fact("wens", gettext("Wish"), words.needs(request.needs) or gettext("nothing special")),
    ]


def blind_facts(request: Request, expert: Expert) -> list[Fact]:
    """What may stand on a page that anybody with the link can open: harmless on a billboard."""
    return [
        *_rough_facts(request, expert, _road_factor()),
        Fact("pool", gettext("What"), words.work(request)),
    ]


def _rough_facts(request: Request, expert: Expert, road_factor: float) -> list[Fact]:
    home, there = expert.home_area, request.area
    km = distance_km(
        (float(home.latitude), float(home.longitude)),
        (float(there.latitude), float(there.longitude)),
        road_factor,
    )
    return [
        Fact("plek", gettext("Where"), words.around(km)),
        Fact("agenda", gettext("When"), words.day_parts(request.day_parts)),
    ]


def _road_factor() -> float:
    return agreed(on=clock.local(clock.now()).date()).road_factor


def _phones(users: Iterable[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.filter(user__in=set(users), role=Role.PROFESSIONAL, ended_at=None)
    return dict(rows.exclude(phone="").values_list("user_id", "phone"))


def _work(
    assignment: Assignment,
    sessions: Mapping[UUID, Sequence[SessionMark]],
    phones: Mapping[UUID, str],
    *,
    now: datetime,
) -> WorkCard:
    request = assignment.seat.request
    coming = [
        one
        for one in sessions.get(request.pk, ())
        if one.ends_at >= now and one.assignment_id in {None, assignment.pk}
    ]
    until = assignment.offer.undo_until
    return WorkCard(
        assignment=assignment,
        title=words.work(request),
        area=request.area.name,
        professional=request.requester.name,
        organisation=request.organisation.name,
        phone=phones.get(request.requester_id, ""),
        next_step=_next_step(assignment, request, coming),
        session=coming[0] if coming else None,
        can_undo=until is not None and now < until,
    )


def _next_step(assignment: Assignment, request: Request, coming: Sequence[SessionMark]) -> str:
    if coming:
        return gettext("You meet on %(moment)s.") % {"moment": moments.moment(coming[0].starts_at)}
    if assignment.first_contact_at or request.first_contact_at:
        return gettext("The next appointment is being planned. You hear when.")
    name = {"name": request.requester.name.partition(" ")[0]}
    return gettext("Call %(name)s to agree on the first contact.") % name
