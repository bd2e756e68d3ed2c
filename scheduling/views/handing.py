"""Somebody stops: everything that runs, with a proposal for each, on one page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from core.errors import Refusal
from matching.actions import finish_handing, pass_work
from matching.models import Assignment
from matching.permissions import may_coordinate
from pool.models import Expert
from pool.states import ExpertState
from scheduling import actions
from scheduling.models import Session
from scheduling.pages.handing import handing
from scheduling.states import SessionState
from scheduling.views.sessions import changeable, person, uuid_or_404


@allow(Role.COORDINATOR, Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def work_pass(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Work, sessions and offers of somebody who stops; a POST decides on one of them."""
    found = get_object_or_404(
        Expert.reachable.select_related("data_key", "coordinator"), pk=expert_id
    )
    if request.method == "POST":
        _decide(request, found)
        return redirect("scheduling:work-pass", found.pk)
    user, now = person(request), clock.now()
    page = handing(found, now=now)
    audit.read("work", by=user, at=now, subject=found.pk, target=found)
    # Everybody who is named on it: who could take over, who comes along, and whose request it is.
    audit.listed(
        "work.people",
        by=user,
        at=now,
        subjects=(page.subjects | audit.opened_so_far()) - {found.pk},
        reason=audit.Reason.OVERVIEW,
    )
    context = {"page": page, "now": now, "may_act": may_coordinate(user)}
    return render(request, "scheduling/work_pass.html", context)


def _decide(request: HttpRequest, expert: Expert) -> None:
    """Pass one request on, or leave all of it as it is until the last day."""
    by, now, act = person(request), clock.now(), request.POST.get("act", "")
    if act == "until_last_day":
        if expert.state != ExpertState.LEAVING:
            raise Http404
        finish_handing(expert_id=expert.pk, by=by, now=now)
        messages.success(request, _("It goes on until the last day. We ask you again then."))
        return
    if act != "pass":
        raise Http404
    try:
        wave = pass_work(
            assignment_id=uuid_or_404(request.POST.get("work", "")),
            to=uuid_or_404(request.POST["to"]) if request.POST.get("to") else None,
            by=by,
            now=now,
        )
    except Assignment.DoesNotExist:
        raise Http404 from None
    if wave is None:
        messages.warning(request, _("Nobody can now. Call who asked; you have a task for it."))
    else:
        messages.success(request, _("Handed over. The next is asked; what is planned waits."))


@allow(Role.COORDINATOR, Role.PROFESSIONAL)
@require_POST
def session_replace(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Put whoever said yes in the place of somebody who fell out."""
    changeable(request, session_id)
    work = uuid_or_404(request.POST.get("work", ""))
    page = reverse("scheduling:session-detail", args=[session_id])
    try:
        session = actions.replace_expert(
            session_id=session_id,
            assignment_id=work,
            agreed=request.POST.get("agreed") == "on",
            by=person(request),
            now=clock.now(),
        )
    except (Assignment.DoesNotExist, Session.DoesNotExist):
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        asks = isinstance(refusal, actions.AskFirst)
        return redirect(f"{page}?toch={work}" if asks else page)
    if session.state == SessionState.PLANNED:
        messages.success(request, _("Planned again. Everybody hears it now."))
    else:
        messages.warning(request, _("Planned in. A first meeting waits for the second one."))
    return redirect(page)
