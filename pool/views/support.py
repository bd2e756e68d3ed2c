"""Support: who is late, who was there, how often it is due, and exceptions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core import audit, clock
from core.access.models import Role, User
from core.access.permissions import allow, has_role
from core.clock import local
from core.errors import NotAllowed
from pool import actions, queries
from pool.forms.support import (
    EveningForm,
    OneContactForm,
    OverrideForm,
    RhythmForm,
    usual_last_day,
)
from pool.models import Expert, SupportContact, SupportOverride, SupportRhythm
from pool.permissions import STAFF, may_record_papers
from pool.states import TAKES_PART, ExpertState
from pool.views.shared import done, log_reading, person_of, shown_or_404


def own_people(user: User) -> list[Expert]:
    """Those of whom this coordinator may know how it stands, as with their papers."""
    people = Expert.objects.filter(hidden_at=None).exclude(state=ExpertState.LEFT)
    return [one for one in people.select_related("data_key") if may_record_papers(user, one)]


@allow(*STAFF)
def support_list(request: HttpRequest) -> HttpResponse:
    """Who is late or nearly, the evenings to come and the last ones, and what the region asks."""
    user, now = person_of(request), clock.now()
    today = local(now).date()
    people = queries.who_needs_support(own_people(user), today=today)
    shown_people = [one.expert.pk for one in people]
    audit.listed("support", by=user, at=now, subjects=shown_people, reason=audit.Reason.CHARGE)
    shown = {
        "people": people,
        "n_late": sum(one.is_late for one in people),
        "evenings": queries.evenings(today=today),
        "kinds": (kinds := queries.kinds_of_support(on=today)),
        "is_decided": any(one.now or one.coming for one in kinds),
        "may_decide": has_role(user, Role.REGIONAL_ADMIN),
        "today": today,
    }
    return render(request, "pool/support_list.html", shown)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def support_evening(request: HttpRequest) -> HttpResponse:
    """One moment for many people at once."""
    user, now = person_of(request), clock.now()
    today = local(now).date()
    taking_part = [*TAKES_PART, ExpertState.IN_TRAINING]
    active = Expert.objects.filter(state__in=taking_part, hidden_at=None)
    people = sorted(
        ((str(one.pk), one.full_name) for one in active.select_related("data_key")),
        key=lambda one: one[1].casefold(),
    )
    kind = request.GET.get("wat", "INTERVISION")
    day = parse_date(request.GET.get("dag", "")) or today
    known = queries.evening(kind=kind, held_on=day)
    form = EveningForm(
        request.POST or None,
        people=people,
        today=today,
        initial={
            "kind": kind,
            "held_on": day,
            "present": [str(pk) for pk, attended in known.items() if attended is not False],
            "absent": [str(pk) for pk, attended in known.items() if attended is False],
        },
    )

    def write() -> int:
        given = form.cleaned_data
        return actions.record_support(
            kind=given["kind"], held_on=given["held_on"], marks=form.marks(), by=user, now=now
        )

    if request.method == "POST" and form.is_valid() and done(form, write):
        n = len(form.marks())
        said = ngettext("%(n)s person written down.", "%(n)s people written down.", n)
        messages.success(request, said % {"n": n})
        return redirect("pool:support-list")
    audit.listed("support", by=user, at=now, subjects=[UUID(pk) for pk, _name in people])
    shown = {"form": form, "is_open": bool(form["absent"].value() or form["absent"].errors)}
    return render(request, "pool/support_evening.html", shown, status=422 if form.is_bound else 200)


@allow(Role.REGIONAL_ADMIN)
@require_http_methods(["GET", "POST"])
def rhythm_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """Decide how often one kind of support is due."""
    now = clock.now()
    today = local(now).date()
    asked = {one.code: one for one in queries.kinds_of_support(on=today)}
    if kind not in asked:
        raise Http404
    rule = asked[kind].now
    first = {"asked": "yes", "every": 6, "unit": "WEEKS", "valid_from": today}
    if rule is not None:
        first |= {"asked": "yes" if rule.every else "no", "every": rule.every, "unit": rule.unit}
    form = RhythmForm(request.POST or None, today=today, initial=first)

    def decide() -> SupportRhythm:
        return actions.set_rhythm(kind=kind, by=person_of(request), now=now, **form.values())

    if request.method == "POST" and form.is_valid() and done(form, decide):
        messages.success(request, _("Saved."))
        return redirect("pool:support-list")
    shown = {"form": form, "kind": asked[kind]}
    return render(request, "pool/rhythm_form.html", shown, status=422 if form.is_bound else 200)


@allow(Role.REGIONAL_ADMIN)
@require_POST
def rhythm_adopt(request: HttpRequest) -> HttpResponse:
    """Ask what is usual, where the region decided nothing."""
    n = actions.adopt_usual_rhythms(by=person_of(request), now=clock.now())
    said = ngettext("%(n)s agreement was filled in.", "%(n)s agreements were filled in.", n)
    messages.success(request, said % {"n": n})
    return redirect("pool:support-list")


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_support(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """All support of one person: attendance, what is due, an exception. Own coordinator only."""
    expert, user, now = shown_or_404(expert_id), person_of(request), clock.now()
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    today = local(now).date()
    act = request.POST.get("act", "")
    contact = OneContactForm(
        request.POST if act == "contact" else None, today=today, initial={"held_on": today}
    )
    override = OverrideForm(
        request.POST if act == "override" else None,
        today=today,
        initial={"until_on": usual_last_day(today)},
    )

    def write() -> int:
        given = contact.cleaned_data
        return actions.record_support(
            kind=given["kind"],
            held_on=given["held_on"],
            marks={expert.pk: contact.mark()},
            by=user,
            now=now,
        )

    def give() -> SupportOverride:
        return actions.allow_without_support(
            expert_id=expert.pk, by=user, now=now, **override.cleaned_data
        )

    if act == "contact" and contact.is_valid() and done(contact, write):
        messages.success(request, _("Written down."))
        return redirect("pool:expert-support", expert.pk)
    if act == "override" and override.is_valid() and done(override, give):
        messages.success(request, _("Until that day questions may come."))
        return redirect("pool:expert-support", expert.pk)
    if act == "end":
        actions.end_override(expert_id=expert.pk, by=user, now=now)
        messages.success(request, _("The exception has ended."))
        return redirect("pool:expert-support", expert.pk)
    log_reading(request, "support", expert, now=now)
    [standing] = queries.support_of([expert], today=today)
    shown = {
        "expert": expert,
        "standing": standing,
        "contacts": queries.contacts_of(expert),
        "contact": contact,
        "override": override,
        "today": today,
    }
    status = 422 if contact.is_bound or override.is_bound else 200
    return render(request, "pool/expert_support.html", shown, status=status)


@allow(*STAFF)
@require_POST
def support_remove(request: HttpRequest, expert_id: UUID, contact_id: UUID) -> HttpResponse:
    """Take back a line that was a mistake."""
    expert, user = shown_or_404(expert_id), person_of(request)
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    if not SupportContact.objects.filter(pk=contact_id, expert=expert).exists():
        raise Http404
    actions.unplan_support(contact_id=contact_id, by=user, now=clock.now())
    messages.success(request, _("Taken away."))
    return redirect("pool:expert-support", expert.pk)
