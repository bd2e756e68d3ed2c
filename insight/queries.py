"""Facts from rows: those that were written when a request ended, and those of what still runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, QuerySet

from insight import rules
from insight.models import Counted, Fact
from insight.rules import Course, Kind
from matching.models import MeasureEvent, Offer, Request
from matching.states import MeasureEventKind, OfferState, RequestState
from scheduling.models import SessionRole
from scheduling.states import SessionKind

ASKED = "asked"  # beside the states of an offer: any of them
EARLY = (MeasureEventKind.WITHDRAWN, MeasureEventKind.SUSPENDED, MeasureEventKind.ANNULLED)


def facts(*, since: date, now: datetime) -> list[rules.Fact]:
    """Every fact of the region from the week of `since` on; five queries, however much there is.

    A request that runs is read from its own rows, so an undone yes is none. When it ends the
    same facts are written down, and the rows may go.
    """
    rows = Fact.objects.filter(week__gte=rules.week_of(since)).values_list(
        "kind", "week", "month", "activity", "urgency", "minutes", "came"
    )
    kept = [
        rules.Fact(Kind(kind), week, month, activity, urgency, minutes, came)
        for kind, week, month, activity, urgency, minutes, came in rows
    ]
    running = [
        fact for course in courses(uncounted()).values() for fact in rules.facts_of(course, now=now)
    ]
    return kept + [fact for fact in running if fact.week >= rules.week_of(since)]


def uncounted() -> QuerySet[Request]:
    """Requests whose facts are not written yet."""
    return Request.objects.filter(~Exists(Counted.objects.filter(request=OuterRef("pk"))))


def courses(requests: QuerySet[Request]) -> dict[UUID, Course]:
    """What happened to each of `requests`, in four queries."""
    rows = list(
        requests.order_by("pk").values(
            "pk",
            "measure_id",
            "filed_at",
            "earliest_contact_at",
            "activity",
            "urgency",
            "matched_at",
            "first_contact_at",
            "closed_at",
            "unfilled_at",
            "state",
        )
    )
    ids = [row["pk"] for row in rows]
    answers = _answers(ids)
    met = _met(ids)
    news = _news(row["measure_id"] for row in rows)
    return {
        row["pk"]: Course(
            filed_at=row["filed_at"],
            reachable_at=row["earliest_contact_at"],
            activity=row["activity"],
            urgency=row["urgency"],
            matched_at=row["matched_at"],
            contact_at=row["first_contact_at"],
            met_at=met.get(row["pk"]),
            ended_at=row["closed_at"],
            was_withdrawn=row["state"] == RequestState.WITHDRAWN,
            had_nobody=row["unfilled_at"] is not None,
            was_extended=(row["measure_id"], MeasureEventKind.EXTENDED) in news,
            ended_early=any((row["measure_id"], kind) in news for kind in EARLY),
            n_asked=answers[row["pk"], ASKED],
            n_declined=answers[row["pk"], OfferState.DECLINED],
            n_silent=answers[row["pk"], OfferState.EXPIRED],
        )
        for row in rows
    }


def _answers(ids: list[UUID]) -> Counter[tuple[UUID, str]]:
    found: Counter[tuple[UUID, str]] = Counter()
    offers = Offer.objects.filter(seat__request__in=ids)
    for request_id, state in offers.values_list("seat__request_id", "state"):
        found[request_id, state] += 1
        found[request_id, ASKED] += 1
    return found


def _met(ids: list[UUID]) -> dict[UUID, datetime]:
    """When somebody first checked in at a meeting; a phone call is none."""
    roles = SessionRole.objects.filter(
        assignment__seat__request__in=ids, checked_in_at__isnull=False
    ).exclude(session__kind=SessionKind.PHONE)
    first = roles.values("assignment__seat__request_id").annotate(at=Min("checked_in_at"))
    return {row["assignment__seat__request_id"]: row["at"] for row in first}


def _news(measures: Iterable[UUID | None]) -> set[tuple[UUID, str]]:
    told = MeasureEvent.objects.filter(
        measure__in={one for one in measures if one}, kind__in=[*EARLY, MeasureEventKind.EXTENDED]
    )
    return set(told.values_list("measure_id", "kind"))
