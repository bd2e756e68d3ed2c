"""What the watchdog asks of matching, and how it brings to people what fell silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.outbox.watch import LATE, question
from matching.actions.calls import climb_after, climb_every, start_calling
from matching.actions.tasks import open_task
from matching.models import CallChain, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.states import ChainState, OfferState, RequestState

# A transaction and its task may be this far apart, and no more.
GRACE = timedelta(minutes=2)
SEARCHING = (RequestState.FILED, RequestState.SEARCHING, RequestState.UNFILLED)


def silent_requests(*, now: datetime) -> QuerySet[Request]:
    """Requests that look for somebody while nothing happens and nobody was asked to look.

    Whoever finished a task by hand after the last thing that happened knows about it.
    """
    asked = Offer.objects.filter(seat__request=OuterRef("pk"), state=OfferState.OPEN)
    tasks = Task.objects.filter(request=OuterRef("pk"))
    handled = tasks.filter(done_by__isnull=False).filter(
        Q(done_at__gte=OuterRef("unfilled_at"))
        | Q(done_at__gte=OuterRef("filed_at"), request__unfilled_at=None)
    )
    ended = Offer.objects.filter(seat__request=OuterRef("pk"), closed_at__gt=now - GRACE)
    return (
        Request.objects.filter(state__in=SEARCHING, filed_at__lte=now - GRACE)
        .exclude(Exists(asked))
        .exclude(Exists(tasks.filter(done_at=None)))
        .exclude(Exists(handled))
        .exclude(Exists(ended))
    )


def bring_to_people(now: datetime) -> None:
    """Give every silent request a task, and call somebody about it."""
    for request in silent_requests(now=now).select_related("policy"):
        task = open_task(
            TaskKind.NOBODY_FITS
            if request.state == RequestState.UNFILLED
            else TaskKind.NEW_REQUEST,
            request=request,
            due_at=now + timedelta(minutes=request.policy.call_back),
            once_per=f"silent:{request.pk}:{now:%Y%m%dT%H%M}",
            now=now,
        )
        start_calling(
            task, now=now, every=climb_every(request), calm_until=now + climb_after(request)
        )


@question("matching.silent_requests", mend=bring_to_people)
def n_silent(now: datetime) -> int:
    """Requests for which nothing happens."""
    return silent_requests(now=now).count()


@question("matching.late_offers")
def n_late_offers(now: datetime) -> int:
    """Questions whose time is up and that nobody closed."""
    return Offer.objects.filter(state=OfferState.OPEN, deadline_at__lte=now - LATE).count()


@question("matching.late_calls")
def n_late_calls(now: datetime) -> int:
    """Call chains that should have called the next."""
    late = CallChain.objects.filter(next_at__lte=now - LATE)
    return late.exclude(state=ChainState.ENDED).count()


def uncalled(*, now: datetime) -> QuerySet[Task]:
    """Requests that wait for a human, without anybody being called about it."""
    waiting = Task.objects.filter(
        kind__in=(TaskKind.NEW_REQUEST, TaskKind.NOBODY_FITS),
        request__state__in=SEARCHING,
        done_at=None,
        made_at__lte=now - GRACE,
    )
    return waiting.exclude(Exists(CallChain.objects.filter(task=OuterRef("pk"))))


def call_somebody(now: datetime) -> None:
    """Begin the chain that is missing."""
    for task in uncalled(now=now).select_related("request__policy"):
        if task.request is not None:
            start_calling(task, now=now, every=climb_every(task.request))


@question("matching.never_called", mend=call_somebody)
def n_uncalled(now: datetime) -> int:
    """Requests that wait for a human whom nobody called."""
    return uncalled(now=now).count()
