"""For which work at which host a VOG is asked: coordinators read it, the administrator decides."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.models import OrganisationKind, Role
from core.access.permissions import allow, has_role
from core.clock import local
from pool import actions, queries
from pool.forms.requirements import RequirementForm, first_values
from pool.models import Requirement
from pool.permissions import STAFF
from pool.rules import Rule
from pool.views.shared import done, person_of
from pool.vocabulary import Activity


@allow(*STAFF)
def requirement_list(request: HttpRequest) -> HttpResponse:
    """The whole matrix as it stands today; what nobody decided on stands out."""
    today = local(clock.now()).date()
    rows = queries.matrix(on=today)
    shown = {
        "rows": rows,
        "n_cells": sum(len(row.cells) for row in rows),
        "n_undecided": sum(row.n_undecided for row in rows),
        "may_decide": has_role(person_of(request), Role.REGIONAL_ADMIN),
        "today": today,
    }
    return render(request, "pool/requirement_list.html", shown)


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def requirement_edit(request: HttpRequest, activity: str, host_kind: str) -> HttpResponse:
    """Decide on one cell: first what would change for whom, then the same button saves it."""
    if activity not in Activity.values or host_kind not in OrganisationKind.values:
        raise Http404
    now = clock.now()
    today = local(now).date()
    cell = queries.matrix_cell(activity=activity, host_kind=host_kind, on=today)
    form = RequirementForm(
        request.POST or None, today=today, initial=first_values(cell.rule, today)
    )
    usual = queries.rule_of(
        actions.usual_requirement(Activity(activity), OrganisationKind(host_kind), today)
    )
    shown: dict[str, object] = {"cell": cell, "form": form, "usual": usual, "today": today}
    if request.method == "POST" and form.is_valid():
        rule, day = form.rule(), form.cleaned_data["valid_from"]
        [effect] = queries.effects({(activity, host_kind): rule}, on=day)
        seen = _signature(rule, str(day), effect)

        def decide() -> Requirement:
            return actions.set_requirement(
                activity=activity,
                host_kind=host_kind,
                by=person_of(request),
                now=now,
                **form.cleaned_data,
            )

        # Only what was shown is saved: whoever changes the form or meets news looks again.
        if request.POST.get("seen") == seen and done(form, decide):
            messages.success(request, _("Saved."))
            return redirect("pool:requirement-list")
        shown |= {"effect": effect, "seen": seen, "day": day, "rule": rule}
        shown |= {"differs": request.POST.get("seen", seen) != seen}
        shown |= {"below_law": usual.level == "LEGAL" != rule.level}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pool/requirement_form.html", shown, status=status)


def _signature(rule: Rule, day: str, effect: queries.Effect) -> str:
    """What somebody saw before saving, in a few signs."""
    return f"{rule.level} {rule.profile} {day} {len(effect.gained)} {len(effect.lost)}"


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def requirement_adopt(request: HttpRequest) -> HttpResponse:
    """Take over what is usual where nobody decided; shows first what that is."""
    now = clock.now()
    today = local(now).date()
    if request.method == "POST":
        n = actions.adopt_usual_requirements(valid_from=today, by=person_of(request), now=now)
        said = ngettext("%(n)s place was filled in.", "%(n)s places were filled in.", n)
        messages.success(request, said % {"n": n})
        return redirect("pool:requirement-list")
    rules = {
        (row.activity, row.host_kind): queries.rule_of(row)
        for row in actions.usual_requirements(valid_from=today)
    }
    shown = {"works": _works(rules, today), "n": len(rules), "today": today}
    return render(request, "pool/requirement_adopt.html", shown)


def _works(rules: dict[tuple[str, str], Rule], today: date) -> list[dict[str, object]]:
    """What would be filled in per kind of work, and for how many people that changes something."""
    effects = queries.effects(rules, on=today)
    found = []
    for activity in dict.fromkeys(activity for activity, _host_kind in rules):
        hosts: dict[Rule, list[str]] = {}
        for (work, host_kind), rule in rules.items():
            if work == activity:
                hosts.setdefault(rule, []).append(host_kind)
        own = [one for one in effects if one.activity == activity]
        found.append(
            {
                "activity": activity,
                "hosts": hosts.items(),
                "gained": len(frozenset().union(*(one.gained for one in own))),
                "lost": len(frozenset().union(*(one.lost for one in own))),
            }
        )
    return found
