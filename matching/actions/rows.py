"""Locks and moves that every action of matching shares.

One order for everybody: expert, agreement to lend, measure, request, and then whatever hangs
below a request. Its seats, waves, offers and items are only changed by who holds the request. Two
accepts at once then queue up at the request; without that lock each would close the other's offer
first and wait for the other's row: a deadlock in every second race (style.md, rule 12).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal
from matching.models import Measure, Request, Seat
from matching.states import REQUEST, RUNNING, RequestState
from pool.models import Expert, LendingGrant


class RequestOver(Refusal):
    """The request was closed or withdrawn."""

    message = _("This request is over. Nothing was changed.")


def lock_request(request_id: UUID) -> Request:
    """The request, held until the end of the transaction; rows below it may still point here."""
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("policy", "organisation", "area", "requester")
        .get(pk=request_id)
    )


def lock_running(request_id: UUID) -> Request:
    """As `lock_request`; raises RequestOver where nothing can change any more."""
    request = lock_request(request_id)
    if request.state not in RUNNING:
        raise RequestOver
    return request


def lock_seat(seat_id: UUID) -> Seat:
    """A seat, with its request held; read after the lock, so that it is as it stands."""
    request_id = Seat.objects.values_list("request_id", flat=True).get(pk=seat_id)
    request = lock_request(request_id)
    seat = Seat.objects.get(pk=seat_id)
    seat.request = request
    return seat


def lock_expert(expert_id: UUID) -> Expert:
    """The expert, held: a suspension comes either wholly before this act or wholly after it."""
    expert = Expert.reachable.select_for_update().get(pk=expert_id)
    if expert.is_lent:
        # So does a revocation of what lends this expert here.
        grants = LendingGrant.to_us.filter(expert=expert).order_by("pk")
        list(grants.select_for_update(of=("self",)))
    return expert


def lock_measure(measure_id: UUID) -> Measure:
    """The measure, held; its requests are locked after it, in the order of their ids."""
    return Measure.objects.select_for_update(of=("self",)).select_related("case").get(pk=measure_id)


def move_request(request: Request, state: RequestState, **fields: Any) -> None:
    """Move a held request along its table, and write `fields` with it.

    Raises:
        IllegalMove: there is no such move; standing still is none.
    """
    if request.state != state:
        REQUEST.require(request.state, state)
    Request.objects.filter(pk=request.pk).update(state=state, **fields)
    request.state = state
    for name, value in fields.items():
        setattr(request, name, value)
