"""Where a request stands: what the sentences of its status page are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matching.hooks import SessionMark, sessions_of
from matching.models import Assignment, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.states import AssignmentState, OfferState


@dataclass(frozen=True)
class Standing:
    """Everything that a sentence about a request may need, read once."""

    request: Request
    now: datetime
    offers: list[Offer]
    held: Assignment | None
    sessions: Sequence[SessionMark]
    look_before: datetime
    call_before: datetime
    called_at: datetime | None
    overdue_since: datetime | None

    @property
    def waiting(self) -> list[Offer]:
        return [one for one in self.offers if one.state == OfferState.OPEN]

    @property
    def ended_at(self) -> datetime:
        return self.request.closed_at or self.now

    @property
    def first_contact_at(self) -> datetime | None:
        """When contact was recorded; where nobody did, a meeting that was held says enough."""
        own = self.held.first_contact_at if self.held else None
        met = [one.starts_at for one in self.sessions if one.state == "done"]
        return self.request.first_contact_at or own or (met[0] if met else None)

    def goal(self, minutes: int) -> datetime:
        """Until when something should have happened; a participant who is held stops the clock."""
        term = timedelta(minutes=minutes)
        by_filing = self.request.filed_at + term
        if self.request.earliest_contact_at < by_filing:
            return by_filing
        return self.request.earliest_contact_at + term


def standing_of(request: Request, *, now: datetime) -> Standing:
    """What is known of `request` at `now`, in a constant number of queries."""
    offers = Offer.objects.filter(seat__request=request).select_related("expert__data_key")
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
    calls = Task.objects.filter(request=request, kind=TaskKind.NOBODY_FITS)
    made = calls.exclude(done_by=None).filter(made_at__gte=request.unfilled_at or now)
    back = timedelta(minutes=request.policy.call_back)
    return Standing(
        request=request,
        now=now,
        offers=list(offers.order_by("offered_at", "pk")),
        held=held,
        sessions=sessions_of([request.pk]).get(request.pk, ()),
        look_before=due.get(TaskKind.NEW_REQUEST) or request.filed_at + back,
        call_before=due.get(TaskKind.NOBODY_FITS) or (request.unfilled_at or now) + back,
        # "Done" on the task is the word of a coordinator that the call was made.
        called_at=None
        if TaskKind.NOBODY_FITS in due
        else made.order_by("-done_at").values_list("done_at", flat=True).first(),
        overdue_since=due.get(TaskKind.OVERDUE),
    )
