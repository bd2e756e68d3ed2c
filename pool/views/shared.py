"""What every page of the pool does in the same way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.audit import Reason
from core.errors import NotAllowed, Refusal
from pool import queries
from pool.actions import invited_by
from pool.models import Expert
from pool.permissions import is_self


class WriteInFirst(Refusal):
    """Invited and signed in, and not in the pool yet."""

    message = _("First tell us who you are: go to Today and fill in the page.")


View = Callable[..., HttpResponse]
# Of the version of a text.
MOST_FIGURES = 4


class StandsAtHome(Refusal):
    """Hours and profile belong to the own region; somebody who visits another goes back first."""

    message = _("This stands in your own region. Go to Today and choose Back to my own region.")


def person_of(request: HttpRequest) -> User:
    """Who is looking; the guard of the view let nobody else in."""
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def version_of(request: HttpRequest) -> int:
    """The words that somebody said yes to; 0, which no text has, for what is no version."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_FIGURES else 0


def why_of(user: User, expert: Expert) -> str:
    """Why somebody looks at an expert where no request says it (`core.audit.Reason`)."""
    if is_self(user, expert):
        return Reason.SELF
    return Reason.CHARGE if expert.coordinator_id == user.pk else ""


def fresh_to_look(view: View) -> View:
    """Ask again who somebody is before the page shows phone and address (security.md 4, row 13).

    Looking only: whoever filled the form in for long and sends it loses nothing. What is sent
    shows nothing of what we keep.
    """
    asked: View = reauthentication_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        open_page = view if request.method == "POST" else asked
        return open_page(request, *args, **kwargs)

    return guarded


def log_reading(
    request: HttpRequest, what: str, expert: Expert, *, now: datetime, fields_class: int = 3
) -> None:
    """Write that somebody looked at a part of an expert."""
    user = person_of(request)
    audit.read(
        what,
        by=user,
        at=now,
        subject=expert.pk,
        target=expert,
        fields_class=fields_class,
        reason=why_of(user, expert),
        live=bool(request.headers.get("HX-Request")),
    )


def expert_or_404(expert_id: UUID) -> Expert:
    """Somebody of this region; anybody else looks like none."""
    found: Expert = get_object_or_404(
        Expert.objects.select_related("data_key", "home_area", "coordinator", "user"), pk=expert_id
    )
    return found


def shown_or_404(expert_id: UUID) -> Expert:
    """As `expert_or_404`; who took consent back has no profile, hours or papers to open."""
    found = expert_or_404(expert_id)
    if found.is_hidden:
        raise Http404
    return found


def own_expert(request: HttpRequest) -> Expert:
    """The expert who is looking; without a profile in this region there is no page."""
    found = queries.expert_of(person_of(request))
    if found is None:
        raise WriteInFirst if invited_by(person_of(request)) else Http404
    if found.is_lent:
        raise StandsAtHome
    return found


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
