"""What is mine: who looked, my data in a file, what should be put right, my consent."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, clock
from core.access.buckets import spend
from core.access.models import Role
from core.access.permissions import allow
from core.ui.pdf import as_pdf
from pool import actions
from pool.consent import CURRENT, consent_text
from pool.forms.data import CorrectionForm
from pool.models import Consent, Correction, Expert
from pool.permissions import STAFF
from pool.queries.export import export_of
from pool.queries.looks import looks_at
from pool.views.shared import done, log_reading, own_expert, person_of, version_of

EXPORTS, A_DAY = 5, timedelta(days=1)


@allow(Role.EXPERT)
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """One page with the four things that are one's own to decide or to know."""
    expert = own_expert(request)
    log_reading(request, "profile", expert, now=clock.now())
    shown = {
        "expert": expert,
        "consent": _running(expert),
        "is_old": _is_old(_running(expert)),
        "looks": looks_at(expert, limit=5),
        "wishes": list(Correction.objects.filter(expert=expert).order_by("-asked_at")[:10]),
    }
    return render(request, "pool/my_data.html", shown)


@allow(Role.EXPERT)
@require_safe
def my_looks(request: HttpRequest) -> HttpResponse:
    """Who looked, when, as what and what for; no names of colleagues (docs/adr/0034)."""
    expert = own_expert(request)
    return render(request, "pool/my_looks.html", {"expert": expert, "looks": looks_at(expert)})


@allow(Role.EXPERT)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def my_export(request: HttpRequest) -> HttpResponse:
    """All own rows: as a file for machines, or as a letter to read or print."""
    expert, now, user = own_expert(request), clock.now(), person_of(request)
    spend(f"own-export:{user.pk}", limit=EXPORTS, per=A_DAY, now=now)
    kind = "letter" if request.POST.get("kind") == "letter" else "file"
    found = export_of(expert, now=now)
    audit.record("export.made", by=user, at=now, subject=expert.pk, target=expert, kind=kind)
    log_reading(request, "export", expert, now=now, fields_class=4)
    if kind == "file":
        body = json.dumps(found, ensure_ascii=False, indent=2).encode()
        return _attached(HttpResponse(body, content_type="application/json"), "gegevens.json")
    context = {"found": found, "expert": expert, "now": now}
    pdf = as_pdf("pool/export_letter.html", context)
    if pdf is None:
        return render(request, "pool/export_letter.html", context)
    return _attached(HttpResponse(pdf, content_type="application/pdf"), "gegevens.pdf")


@allow(Role.EXPERT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_correction(request: HttpRequest) -> HttpResponse:
    """Ask the coordinator to put right what one cannot change alone."""
    expert, user = own_expert(request), person_of(request)
    form = CorrectionForm(request.POST or None)

    def ask() -> Correction:
        return actions.ask_correction(
            expert_id=expert.pk, by=user, now=clock.now(), **form.cleaned_data
        )

    if request.method == "POST" and form.is_valid() and done(form, ask):
        messages.success(request, _("Asked. Your coordinator answers within a month."))
        return redirect("pool:my-data")
    status = 422 if form.is_bound else 200
    return render(request, "pool/my_correction.html", {"form": form}, status=status)


@allow(Role.EXPERT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_consent(request: HttpRequest) -> HttpResponse:
    """The words one said yes to; saying yes, or taking it back."""
    expert, user, now = own_expert(request), person_of(request), clock.now()
    text = consent_text(CURRENT, get_language() or "nl")
    if request.method == "POST" and request.POST.get("answer") == "yes":
        actions.give_consent(
            expert_id=expert.pk,
            version=version_of(request),
            language=text.language,
            by=user,
            now=now,
        )
        messages.success(request, _("Thank you. Your yes is written down with the date."))
        return redirect("pool:my-data")
    if request.method == "POST" and request.POST.get("answer") == "no":
        actions.withdraw_consent(expert_id=expert.pk, by=user, now=now)
        messages.success(request, _("Taken back. You are in no list any more, from now on."))
        return redirect("pool:my-data")
    if request.method == "POST":
        raise Http404
    running = _running(expert)
    shown = {"expert": expert, "text": text, "consent": running, "is_old": _is_old(running)}
    return render(request, "pool/my_consent.html", shown)


@allow(*STAFF)
@require_POST
def correction_answer(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Say that it was put right, or that it stays as it is."""
    answer = request.POST.get("answer")
    if answer not in {"yes", "no"}:
        raise Http404
    try:
        correction = actions.answer_correction(
            correction_id=correction_id,
            is_granted=answer == "yes",
            by=person_of(request),
            now=clock.now(),
        )
    except Correction.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Answered. The expert sees it on the own page."))
    return redirect("pool:expert-detail", correction.expert_id)


def _running(expert: Expert) -> Consent | None:
    found: Consent | None = Consent.objects.filter(expert=expert, withdrawn_at=None).first()
    return found


def _is_old(consent: Consent | None) -> bool:
    return consent is not None and consent.version != CURRENT


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox"
    return response
