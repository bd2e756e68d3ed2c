"""Writing down what was seen on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.models import User
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed
from pool import actions, queries
from pool.forms.fields import Words
from pool.forms.papers import AgreementForm, SignedForm, TrainingForm, VogForm
from pool.models import Expert
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


@dataclass(frozen=True)
class Part:
    """One paper on the page of all of them; what is left empty is not written down."""

    title: Words
    form: forms.Form
    record: Callable[..., Any]
    fixed: dict[str, str]

    @property
    def is_filled(self) -> bool:
        return self.form.has_changed()


def _parts(data: Any, today: date) -> list[Part]:
    """Both agreements, a training and a VOG, in the order in which they come."""

    def made(form_class: type[forms.Form], prefix: str, **initial: object) -> forms.Form:
        return form_class(
            data, prefix=prefix, initial=initial, empty_permitted=True, use_required_attribute=False
        )

    signed = (
        (_("Confidentiality"), "CONFIDENTIALITY"),
        (_("Code of conduct"), "CODE_OF_CONDUCT"),
    )
    return [
        *(
            Part(title, made(SignedForm, kind.lower()), actions.record_agreement, {"kind": kind})
            for title, kind in signed
        ),
        Part(_("Training"), made(TrainingForm, "training", level="1"), actions.record_training, {}),
        Part(_("VOG seen"), made(VogForm, "vog", seen_on=today), actions.record_vog, {}),
    ]


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def papers_first(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """All papers of somebody new on one page: what is filled in is written down, all or nothing."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    log_reading(request, "papers", expert, now=now, fields_class=4)
    parts = _parts(request.POST or None, local(now).date())
    if request.method == "POST":
        # Every part is asked, so that all mistakes stand on the page at once.
        sound = [part.form.is_valid() for part in parts]
        if all(sound) and _write(parts, expert, user, now):
            messages.success(request, _("Written down. The papers themselves are kept nowhere."))
            has_hours = bool(queries.weeks_of([expert.pk]))
            return redirect("pool:expert-detail" if has_hours else "pool:expert-week", expert.pk)
    shown = {"parts": parts, "expert": expert}
    status = 422 if request.method == "POST" else 200
    return render(request, "pool/papers_first.html", shown, status=status)


def _write(parts: list[Part], expert: Expert, user: User, now: datetime) -> bool:
    """Write down what was filled in; a refusal stands above its part, and nothing is kept."""
    with transaction.atomic():
        for part in parts:
            if part.is_filled and not done(part.form, _recording(part, expert, user, now)):
                transaction.set_rollback(True)
                return False
    return True


def _recording(part: Part, expert: Expert, user: User, now: datetime) -> Callable[[], object]:
    given = {**part.fixed, **part.form.cleaned_data}
    return lambda: part.record(expert_id=expert.pk, by=user, now=now, **given)
