"""Lists of people's work: requests, offers, tasks, assignments, each in the order of urgency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from core.access import links
from core.access.models import LinkPurpose, Role, User
from core.access.permissions import memberships
from matching.models import Assignment, Offer, Request, Task
from matching.states import RUNNING, AssignmentState, OfferState
from pool.models import Expert


def open_requests() -> QuerySet[Request]:
    """Running requests of the region, the urgent and then the oldest first."""
    return _requests().filter(state__in=RUNNING).order_by("-urgency", "filed_at", "pk")


def my_requests(user: User) -> QuerySet[Request]:
    """Requests of the organisations for which `user` asks; running ones first, newest first."""
    own = [
        membership.organisation_id
        for membership in memberships(user)
        if membership.role == Role.PROFESSIONAL and membership.organisation_id
    ]
    return (
        _requests()
        .filter(organisation_id__in=own)
        .order_by(F("closed_at").asc(nulls_first=True), "-filed_at", "pk")
    )


def offers_of(expert: Expert, *, at: datetime) -> QuerySet[Offer]:
    """Offers that `expert` may still answer at `at`, nearest deadline first."""
    return (
        Offer.objects.filter(expert=expert, state=OfferState.OPEN, deadline_at__gt=at)
        .select_related("seat", "seat__request", "seat__request__area", "seat__request__policy")
        .order_by("deadline_at", "pk")
    )


def assignments_of(expert: Expert) -> QuerySet[Assignment]:
    """Running work of `expert`, longest first."""
    return (
        Assignment.objects.filter(expert=expert)
        .exclude(state=AssignmentState.ENDED)
        .select_related(
            "seat",
            "offer",
            "seat__request",
            "seat__request__data_key",
            "seat__request__measure",
            "seat__request__area",
            "seat__request__organisation",
            "seat__request__policy",
        )
        .order_by("started_at", "pk")
    )


def open_tasks(*, at: datetime) -> QuerySet[Task]:
    """What needs a human at `at`, nearest moment first; overdue ones on top."""
    return (
        Task.objects.filter(done_at=None, made_at__lte=at)
        .select_related("request", "request__organisation", "expert", "expert__data_key")
        .order_by("due_at", "pk")
    )


@dataclass(frozen=True)
class OfferByLink:
    """Where a link of an offer leads, before any region is open.

    Attributes:
        may_act: the link still answers; a dead one only tells what became of the offer.
    """

    offer_id: UUID
    region_id: int
    may_act: bool


def offer_by_link(token: str, *, now: datetime) -> OfferByLink | None:
    """The offer behind `token`, also when it is over; None where there never was one."""
    found = links.recall(token, purpose=LinkPurpose.OFFER)
    if found is None:
        return None
    alive = links.find(token, purpose=LinkPurpose.OFFER, now=now)
    return OfferByLink(found.subject, found.region_id, may_act=alive is not None)


def _requests() -> QuerySet[Request]:
    return Request.objects.select_related("area", "organisation", "measure", "policy", "requester")
