"""Taking the pool out: ask, a colleague agrees, fetch once."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core import approvals, clock
from core.access.models import User
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed, Refusal
from core.ui import moments
from pool import actions, queries
from pool.forms.columns import COLUMNS, MARK, SIGNED, STATE
from pool.models import Expert
from pool.permissions import STAFF
from pool.states import AT_WORK, NEWCOMERS, ExpertState
from pool.views.imports import TYPES, file_answer
from pool.views.shared import person_of

# Nothing of a paper goes out: not a date, and of a VOG not even whether there is one.
OUT = {key: title for key, title in COLUMNS.items() if key not in SIGNED}


@allow(*STAFF)
@require_GET
def export_state(request: HttpRequest) -> HttpResponse:
    """What can be done now, and who took the pool out before."""
    return _page(request)


def _page(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user, now = person_of(request), clock.now()
    found = queries.takeout(user, now=now)
    shown = {
        "takeout": found,
        "mine": found.waits is not None and found.waits.asked_by_id == user.pk,
        "done_today": any(one.agreed_on == local(now).date() for one in found.past),
        "refusal": refusal,
        "now": now,
    }
    return render(request, "pool/export_state.html", shown, status=status)


@allow(*STAFF)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def export_ask(request: HttpRequest) -> HttpResponse:
    """Ask a colleague."""
    try:
        actions.ask_export(by=person_of(request), now=clock.now())
    except Refusal as refusal:
        return _refused(request, refusal)
    messages.success(request, _("Asked. A colleague decides, within a day."))
    return redirect("pool:export-state")


@allow(*STAFF)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def export_decide(request: HttpRequest) -> HttpResponse:
    """Be the second person."""
    now = clock.now()
    waits = queries.waiting_export(now=now)
    decide = {"approve": approvals.approve, "reject": approvals.reject}.get(
        request.POST.get("decision", "")
    )
    if waits is None or decide is None:
        raise Http404
    try:
        decide(approval_id=waits.pk, by=person_of(request), now=now)
    except Refusal as refusal:
        return _refused(request, refusal)
    messages.success(request, _("Decided."))
    return redirect("pool:export-state")


@allow(*STAFF)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def export_fetch(request: HttpRequest) -> HttpResponse:
    """The file, this once; it is made now and kept nowhere."""
    user, now = person_of(request), clock.now()
    kind = request.POST.get("kind", "")
    ready = queries.takeout(user, now=now).ready
    if kind not in TYPES or ready is None:
        raise Http404
    try:
        people = actions.fetch_export(export_id=ready.pk, by=user, now=now)
    except Refusal as refusal:
        return _refused(request, refusal)
    mark = _("%(who)s, %(when)s, number %(number)s") % {
        "who": user.name,
        "when": moments.moment(now),
        "number": str(ready.pk)[:8],
    }
    head = [*OUT.values(), STATE, MARK]
    name = f"naast-{local(now):%Y-%m-%d}"
    return file_answer(kind, name, head, _rows(people, mark), footer=mark)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if isinstance(refusal, NotAllowed):
        raise refusal
    return _page(request, refusal=str(refusal.message), status=refusal.status)


def _rows(people: list[Expert], mark: str) -> list[list[str]]:
    """A row for each person, with whose copy this is behind it."""
    lists = queries.lists_of(people)
    return [[*_cells(one, *lists[one.pk]), _state(one), mark] for one in people]


def _cells(one: Expert, works: list[str], languages: list[tuple[str, str]]) -> list[str]:
    own: User = one.coordinator
    cells = {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "phone": one.phone,
        "email": one.email,
        "home_area": one.home_area_id,
        "travel_radius_km": str(one.travel_radius_km),
        "activities": "; ".join(works),
        "languages": "; ".join(f"{code}: {level}" for code, level in languages),
        "can_meet": "; ".join(one.can_meet),
        "max_running": str(one.max_running),
        "max_per_week": str(one.max_per_week),
        "coordinator": own.name,
    }
    return [cells[key] for key in OUT]


def _state(one: Expert) -> str:
    """Whether somebody takes part. That somebody was stopped, or has a pause, stays in here."""
    if one.state in AT_WORK:
        return ExpertState.ACTIVE
    return one.state if one.state in NEWCOMERS else ""
