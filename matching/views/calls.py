"""What rings now: "I have it", or "I cannot now"."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access.models import Role
from core.access.permissions import allow, has_role
from matching import actions
from matching.pages.calls import running_chains
from matching.views.shared import back_to, log_list, person, told

CALLED = (Role.COORDINATOR, Role.REGIONAL_ADMIN)


@allow(*CALLED)
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Everything that waits for somebody to say "I have it"."""
    part = "matching/_calls.html" if request.headers.get("HX-Request") else "matching/calls.html"
    reader = person(request)
    now, page = clock.now(), running_chains(reader=reader)
    cases = [one.task.request.case_id for one in page if one.task.request]
    log_list(request, "calls", cases, now=now)
    context = {
        "page": page,
        "now": now,
        # Who runs the region is called as well, but opens no requests (security.md 4).
        "may_open": has_role(reader, Role.COORDINATOR),
    }
    return render(request, part, context)


@allow(*CALLED)
@require_POST
def call_take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """I have it."""
    with told(request, _("You have it. Nobody else is called.")):
        actions.take_call(task_id=pk, by=person(request), now=clock.now())
    return back_to("home" if has_role(person(request), Role.COORDINATOR) else "matching:calls")


@allow(*CALLED)
@require_POST
def call_pass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """I cannot now: the next is called."""
    with told(request, _("The next one is called now.")):
        actions.pass_call(task_id=pk, by=person(request), now=clock.now())
    return back_to("matching:calls")
