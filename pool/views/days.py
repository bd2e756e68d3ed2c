"""Days that differ from the week, and "not today": oneself, or staff for somebody who asked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from pool import actions
from pool.forms.days import DaysForm, ExactForm
from pool.models import DayChange
from pool.permissions import STAFF
from pool.views.hours import own_or_staff, show_week, week_url
from pool.views.shared import done, own_expert, person_of


@allow(*STAFF, Role.EXPERT)
@require_POST
def days_set(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be there, or not, in parts of the coming days."""
    expert, own = own_or_staff(request, expert_id)
    now = clock.now()
    today = local(now).date()
    form = DaysForm(request.POST, first=today)
    if not form.is_valid() or not done(
        form,
        lambda: actions.set_parts(
            expert_id=expert.pk, wanted=form.wanted(today=today), by=person_of(request), now=now
        ),
    ):
        return show_week(request, expert, own=own, days=form)
    messages.success(request, _("Saved. The other weeks stay as they are."))
    return redirect(week_url(expert, own=own))


@allow(*STAFF, Role.EXPERT)
@require_POST
def day_add(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be there, or not, in exact hours of one day."""
    expert, own = own_or_staff(request, expert_id)
    form = ExactForm(request.POST, auto_id="exact_%s")
    if not form.is_valid() or not done(
        form,
        lambda: actions.set_hours(
            expert_id=expert.pk, hours=form.hours(), by=person_of(request), now=clock.now()
        ),
    ):
        return show_week(request, expert, own=own, exact=form)
    messages.success(request, _("Saved. The other weeks stay as they are."))
    return redirect(week_url(expert, own=own))


@allow(*STAFF, Role.EXPERT)
@require_POST
def day_clear(request: HttpRequest, expert_id: UUID, change_id: UUID) -> HttpResponse:
    """Let a day be as every week again."""
    expert, own = own_or_staff(request, expert_id)
    try:
        actions.clear_change(
            change_id=change_id, expert_id=expert.pk, by=person_of(request), now=clock.now()
        )
    except DayChange.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken away."))
    return redirect(week_url(expert, own=own))


@allow(Role.EXPERT)
@require_POST
def my_today(request: HttpRequest) -> HttpResponse:
    """One tap: nothing today, or after all."""
    expert, now = own_expert(request), clock.now()
    if request.POST.get("move") == "resume":
        actions.today_after_all(expert_id=expert.pk, by=person_of(request), now=now)
        messages.success(request, _("You are back. Questions can come again."))
    else:
        actions.not_today(expert_id=expert.pk, by=person_of(request), now=now)
        messages.success(request, _("Not today. No questions before tomorrow morning."))
    return redirect(reverse("pool:my-week"))
