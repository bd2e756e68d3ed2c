"""The week and the days away, of oneself or for somebody who asked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from pool import actions, queries
from pool.forms.days import DaysForm, ExactForm
from pool.forms.week import AbsenceForm, WeekForm
from pool.models import Absence, Expert
from pool.permissions import STAFF, may_edit
from pool.states import NEWCOMERS
from pool.views.shared import log_reading, own_expert, person_of, shown_or_404


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_week(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The week of somebody who asked the coordinator to change it; the log says so."""
    return _week(request, shown_or_404(expert_id), own=False)


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_week(request: HttpRequest) -> HttpResponse:
    """The own week, days away and the pause."""
    return _week(request, own_expert(request), own=True)


def _week(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    user, now = person_of(request), clock.now()
    week = queries.weeks_of([expert.pk]).get(expert.pk, [])
    form = WeekForm(request.POST or None, week=week)
    if request.method == "POST" and form.is_valid():
        actions.set_week(expert_id=expert.pk, rows=form.rows(), by=user, now=now)
        messages.success(
            request, _("Saved. We ask you only in these hours.") if own else _("Saved.")
        )
        if not own and expert.state in NEWCOMERS:
            # The last step of the way in stands on the page of the person.
            return redirect("pool:expert-detail", expert.pk)
        return redirect(week_url(expert, own=own))
    if not own:
        log_reading(request, "hours", expert, now=now, fields_class=2)
    return show_week(request, expert, own=own, form=form)


def show_week(  # noqa: PLR0913  (one page with four forms, of which one may be faulty)
    request: HttpRequest,
    expert: Expert,
    *,
    own: bool,
    form: WeekForm | None = None,
    away: AbsenceForm | None = None,
    days: DaysForm | None = None,
    exact: ExactForm | None = None,
) -> HttpResponse:
    """The page about hours; a form that was sent and needs a look comes back as it was."""
    page = queries.hours_page(expert, now=clock.now())
    sent = [one for one in (form, away, days, exact) if one is not None and one.is_bound]
    form = form or WeekForm(week=page.week)
    shown = {
        "expert": expert,
        "own": own,
        "page": page,
        "form": form,
        "unfolds_week": form.is_bound or not page.week,
        "away": away or AbsenceForm(auto_id="away_%s"),
        "days": days
        or DaysForm(first=page.today, parts=page.parts, differing=page.differing_dates),
        "exact": exact or ExactForm(auto_id="exact_%s"),
        "url": week_url(expert, own=own),
    }
    return render(request, "pool/week_form.html", shown, status=422 if sent else 200)


def week_url(expert: Expert, *, own: bool) -> str:
    """The page about hours, of oneself or of somebody else."""
    return reverse("pool:my-week") if own else reverse("pool:expert-week", args=[expert.pk])


@allow(*STAFF, Role.EXPERT)
@require_POST
def absence_add(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be away for a while."""
    expert, own = own_or_staff(request, expert_id)
    form = AbsenceForm(request.POST, auto_id="away_%s")
    if not form.is_valid():
        return show_week(request, expert, own=own, away=form)
    starts_at, ends_at = form.period()
    actions.add_absence(
        expert_id=expert.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        by=person_of(request),
        now=clock.now(),
    )
    messages.success(request, _("Written down. No questions on those days."))
    return redirect(week_url(expert, own=own))


@allow(*STAFF, Role.EXPERT)
@require_POST
def absence_remove(request: HttpRequest, expert_id: UUID, absence_id: UUID) -> HttpResponse:
    """Be there after all."""
    expert, own = own_or_staff(request, expert_id)
    try:
        actions.remove_absence(
            absence_id=absence_id, expert_id=expert.pk, by=person_of(request), now=clock.now()
        )
    except Absence.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken away."))
    return redirect(week_url(expert, own=own))


def own_or_staff(request: HttpRequest, expert_id: UUID) -> tuple[Expert, bool]:
    """The expert, and whether it is the one who asks; somebody else's looks like none."""
    me = queries.expert_of(person_of(request))
    if me is not None and me.pk == expert_id:
        return me, True
    expert = shown_or_404(expert_id)
    if not may_edit(person_of(request), expert):
        raise Http404
    return expert, False
