"""Everybody in the pool: who can now, where the gaps are, what runs out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import audit, clock
from core.access.models import User
from core.access.permissions import allow
from core.clock import local
from pool import actions, queries
from pool.forms.filters import FilterForm, ViewForm
from pool.models import SavedView
from pool.permissions import STAFF, whose_dates, whose_papers
from pool.specialisms import GUARDED
from pool.views.shared import done, person_of

SHOWN = 50
# Of what runs out, in each column; the board of its own shows all.
MOST_ENDINGS = 8


@allow(*STAFF)
def expert_list(request: HttpRequest, view_id: UUID | None = None) -> HttpResponse:
    """Who can now, where the gaps are, what runs out; then everybody, with a filter."""
    now, user = clock.now(), person_of(request)
    chosen = _chosen(view_id, user)
    # By POST: a name that is searched for stands in no address, history or log.
    given = request.POST if request.method == "POST" or not chosen else chosen.filters
    filters = FilterForm(given, reader=user)
    wanted = filters.wanted()
    view_form = ViewForm(request.POST if request.POST.get("act") == "keep" else None)
    if view_form.is_bound and view_form.is_valid() and filters.is_valid():
        kept = _keep(view_form, wanted, user)
        if kept is not None:
            messages.success(request, _("Kept. You find it above the list."))
            return redirect(f"{reverse('pool:view-open', args=[kept.pk])}#mensen")
    board = queries.board(sees_dates_of=whose_dates(user), now=now)
    people = queries.matching_people(board.people, wanted, reader=user, now=now)
    # Which filters were used, never what was typed: a name that is searched for is a name. The
    # names of all were opened to sort and search them, so all are in the line.
    used = ",".join([*sorted(wanted.codes()), *(["q"] if wanted.q else [])])
    audit.listed("pool", by=user, at=now, subjects=audit.opened_so_far(), filters=used)
    page = Paginator(people, SHOWN).get_page(request.POST.get("page"))
    # Which paper is missing, or when one ends, is more than being on the list.
    papers = {one.expert.pk for _name, found in board.endings for one in found}
    papers |= {one.expert.pk for one in page if one.shows_dates and one.problems}
    audit.listed("papers", by=user, at=now, subjects=papers, fields_class=4)
    if wanted.specialism in GUARDED:
        everybody = [one.expert.pk for one in board.people]
        audit.listed("told", by=user, at=now, subjects=everybody, fields_class=4)
    records = whose_papers(user)
    mine = [one.expert for one in board.people if records(one.expert)]
    shown = {
        "board": board,
        "support_people": queries.who_needs_support(mine, today=local(now).date()),
        "page": page,
        "n_people": len(people),
        "filters": filters,
        "is_filtered": bool(wanted.codes() or wanted.q),
        "views": queries.saved_views(user),
        "chosen": chosen,
        "view_form": view_form,
        "export_waits": queries.waiting_export(now=now),
        "now": now,
        "figures": _figures(board),
        "columns": _columns(board),
    }
    faulty = filters.errors or view_form.errors
    return render(request, "pool/expert_list.html", shown, status=422 if faulty else 200)


def _chosen(view_id: UUID | None, user: User) -> SavedView | None:
    """The kept view that was opened; somebody else's own looks like none."""
    if view_id is None:
        return None
    found = queries.saved_view(user, view_id)
    if found is None:
        raise Http404
    actions.use_view(view_id=found.pk, now=clock.now())
    return found


def _keep(form: ViewForm, wanted: queries.Wanted, user: User) -> SavedView | None:
    kept: list[SavedView] = []

    def keep() -> None:
        kept.append(
            actions.save_view(
                name=form.cleaned_data["view_name"].strip(),
                filters=wanted.codes(),
                is_shared=form.cleaned_data["is_shared"],
                by=user,
                now=clock.now(),
            )
        )

    return kept[0] if done(form, keep) else None


@allow(*STAFF)
@require_POST
def view_remove(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Throw a view away."""
    try:
        actions.remove_view(view_id=view_id, by=person_of(request), now=clock.now())
    except SavedView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Thrown away."))
    return redirect("pool:expert-list")


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
        {
            "meaning": heads[name][0],
            "title": heads[name][1],
            "n": len(endings),
            "endings": endings[:MOST_ENDINGS],
            "n_more": len(endings[MOST_ENDINGS:]),
        }
        for name, endings in board.endings
    ]
