"""The expert's own pages: a question that waits, an answer, what runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from core import audit, clock
from core.access.models import Role
from core.access.permissions import allow
from matching import actions, queries
from matching.actions.reasons import give_reason
from matching.forms.acts import AnswerForm, ReasonForm
from matching.models import Assignment, Offer
from matching.pages.offer import thanks_for
from matching.pages.reach import card_of
from matching.pages.today import offer_card
from matching.pages.today import today as today_of
from matching.states import Conflict, OfferState
from matching.views.shared import back_to, is_live, own_expert, person, told
from pool.actions import invited_by
from pool.models import Expert
from pool.queries import coordinator_phone, expert_of


@allow(Role.EXPERT)
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """A question that waits, the next appointment, what runs, a pause, and whom to call."""
    if expert_of(person(request)) is None and invited_by(person(request)):
        return redirect("pool:my-application")
    now, expert = clock.now(), own_expert(request)
    page = today_of(expert, now=now)
    live = is_live(request)
    for card in page.offers:
        if card.offer.opened_at is None and not live:
            actions.offer_opened(card.offer.pk, now)
        _log_offer(request, card.offer, now=now)
    for work in page.work:
        asked = work.assignment.seat.request
        audit.read(
            "request",
            by=person(request),
            at=now,
            subject=asked.case_id,
            target=asked,
            purpose=work.assignment.pk,
            live=live,
        )
    part = "matching/_today.html" if live else "matching/today.html"
    return render(request, part, {"page": page, "now": now})


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def offer_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes or no. A yes also says whether one may know somebody; a no needs nothing more."""
    now, expert = clock.now(), own_expert(request)
    offer = _own_offer(expert, pk)
    _log_offer(request, offer, now=now)
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if form.is_valid():
            return _answer(request, form, offer, expert, now=now)
        # Pressing yes on the card asks the one question that is left; that is no mistake.
        if "sent" not in request.POST:
            form = AnswerForm(initial={"answer": request.POST.get("answer")})
    elif offer.state != OfferState.OPEN or offer.deadline_at <= now:
        return redirect("matching:today")
    else:
        form = AnswerForm()
    context = {"form": form, "card": offer_card(offer, expert), "now": now}
    return render(
        request, "matching/offer_answer.html", context, status=422 if form.errors else 200
    )


def _answer(
    request: HttpRequest, form: AnswerForm, offer: Offer, expert: Expert, *, now: datetime
) -> HttpResponse:
    cleaned, by = form.cleaned_data, person(request)
    if cleaned["answer"] == "no":
        with told(request):
            actions.decline_offer(
                offer_id=offer.pk, expert_id=expert.pk, now=now, by_link=False, by=by
            )
        return redirect("matching:offer-reason", offer.pk)
    said = Conflict(cleaned["conflict"])
    success = {
        Conflict.NO_CONFLICT: _("Thank you. It is yours. Below you see whom to call."),
        Conflict.UNSURE: _("Thank you. Call your coordinator first; nothing is decided yet."),
        Conflict.CONFLICT: _("Thank you. Then somebody else is asked. You need not say whom."),
    }[said]
    with told(request, success):
        actions.declare_conflict(
            request_id=offer.seat.request_id, expert_id=expert.pk, answer=said, now=now, by=by
        )
        if said == Conflict.NO_CONFLICT:
            actions.accept_offer(
                offer_id=offer.pk, by=by, expert_id=expert.pk, now=now, by_link=False
            )
    return redirect("matching:today")


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def offer_reason(request: HttpRequest, pk: UUID) -> HttpResponse:
    """After a no: why, only for who wants to say it."""
    now, expert = clock.now(), own_expert(request)
    offer = _own_offer(expert, pk)
    if offer.state != OfferState.DECLINED or offer.reason:
        return redirect("matching:today")
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data)
    if data is not None and form.is_valid():
        with told(request, thanks_for(form.cleaned_data["reason"])):
            give_reason(
                offer_id=offer.pk,
                expert_id=expert.pk,
                reason=form.cleaned_data["reason"],
                now=now,
                by=person(request),
            )
        return redirect("matching:today")
    status = 422 if data is not None else 200
    return render(
        request, "matching/offer_reason.html", {"form": form, "offer": offer}, status=status
    )


@allow(Role.EXPERT)
@require_POST
def offer_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a yes back within the region's minutes."""
    now, expert = clock.now(), own_expert(request)
    offer = _own_offer(expert, pk)
    with told(request, _("Given back. Somebody else is asked. That is fine.")):
        actions.undo_accept(offer_id=offer.pk, expert_id=expert.pk, now=now, by=person(request))
    return back_to("matching:today")


@allow(Role.EXPERT)
@require_safe
def work_card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to call about work that is one's own: in danger, with worries, by day and by night."""
    now, expert = clock.now(), own_expert(request)
    held = _own_work(expert, pk)
    subject = held.seat.request.case_id
    audit.read(
        "request.card", by=person(request), at=now, subject=subject, target=held, purpose=held.pk
    )
    card = card_of(held, duty_phone=coordinator_phone(at=now))
    return render(request, "matching/work_card.html", {"card": card})


@allow(Role.EXPERT)
@require_POST
def work_conflict(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tap, "I know somebody": access to this work ends at once, nobody asks whom."""
    now, expert = clock.now(), own_expert(request)
    held = _own_work(expert, pk)
    with told(request, _("Thank you. This is closed for you now. Your coordinator calls you.")):
        actions.declare_conflict(
            request_id=held.seat.request_id,
            expert_id=expert.pk,
            answer=Conflict.CONFLICT,
            now=now,
            by=person(request),
        )
    return back_to("matching:today")


def _log_offer(request: HttpRequest, offer: Offer, *, now: datetime) -> None:
    """The first layer of a request: area, hours and needs (domain.md 8.8)."""
    audit.read(
        "request.offer",
        by=person(request),
        at=now,
        subject=offer.seat.request.case_id,
        target=offer,
        purpose=offer.seat.request_id,
        live=is_live(request),
    )


def _own_work(expert: Expert, pk: UUID) -> Assignment:
    held = queries.assignments_of(expert).filter(pk=pk).first()
    if held is None:
        raise Http404
    return held


def _own_offer(expert: Expert, pk: UUID) -> Offer:
    offer = (
        Offer.objects.filter(pk=pk, expert=expert)
        .select_related("seat__request__area", "expert__home_area")
        .first()
    )
    if offer is None:
        raise Http404
    return offer
