"""What a coordinator sees and does on the page of a request."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import approvals, audit, clock
from core.access.models import Role
from core.access.permissions import allow
from core.approvals.models import Approval
from matching import actions
from matching.actions.passing import colleagues
from matching.actions.wider import ask_next_too
from matching.forms.acts import FirstContactForm, PointForm
from matching.models import Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.pages.request import TWO_PERSONS, Page, page_of
from matching.permissions import may_coordinate
from matching.states import GateCode
from matching.views.shared import back_to, followed, is_live, log_reading, person, told

DETAIL = "matching:request-detail"


@allow(Role.COORDINATOR)
@require_GET
def request_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: the clock, who is asked, who fits and why, the safety check."""
    now, found = clock.now(), followed(request, pk)
    if request.headers.get("HX-Request"):
        page = page_of(found, user=person(request), now=now)
        log_reading(request, found, now=now)
        _log_people(request, page, now=now)
        return render(
            request, "matching/_request_live.html", {"page": page, "now": now, "live": True}
        )
    with told(request):
        actions.see_request(request_id=found.pk, by=person(request), now=now)
    found = followed(request, pk)
    return _whole(request, found, now=now)


@allow(Role.COORDINATOR)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def request_reference(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the case number of the asking organisation, because somebody asked; the log says who."""
    now, found = clock.now(), followed(request, pk)
    audit.read(
        "case.reference", by=person(request), at=now, subject=found.case_id, purpose=found.pk
    )
    reference = found.case.reference or gettext("No case number was given.")
    return _whole(request, found, now=now, reference=reference)


def _whole(
    request: HttpRequest, found: Request, *, now: datetime, reference: str = ""
) -> HttpResponse:
    log_reading(request, found, now=now)
    page = page_of(found, user=person(request), now=now)
    _log_people(request, page, now=now)
    asks_handover = Task.objects.filter(
        request=found, kind=TaskKind.HANDOVER, done_at=None
    ).exists()
    context = {
        "page": page,
        "now": now,
        "reference": reference,
        "live": False,
        "asks_handover": asks_handover,
        "colleagues": colleagues(found, now=now) if asks_handover else [],
    }
    return render(request, "matching/request_detail.html", context)


def _log_people(request: HttpRequest, page: Page, *, now: datetime) -> None:
    """Names and numbers of experts are on this page: who was asked, who holds, who could."""
    asked = {line.offer.expert_id for search in page.searches for line in search.offers}
    asked |= {one.assignment.expert_id for one in page.held}
    user, live = person(request), is_live(request)
    for expert_id in sorted(asked):
        audit.read(
            "expert.contact",
            by=user,
            at=now,
            subject=expert_id,
            purpose=page.request.pk,
            live=live,
        )
    others = page.candidate_ids - asked
    audit.listed(
        "candidates",
        by=user,
        at=now,
        subjects=others,
        purpose=page.request.pk,
        reason="",
        live=live,
    )


@allow(Role.COORDINATOR)
@require_POST
def request_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look at the pool again; nobody is asked yet."""
    found, now = followed(request, pk), clock.now()
    with told(request, _("Looked again. This is how it stands now.")):
        for seat in Seat.objects.filter(request=found).order_by("pk"):
            actions.decide(seat_id=seat.pk, by=person(request), now=now)
    return back_to(DETAIL, pk, anchor="wie")


@allow(Role.COORDINATOR)
@require_POST
def offer_send(request: HttpRequest, pk: UUID, seat: UUID, expert: UUID) -> HttpResponse:
    """Ask this person now; the others of the list follow in their order."""
    found, by, now = followed(request, pk), person(request), clock.now()
    if not Seat.objects.filter(pk=seat, request=found).exists():
        raise Http404
    with told(request, _("The question is sent.")):
        # Looked at again first: somebody further down may have dropped out since the page was
        # drawn, and that is no reason to hold this question back.
        decision = actions.decide(seat_id=seat, by=by, now=now)
        order = [UUID(line["expert"]) for line in decision.ranked]
        below = order[order.index(expert) + 1 :] if expert in order else []
        actions.start_wave(seat_id=seat, by=by, now=now, experts=[expert, *below])
    return back_to(DETAIL, pk, anchor="voorstellen")


@allow(Role.COORDINATOR)
@require_POST
def offer_next(request: HttpRequest, pk: UUID, seat: UUID) -> HttpResponse:
    """Ask the next of the list as well, while the first still has time."""
    found = followed(request, pk)
    if not Seat.objects.filter(pk=seat, request=found).exists():
        raise Http404
    with told(request, _("The next one is asked as well. The first yes counts.")):
        ask_next_too(seat_id=seat, by=person(request), now=clock.now())
    return back_to(DETAIL, pk, anchor="voorstellen")


@allow(Role.COORDINATOR)
@require_POST
def offer_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an open question back."""
    offer = Offer.objects.filter(pk=pk).select_related("seat").first()
    if offer is None:
        raise Http404
    with told(request, _("Taken back. The expert is told that nothing is needed.")):
        actions.withdraw_offer(offer_id=pk, by=person(request), now=clock.now())
    return back_to(DETAIL, offer.seat.request_id, anchor="wie")


@allow(Role.COORDINATOR)
@require_POST
def gate_confirm(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Confirm one point in one's own name."""
    found, form = followed(request, pk), PointForm(request.POST)
    if code not in GateCode.values or not form.is_valid():
        raise Http404
    with told(request, _("Confirmed, with your name and the time.")):
        actions.confirm_gate_item(
            request_id=found.pk,
            code=code,
            by=person(request),
            now=clock.now(),
            stated_on=form.cleaned_data["stated_on"],
        )
    return back_to(DETAIL, pk, anchor="check")


@allow(Role.COORDINATOR)
@require_POST
def gate_ask_second(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Ask a second coordinator: for a meeting without a duo, or after a consultation."""
    found = followed(request, pk)
    if code not in TWO_PERSONS:
        raise Http404
    with told(request, _("Asked. A second coordinator has to say yes within a day.")):
        approvals.ask(
            TWO_PERSONS[GateCode(code)], subject=found.pk, by=person(request), now=clock.now()
        )
    return back_to(DETAIL, pk, anchor="check")


@allow(Role.COORDINATOR)
@require_POST
def gate_second(request: HttpRequest, pk: UUID, approval: UUID) -> HttpResponse:
    """Be the second person: yes or no."""
    found, now = followed(request, pk), clock.now()
    if not Approval.objects.filter(
        pk=approval, subject=found.pk, kind__in=TWO_PERSONS.values()
    ).exists():
        raise Http404
    agreed = request.POST.get("answer") == "yes"
    decide = approvals.approve if agreed else approvals.reject
    with told(request, _("You agreed. Both names are recorded.") if agreed else _("Recorded: no.")):
        decide(approval_id=approval, by=person(request), now=now)
    return back_to(DETAIL, pk, anchor="check")


@allow(Role.COORDINATOR, Role.PROFESSIONAL)
@require_http_methods(["GET", "POST"])
def first_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that the first contact was, and when."""
    now, found = clock.now(), followed(request, pk)
    data = request.POST if request.method == "POST" else None
    form = FirstContactForm(data, now=now)
    log_reading(request, found, now=now)
    if data is not None and form.is_valid():
        with told(request, _("Recorded.")):
            actions.record_first_contact(
                request_id=found.pk, by=person(request), now=now, at=form.cleaned_data["at"]
            )
        return back_to(_page_for(request), pk, anchor="traject")
    status = 422 if data is not None else 200
    context = {"form": form, "asked": found, "coordinates": _page_for(request) == DETAIL}
    return render(request, "matching/first_contact.html", context, status=status)


def _page_for(request: HttpRequest) -> str:
    return DETAIL if may_coordinate(person(request)) else "matching:request-status"


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a request: asked once, because access ends with it."""
    found: Request = followed(request, pk)
    log_reading(request, found, now=clock.now())
    if request.method == "POST":
        with told(request, _("Closed. Access ends now.")):
            actions.close_request(request_id=found.pk, by=person(request), now=clock.now())
        return back_to(DETAIL, pk)
    return render(request, "matching/request_close.html", {"asked": found})
