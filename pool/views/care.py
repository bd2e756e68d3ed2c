"""A talk that was offered: the expert's answer, and the coordinator who called."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from pool import actions, queries
from pool.models import Debrief
from pool.permissions import STAFF
from pool.states import DebriefState
from pool.views.shared import fresh_to_look, own_expert, person_of


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_debrief(request: HttpRequest, debrief_id: UUID) -> HttpResponse:
    """Shall somebody call? Both answers are equal, and another one may follow."""
    expert, now = own_expert(request), clock.now()
    debrief = get_object_or_404(Debrief, pk=debrief_id, expert=expert)
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer not in {"yes", "no", "heavy"}:
            raise Http404
        user = person_of(request)
        if answer == "heavy":
            actions.say_too_heavy(debrief_id=debrief.pk, by=user, now=now)
        else:
            actions.answer_debrief(
                debrief_id=debrief.pk, wants_call=answer == "yes", by=user, now=now
            )
        return redirect("pool:my-debrief", debrief.pk)
    shown = {
        "debrief": debrief,
        "rests_until": queries.asked_rest_until(expert, source=debrief.pk, now=now),
        "expert": expert,
        "is_open": debrief.state in {DebriefState.OFFERED, DebriefState.SILENT},
        "may_say_heavy": debrief.state not in {DebriefState.HELD, DebriefState.MISSED},
        "call_phone": queries.coordinator_phone(at=now),
    }
    return render(request, "pool/my_debrief.html", shown)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
@fresh_to_look
def debrief_close(request: HttpRequest, debrief_id: UUID) -> HttpResponse:
    """Call, then say whether you talked. It shows the number, so opening it is logged."""
    user, now = person_of(request), clock.now()
    debrief = get_object_or_404(Debrief.objects.select_related("expert__data_key"), pk=debrief_id)
    if request.method == "POST":
        result = request.POST.get("answer")
        if result not in {"yes", "no"}:
            raise Http404
        actions.close_debrief(debrief_id=debrief.pk, reached=result == "yes", by=user, now=now)
        messages.success(request, _("Written down. What you said stays between you."))
        return redirect("home")
    audit.read("contact", by=user, at=now, subject=debrief.expert_id, target=debrief)
    shown = {
        "debrief": debrief,
        "expert": debrief.expert,
        "contact": queries.contact(debrief.expert),
        "is_open": debrief.state in {DebriefState.SILENT, DebriefState.WANTED},
    }
    return render(request, "pool/debrief_close.html", shown)
