"""What an expert knows and tells, the own list of whom to leave out, and what the region uses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import approvals, clock
from core.access.models import Role, User
from core.access.permissions import allow, has_role
from core.approvals.models import Approval, Decision
from core.clock import local
from pool import actions
from pool.actions.specialisms import READ_GUARDED
from pool.forms.specialisms import AvoidForm, ReaderForm, TellForm
from pool.models import Avoided, Expert, GuardedReader
from pool.permissions import STAFF, is_self
from pool.queries import agreed
from pool.queries import specialisms as queries
from pool.views.shared import done, log_reading, own_expert, person_of, shown_or_404


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def expert_told(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Write down with an expert what that person tells, and to whom."""
    return _tell(request, shown_or_404(expert_id))


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_told(request: HttpRequest) -> HttpResponse:
    """What I tell, and to whom; each thing apart."""
    return _tell(request, own_expert(request))


def _tell(request: HttpRequest, expert: Expert) -> HttpResponse:
    user, now = person_of(request), clock.now()
    own = is_self(user, expert)
    told = queries.told_by(expert, reader=user)
    form = TellForm(
        request.POST if request.method == "POST" else None,
        offered=queries.offered_codes(user, expert),
        told=told,
    )

    def save() -> None:
        actions.tell(expert_id=expert.pk, told=form.told(), by=user, now=now)

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, _("Saved."))
        return redirect("pool:my-profile") if own else redirect("pool:expert-detail", expert.pk)
    note_reading(request, told, expert, now=now)
    shown = {"form": form, "expert": expert, "own": own}
    return render(
        request, "pool/told_form.html", shown, status=422 if form.is_bound and form.errors else 200
    )


def told_groups(request: HttpRequest, expert: Expert, *, now: datetime) -> list[queries.Group]:
    """What this person may know of what an expert told, for the page of one expert; it is logged.

    The page itself logs that the profile was read; only the guarded part makes a line of its own.
    """
    groups = queries.groups_of(expert, reader=person_of(request))
    told = [one for group in groups for one in group.told]
    if any(one.is_guarded for one in told):
        note_reading(request, told, expert, now=now)
    return groups


def note_reading(
    request: HttpRequest, told: list[queries.Told], expert: Expert, *, now: datetime
) -> None:
    """Write that somebody saw what an expert told; of the guarded part as class 4."""
    level = 4 if any(one.is_guarded for one in told) else 3
    log_reading(request, "told", expert, now=now, fields_class=level)


# --- The own list -----------------------------------------------------------------------------


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_avoided(request: HttpRequest) -> HttpResponse:
    """Whom I do not want to meet at work; nobody else sees it, and nobody asks why."""
    expert, user, now = own_expert(request), person_of(request), clock.now()
    form = AvoidForm(request.POST if request.method == "POST" else None)

    def add() -> Avoided:
        given = form.cleaned_data
        if given["organisation"]:
            return actions.avoid_organisation(
                expert_id=expert.pk, organisation_id=UUID(given["organisation"]), by=user, now=now
            )
        return actions.avoid_person(expert_id=expert.pk, name=given["name"], by=user, now=now)

    if request.method == "POST" and form.is_valid() and done(form, add):
        messages.success(request, _("It is on your list. You are not asked for it any more."))
        return redirect("pool:my-avoided")
    log_reading(request, "avoided", expert, now=now, fields_class=4)
    shown = {"form": form, "rows": queries.avoided_by(expert, reader=user)}
    return render(request, "pool/avoided.html", shown, status=422 if form.is_bound else 200)


@allow(Role.EXPERT)
@require_POST
def my_avoided_remove(request: HttpRequest, avoided_id: UUID) -> HttpResponse:
    """Take one off the own list."""
    own_expert(request)
    try:
        actions.stop_avoiding(avoided_id=avoided_id, by=person_of(request), now=clock.now())
    except Avoided.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken off your list."))
    return redirect("pool:my-avoided")


# --- What the region uses ---------------------------------------------------------------------


@allow(*STAFF)
def vocabulary(request: HttpRequest) -> HttpResponse:
    """The words of the region, who reads the guarded part, and the least distance to home."""
    return _vocabulary(request)


def _vocabulary(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    user, now = person_of(request), clock.now()
    readers = queries.guarded_readers()
    waiting = list(
        Approval.objects.filter(
            kind=READ_GUARDED, decision=Decision.PENDING, expires_at__gt=now
        ).select_related("asked_by")
    )
    people = User.objects.in_bulk([one.subject for one in waiting])
    km = agreed(on=local(now).date()).min_distance_km
    shown = {
        "lists": queries.vocabulary(),
        "readers": readers,
        "waiting": [
            {
                "approval": one,
                "user": people[one.subject],
                "may_decide": user.pk not in (one.asked_by_id, one.subject),
            }
            for one in waiting
            if one.subject in people
        ],
        "km": km,
        "may_change": has_role(user, Role.REGIONAL_ADMIN),
        "me": user,
        "reader_form": ReaderForm(besides=[user, *(one.user for one in readers)]),
    }
    return render(request, "pool/vocabulary.html", shown | more, status=status)


@allow(Role.REGIONAL_ADMIN)
@require_POST
def code_switch(request: HttpRequest) -> HttpResponse:
    """Use a code, or use it no more; which one stands in no address."""
    code, is_off = request.POST.get("code", ""), request.POST.get("use") == "no"
    actions.switch_code(code=code, is_off=is_off, by=person_of(request), now=clock.now())
    messages.success(request, _("Saved."))
    return redirect("pool:vocabulary")


@allow(Role.REGIONAL_ADMIN)
@require_POST
def reader_ask(request: HttpRequest) -> HttpResponse:
    """Ask a second person to let a colleague read the guarded part."""
    user = person_of(request)
    besides = [user, *(one.user for one in queries.guarded_readers())]
    form = ReaderForm(request.POST, besides=besides)

    def ask() -> Approval:
        return actions.ask_to_read_guarded(
            user_id=form.cleaned_data["user"], by=user, now=clock.now()
        )

    if form.is_valid() and done(form, ask):
        messages.success(request, _("Asked. A second person decides within a day."))
        return redirect("pool:vocabulary")
    return _vocabulary(request, status=422, reader_form=form)


@allow(*STAFF)
@require_POST
def reader_decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Be the second person."""
    decide = {"approve": approvals.approve, "reject": approvals.reject}.get(
        request.POST.get("decision", "")
    )
    if decide is None or not Approval.objects.filter(pk=approval_id, kind=READ_GUARDED).exists():
        raise Http404
    decide(approval_id=approval_id, by=person_of(request), now=clock.now())
    messages.success(request, _("Decided."))
    return redirect("pool:vocabulary")


@allow(*STAFF)
@require_POST
def reader_end(request: HttpRequest, reader_id: UUID) -> HttpResponse:
    """Take the right away, at once."""
    try:
        actions.end_reading_guarded(reader_id=reader_id, by=person_of(request), now=clock.now())
    except GuardedReader.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Ended. It cannot be read any more from now on."))
    return redirect("pool:vocabulary")
