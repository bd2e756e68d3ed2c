"""What every page of the pool does in the same way."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.errors import NotAllowed, Refusal
from pool import queries
from pool.models import Expert
from pool.vocabulary import LeavingReason


class StandsAtHome(Refusal):
    """Hours and profile belong to the own region; somebody who visits another goes back first."""

    message = _("This stands in your own region. Go to Today and choose Back to my own region.")


def person_of(request: HttpRequest) -> User:
    """Who is looking; the guard of the view let nobody else in."""
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def expert_or_404(expert_id: UUID) -> Expert:
    """Somebody of this region; anybody else looks like none."""
    found: Expert = get_object_or_404(
        Expert.objects.select_related("data_key", "home_area", "coordinator", "user"), pk=expert_id
    )
    return found


def own_expert(request: HttpRequest) -> Expert:
    """The expert who is looking; without a profile in this region there is no page."""
    found = queries.expert_of(person_of(request))
    if found is None:
        raise Http404
    if found.is_lent:
        raise StandsAtHome
    return found


def leaving_reason(request: HttpRequest) -> str:
    """Why somebody leaves, for the count alone; a code nobody offered counts as not told."""
    asked = request.POST.get("leaving_reason", "")
    return asked if asked in LeavingReason.values else ""


def done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Try an act; a refusal becomes a sentence above the form, and nothing is lost."""
    try:
        act()
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        form.add_error(None, str(refusal.message))
        return False
    return True
