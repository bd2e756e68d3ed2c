"""Answering an offer by its link, without signing in. Looking changes nothing.

Links are opened by scanners of mail, by previews and by whoever holds the phone. So a GET
changes no row; an answer needs the cookie that the page set, two seconds, and an explicit choice
that nobody made beforehand. Whoever also fills in what nobody can see is not heard (ADR 0027),
and what a link said can be taken back. The page says nothing that could not stand on a billboard.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core import audit, clock
from core.access import buckets
from core.access.permissions import BY_LINK, allow_everyone
from core.access.scope import region_scope
from core.crypto import blind_index
from core.errors import Refusal
from matching import actions, queries
from matching.actions.reasons import give_reason
from matching.forms.acts import AnswerForm, ReasonForm, ReopenForm, UndoForm
from matching.models import Offer
from matching.pages.offer import may_explain, offer_page, thanks_for
from matching.queries.lists import OfferByLink
from matching.states import Conflict, OfferState

COOKIE = "naast_seen"
# What templates/matching/_trap.html asks; radio buttons, because browsers never fill those in.
TRAP = "more"
BACK = {
    "undo": (UndoForm, actions.undo_accept),
    "reopen": (ReopenForm, actions.undo_decline),
}
AT_LEAST = timedelta(seconds=2)
AT_MOST = timedelta(hours=24)
VISITS_A_MINUTE = 30


@allow_everyone(BY_LINK)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_link(request: HttpRequest, token: str) -> HttpResponse:
    """The question behind a link, or what became of it."""
    now = clock.now()
    _spend(request, now)
    link = queries.offer_by_link(token, now=now)
    if link is None:
        return _quiet(render(request, "matching/offer_gone.html", status=404))
    with region_scope(link.region_id):
        try:
            response = _visit(request, link, token, now=now)
        except Offer.DoesNotExist:
            # Asked through an agreement between regions that is over.
            response = render(request, "matching/offer_gone.html", status=404)
    return _quiet(response)


def _visit(request: HttpRequest, link: OfferByLink, token: str, *, now: datetime) -> HttpResponse:
    offer = _offer(link)
    if request.method != "POST":
        return _seen(_page(request, offer, link, now=now), token, now=now)
    if request.POST.get(TRAP):
        audit.record(
            "offer.answered_by_machine", by=None, at=now, subject=offer.expert_id, target=offer
        )
        note = _("Was this you? Nothing was answered yet. Choose once more.")
        return _seen(_page(request, offer, link, now=now, note=note), token, now=now)
    problem = _haste(request, token, now=now)
    if problem:
        # Nothing is lost: the page comes again with what was chosen, and with a fresh cookie.
        form = AnswerForm(initial=request.POST.dict())
        return _seen(_page(request, offer, link, now=now, form=form, note=problem), token, now=now)
    acts = {"answer": _answer, "undo": _take_back, "reopen": _take_back, "reason": _reason}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return _seen(_page(request, offer, link, now=now), token, now=now)
    return _seen(act(request, offer, link, now=now), token, now=now)


def _answer(
    request: HttpRequest, offer: Offer, link: OfferByLink, *, now: datetime
) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, offer, link, now=now, form=form, status=422)
    answer = form.cleaned_data["answer"]
    if offer.state != OfferState.OPEN or not link.may_act:
        _note_contradiction(offer, answer, now=now)
        return _page(request, offer, link, now=now)
    try:
        if answer == "no":
            _say_no(offer, now=now)
        else:
            _say_yes(offer, Conflict(form.cleaned_data["conflict"]), now=now)
    except Refusal as refusal:
        return _page(request, _offer(link), link, now=now, note=refusal.message, status=409)
    note: str | Promise = ""
    if answer == "yes" and form.cleaned_data["conflict"] == Conflict.UNSURE:
        note = _("Thank you. Call your coordinator first; nothing is decided yet.")
    return _page(request, _offer(link), link, now=now, note=note)


def _say_no(offer: Offer, *, now: datetime) -> None:
    actions.decline_offer(offer_id=offer.pk, expert_id=offer.expert_id, now=now, by_link=True)


def _say_yes(offer: Offer, said: Conflict, *, now: datetime) -> None:
    """A yes counts with the word that one knows nobody; with another word it is a talk first."""
    actions.declare_conflict(
        request_id=offer.seat.request_id, expert_id=offer.expert_id, answer=said, now=now
    )
    if said == Conflict.NO_CONFLICT:
        actions.accept_offer(
            offer_id=offer.pk, by=None, expert_id=offer.expert_id, now=now, by_link=True
        )


def _take_back(
    request: HttpRequest, offer: Offer, link: OfferByLink, *, now: datetime
) -> HttpResponse:
    """A yes or a no that is taken back; ticked, because machines press buttons."""
    form_class, act = BACK[request.POST["act"]]
    form = form_class(request.POST)
    if not link.may_act:
        return _page(request, offer, link, now=now)
    if not form.is_valid():
        return _page(request, offer, link, now=now, status=422, back_form=form)
    try:
        act(offer_id=offer.pk, expert_id=offer.expert_id, now=now)
    except Refusal as refusal:
        return _page(request, _offer(link), link, now=now, note=refusal.message, status=409)
    return _page(request, _offer(link), link, now=now)


def _reason(
    request: HttpRequest, offer: Offer, link: OfferByLink, *, now: datetime
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not may_explain(offer, now=now):
        return _page(request, offer, link, now=now)
    if not form.is_valid():
        return _page(request, offer, link, now=now, status=422, reason_form=form)
    try:
        give_reason(
            offer_id=offer.pk,
            expert_id=offer.expert_id,
            reason=form.cleaned_data["reason"],
            now=now,
        )
    except Refusal as refusal:
        return _page(request, _offer(link), link, now=now, note=refusal.message, status=409)
    note = thanks_for(form.cleaned_data["reason"])
    return _page(request, _offer(link), link, now=now, note=note)


def _note_contradiction(offer: Offer, answer: str, *, now: datetime) -> None:
    """Yes and no both sent: more likely a machine that presses everything than a person."""
    said = {OfferState.ACCEPTED: "yes", OfferState.DECLINED: "no"}.get(OfferState(offer.state))
    if said is not None and said != answer and offer.by_link:
        audit.record(
            "offer.answered_both_ways", by=None, at=now, subject=offer.expert_id, target=offer
        )


def _offer(link: OfferByLink) -> Offer:
    rows = Offer.objects.select_related(
        "seat__request__area", "seat__request__policy", "expert__home_area", "expert__coordinator"
    )
    return rows.get(pk=link.offer_id)


def _page(  # noqa: PLR0913  the parts of one page
    request: HttpRequest,
    offer: Offer,
    link: OfferByLink,
    *,
    now: datetime,
    form: AnswerForm | None = None,
    reason_form: ReasonForm | None = None,
    back_form: UndoForm | None = None,
    note: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    page = offer_page(offer, may_act=link.may_act, now=now)
    context = {
        "page": page,
        "form": form or AnswerForm(),
        "reason_form": reason_form or ReasonForm(),
        "back_form": back_form or (ReopenForm() if page.can_reopen else UndoForm()),
        "note": note,
        "now": now,
    }
    return render(request, "matching/offer_link.html", context, status=status)


# --- The cookie that says that somebody looked --------------------------------------------------


def _seen(response: HttpResponse, token: str, *, now: datetime) -> HttpResponse:
    value = signing.dumps({"link": _digest(token), "at": now.timestamp()}, salt=COOKIE)
    response.set_cookie(
        COOKIE,
        value,
        max_age=AT_MOST,
        path="/v/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _haste(request: HttpRequest, token: str, *, now: datetime) -> str | Promise:
    """Why this answer does not count yet; empty where it does."""
    try:
        seen = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except signing.BadSignature:
        return _("Your answer did not arrive yet. Look once more and send it again.")
    since = now - datetime.fromtimestamp(seen["at"], UTC)
    if seen["link"] != _digest(token) or since > AT_MOST:
        return _("Your answer did not arrive yet. Look once more and send it again.")
    if since < AT_LEAST:
        return _("That was very quick. Look once more and send it again.")
    return ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _spend(request: HttpRequest, now: datetime) -> None:
    address = get_adapter().get_client_ip(request)
    key = blind_index("bucket", "offer page", address).hex()[:40]
    buckets.spend(key, limit=VISITS_A_MINUTE, per=timedelta(minutes=1), now=now)


def _quiet(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
