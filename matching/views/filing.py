"""Asking for somebody: four steps, one page to look it over, and send."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow, has_role, membership_of
from core.errors import Refusal
from matching import actions, wizard
from matching.forms.steps import Terms
from matching.models import Request
from matching.pages.filing import filing_of, review_of, terms_here
from matching.views.shared import person
from matching.wizard import STEPS, Draft

N_PAGES = len(STEPS) + 1  # the last is to look everything over


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
def request_new(request: HttpRequest) -> HttpResponse:
    """Go on where the draft stopped; begin where there is none."""
    draft = wizard.load(request)
    step = draft.first_open(now=clock.now(), terms=terms_here())
    return redirect("matching:request-step", step) if step else redirect("matching:request-check")


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_step(request: HttpRequest, step: int) -> HttpResponse:
    """One step: every answer is kept, also a wrong one; only a right one leads on."""
    if step not in STEPS:
        raise Http404
    now, terms = clock.now(), terms_here()
    draft = wizard.load(request)
    if request.method == "POST":
        draft.keep(step, request.POST, now=now)
        wizard.save(request, draft)
        if request.POST.get("go") == "back":
            return redirect("matching:request-step", max(step - 1, 1))
        if draft.form(step, now=now, terms=terms).is_valid():
            return _onward(request, draft, step, now=now, terms=terms)
    form = draft.form(step, now=now, terms=terms, initial=_initial(request))
    context = {
        "form": form,
        "step": STEPS[step],
        "number": step,
        "total": N_PAGES,
        "draft": draft,
        "to_check": "check" in request.GET or "check" in request.POST,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, STEPS[step].template, context, status=status)


def _onward(
    request: HttpRequest, draft: Draft, step: int, *, now: datetime, terms: Terms
) -> HttpResponse:
    waiting = draft.first_open(now=now, terms=terms)
    if "check" in request.POST or step == len(STEPS):
        following = waiting
    else:
        following = step + 1 if waiting is None or waiting > step else waiting
    if following is None:
        return redirect("matching:request-check")
    return redirect("matching:request-step", following)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """Who asks is most often the case manager too; the number is the one we know."""
    user = person(request)
    if not has_role(user, Role.PROFESSIONAL):
        return {}
    own = membership_of(user, Role.PROFESSIONAL)
    return {
        "case_manager_name": user.name,
        "case_manager_phone": own.phone,
        "out_of_hours_phone": own.organisation.out_of_hours_phone if own.organisation else "",
    }


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_check(request: HttpRequest) -> HttpResponse:
    """Look it over; POST sends it, once, however often the button is pressed."""
    now, terms = clock.now(), terms_here()
    draft = wizard.load(request)
    if request.method == "POST":
        sent = _sent_before(request)
        if sent is not None:
            wizard.forget(request)
            return redirect("matching:request-status", sent.pk)
    step = draft.first_open(now=now, terms=terms)
    if step is not None:
        return redirect("matching:request-step", step)
    if request.method == "POST":
        return _send(request, draft, now=now, terms=terms)
    return _check_page(request, draft, now=now, terms=terms)


def _send(request: HttpRequest, draft: Draft, *, now: datetime, terms: Terms) -> HttpResponse:
    try:
        filed = actions.open_request(
            filing=filing_of(draft, now=now, terms=terms), by=person(request), now=now
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return _check_page(request, draft, now=now, terms=terms, status=refusal.status)
    wizard.forget(request)
    messages.success(request, _("Received. Your request runs under number %s.") % filed.number)
    return redirect("matching:request-status", filed.pk)


def _check_page(
    request: HttpRequest, draft: Draft, *, now: datetime, terms: Terms, status: int = 200
) -> HttpResponse:
    context = {
        "review": review_of(draft, now=now, terms=terms),
        "draft": draft,
        "last_step": len(STEPS),
        "total": N_PAGES,
    }
    return render(request, "matching/request_check.html", context, status=status)


def _sent_before(request: HttpRequest) -> Request | None:
    """What this very form filed, where the button was pressed twice."""
    try:
        key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None
    return Request.objects.filter(form_key=key, requester=person(request)).first()


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_POST
def request_discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    wizard.forget(request)
    messages.info(request, _("The draft is gone. Nothing was sent."))
    return redirect("home")
