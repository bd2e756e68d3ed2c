"""Answering an offer by its link, without signing in. Looking changes nothing.

Links are opened by scanners of mail, by previews and by whoever holds the phone. So a GET
changes no row; an answer needs the cookie that the page set, two seconds, and an explicit choice
that nobody made beforehand. The page says nothing that could not stand on a billboard.
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
from matching.forms.acts import AnswerForm, ReasonForm
from matching.models import Offer
from matching.pages.offer import may_explain, offer_page
from matching.queries.lists import OfferByLink
from matching.states import Conflict, OfferState

COOKIE = "naast_seen"
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
        response = _visit(request, link, token, now=now)
    return _quiet(response)


def _visit(request: HttpRequest, link: OfferByLink, token: str, *, now: datetime) -> HttpResponse:
    offer = _offer(link)
    if request.method != "POST":
        return _seen(_page(request, offer, link, now=now), token, now=now)
    problem = _haste(request, token, now=now)
    if problem:
        # Nothing is lost: the page comes again with what was chosen, and with a fresh cookie.
        form = AnswerForm(initial=request.POST.dict())
        return _seen(_page(request, offer, link, now=now, form=form, note=problem), token, now=now)
    act = {"answer": _answer, "undo": _undo, "reason": _reason}.get(request.POST.get("act", ""))
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


def _undo(request: HttpRequest, offer: Offer, link: OfferByLink, *, now: datetime) -> HttpResponse:
    if not link.may_act:
        return _page(request, offer, link, now=now)
    try:
        actions.undo_accept(offer_id=offer.pk, expert_id=offer.expert_id, now=now)
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
    return _page(request, _offer(link), link, now=now, note=_("Thank you for saying so."))


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
    note: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "page": offer_page(offer, may_act=link.may_act, now=now),
        "form": form or AnswerForm(),
        "reason_form": reason_form or ReasonForm(),
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
