"""Asking whether somebody wants to be in the pool, and seeing who has not answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from core.clock import local
from pool import actions, joining
from pool.consent import CURRENT, consent_text
from pool.permissions import STAFF
from pool.queries.consent import awaited, consent_term, is_unanswered
from pool.views.shared import own_expert, person_of, version_of


@allow(Role.EXPERT)
@require_http_methods(["GET", "HEAD", "POST"])
def my_first_consent(request: HttpRequest) -> HttpResponse:
    """Yes and no weigh the same; who was here before may also answer later."""
    expert, user, now = own_expert(request), person_of(request), clock.now()
    if not is_unanswered(expert):
        joining.settle(request.session)
        return redirect("pool:my-consent")
    text = consent_text(CURRENT, get_language() or "nl")
    answer = request.POST.get("answer", "")
    if request.method == "POST" and answer == "yes":
        actions.give_consent(
            expert_id=expert.pk,
            version=version_of(request),
            language=text.language,
            by=user,
            now=now,
        )
        messages.success(request, _("Thank you. Your yes is written down with the date."))
        return redirect(joining.settle(request.session))
    if request.method == "POST" and answer == "no":
        actions.withdraw_consent(expert_id=expert.pk, by=user, now=now)
        joining.settle(request.session)
        messages.success(request, _("Good. You are in no list. You can come back when you want."))
        return redirect("pool:my-data")
    if request.method == "POST" and answer == "later" and not expert.answers_first:
        return redirect(joining.settle(request.session))
    if request.method == "POST":
        raise Http404
    since, coming = consent_term(on=local(now).date())
    shown = {"expert": expert, "text": text, "since": since, "coming": coming}
    return render(request, "pool/my_first_consent.html", shown)


@allow(*STAFF)
@require_safe
def consent_list(request: HttpRequest) -> HttpResponse:
    """Who has not answered, and from which day that counts."""
    user, now = person_of(request), clock.now()
    page = awaited(on=local(now).date())
    audit.listed("consent", by=user, at=now, subjects=[one.pk for one in page.people])
    return render(request, "pool/consent_list.html", {"page": page, "user": user})
