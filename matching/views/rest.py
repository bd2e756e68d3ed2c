"""Somebody rests, and may be asked for one request all the same: a coordinator says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed, Refusal
from matching import actions
from matching.forms.rest import RestForm
from matching.models import Request, Seat
from matching.states import RUNNING, SeatState
from matching.views.shared import back_to, followed, log_reading, person
from pool import actions as pool
from pool.models import Expert
from pool.models.training import LONGEST_REST_OVERRIDE
from pool.queries import rest_override_of

DETAIL = "matching:request-detail"
USUAL = timedelta(hours=24)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def rest_override(request: HttpRequest, pk: UUID, expert: UUID) -> HttpResponse:
    """Give an exception to the rest of one expert for this request, or take it back.

    An expert of another region has its coordinator there: that one looks like none here.
    """
    found, user, now = followed(request, pk), person(request), clock.now()
    somebody = get_object_or_404(
        Expert.objects.select_related("data_key"), pk=expert, hidden_at=None
    )
    if found.state not in RUNNING:
        raise Http404
    running = rest_override_of(somebody, request_id=found.pk, now=now)
    if request.method == "POST" and request.POST.get("act") == "end":
        pool.end_rest_override(expert_id=somebody.pk, request_id=found.pk, by=user, now=now)
        messages.success(request, _("The exception has ended. The rest counts again."))
        return _look_again(found, request, now=now)
    until = local(_usual_end(found, now))
    form = RestForm(
        request.POST or None, now=now, initial={"day": until.date(), "clock": until.time()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            pool.allow_despite_rest(
                expert_id=somebody.pk,
                request_id=found.pk,
                reason=form.cleaned_data["reason"],
                until_at=form.cleaned_data["until_at"],
                by=user,
                now=now,
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Until that moment this person may be asked for this."))
            return _look_again(found, request, now=now)
    log_reading(request, found, now=now)
    audit.read("hours", by=user, at=now, subject=somebody.pk, target=somebody, purpose=found.pk)
    shown = {"form": form, "expert": somebody, "found": found, "running": running}
    return render(
        request, "matching/rest_override.html", shown, status=422 if form.is_bound else 200
    )


def _usual_end(found: Request, now: datetime) -> datetime:
    """After the fixed hours of a seat that is open, else a day; within the longest one."""
    fixed = Seat.objects.filter(request=found, state=SeatState.OPEN, starts_at__gt=now)
    start = fixed.order_by("starts_at").values_list("starts_at", flat=True).first()
    end = start + timedelta(hours=1) if start else now + USUAL
    return min(end, now + LONGEST_REST_OVERRIDE)


def _look_again(found: Request, request: HttpRequest, *, now: datetime) -> HttpResponse:
    """The list of before would still say that this person rests, or does not."""
    for seat in Seat.objects.filter(request=found, state=SeatState.OPEN).order_by("pk"):
        actions.decide(seat_id=seat.pk, by=person(request), now=now)
    return back_to(DETAIL, found.pk, anchor="wie")
