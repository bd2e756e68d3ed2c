"""The front page of each role, and what a coordinator does from it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import SIGNED_IN, allow, allow_everyone, has_role
from core.access.views import home as first_tab
from matching import actions
from matching.hooks import home_part
from matching.models import Task
from matching.pages.home import nu
from matching.pages.lists import region_list, requester_list
from matching.views.shared import back_to, log_list, person, told


@allow_everyone(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """Where everybody lands: what needs this person now."""
    user = person(request)
    if has_role(user, Role.COORDINATOR):
        return _nu(request)
    if has_role(user, Role.PROFESSIONAL):
        return _mine(request)
    if has_role(user, Role.EXPERT):
        return redirect("matching:today")
    return first_tab(request)


def _nu(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    page = nu(reader=person(request), now=now)
    log_list(request, "home", page.subjects, now=now)
    context = {"page": page, "now": now}
    if request.headers.get("HX-Request"):
        return render(request, "matching/_nu.html", context)
    return render(request, "matching/nu.html", {**context, "below": home_part(now=now)})


def _mine(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    part = "matching/_mine.html" if request.headers.get("HX-Request") else "matching/mine.html"
    page = requester_list(person(request), now=now)
    log_list(request, "requests", page.subjects, now=now)
    return render(request, part, {"page": page, "now": now})


@allow(Role.COORDINATOR, Role.PROFESSIONAL)
def request_list(request: HttpRequest) -> HttpResponse:
    """Every request that this person may follow: the running ones, or those that are over."""
    user, now = person(request), clock.now()
    over, number = "over" in request.GET, request.GET.get("blad", "")
    if has_role(user, Role.COORDINATOR):
        page = region_list(now=now, over=over, number=number)
        log_list(request, "requests", page.subjects, now=now)
        context = {"page": page, "now": now, "over": over}
        return render(request, "matching/request_list.html", context)
    page = requester_list(user, now=now, over=over, number=number)
    log_list(request, "requests", page.subjects, now=now)
    context = {"page": page, "now": now, "over": over}
    return render(request, "matching/mine.html", context)


@allow(Role.COORDINATOR)
@require_POST
def task_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a human did it."""
    with told(request, _("Done. It is off the list.")):
        try:
            actions.finish_task(task_id=pk, by=person(request), now=clock.now())
        except Task.DoesNotExist:
            raise Http404 from None
    return back_to("home")
