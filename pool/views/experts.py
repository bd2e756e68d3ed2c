"""One expert: the profile, and each step between a first talk and leaving."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import approvals, clock
from core.access.permissions import allow
from core.clock import local
from pool import actions, queries
from pool.forms.coordinators import SuspendForm
from pool.forms.experts import ExpertForm
from pool.forms.intake import DuosForm
from pool.models import Correction, Expert
from pool.permissions import STAFF, may_record_papers, may_see_dates
from pool.states import EXPERT, ExpertState
from pool.views.shared import (
    done,
    expert_or_404,
    fresh_to_look,
    log_reading,
    person_of,
    shown_or_404,
)
from pool.views.specialisms import told_groups

# What runs with them passes to others.
STOPPED = {ExpertState.SUSPENDED, ExpertState.LEAVING, ExpertState.LEFT}
MOVES = {
    "train": actions.start_training,
    "activate": actions.activate,
    "pause": actions.pause,
    "resume": actions.resume,
    "ask": actions.ask_to_lift,
    "invite": actions.invite_expert,
}


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_register(request: HttpRequest) -> HttpResponse:
    """Write somebody in and send the invitation."""
    user = person_of(request)
    form = ExpertForm(request.POST or None, initial={"coordinator": str(user.pk)})

    written: list[Expert] = []

    def register() -> None:
        expert = actions.register_expert(profile=form.profile(), by=user, now=clock.now())
        written.append(expert)

    if request.method == "POST" and form.is_valid() and done(form, register):
        messages.success(request, _("Written in. The invitation is on its way."))
        expert = written[0]
        # The next step of the way in; where it is for a colleague, the page says so.
        mine = may_record_papers(user, expert)
        return redirect("pool:intake" if mine else "pool:expert-detail", expert.pk)
    status = 422 if form.is_bound else 200
    return render(request, "pool/expert_form.html", {"form": form}, status=status)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
@fresh_to_look
def expert_edit(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Change a profile; it shows contact, so opening it is logged like looking at contact."""
    return edit_page(request, shown_or_404(expert_id), own=False)


