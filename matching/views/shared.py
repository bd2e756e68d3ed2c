"""What every edge of matching does in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise

from core import audit
from core.access.models import User
from core.audit import Reason
from core.errors import NotAllowed, Refusal
from matching.models import Request
from matching.permissions import asks, may_coordinate, may_follow
from pool.actions import invited_by
from pool.models import Expert
from pool.queries import expert_of
from pool.views.shared import WriteInFirst


def person(request: HttpRequest) -> User:
    """Who is looking; the guard of the view let nobody else in."""
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def own_expert(request: HttpRequest) -> Expert:
    """The expert who is looking; without a profile in this region there is no page."""
    expert = expert_of(person(request))
    if expert is None:
        raise WriteInFirst if invited_by(person(request)) else Http404
    return expert


def followed(request: HttpRequest, pk: UUID) -> Request:
    """A request that this person may follow; another's looks like none."""
    rows = Request.objects.select_related(
        "case", "measure", "policy", "area", "organisation", "requester", "seen_by"
    )
    found = rows.filter(pk=pk).first()
    if found is None or not may_follow(person(request), found):
        raise Http404
    return found


def log_reading(request: HttpRequest, found: Request, *, now: datetime) -> None:
    """Write that somebody looked at this request; a page that stays open is one line in a while."""
    user = person(request)
    audit.read(
        "request",
        by=user,
        at=now,
        subject=found.case_id,
        target=found,
        purpose=found.pk,
        reason=Reason.CHARGE if asks(user, found) else "",
        live=is_live(request),
    )


def is_live(request: HttpRequest) -> bool:
    """Whether this is the part of a page that refreshes itself."""
    return bool(request.headers.get("HX-Request"))


def log_list(request: HttpRequest, what: str, subjects: Iterable[UUID], *, now: datetime) -> None:
    """Write who stands on a list: requests by their case, and experts whose name is shown."""
    user = person(request)
    reason = Reason.OVERVIEW if may_coordinate(user) else Reason.CHARGE
    audit.listed(what, by=user, at=now, subjects=subjects, reason=reason, live=is_live(request))


@contextmanager
def told(request: HttpRequest, success: str | Promise = "") -> Iterator[None]:
    """Say what happened above the next page: `success`, or the sentence of a refusal."""
    try:
        yield
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        if success:
            messages.success(request, str(success))


def back_to(viewname: str, *args: object, anchor: str = "") -> HttpResponse:
    """Redirect to a page, at the part that changed."""
    url = reverse(viewname, args=args)
    return HttpResponseRedirect(f"{url}#{anchor}" if anchor else url)
