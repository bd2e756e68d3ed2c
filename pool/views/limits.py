"""Load, quiet hours and rest: oneself, or staff for somebody who asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from pool import actions, queries
from pool.forms.limits import LimitsForm
from pool.models import Expert
from pool.permissions import STAFF, may_edit
from pool.views.hours import week_url
from pool.views.shared import log_reading, own_expert, person_of, shown_or_404


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_limits(request: HttpRequest) -> HttpResponse:
    """How much you carry, when your phone is quiet, how long you rest."""
    return _limits(request, own_expert(request), own=True)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_limits(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The same for somebody who asked the coordinator to change it; the log says so."""
    expert = shown_or_404(expert_id)
    if not may_edit(person_of(request), expert):
        raise Http404
    return _limits(request, expert, own=False)


def _limits(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    user, now = person_of(request), clock.now()
    form = LimitsForm(request.POST or None, limits=actions.limits_of(expert))
    if request.method == "POST" and form.is_valid():
        actions.set_limits(expert_id=expert.pk, limits=form.limits(), by=user, now=now)
        messages.success(request, _("Saved."))
        return redirect(week_url(expert, own=own))
    if not own:
        log_reading(request, "hours", expert, now=now, fields_class=2)
    rules = queries.agreed(on=local(now).date())
    shown = {
        "expert": expert,
        "form": form,
        "own": own,
        "quiet_from": rules.quiet[0],
        "quiet_until": rules.quiet[1],
        "region_rest": rules.heavy_rest // timedelta(hours=1),
        "back": week_url(expert, own=own),
    }
    return render(request, "pool/limits_form.html", shown, status=422 if form.is_bound else 200)
