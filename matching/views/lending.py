"""Lending between regions: what is asked and agreed, and the work that runs through it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import approvals, audit, clock
from core.access.models import Role
from core.access.permissions import allow, has_role
from core.approvals.models import Approval, Decision
from core.clock import local
from matching.queries.lent import running_by_grant
from matching.views.shared import person, told
from pool import actions, queries
from pool.forms.lending import AskForm, LendForm, first_terms
from pool.models import LendingAsk, LendingGrant
from pool.permissions import STAFF
from pool.states import GrantState
from pool.views.shared import done


@allow(*STAFF)
@require_safe
def lending(request: HttpRequest) -> HttpResponse:
    """Everything between this region and others, in both directions."""
    now, by = clock.now(), person(request)
    desk = queries.lending_desk()
    grants = [*desk.lent_out, *desk.lent_to_us]
    for one in grants:
        audit.read("lending", by=by, at=now, subject=one.expert_id, target=one)
    waiting = Approval.objects.filter(
        kind=actions.LEND, decision=Decision.PENDING, expires_at__gt=now
    )
    shown = {
        "desk": desk,
        "running": running_by_grant([one.pk for one in grants]),
        "waiting": {one.subject: one for one in waiting},
        "may_ask": has_role(by, Role.COORDINATOR),
        "now": now,
    }
    return render(request, "matching/lending.html", shown)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def lending_ask(request: HttpRequest) -> HttpResponse:
    """Ask another region: the work, when, how far. Nobody is named."""
    now = clock.now()
    today = local(now).date()
    form = AskForm(
        request.POST if request.method == "POST" else None,
        today=today,
        initial=first_terms(None, today),
    )
    if request.method == "POST" and form.is_valid():

        def ask() -> LendingAsk:
            return actions.ask_to_lend(
                lender_id=int(form.cleaned_data["region"]),
                terms=form.terms(),
                by=person(request),
                now=now,
            )

        if done(form, ask):
            messages.success(request, _("Asked. Their coordinators get a message now."))
            return redirect("matching:lending")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "matching/lending_ask.html", {"form": form}, status=status)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def lending_propose(request: HttpRequest) -> HttpResponse:
    """Lend somebody of the own region: a colleague and the expert decide after this."""
    now = clock.now()
    today = local(now).date()
    ask = _asked_of_us(request.GET.get("vraag", ""))
    form = LendForm(
        request.POST if request.method == "POST" else None,
        today=today,
        initial=first_terms(ask, today),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def propose() -> LendingGrant:
            return actions.propose_lending(
                expert_id=given["expert"],
                borrower_id=int(given["region"]),
                terms=form.terms(),
                most_running=given["most_running"],
                ask_id=ask.pk if ask and str(ask.region_id) == given["region"] else None,
                by=person(request),
                now=now,
            )

        if done(form, propose):
            messages.success(request, _("Written down. A colleague has to agree within a day."))
            return redirect("matching:lending")
    status = 422 if form.is_bound and form.errors else 200
    audit.listed("lending", by=person(request), at=now, subjects=audit.opened_so_far())
    shown = {"form": form, "ask": ask}
    return render(request, "matching/lending_propose.html", shown, status=status)


def _asked_of_us(ask_id: str) -> LendingAsk | None:
    try:
        found = LendingAsk.for_us.select_related("region").filter(pk=UUID(ask_id)).first()
    except ValueError:
        return None
    return found


@allow(*STAFF)
@require_POST
def lending_ask_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the own question back, or say that nobody can be lent now."""
    now, by = clock.now(), person(request)
    try:
        if request.POST.get("act") == "withdraw":
            with told(request, _("Taken back.")):
                actions.withdraw_ask(ask_id=pk, by=by, now=now)
        else:
            with told(request, _("Said. The other region gets a message.")):
                actions.decline_ask(ask_id=pk, by=by, now=now)
    except LendingAsk.DoesNotExist:
        raise Http404 from None
    return redirect("matching:lending")


@allow(*STAFF)
@require_POST
def lending_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Be the second person: yes or no."""
    now, by = clock.now(), person(request)
    rows = Approval.objects.filter(kind=actions.LEND, subject=pk, decision=Decision.PENDING)
    approval = rows.first()
    if approval is None:
        raise Http404
    if request.POST.get("decision") == "approve":
        with told(request, _("Agreed. Now it is the expert's own choice.")):
            approvals.approve(approval_id=approval.pk, by=by, now=now)
    else:
        with told(request, _("Not lent. Nobody else hears of it.")):
            approvals.reject(approval_id=approval.pk, by=by, now=now)
            actions.end_lending(grant_id=pk, by=by, now=now)
    return redirect("matching:lending")


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def lending_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End an agreement at once; shows first what that means for work that runs."""
    now, by = clock.now(), person(request)
    found = LendingGrant.objects.filter(pk=pk).first() or LendingGrant.to_us.filter(pk=pk).first()
    if found is None or found.state == GrantState.ENDED:
        raise Http404
    if request.method == "POST":
        with told(request, _("Ended. Open questions were taken back.")):
            actions.end_lending(grant_id=pk, by=by, now=now)
        return redirect("matching:lending")
    audit.read("lending", by=by, at=now, subject=found.expert_id, target=found)
    shown = {
        "grant": found,
        "expert": found.expert,
        "n_running": running_by_grant([pk]).get(pk, 0),
    }
    return render(request, "matching/lending_end.html", shown)
