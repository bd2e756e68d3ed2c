"""Coming in: inviting somebody to write in, writing in, and the first talks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.actions import send_again, withdraw_invitation
from core.access.models import Invitation, Role
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed
from pool import actions, queries
from pool.forms.intake import ApplicationForm, DuosForm, IntakeForm, InviteForm
from pool.models import Intake
from pool.permissions import STAFF, may_record_papers
from pool.states import ExpertState
from pool.views.shared import done, log_reading, person_of, shown_or_404

TALKING = {ExpertState.APPLICANT, ExpertState.INTAKE}


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def applicant_invite(request: HttpRequest) -> HttpResponse:
    """Let somebody write in, and see who was asked and has not yet."""
    user, now = person_of(request), clock.now()
    form = InviteForm(request.POST or None)

    def send() -> str:
        return actions.invite_applicant(email=form.cleaned_data["email"], by=user, now=now)

    if request.method == "POST" and form.is_valid() and done(form, send):
        messages.success(request, _("The invitation is on its way."))
        return redirect("pool:applicant-invite")
    shown = {"form": form, "invited": queries.asked_to_write_in(now=now), "now": now}
    return render(
        request, "pool/applicant_invite.html", shown, status=422 if form.is_bound else 200
    )


@allow(Role.COORDINATOR)
@require_POST
def applicant_again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation to write in once more, or take it back."""
    user, now = person_of(request), clock.now()
    open_ones = queries.asked_to_write_in(now=now)
    if invitation_id not in {one.pk for one in open_ones}:
        raise Http404
    try:
        if request.POST.get("act") == "withdraw":
            withdraw_invitation(invitation_id=invitation_id, by=user, now=now)
            messages.success(request, _("Taken back. The link does not work any more."))
        else:
            send_again(invitation_id=invitation_id, by=user, now=now)
            messages.success(request, _("The invitation is on its way."))
    except Invitation.DoesNotExist:
        raise Http404 from None
    return redirect("pool:applicant-invite")


@allow(Role.EXPERT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_application(request: HttpRequest) -> HttpResponse:
    """Write in: the first page of somebody who was invited and is not in the pool yet."""
    user = person_of(request)
    coordinator = actions.invited_by(user)
    if queries.expert_of(user) is not None:
        return redirect("matching:today")
    if coordinator is None:
        raise Http404
    form = ApplicationForm(request.POST or None, applicant=user, invited_by=coordinator)

    def apply() -> object:
        return actions.write_in(profile=form.profile(), by=user, now=clock.now())

    if request.method == "POST" and form.is_valid() and done(form, apply):
        messages.success(request, _("Thank you. You hear from us within a week."))
        return redirect("matching:today")
    shown = {"form": form, "coordinator": coordinator}
    return render(request, "pool/my_application.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def expert_intake(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The first talks: what was gone through, and how they go on."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    if expert.state not in TALKING:
        return redirect("pool:expert-detail", expert.pk)
    before = Intake.objects.select_related("data_key").filter(expert=expert).first()
    known = before.said if before else {}
    form = IntakeForm(
        request.POST or None,
        answers=known.get("answers"),
        outcome=known.get("outcome", ""),
        today=local(now).date(),
    )

    def write() -> object:
        given = form.cleaned_data
        return actions.write_intake(
            expert_id=expert.pk,
            answers=form.said(),
            outcome=given["outcome"],
            talked_on=given["talked_on"],
            again_on=given["again_on"],
            by=user,
            now=now,
        )

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Written down."))
        welcome = form.cleaned_data["outcome"] in actions.WELCOME
        return redirect("pool:papers-first" if welcome else "pool:expert-detail", expert.pk)
    log_reading(request, "intake", expert, now=now, fields_class=4)
    shown = {"form": form, "expert": expert, "before": before}
    return render(request, "pool/intake_form.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def expert_duos(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """How many more assignments somebody new does with two."""
    expert, form = shown_or_404(expert_id), DuosForm(request.POST)
    if form.is_valid():
        actions.set_duos(
            expert_id=expert.pk,
            n=form.cleaned_data["duos"],
            by=person_of(request),
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose a number from 0 to 10."))
    return redirect("pool:expert-detail", expert.pk)
