"""Lists of requests: of a region for its coordinators, of an organisation for who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from core.access.models import User
from core.ui import moments
from matching import queries
from matching.models import Assignment, Offer, Request
from matching.pages import words
from matching.states import RUNNING, AssignmentState, OfferState, RequestState

SHOWN_OVER = 100


@dataclass(frozen=True)
class Row:
    """One request in a list."""

    request: Request
    url: str
    badge: tuple[str, str, str]
    work: str
    about: str
    filed: str
    next_words: str


@dataclass(frozen=True)
class Requests:
    """A list with its sentence."""

    sentence: str
    rows: list[Row]


def region_list(*, now: datetime, over: bool = False) -> Requests:
    """The requests of the region: running ones longest waiting first, closed ones newest first."""
    rows = _rows(_found(over=over), "matching:request-detail", now=now)
    sentence = gettext("Requests that are over") if over else words.requests_run(len(rows))
    return Requests(sentence, rows)


def requester_list(user: User, *, now: datetime, over: bool = False) -> Requests:
    """The requests of the organisations of `user`: nights change hands."""
    found = _found(over=over, among=queries.my_requests(user))
    rows = _rows(found, "matching:request-status", now=now)
    sentence = gettext("Requests that are over") if over else words.your_requests_run(len(rows))
    return Requests(sentence, rows)


def _found(*, over: bool, among: QuerySet[Request] | None = None) -> list[Request]:
    rows = Request.objects.all() if among is None else among
    rows = rows.select_related("policy", "requester", "organisation", "area", "measure")
    if over:
        ended = rows.exclude(state__in=RUNNING)
        return list(ended.order_by("-closed_at", "pk")[:SHOWN_OVER])
    return list(rows.filter(state__in=RUNNING).order_by("filed_at", "pk"))


def _rows(found: list[Request], viewname: str, *, now: datetime) -> list[Row]:
    """The rows of a list: two queries, however long it is."""
    ids = [one.pk for one in found]
    deadlines: dict[UUID, datetime] = {}
    asked = Offer.objects.filter(seat__request__in=ids, state=OfferState.OPEN)
    for request_id, until in asked.values_list("seat__request_id", "deadline_at"):
        deadlines[request_id] = max(until, deadlines.get(request_id, until))
    names: dict[UUID, str] = {}
    held = Assignment.objects.filter(seat__request__in=ids).exclude(state=AssignmentState.ENDED)
    for one in held.select_related("seat", "expert__data_key").order_by("-started_at", "pk"):
        names[one.seat.request_id] = one.expert.short_name
    return [
        Row(
            request=one,
            url=reverse(viewname, args=[one.pk]),
            badge=badge_of(one),
            work=words.work(one),
            about=f"{words.age(one.age_band)}, {one.get_relation_display()}",
            filed=moments.moment(one.filed_at),
            next_words=_next(one, deadlines.get(one.pk), names.get(one.pk, ""), now=now),
        )
        for one in found
    ]


def badge_of(request: Request) -> tuple[str, str, str]:
    """Meaning, words and pictogram of a state."""
    badges = {
        RequestState.FILED: ("wacht", gettext("received"), ""),
        RequestState.SEARCHING: ("weet", gettext("offer runs"), "wacht"),
        RequestState.UNFILLED: ("nu", gettext("nobody can now"), ""),
        RequestState.MATCHED: ("goed", gettext("somebody said yes"), ""),
        RequestState.WITHDRAWN: ("stil", gettext("withdrawn"), ""),
        RequestState.CLOSED: ("stil", gettext("closed"), ""),
    }
    return badges[RequestState(request.state)]


def _next(request: Request, until: datetime | None, name: str, *, now: datetime) -> str:
    """What comes first, honestly: a moment that has passed is not promised again."""
    state = RequestState(request.state)
    if state == RequestState.MATCHED and name:
        return name
    if until is not None and until > now:
        return gettext("answer %(before)s") % {"before": moments.before(until, now=now)}
    if state == RequestState.UNFILLED and request.unfilled_at:
        call = request.unfilled_at + timedelta(minutes=request.policy.call_back)
        before = moments.before(call, now=now)
        return gettext("a coordinator calls %(before)s") % {"before": before}
    if state == RequestState.FILED:
        return gettext("a coordinator looks along")
    return ""
