"""The pool from a distance: where the holes are, what runs out, who came and went."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import audit, clock
from core.access.permissions import allow
from core.clock import local
from pool import queries
from pool.forms.overview import CoverageForm
from pool.permissions import STAFF, may_read_guarded, whose_dates
from pool.views.shared import person_of

# How the words of a facet are called in `pool_words`.
WORDS = {
    queries.Facet.NONE: "language",
    queries.Facet.LANGUAGE: "language",
    queries.Facet.NEED: "need",
    queries.Facet.FORM: "told",
    queries.Facet.PHASE: "told",
    queries.Facet.APPROACH: "told",
    queries.Facet.EXPERIENCE: "told",
}


@allow(*STAFF)
@require_GET
def coverage_matrix(request: HttpRequest) -> HttpResponse:
    """How many can be asked, per kind of work and part of the day; holes stand out."""
    now, user = clock.now(), person_of(request)
    form = CoverageForm(request.GET)
    host, facet = form.wanted()
    people = queries.people_now(sees_dates_of=whose_dates(user), now=now)
    matrix = queries.coverage(people, facet=facet, reader=user, host=host)
    if facet == queries.Facet.FORM and may_read_guarded(user):
        # Whatever they told: what is sealed was looked for with each of them.
        everybody = [one.expert.pk for one in people]
        audit.listed("told", by=user, at=now, subjects=everybody, fields_class=4)
    audit.record("coverage.listed", by=user, at=now, per=facet.value, host=host)
    shown = {
        "form": form,
        "matrix": matrix,
        "words": WORDS[facet],
        "is_split": facet != queries.Facet.NONE,
        "now": now,
    }
    return render(request, "pool/coverage_matrix.html", shown)


@allow(*STAFF)
@require_GET
def expiry_board(request: HttpRequest) -> HttpResponse:
    """What runs out within 120 days; of people of colleagues only that something does."""
    now, user = clock.now(), person_of(request)
    board = queries.expiry(sees_dates_of=whose_dates(user), today=local(now).date())
    seen = {one.expert.pk for _name, endings in board.columns for one in endings}
    audit.listed("papers", by=user, at=now, subjects=seen, fields_class=4)
    audit.listed("expiry", by=user, at=now, subjects=[one.pk for one in board.others])
    heads = {
        "past": ("nu", _("Expired")),
        "soon": ("wacht", _("Within 2 weeks")),
        "month": ("wacht", _("Within 30 days")),
        "later": ("weet", _("Within 60 days")),
        "horizon": ("goed", _("Within 120 days")),
    }
    columns = [
        {
            "meaning": heads[name][0],
            "title": heads[name][1],
            "n": len(endings),
            "endings": endings,
        }
        for name, endings in board.columns
    ]
    shown = {"board": board, "columns": columns}
    return render(request, "pool/expiry_board.html", shown)


@allow(*STAFF)
@require_GET
def turnover(request: HttpRequest) -> HttpResponse:
    """Who came and who went in a year, as numbers."""
    flow = queries.flow(local(clock.now()).date())
    quarter = _("Quarter %(n)s of %(year)s")
    tables = [
        (
            _("Per quarter"),
            [
                (quarter % {"n": (one.first.month + 2) // 3, "year": one.first.year}, one)
                for one in flow.quarters
            ],
        ),
        (_("Per month"), [(date_format(one.first, "F Y"), one) for one in flow.months]),
    ]
    return render(request, "pool/turnover.html", {"flow": flow, "tables": tables})
