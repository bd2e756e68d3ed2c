"""A course that was begun: finishing it, and the certificate that was seen."""

from __future__ import annotations

from uuid import UUID

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
from pool.forms.support import FinishForm
from pool.models import Training
from pool.permissions import STAFF, may_record_papers
from pool.views.shared import done, log_reading, person_of, shown_or_404


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def training_finish(request: HttpRequest, expert_id: UUID, training_id: UUID) -> HttpResponse:
    """Somebody finished a course, or shows its certificate."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    training = Training.objects.filter(pk=training_id, expert=expert).first()
    if training is None or training.certificate_seen_on is not None:
        raise Http404
    today = local(now).date()
    first = {"completed_on": training.completed_on or today, "certificate_seen_on": today}
    form = FinishForm(request.POST or None, initial=first)

    def finish() -> Training:
        return actions.finish_training(
            training_id=training_id, by=user, now=now, **form.cleaned_data
        )

    if request.method == "POST" and form.is_valid() and done(form, finish):
        messages.success(request, _("Written down. The paper itself is kept nowhere."))
        return redirect("pool:expert-detail", expert.pk)
    log_reading(request, "papers", expert, now=now)
    shown = {"form": form, "expert": expert, "training": training}
    return render(request, "pool/training_finish.html", shown, status=422 if form.is_bound else 200)
