"""The VOG of one expert, for the own coordinator; and what a second person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import approvals, audit, clock
from core.access.permissions import allow
from core.audit import Reason
from core.clock import local
from core.errors import NotAllowed
from core.ui.pdf import as_pdf, pdf_response
from pool import actions, queries
from pool.forms.vog import AttemptForm, BridgeForm, PrepareForm, StepForm
from pool.models import Expert
from pool.permissions import STAFF, may_record_papers, may_see_dates
from pool.queries import VogPage
from pool.states import VOG_APPLICATION, VogState
from pool.views.shared import done, log_reading, person_of, shown_or_404

FORMS: dict[str, type[forms.Form]] = {
    "prepare": PrepareForm,
    "submitted": StepForm,
    "not_received": StepForm,
    "attempt": AttemptForm,
}


@allow(*STAFF)
@require_safe
def vog_list(request: HttpRequest) -> HttpResponse:
    """Of the own people: what runs, what ends, which day comes first; and who has to begin."""
    user, now = person_of(request), clock.now()
    own = [
        one
        for one in Expert.objects.select_related("data_key").order_by("pk")
        if may_record_papers(user, one)
    ]
    lines = queries.vog_lines(own, now=now)
    seen = [line.expert.pk for line in lines]
    audit.listed("papers", by=user, at=now, subjects=seen, fields_class=4, reason=Reason.CHARGE)
    shown = {
        "lines": [line for line in lines if not line.is_to_begin],
        "to_begin": [line for line in lines if line.is_to_begin],
        "today": local(now).date(),
    }
    return render(request, "pool/vog_list.html", shown)


@allow(*STAFF)
@require_safe
def vog_detail(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """How it stands and what comes; a colleague sees only what waits for a second person."""
    return _detail(request, shown_or_404(expert_id))


def _detail(
    request: HttpRequest, expert: Expert, *, faulty: tuple[str, forms.Form] | None = None
) -> HttpResponse:
    user, now = person_of(request), clock.now()
    page = queries.vog_page(expert, now=now)
    sees = may_see_dates(user, expert)
    if not sees and page.waits is None:
        raise NotAllowed("")
    log_reading(request, "papers", expert, now=now, fields_class=4 if sees else 3)
    shown: dict[str, object] = {
        "expert": expert,
        "page": page,
        "sees": sees,
        "may_decide": page.waits is not None and page.waits.asked_by_id != user.pk,
        "steps": _steps(page, faulty) if sees else [],
        "now": now,
    }
    status = 422 if faulty else 200
    return render(request, "pool/vog_detail.html", shown, status=status)


def _steps(page: VogPage, faulty: tuple[str, forms.Form] | None) -> list[dict[str, object]]:
    """The steps that exist from here, each with its form."""
    state = page.progress.state if page.progress else VogState.NEEDED
    following = VOG_APPLICATION.moves[state]
    found = []
    if VogState.PREPARED in following:
        found.append(("prepare", _("Our part is sent")))
    if page.progress and VogState.SUBMITTED in following:
        found.append(("submitted", _("The expert says that it is sent")))
    if page.progress and VogState.NOT_RECEIVED in following and state != VogState.NEEDED:
        found.append(("not_received", _("Not received")))
    found.append(("attempt", _("A new attempt, later")))
    steps = []
    for code, label in found:
        attempt = page.attempt.from_on if page.attempt else None
        first = {"from_on": attempt} if code == "attempt" else {"on": page.today}
        form = FORMS[code](initial=first, auto_id=f"{code}_%s")
        is_faulty = faulty is not None and faulty[0] == code
        steps.append(
            {
                "code": code,
                "label": label,
                "form": faulty[1] if faulty and is_faulty else form,
                "open": is_faulty,
            }
        )
    return steps


@allow(*STAFF)
@require_POST
def vog_step(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Write one step down."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    code = request.POST.get("step", "")
    if code not in FORMS:
        raise Http404
    form = FORMS[code](request.POST, auto_id=f"{code}_%s")

    def act() -> None:
        said = form.cleaned_data
        if code == "prepare":
            actions.prepare_vog(expert_id=expert.pk, by=user, now=now, **said)
        elif code == "attempt":
            actions.plan_attempt(expert_id=expert.pk, by=user, now=now, **said)
        else:
            actions.tell_vog(expert_id=expert.pk, to=code.upper(), by=user, now=now, **said)

    if not form.is_valid() or not done(form, act):
        return _detail(request, expert, faulty=(code, form))
    messages.success(request, _("Written down."))
    return redirect("pool:vog", expert.pk)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def vog_bridge(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Ask a colleague to let running work go on for some weeks."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    page = queries.vog_page(expert, now=now)
    if page.vog is None or page.bridge_from is None or page.longest_bridge is None:
        raise Http404
    works = queries.bridgeable(expert, on=page.bridge_from)
    form = BridgeForm(
        request.POST or None,
        works=works,
        latest=page.longest_bridge,
        initial={
            "ends_on": page.longest_bridge,
            "requirements": [str(row.pk) for row in works],
        },
    )

    def ask() -> object:
        return actions.ask_bridge(expert_id=expert.pk, by=user, now=now, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and done(form, ask):
        messages.success(request, _("Asked. A colleague decides within a day."))
        return redirect("pool:vog", expert.pk)
    log_reading(request, "papers", expert, now=now, fields_class=4)
    shown = {"form": form, "expert": expert, "page": page, "works": works}
    return render(request, "pool/vog_bridge.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def vog_again(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Ask a colleague to agree that a new VOG is asked for."""
    expert, user = shown_or_404(expert_id), person_of(request)
    actions.ask_recheck(expert_id=expert.pk, by=user, now=clock.now())
    messages.success(request, _("Asked. A colleague decides within a day."))
    return redirect("pool:vog", expert.pk)


@allow(*STAFF)
@require_POST
def vog_decide(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be the second person."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    waits = queries.vog_page(expert, now=now).waits
    choices: dict[str, Callable[..., approvals.Approval]] = {
        "approve": approvals.approve,
        "reject": approvals.reject,
    }
    decide = choices.get(request.POST.get("decision", ""))
    if waits is None or decide is None:
        raise Http404
    decide(approval_id=waits.pk, by=user, now=now)
    messages.success(request, _("Decided."))
    return redirect("pool:vog" if may_see_dates(user, expert) else "pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_safe
def vog_letter(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The letter to go with an application: the work and its safeguards, nothing of a past."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    log_reading(request, "papers", expert, now=now, fields_class=4)
    shown = {"expert": expert, "letter": queries.letter_of(expert, now=now), "by": user}
    if "pdf" in request.GET:
        body = as_pdf("pool/vog_letter_pdf.html", shown)
        if body is not None:
            return pdf_response(body, name="brief.pdf")
        messages.info(request, _("No PDF can be made here. Print this page instead."))
        return redirect("pool:vog-letter", expert.pk)
    return render(request, "pool/vog_letter.html", shown)
