"""The expert's own pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from pool import actions, queries
from pool.views.experts import edit_page
from pool.views.shared import log_reading, own_expert, person_of
from pool.views.specialisms import told_groups


@allow(Role.EXPERT)
@require_POST
def my_pause(request: HttpRequest) -> HttpResponse:
    """One tap: no questions, or questions again."""
    expert, now = own_expert(request), clock.now()
    if request.POST.get("move") == "resume":
        actions.resume(expert_id=expert.pk, by=person_of(request), now=now)
        messages.success(request, _("You are back. Questions can come again."))
    else:
        actions.pause(expert_id=expert.pk, by=person_of(request), now=now)
        messages.success(request, _("Pause. No questions until you say so."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The own page the tap came from; nothing outside these two."""
    places = {name: reverse(name) for name in ("pool:my-week", "pool:my-profile")}
    asked = request.POST.get("next", "")
    return asked if asked in {*places.values(), "/", "/vandaag/"} else places["pool:my-week"]


@allow(Role.EXPERT)
def my_profile(request: HttpRequest) -> HttpResponse:
    """What we know of you, for which work you may be asked, and who looked."""
    expert, now = own_expert(request), clock.now()
    log_reading(request, "profile", expert, now=now)
    shown = {
        "expert": expert,
        "page": queries.expert_page(expert, with_papers=True, now=now),
        "told": told_groups(request, expert, now=now),
        "works": queries.works_of(expert, on=local(now).date()),
        "contact": queries.contact(expert),
        "coordinator_phone": queries.coordinator_phone(at=now),
        "support": queries.support_of([expert], today=local(now).date())[0],
        "load": queries.own_load(expert, now=now),
        "today": local(now).date(),
        "now": now,
    }
    return render(request, "pool/my_profile.html", shown)


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_profile_edit(request: HttpRequest) -> HttpResponse:
    """Change what is yours to change."""
    return edit_page(request, own_expert(request), own=True)
