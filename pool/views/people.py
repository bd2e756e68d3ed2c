"""Everybody in the pool: who can now, where the gaps are, what runs out."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import audit, clock
from core.access.permissions import allow
from pool import queries
from pool.forms.coordinators import FilterForm
from pool.permissions import STAFF, may_see_dates
from pool.views.shared import person_of


@allow(*STAFF)
def expert_list(request: HttpRequest) -> HttpResponse:
    """Who can now, where the gaps are, what runs out; then everybody, with a filter."""
    now, user = clock.now(), person_of(request)
    board = queries.board(sees_dates_of=partial(may_see_dates, user), now=now)
    # By POST: a name that is searched for stands in no address, history or log.
    filters = FilterForm(request.POST)
    people = queries.matching_people(board.people, **filters.wanted())
    audit.record("pool.listed", by=user, at=now, n=len(people))
    shown = {"board": board, "people": people, "filters": filters, "now": now}
    shown |= {"figures": _figures(board), "columns": _columns(board)}
    return render(request, "pool/expert_list.html", shown)


def _figures(board: queries.Board) -> list[dict[str, object]]:
    """The five counts on top, each person in one of them."""
    told = (
        (queries.Standing.READY, "goed", _("Can be asked"), len(board.people)),
        (queries.Standing.FULL, "vierkant", _("Is full"), 0),
        (queries.Standing.PAUSED, "stil", _("Pause"), 0),
        (queries.Standing.STOPPED, "slot", _("May not now"), 0),
        (queries.Standing.TRAINING, "leeg", _("In training"), 0),
    )
    return [
        {"icon": icon, "label": label, "n": board.count(standing), "of": of}
        for standing, icon, label, of in told
    ]


def _columns(board: queries.Board) -> list[dict[str, object]]:
    """What runs out, in columns of urgency."""
    heads = {
        "past": ("nu", _("Expired")),
        "soon": ("wacht", _("Within 2 weeks")),
        "later": ("weet", _("Within 2 months")),
        "year": ("goed", _("Later this year")),
    }
    return [
        {"meaning": heads[name][0], "title": heads[name][1], "endings": endings}
        for name, endings in board.endings
    ]
