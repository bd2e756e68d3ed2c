"""The week of the whole pool, to look at and to print."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from core import audit, clock
from core.access.permissions import allow
from core.clock import local
from pool import queries
from pool.forms.coordinators import WorkForm
from pool.permissions import STAFF
from pool.views.shared import person_of

A_WEEK = timedelta(weeks=1)
MOST_YEARS = 2


@allow(*STAFF)
@require_safe
def pool_week(request: HttpRequest, year: int | None = None, week: int = 1) -> HttpResponse:
    """Who can when in one ISO week; for the printer also with initials instead of names."""
    now = clock.now()
    today = local(now).date()
    monday = _monday(year, week, today)
    form = WorkForm(request.GET)
    activity = form.chosen()
    found = queries.pool_week(monday=monday, activity=activity, now=now)
    seen = [one.expert.pk for one in found.people]
    audit.listed("pool.week", by=person_of(request), at=now, subjects=seen, fields_class=2)
    initials = "letters" in request.GET
    asked = {"activity": activity} if activity else {}
    shown = {
        "week": found,
        "form": form,
        "initials": initials,
        "earlier": (monday - A_WEEK).isocalendar(),
        "later": (monday + A_WEEK).isocalendar(),
        "asked": _query(asked | ({"letters": "1"} if initials else {})),
        "other_names": _query(asked | ({} if initials else {"letters": "1"})),
        "now": now,
    }
    return render(request, "pool/pool_week.html", shown)


def _monday(year: int | None, week: int, today: date) -> date:
    """Of the week that was asked; weeks that nobody plans in are not there."""
    if year is None:
        return today - timedelta(days=today.weekday())
    if abs(year - today.year) > MOST_YEARS:
        raise Http404
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        raise Http404 from None


def _query(asked: dict[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""
