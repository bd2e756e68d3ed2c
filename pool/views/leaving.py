"""Leaving with a last day: for a coordinator on somebody's word, and for the expert."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from pool import actions
from pool.forms.leaving import LeaveForm
from pool.models import Expert
from pool.permissions import STAFF
from pool.states import EXPERT, ExpertState
from pool.views.shared import done, expert_or_404, log_reading, own_expert, person_of


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def expert_leave(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Somebody said to leave: with a last day, or now."""
    return _leave(request, expert_or_404(expert_id), own=False)


@allow(Role.EXPERT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_leaving(request: HttpRequest) -> HttpResponse:
    """I stop; or I stay after all."""
    return _leave(request, own_expert(request), own=True)


def _leave(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    user, now = person_of(request), clock.now()
    form = LeaveForm(request.POST or None, today=local(now).date())
    act = request.POST.get("act", "")

    def decide() -> object:
        given = form.cleaned_data
        if act == "now":
            return actions.leave(expert_id=expert.pk, by=user, now=now, reason=given["reason"])
        return actions.announce_leaving(
            expert_id=expert.pk,
            last_day=given["last_day"],
            reason=given["reason"],
            by=user,
            now=now,
        )

    if act == "stay":
        actions.stay(expert_id=expert.pk, by=user, now=now)
        messages.success(request, _("Good. Questions can come again."))
        return redirect("pool:my-profile" if own else "pool:expert-detail", *_of(expert, own=own))
    if request.method == "POST" and form.is_valid() and done(form, decide):
        if own and act == "now":
            # The account is closed: what follows is for everybody.
            return redirect("/")
        messages.success(request, _("Written down. What runs passes to others."))
        return redirect("pool:my-leaving") if own else redirect("scheduling:work-pass", expert.pk)
    if not own:
        log_reading(request, "profile", expert, now=now)
    following = EXPERT.moves[expert.state]
    shown = {
        "form": form,
        "expert": expert,
        "own": own,
        "may_announce": ExpertState.LEAVING in following and expert.state != ExpertState.SUSPENDED,
        "may_leave": ExpertState.LEFT in following,
        "is_leaving": expert.state == ExpertState.LEAVING,
    }
    return render(request, "pool/leave_form.html", shown, status=422 if form.is_bound else 200)


def _of(expert: Expert, *, own: bool) -> tuple[object, ...]:
    return () if own else (expert.pk,)
