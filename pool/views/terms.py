"""The words of the region: everybody on the staff reads them, the administrator changes them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow, has_role
from core.errors import Refusal
from pool import actions, queries
from pool.forms.terms import TermForm, first_values
from pool.models import Term
from pool.permissions import STAFF
from pool.views.shared import done, person_of
from pool.vocabulary import Vocabulary
from pool.words import NEEDED_CODES


@allow(*STAFF)
def term_list(request: HttpRequest) -> HttpResponse:
    """Every list with its words; what was retired stands below."""
    words = sorted(queries.terms().values(), key=lambda one: one.label.casefold())
    lists = [
        {
            "vocabulary": vocabulary,
            "title": vocabulary.label,
            "words": [one for one in words if _is_in(one, vocabulary) and not one.retired_at],
            "retired": [one for one in words if _is_in(one, vocabulary) and one.retired_at],
        }
        for vocabulary in Vocabulary
    ]
    may_change = has_role(person_of(request), Role.REGIONAL_ADMIN)
    return render(request, "pool/term_list.html", {"lists": lists, "may_change": may_change})


def _is_in(term: Term, vocabulary: Vocabulary) -> bool:
    return term.vocabulary == vocabulary


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def term_add(request: HttpRequest, vocabulary: str) -> HttpResponse:
    """Add a word to one list."""
    if vocabulary not in Vocabulary.values:
        raise Http404
    kind = Vocabulary(vocabulary)
    form = TermForm(request.POST or None, vocabulary=kind)

    def add() -> Term:
        return actions.add_term(
            vocabulary=kind, by=person_of(request), now=clock.now(), **form.values()
        )

    if request.method == "POST" and form.is_valid() and done(form, add):
        messages.success(request, _("Added. It can be chosen from now on."))
        return redirect("pool:term-list")
    shown = {"form": form, "vocabulary": kind}
    return render(request, "pool/term_form.html", shown, status=422 if form.is_bound else 200)


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def term_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Give a word other names or months; its code stays."""
    term = _term_or_404(code)
    kind = Vocabulary(term.vocabulary)
    form = TermForm(request.POST or None, vocabulary=kind, initial=first_values(term))

    def change() -> Term:
        return actions.change_term(
            code=code, by=person_of(request), now=clock.now(), **form.values()
        )

    if request.method == "POST" and form.is_valid() and done(form, change):
        messages.success(request, _("Saved."))
        return redirect("pool:term-list")
    shown = {"form": form, "vocabulary": kind, "term": term, "stays": code in NEEDED_CODES}
    return render(request, "pool/term_form.html", shown, status=422 if form.is_bound else 200)


@allow(Role.REGIONAL_ADMIN)
@require_POST
def term_move(request: HttpRequest, code: str) -> HttpResponse:
    """Take a word off the list, or put it back."""
    _term_or_404(code)
    act = actions.restore_term if request.POST.get("move") == "restore" else actions.retire_term
    try:
        act(code=code, by=person_of(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("pool:term-edit", code)
    if act is actions.restore_term:
        messages.success(request, _("Back on the list."))
    else:
        messages.success(request, _("Off the list. What carries it stays as it is."))
    return redirect("pool:term-list")


def _term_or_404(code: str) -> Term:
    found = queries.terms().get(code)
    if found is None:
        raise Http404
    return found
