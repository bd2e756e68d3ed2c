"""Lists of requests: of a region for its coordinators, of an organisation for who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.ui import moments
from matching import queries
from matching.models import Assignment, Offer, Request
from matching.pages import words
from matching.states import RUNNING, AssignmentState, OfferState, RequestState
from pool.models import Expert

# Longer lists have pages, so that one takes as long in a large region as in a small one.
SHOWN = 50
COLUMNS = (
    "case",
    "number",
    "state",
    "activity",
    "age_band",
    "relation",
    "filed_at",
    "unfilled_at",
    "closed_at",
    "policy__call_back",
)

BADGES = {
    RequestState.FILED: ("wacht", _("received"), ""),
    RequestState.SEARCHING: ("weet", _("offer runs"), "wacht"),
    RequestState.UNFILLED: ("nu", _("nobody can now"), ""),
    RequestState.MATCHED: ("goed", _("somebody said yes"), ""),
    RequestState.WITHDRAWN: ("stil", _("withdrawn"), ""),
    RequestState.CLOSED: ("stil", _("closed"), ""),
}


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
    expert_id: UUID | None


@dataclass(frozen=True)
class Requests:
    """A page of a list, with the sentence about all of it.

    Attributes:
        sheet: which page this is, and whether there are others.
    """

    sentence: str
    rows: list[Row]
    sheet: Page[Request]

    @property
    def subjects(self) -> set[UUID]:
        """Who stands on the list, for the log: cases, and experts whose name is shown."""
        experts = {row.expert_id for row in self.rows if row.expert_id}
        return {row.request.case_id for row in self.rows} | experts


def region_list(*, now: datetime, over: bool = False, number: str = "") -> Requests:
    """The requests of the region: running ones longest waiting first, closed ones newest first."""
    sheet = _sheet(Request.objects.all(), over=over, number=number)
    n = sheet.paginator.count
    sentence = gettext("Requests that are over") if over else words.requests_run(n)
    return Requests(sentence, _rows(list(sheet), "matching:request-detail", now=now), sheet)


def requester_list(user: User, *, now: datetime, over: bool = False, number: str = "") -> Requests:
    """The requests of the organisations of `user`: nights change hands."""
    sheet = _sheet(queries.my_requests(user), over=over, number=number)
    n = sheet.paginator.count
    sentence = gettext("Requests that are over") if over else words.your_requests_run(n)
    return Requests(sentence, _rows(list(sheet), "matching:request-status", now=now), sheet)


def _sheet(rows: QuerySet[Request], *, over: bool, number: str) -> Page[Request]:
    """The page that was asked for; the nearest one where there is none."""
    # No more columns than a row shows: fifty whole requests cost more than the rest of the page.
    rows = rows.select_related(None).select_related("policy").only(*COLUMNS)
    if over:
        rows = rows.exclude(state__in=RUNNING).order_by("-closed_at", "pk")
    else:
        rows = rows.filter(state__in=RUNNING).order_by("filed_at", "pk")
    return Paginator(rows, SHOWN).get_page(number)


def _rows(found: list[Request], viewname: str, *, now: datetime) -> list[Row]:
    """The rows of a list: two queries, however long it is."""
    ids = [one.pk for one in found]
    deadlines: dict[UUID, datetime] = {}
    asked = Offer.objects.filter(seat__request__in=ids, state=OfferState.OPEN)
    for request_id, until in asked.values_list("seat__request_id", "deadline_at"):
        deadlines[request_id] = max(until, deadlines.get(request_id, until))
    experts: dict[UUID, Expert] = {}
    held = Assignment.objects.filter(seat__request__in=ids).exclude(state=AssignmentState.ENDED)
    for one in held.select_related("seat", "expert__data_key").order_by("-started_at", "pk"):
        experts[one.seat.request_id] = one.expert
    return [
        Row(
            request=one,
            url=reverse(viewname, args=[one.pk]),
            badge=badge_of(one),
            work=words.work(one),
            about=f"{words.age(one.age_band)}, {words.relation(one)}",
            filed=moments.moment(one.filed_at),
            next_words=_next(one, deadlines.get(one.pk), experts.get(one.pk), now=now),
            expert_id=experts[one.pk].pk if one.pk in experts else None,
        )
        for one in found
    ]


def badge_of(request: Request) -> tuple[str, str, str]:
    """Meaning, words and pictogram of a state."""
    meaning, said, icon = BADGES[RequestState(request.state)]
    return meaning, str(said), icon


def _next(request: Request, until: datetime | None, expert: Expert | None, *, now: datetime) -> str:
    """What comes first, honestly: a moment that has passed is not promised again."""
    state = RequestState(request.state)
    if state == RequestState.MATCHED and expert is not None:
        return expert.short_name
    if until is not None and until > now:
        return gettext("answer %(before)s") % {"before": moments.before(until, now=now)}
    if state == RequestState.UNFILLED and request.unfilled_at:
        call = request.unfilled_at + timedelta(minutes=request.policy.call_back)
        before = moments.before(call, now=now)
        return gettext("a coordinator calls %(before)s") % {"before": before}
    if state == RequestState.FILED:
        return gettext("a coordinator looks along")
    return ""
