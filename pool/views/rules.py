"""What the region agreed about rest, quiet and distance: staff read, the administrator decides."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.access.models import Role
from core.access.permissions import allow, has_role
from core.clock import local
from pool import actions, queries
from pool.forms.rules import PhonesForm, RuleForm, first_values
from pool.models import RegionProfile, RegionRule, RuleKind
from pool.permissions import STAFF
from pool.views.shared import done, person_of


@allow(*STAFF)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every agreement as it counts today, what comes, and what was."""
    return _list(request)


def _list(request: HttpRequest, *, phones: PhonesForm | None = None) -> HttpResponse:
    today = local(clock.now()).date()
    rules = queries.ruled(on=today)
    profile = RegionProfile.here()
    shown = {
        "rules": rules,
        "n_coming": sum(len(one.coming) for one in rules),
        "profile": profile,
        "phones": phones
        or PhonesForm(
            initial={
                "coordinator_phone": profile.coordinator_phone,
                "picket_phone": profile.picket_phone,
            }
        ),
        "may_decide": has_role(person_of(request), Role.REGIONAL_ADMIN),
        "today": today,
    }
    return render(request, "pool/rule_list.html", shown, status=422 if phones else 200)


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """Agree on one thing: first what would change and from when, then the same button saves it."""
    now = clock.now()
    today = local(now).date()
    kind = kind.upper().replace("-", "_")
    if kind not in RuleKind.values:
        raise Http404
    rule = next(one for one in queries.ruled(on=today) if one.kind == kind)
    form = RuleForm(
        request.POST or None,
        kind=kind,
        today=today,
        # Usually people hear of it before it counts.
        initial=first_values(kind, rule.now, today + timedelta(days=1)),
    )
    shown: dict[str, object] = {"rule": rule, "form": form, "today": today}
    if request.method == "POST" and form.is_valid():
        value, day = form.value(), form.cleaned_data["valid_from"]
        n_people = queries.n_concerned(kind, value)
        seen = f"{value} {day} {n_people} {rule.now} {len(rule.coming)}"

        def decide() -> RegionRule:
            return actions.agree(
                kind=kind, value=value, valid_from=day, by=person_of(request), now=now
            )

        # Only what was shown is saved: whoever changes the form or meets news looks again.
        if request.POST.get("seen") == seen and done(form, decide):
            messages.success(request, _("Saved."))
            return redirect("pool:rule-list")
        shown |= {"value": value, "day": day, "n_people": n_people, "seen": seen}
        shown |= {"dropped": [one for one in rule.coming if one.valid_from >= day]}
        shown |= {"differs": request.POST.get("seen", seen) != seen}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pool/rule_form.html", shown, status=status)


@allow(Role.REGIONAL_ADMIN)
@require_POST
def phones_set(request: HttpRequest) -> HttpResponse:
    """Write down the numbers of the coordinators; a wrong number cannot wait for a day."""
    form = PhonesForm(request.POST)

    def save() -> RegionProfile:
        return actions.set_phones(by=person_of(request), now=clock.now(), **form.cleaned_data)

    if form.is_valid() and done(form, save):
        messages.success(request, _("Saved. It counts from now on."))
        return redirect("pool:rule-list")
    return _list(request, phones=form)
