"""Writing down what was seen on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed
from pool import actions
from pool.forms.papers import AgreementForm, TrainingForm, VogForm
from pool.permissions import STAFF, may_record_papers
from pool.views.shared import done, log_reading, person_of, shown_or_404

Paper = tuple[type[forms.Form], Callable[..., Any], str]

PAPERS: dict[str, Paper] = {
    "screening": (VogForm, actions.record_vog, "VOG"),
    "training": (TrainingForm, actions.record_training, "training"),
    "agreement": (AgreementForm, actions.record_agreement, "agreement"),
}


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def paper_add(request: HttpRequest, expert_id: UUID, kind: str) -> HttpResponse:
    """Write down a paper that was seen."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if kind not in PAPERS:
        raise Http404
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    log_reading(request, "papers", expert, now=now, fields_class=4)
    form_class, record, _name = PAPERS[kind]
    form = form_class(request.POST or None, initial={"seen_on": local(now).date()})

    def write() -> object:
        return record(expert_id=expert.pk, by=user, now=now, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and done(form, write):
        messages.success(request, _("Written down. The paper itself is kept nowhere."))
        return redirect("pool:expert-detail", expert.pk)
    shown = {"form": form, "expert": expert, "kind": kind}
    return render(request, "pool/paper_form.html", shown, status=422 if form.is_bound else 200)
