"""Work in another region: the expert's own word, going there, coming home."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.middleware import VISITS
from core.access.models import Role
from core.access.permissions import SIGNED_IN, allow, allow_everyone
from matching.views.shared import own_expert, person, told
from pool import actions, queries
from pool.forms.lending import OwnWordForm
from pool.models import Expert, LendingGrant
from pool.states import GrantState
from pool.views.shared import done


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def lending_word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes with an own distance, or no; both are fine, and no needs no reason."""
    now, expert = clock.now(), own_expert(request)
    grant = _own(expert, pk)
    if grant.state != GrantState.GRANTED:
        return redirect("matching:today")
    first = {"own_km": min(expert.travel_radius_km, grant.max_km)}
    form = OwnWordForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["answer"] == "no":
            with told(request, _("Thank you. Then not. That is fine.")):
                actions.end_lending(grant_id=pk, by=person(request), now=now)
            return redirect("matching:today")

        def agree() -> LendingGrant:
            return actions.agree_to_lending(
                grant_id=pk, own_km=given["own_km"], by=person(request), now=now
            )

        if done(form, agree):
            messages.success(request, _("Thank you. You can stop with it at any moment."))
            return redirect("matching:today")
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "matching/lending_word.html", {"form": form, "grant": grant}, status=status
    )


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def lending_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop with work for another region; no reason."""
    now, expert = clock.now(), own_expert(request)
    grant = _own(expert, pk)
    if request.method == "POST":
        with told(request, _("Stopped. No new questions come from there.")):
            actions.end_lending(grant_id=pk, by=person(request), now=now)
        return redirect("matching:today")
    return render(request, "matching/lending_stop.html", {"grant": grant})


@allow(Role.EXPERT)
@require_POST
def visit(request: HttpRequest, region_id: int) -> HttpResponse:
    """Go to another region for now; the middleware lets nobody stay who has no business there."""
    if own_expert(request).region_id == region_id:
        raise Http404
    request.session[VISITS] = region_id
    return redirect("matching:today")


@allow_everyone(SIGNED_IN)
@require_POST
def come_home(request: HttpRequest) -> HttpResponse:
    """Back to the own region."""
    request.session.pop(VISITS, None)
    return redirect("home")


def _own(expert: Expert, pk: UUID) -> LendingGrant:
    found = queries.lending_of(expert).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
