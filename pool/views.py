"""Pages of the pool: for coordinators the people, for an expert the own hours and profile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import approvals, audit, clock
from core.access.models import Role, User
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed, Refusal
from pool import actions, queries
from pool.forms import (
    AbsenceForm,
    AgreementForm,
    ExpertForm,
    FilterForm,
    OnCallForm,
    SuspendForm,
    TrainingForm,
    VogForm,
    WeekForm,
)
from pool.models import Absence, Expert, OnCallShift
from pool.permissions import STAFF, may_edit, may_record_papers, may_see_dates
from pool.states import EXPERT, ExpertState

Paper = tuple[type[forms.Form], Callable[..., Any], str]

PAPERS: dict[str, Paper] = {
    "screening": (VogForm, actions.record_vog, "VOG"),
    "training": (TrainingForm, actions.record_training, "training"),
    "agreement": (AgreementForm, actions.record_agreement, "agreement"),
}
MOVES = {
    "train": actions.start_training,
    "activate": actions.activate,
    "pause": actions.pause,
    "resume": actions.resume,
    "ask": actions.ask_to_lift,
    "leave": actions.leave,
    "invite": actions.invite_expert,
}


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # `allow` let nobody else in
        raise NotAllowed("")
    return request.user


def _expert(expert_id: UUID) -> Expert:
    found: Expert = get_object_or_404(
        Expert.objects.select_related("data_key", "home_area", "coordinator", "user"), pk=expert_id
    )
    return found


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Try an act; a refusal becomes a sentence above the form, and nothing is lost."""
    try:
        act()
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        form.add_error(None, str(refusal.message))
        return False
    return True


# --- The people -------------------------------------------------------------------------------


