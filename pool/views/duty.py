"""Who of the coordinators has duty."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.models import User
from core.access.permissions import allow
from core.clock import local
from pool import actions, queries
from pool.forms.coordinators import OnCallForm
from pool.models import OnCallShift
from pool.permissions import STAFF
from pool.views.shared import done, person_of


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def on_call(request: HttpRequest) -> HttpResponse:
    """Who has duty now and later, and a form to plan it."""
    user, now = person_of(request), clock.now()
    form = OnCallForm(request.POST or None, initial={"first_day": local(now).date()})

    def plan() -> OnCallShift:
        starts_at, ends_at = form.period()
        who = User.objects.get(pk=form.cleaned_data["user"])
        place = form.cleaned_data["place_in_chain"]
        return actions.plan_on_call(
            user=who, starts_at=starts_at, ends_at=ends_at, place_in_chain=place, by=user, now=now
        )

    if request.method == "POST" and form.is_valid() and done(form, plan):
        messages.success(request, _("On the rota."))
        return redirect("pool:on-call")
    shifts = queries.shifts(now=now)
    shown = {
        "form": form,
        "shifts": shifts,
        "chain": queries.on_call(at=now),
        "rota_empty": not any(shift.starts_at <= now for shift in shifts),
    }
    return render(request, "pool/on_call.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def on_call_remove(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Take duty off the rota."""
    try:
        actions.remove_on_call(shift_id=shift_id, by=person_of(request), now=clock.now())
    except OnCallShift.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken off the rota."))
    return redirect("pool:on-call")