def edit_page(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    """The form of a profile, for the coordinator or for the expert."""
    user, now = person_of(request), clock.now()
    form = ExpertForm(request.POST or None, profile=actions.profile_of(expert), own=own)

    def update() -> Expert:
        return actions.update_expert(expert_id=expert.pk, profile=form.profile(), by=user, now=now)

    if request.method == "POST" and form.is_valid() and done(form, update):
        messages.success(request, _("Saved."))
        return redirect("pool:my-profile") if own else redirect("pool:expert-detail", expert.pk)
    log_reading(request, "contact", expert, now=now)
    shown = {"form": form, "expert": expert, "own": own}
    return render(request, "pool/expert_form.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_safe
def expert_detail(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One person: for which work, when, and for the own coordinator the papers."""
    expert = expert_or_404(expert_id)
    if expert.is_hidden:
        return _hidden(request, expert)
    return _detail(request, expert)


def _hidden(
    request: HttpRequest, expert: Expert, *, suspend_form: SuspendForm | None = None
) -> HttpResponse:
    """Who took consent back: that, and what has to pass to somebody else.

    Two steps stay, for safety: stopping at once, because work may run until it is handed over,
    and leaving, because that starts the clock of erasing. Handing over stands on the pages of
    the requests. All else would be done with a profile to which nobody agrees.
    """
    now = clock.now()
    log_reading(request, "profile", expert, now=now)
    shown = {
        "expert": expert,
        "suspend_form": suspend_form or SuspendForm(auto_id="suspend_%s"),
        "may_suspend": ExpertState.SUSPENDED in EXPERT.moves[expert.state],
        "may_leave": ExpertState.LEFT in EXPERT.moves[expert.state],
    }
    status = 422 if suspend_form is not None else 200
    return render(request, "pool/expert_hidden.html", shown, status=status)


@allow(*STAFF)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def expert_contact(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Show phone and address, because somebody asked; the log says who."""
    expert = shown_or_404(expert_id)
    log_reading(request, "contact", expert, now=clock.now())
    return _detail(request, expert, contact=queries.contact(expert))


def _detail(
    request: HttpRequest, expert: Expert, *, status: int = 200, **more: object
) -> HttpResponse:
    user, now = person_of(request), clock.now()
    dates = may_see_dates(user, expert)
    log_reading(request, "profile", expert, now=now)
    if dates:
        log_reading(request, "papers", expert, now=now, fields_class=4)
    waits = queries.waits_for_second(expert, now=now)
    page = queries.expert_page(expert, with_papers=dates, now=now)
    works = queries.works_of(expert, on=local(now).date())
    shown = {
        "expert": expert,
        "told": told_groups(request, expert, now=now),
        "page": page,
        "works": works,
        "start": queries.start_of(page, works),
        "sees_dates": dates,
        "may_record": may_record_papers(user, expert),
        "corrections": list(
            Correction.objects.filter(expert=expert, done_at=None).order_by("asked_at")
        )
        if may_record_papers(user, expert)
        else [],
        "waits": waits,
        "vog_waits": None if dates else queries.vog_waits(expert, now=now),
        "reasons_for": "dates" if dates else "colleague",
        "suspend_form": SuspendForm(auto_id="suspend_%s"),
        "may_suspend": ExpertState.SUSPENDED in EXPERT.moves[expert.state],
        "may_leave": ExpertState.LEFT in EXPERT.moves[expert.state],
        "has_stopped": expert.state in STOPPED,
        "duos_form": DuosForm(initial={"duos": expert.duos_to_go}, auto_id="duos_%s"),
        "moves": _moves(expert, waits=waits is not None),
        "today": local(now).date(),
        "now": now,
    }
    if dates:
        shown["support"] = queries.support_of([expert], today=local(now).date())[0]
    return render(request, "pool/expert_detail.html", shown | more, status=status)


def _moves(expert: Expert, *, waits: bool) -> list[dict[str, str]]:
    """The steps of one tap that exist from where somebody stands."""
    following, found = EXPERT.moves[expert.state], []
    is_admitted = expert.admitted_on is not None
    if expert.user_id is None and expert.state != ExpertState.LEFT:
        found.append(("invite", _("Send the invitation again")))
    if expert.state == ExpertState.SUSPENDED and not waits:
        found.append(("ask", _("Ask a colleague to let this person come back")))
    if expert.state in {ExpertState.INTAKE, ExpertState.IN_TRAINING} and is_admitted:
        found.append(("activate", _("Takes part from now on")))
    if expert.state != ExpertState.SUSPENDED and ExpertState.IN_TRAINING in following:
        found += [("train", _("Learns first"))] if is_admitted else []
    if expert.is_paused:
        found.append(("resume", _("End the pause")))
    elif ExpertState.PAUSED in following and expert.state != ExpertState.SUSPENDED:
        found.append(("pause", _("Pause")))
    return [{"code": code, "label": label} for code, label in found]


@allow(*STAFF)
@require_POST
def expert_move(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One step: start, pause, resume, ask for a second person, invite again."""
    expert, move = expert_or_404(expert_id), MOVES.get(request.POST.get("move", ""))
    if move is None or expert.is_hidden:
        raise Http404
    move(expert_id=expert.pk, by=person_of(request), now=clock.now())
    messages.success(request, _("Done."))
    return redirect("pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_POST
def expert_suspend(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Stop somebody at once."""
    expert, form = expert_or_404(expert_id), SuspendForm(request.POST, auto_id="suspend_%s")
    if not form.is_valid() and expert.is_hidden:
        return _hidden(request, expert, suspend_form=form)
    if not form.is_valid():
        return _detail(request, expert, status=422, suspend_form=form)
    reason = form.cleaned_data["reason"]
    actions.suspend(expert_id=expert.pk, reason=reason, by=person_of(request), now=clock.now())
    messages.success(request, _("Stopped. No new questions; coming back takes two people."))
    return redirect("pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_POST
def expert_readmit(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be the second person who decides whether somebody comes back."""
    expert, now = shown_or_404(expert_id), clock.now()
    waits = queries.waits_for_second(expert, now=now)
    decide = {"approve": approvals.approve, "reject": approvals.reject}.get(
        request.POST.get("decision", "")
    )
    if waits is None or decide is None:
        raise Http404
    decide(approval_id=waits.pk, by=person_of(request), now=now)
    messages.success(request, _("Decided."))
    return redirect("pool:expert-detail", expert.pk)