@allow(*STAFF)
def expert_list(request: HttpRequest) -> HttpResponse:
    """Who can now, where the gaps are, what runs out; then everybody, with a filter."""
    now, user = clock.now(), _person(request)
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


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_register(request: HttpRequest) -> HttpResponse:
    """Write somebody in and send the invitation."""
    user = _person(request)
    form = ExpertForm(request.POST or None, initial={"coordinator": str(user.pk)})

    def register() -> Expert:
        return actions.register_expert(profile=form.profile(), by=user, now=clock.now())

    if request.method == "POST" and form.is_valid() and _done(form, register):
        messages.success(request, _("Written in. The invitation is on its way."))
        return redirect("pool:expert-list")
    status = 422 if form.is_bound else 200
    return render(request, "pool/expert_form.html", {"form": form}, status=status)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_edit(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Change a profile; it shows contact, so opening it is logged like looking at contact."""
    return _edit(request, _expert(expert_id), own=False)


def _edit(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    user, now = _person(request), clock.now()
    form = ExpertForm(request.POST or None, profile=actions.profile_of(expert), own=own)

    def update() -> Expert:
        return actions.update_expert(expert_id=expert.pk, profile=form.profile(), by=user, now=now)

    if request.method == "POST" and form.is_valid() and _done(form, update):
        messages.success(request, _("Saved."))
        return redirect("pool:my-profile") if own else redirect("pool:expert-detail", expert.pk)
    audit.read("contact", by=user, at=now, subject=expert.pk, target=expert)
    shown = {"form": form, "expert": expert, "own": own}
    return render(request, "pool/expert_form.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
def expert_detail(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One person: for which work, when, and for the own coordinator the papers."""
    return _detail(request, _expert(expert_id))


@allow(*STAFF)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def expert_contact(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Show phone and address, because somebody asked; the log says who."""
    expert, user = _expert(expert_id), _person(request)
    audit.read("contact", by=user, at=clock.now(), subject=expert.pk, target=expert)
    return _detail(request, expert, contact=queries.contact(expert))


def _detail(request: HttpRequest, expert: Expert, **more: object) -> HttpResponse:
    user, now = _person(request), clock.now()
    dates = may_see_dates(user, expert)
    audit.read("profile", by=user, at=now, subject=expert.pk, target=expert)
    if dates:
        audit.read("papers", by=user, at=now, subject=expert.pk, fields_class=4)
    waits = queries.waits_for_second(expert, now=now)
    shown = {
        "expert": expert,
        "page": queries.expert_page(expert, with_papers=dates, now=now),
        "works": queries.works_of(expert, on=local(now).date()),
        "sees_dates": dates,
        "may_record": may_record_papers(user, expert),
        "waits": waits,
        "reasons_for": "dates" if dates else "colleague",
        "suspend_form": SuspendForm(auto_id="suspend_%s"),
        "may_suspend": ExpertState.SUSPENDED in EXPERT.moves[expert.state],
        "may_leave": ExpertState.LEFT in EXPERT.moves[expert.state],
        "moves": _moves(expert, waits=waits is not None),
        "now": now,
    }
    return render(request, "pool/expert_detail.html", shown | more)


def _moves(expert: Expert, *, waits: bool) -> list[dict[str, str]]:
    """The steps of one tap that exist from where somebody stands."""
    following, found = EXPERT.moves[expert.state], []
    if expert.user_id is None and expert.state != ExpertState.LEFT:
        found.append(("invite", _("Send the invitation again")))
    if expert.state == ExpertState.SUSPENDED and not waits:
        found.append(("ask", _("Ask a colleague to let this person come back")))
    if expert.state != ExpertState.SUSPENDED and ExpertState.ACTIVE in following:
        found.append(("activate", _("Takes part from now on")))
    if ExpertState.IN_TRAINING in following:
        found.append(("train", _("Learns first")))
    if expert.state == ExpertState.ACTIVE:
        found.append(("resume", _("End the pause")) if expert.is_paused else ("pause", _("Pause")))
    return [{"code": code, "label": label} for code, label in found]


@allow(*STAFF)
@require_POST
def expert_move(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One step: start, pause, resume, ask for a second person, invite again, leave."""
    expert, move = _expert(expert_id), MOVES.get(request.POST.get("move", ""))
    if move is None:
        raise Http404
    move(expert_id=expert.pk, by=_person(request), now=clock.now())
    messages.success(request, _("Done."))
    return redirect("pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_POST
def expert_suspend(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Stop somebody at once."""
    expert, form = _expert(expert_id), SuspendForm(request.POST, auto_id="suspend_%s")
    if not form.is_valid():
        return _detail(request, expert, suspend_form=form)
    reason = form.cleaned_data["reason"]
    actions.suspend(expert_id=expert.pk, reason=reason, by=_person(request), now=clock.now())
    messages.success(request, _("Stopped. No new questions; coming back takes two people."))
    return redirect("pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_POST
def expert_readmit(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be the second person who decides whether somebody comes back."""
    expert, now = _expert(expert_id), clock.now()
    waits = queries.waits_for_second(expert, now=now)
    decide = {"approve": approvals.approve, "reject": approvals.reject}.get(
        request.POST.get("decision", "")
    )
    if waits is None or decide is None:
        raise Http404
    decide(approval_id=waits.pk, by=_person(request), now=now)
    messages.success(request, _("Decided."))
    return redirect("pool:expert-detail", expert.pk)


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def paper_add(request: HttpRequest, expert_id: UUID, kind: str) -> HttpResponse:
    """Write down a paper that was seen."""
    expert, user, now = _expert(expert_id), _person(request), clock.now()
    if kind not in PAPERS:
        raise Http404
    if not may_record_papers(user, expert):
        raise NotAllowed("")
    form_class, record, _name = PAPERS[kind]
    form = form_class(request.POST or None, initial={"seen_on": local(now).date()})

    def write() -> object:
        return record(expert_id=expert.pk, by=user, now=now, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and _done(form, write):
        messages.success(request, _("Written down. The paper itself is kept nowhere."))
        return redirect("pool:expert-detail", expert.pk)
    shown = {"form": form, "expert": expert, "kind": kind}
    return render(request, "pool/paper_form.html", shown, status=422 if form.is_bound else 200)


# --- Hours ------------------------------------------------------------------------------------


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_week(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The week of somebody who asked the coordinator to change it; the log says so."""
    return _week(request, _expert(expert_id), own=False)


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_week(request: HttpRequest) -> HttpResponse:
    """The own week, days away and the pause."""
    return _week(request, _me(request), own=True)


def _week(request: HttpRequest, expert: Expert, *, own: bool) -> HttpResponse:
    user, now = _person(request), clock.now()
    page = queries.expert_page(expert, with_papers=False, now=now)
    form = WeekForm(request.POST or None, week=page.week)
    if request.method == "POST" and form.is_valid():
        actions.set_week(expert_id=expert.pk, rows=form.rows(), by=user, now=now)
        messages.success(
            request, _("Saved. We ask you only in these hours.") if own else _("Saved.")
        )
        return redirect(_week_url(expert, own=own))
    if not own:
        audit.read("hours", by=user, at=now, subject=expert.pk, fields_class=2)
    return _show_week(request, expert, form, AbsenceForm(auto_id="away_%s"), own=own)


def _show_week(
    request: HttpRequest, expert: Expert, form: WeekForm, away: AbsenceForm, *, own: bool
) -> HttpResponse:
    page = queries.expert_page(expert, with_papers=False, now=clock.now())
    shown = {"expert": expert, "form": form, "away": away, "absences": page.absences, "own": own}
    status = 422 if form.is_bound or away.is_bound else 200
    return render(request, "pool/week_form.html", shown, status=status)


def _week_url(expert: Expert, *, own: bool) -> str:
    return reverse("pool:my-week") if own else reverse("pool:expert-week", args=[expert.pk])


@allow(*STAFF, Role.EXPERT)
@require_POST
def absence_add(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Be away for a while."""
    expert, own = _own_or_staff(request, expert_id)
    form = AbsenceForm(request.POST, auto_id="away_%s")
    if not form.is_valid():
        week = queries.weeks_of([expert.pk]).get(expert.pk, [])
        return _show_week(request, expert, WeekForm(week=week), form, own=own)
    starts_at, ends_at = form.period()
    actions.add_absence(
        expert_id=expert.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        by=_person(request),
        now=clock.now(),
    )
    messages.success(request, _("Written down. No questions on those days."))
    return redirect(_week_url(expert, own=own))


@allow(*STAFF, Role.EXPERT)
@require_POST
def absence_remove(request: HttpRequest, expert_id: UUID, absence_id: UUID) -> HttpResponse:
    """Be there after all."""
    expert, own = _own_or_staff(request, expert_id)
    try:
        actions.remove_absence(
            absence_id=absence_id, expert_id=expert.pk, by=_person(request), now=clock.now()
        )
    except Absence.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken away."))
    return redirect(_week_url(expert, own=own))


def _own_or_staff(request: HttpRequest, expert_id: UUID) -> tuple[Expert, bool]:
    """The expert, and whether it is the one who asks; somebody else's looks like none."""
    me = queries.expert_of(_person(request))
    if me is not None and me.pk == expert_id:
        return me, True
    expert = _expert(expert_id)
    if not may_edit(_person(request), expert):
        raise Http404
    return expert, False


# --- The expert's own -------------------------------------------------------------------------


def _me(request: HttpRequest) -> Expert:
    found = queries.expert_of(_person(request))
    if found is None:
        raise Http404
    return found


@allow(Role.EXPERT)
@require_POST
def my_pause(request: HttpRequest) -> HttpResponse:
    """One tap: no questions, or questions again."""
    expert, now = _me(request), clock.now()
    if request.POST.get("move") == "resume":
        actions.resume(expert_id=expert.pk, by=_person(request), now=now)
        messages.success(request, _("You are back. Questions can come again."))
    else:
        actions.pause(expert_id=expert.pk, by=_person(request), now=now)
        messages.success(request, _("Pause. No questions until you say so."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The own page the tap came from; nothing outside these two."""
    places = {name: reverse(name) for name in ("pool:my-week", "pool:my-profile")}
    asked = request.POST.get("next", "")
    return asked if asked in {*places.values(), "/", "/vandaag/"} else places["pool:my-week"]


@allow(Role.EXPERT)
def my_profile(request: HttpRequest) -> HttpResponse:
    """What we know of you, for which work you may be asked, and who looked."""
    expert, now = _me(request), clock.now()
    audit.read("profile", by=_person(request), at=now, subject=expert.pk, target=expert)
    shown = {
        "expert": expert,
        "page": queries.expert_page(expert, with_papers=True, now=now),
        "works": queries.works_of(expert, on=local(now).date()),
        "contact": queries.contact(expert),
        "looks": queries.looks_at(expert),
        "coordinator_phone": queries.coordinator_phone(at=now),
        "now": now,
    }
    return render(request, "pool/my_profile.html", shown)


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_profile_edit(request: HttpRequest) -> HttpResponse:
    """Change what is yours to change."""
    return _edit(request, _me(request), own=True)


# --- Duty -------------------------------------------------------------------------------------


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def on_call(request: HttpRequest) -> HttpResponse:
    """Who has duty now and later, and a form to plan it."""
    user, now = _person(request), clock.now()
    form = OnCallForm(request.POST or None, initial={"first_day": local(now).date()})

    def plan() -> OnCallShift:
        starts_at, ends_at = form.period()
        who = User.objects.get(pk=form.cleaned_data["user"])
        place = form.cleaned_data["place_in_chain"]
        return actions.plan_on_call(
            user=who, starts_at=starts_at, ends_at=ends_at, place_in_chain=place, by=user, now=now
        )

    if request.method == "POST" and form.is_valid() and _done(form, plan):
        messages.success(request, _("On the rota."))
        return redirect("pool:on-call")
    shifts = queries.shifts(now=now)
    shown = {
        "form": form,
        "shifts": shifts,
        "chain": queries.on_call(at=now),
        "rota_empty": not any(shift.starts_at <= now for shift in shifts),
    }
    return render(request, "pool/on_call.html", shown, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def on_call_remove(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Take duty off the rota."""
    try:
        actions.remove_on_call(shift_id=shift_id, by=_person(request), now=clock.now())
    except OnCallShift.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken off the rota."))
    return redirect("pool:on-call")
