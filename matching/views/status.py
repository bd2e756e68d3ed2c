"""What a professional sees and does after sending: status, missing points, news."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from core.audit import Reason
from matching import actions
from matching.forms.acts import (
    MeasureNewsForm,
    NumbersForm,
    OpenPointsForm,
    known_numbers,
    possible_news,
)
from matching.models import Request
from matching.pages.filing import terms_here
from matching.pages.gate import gate_of
from matching.pages.status import status_of
from matching.permissions import asks, may_coordinate
from matching.states import RUNNING, GateCode, GateWho
from matching.views.shared import back_to, followed, log_reading, person, told


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
def request_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the request stands: one sentence with a time, and what is needed."""
    now, found = clock.now(), followed(request, pk)
    log_reading(request, found, now=now)
    live = bool(request.headers.get("HX-Request"))
    part = "matching/_status.html" if live else "matching/request_status.html"
    context = {"page": status_of(found, now=now), "now": now}
    audit.listed(
        "request.people",
        by=person(request),
        at=now,
        subjects=audit.opened_so_far() - {found.case_id},
        purpose=found.pk,
        reason="",
        live=live,
    )
    if not live and asks(person(request), found) and found.case.reference:
        context["reference"] = found.case.reference
        audit.read(
            "case.reference",
            by=person(request),
            at=now,
            subject=found.case_id,
            purpose=found.pk,
            reason=Reason.CHARGE,
        )
    return render(request, part, context)


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_reach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to call has changed: other people, other numbers."""
    now, found = clock.now(), followed(request, pk)
    if found.state not in RUNNING:
        raise Http404
    log_reading(request, found, now=now)
    data = request.POST if request.method == "POST" else None
    form = NumbersForm(data, now=now, terms=terms_here(), initial=known_numbers(found))
    if data is not None and form.is_valid():
        with told(request, _("Recorded. Whoever has to know is told.")):
            actions.change_reach(
                request_id=found.pk,
                reach=form.reach(),
                checked=form.cleaned_data["numbers_work"],
                by=person(request),
                now=now,
            )
        return _back(request, found, anchor="bereik")
    context = {"form": form, "asked": found, "coordinates": may_coordinate(person(request))}
    status = 422 if data is not None else 200
    return render(request, "matching/request_reach.html", context, status=status)


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The points that the professional answers, or says by telephone to a coordinator."""
    now, found = clock.now(), followed(request, pk)
    log_reading(request, found, now=now)
    waiting = [point.code for point in gate_of(found, now=now).open_for(GateWho.REQUESTER)]
    if not waiting:
        return _back(request, found)
    data = request.POST if request.method == "POST" else None
    form = OpenPointsForm(data, codes=waiting, now=now, terms=terms_here())
    if data is not None and form.is_valid():
        with told(request, _("Recorded.")):
            _confirm(request, found, form)
        return _back(request, found)
    context = {"form": form, "asked": found, "coordinates": may_coordinate(person(request))}
    status = 422 if data is not None else 200
    return render(request, "matching/request_complete.html", context, status=status)


def _confirm(request: HttpRequest, found: Request, form: OpenPointsForm) -> None:
    for code, answer in form.answers().items():
        actions.confirm_gate_item(
            request_id=found.pk,
            code=code,
            by=person(request),
            now=form.now,
            stated_on=answer if code == GateCode.G1 else None,
            risk=answer if code == GateCode.G4 else None,
        )


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def measure_news(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Extension, withdrawal or ruling: what happened, on whose word, heard when."""
    now, found = clock.now(), followed(request, pk)
    log_reading(request, found, now=now)
    measure = found.measure
    if measure is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = MeasureNewsForm(data, measure=measure, now=now, terms=terms_here())
    form.fields["kind"].choices = possible_news(measure.state)  # type: ignore[attr-defined]
    if data is not None and form.is_valid():
        with told(request, _("Recorded. Everybody who must know is told without details.")):
            _record(request, form)
        return _back(request, found)
    context = {
        "form": form,
        "asked": found,
        "measure": measure,
        "coordinates": may_coordinate(person(request)),
    }
    status = 422 if data is not None else 200
    return render(request, "matching/measure_news.html", context, status=status)


def _record(request: HttpRequest, form: MeasureNewsForm) -> None:
    cleaned = form.cleaned_data
    actions.record_measure_event(
        measure_id=form.measure.pk,
        kind=cleaned["kind"],
        source=cleaned["source"],
        document_seen=cleaned["document_seen"] == "YES",
        heard_at=form.heard_at(),
        new_end_wall=cleaned["new_end"],
        fold=form.new_end_fold(),
        by=person(request),
        now=form.now,
    )


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_POST
def request_reachable(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The participant can be reached sooner than was thought."""
    found = followed(request, pk)
    with told(request, _("Recorded. Contact is possible from now on; the coordinator knows.")):
        actions.report_reachable(request_id=found.pk, by=person(request), now=clock.now())
    return _back(request, found)


@allow(Role.PROFESSIONAL, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def request_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the request back: asked once, because everybody who was asked is told."""
    found = followed(request, pk)
    log_reading(request, found, now=clock.now())
    if request.method == "POST":
        with told(request, _("Taken back. Everybody who was asked is told.")):
            actions.withdraw_request(request_id=found.pk, by=person(request), now=clock.now())
        return _back(request, found)
    context = {"asked": found, "coordinates": may_coordinate(person(request))}
    return render(request, "matching/request_withdraw.html", context)


def _back(request: HttpRequest, found: Request, *, anchor: str = "") -> HttpResponse:
    coordinates = may_coordinate(person(request))
    page = "matching:request-detail" if coordinates else "matching:request-status"
    return back_to(page, found.pk, anchor=anchor)
