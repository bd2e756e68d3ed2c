"""The region of a signed-in request: a transaction around the view *and* its rendering."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from core.access.models import User
from core.access.permissions import guests
from core.access.scope import region_scope
from core.audit import net

Responder = Callable[[HttpRequest], HttpResponse]
# Under which name a session keeps the region that somebody visits.
VISITS = "visits"
_ROLLS_BACK = "_naast_rolls_back"


def roll_back_with(response: HttpResponse) -> HttpResponse:
    """Mark a page as the answer to something that must not have happened.

    The page is rendered while the transaction still answers queries; the region's middleware
    rolls it back afterwards.
    """
    setattr(response, _ROLLS_BACK, True)
    return response


def rolls_back(response: HttpResponse) -> bool:
    """Whether this page answers something that must not have happened."""
    return bool(getattr(response, _ROLLS_BACK, False))


class RegionMiddleware:
    """Opens `region_scope` for the user's region; last in MIDDLEWARE.

    ATOMIC_REQUESTS alone renders a TemplateResponse after its transaction: an empty page
    with status 200. A response of 500 and up rolls back, and so does the page of a refusal
    that was raised; an error *returned* below 500 commits, so raise to roll back.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        region_id = getattr(request.user, "region_id", None)
        if region_id is None or _opens_its_own(request):
            return self.get_response(request)
        with region_scope(_visited(request, region_id)):
            response = self.get_response(request)
            net.catch(request, response)
            if response.status_code >= 500 or rolls_back(response):  # noqa: PLR2004
                transaction.set_rollback(True)
            return response


def _visited(request: HttpRequest, home: int) -> int:
    """The region that somebody went to for now, for as long as there is something to do there."""
    session = getattr(request, "session", None)
    there = session.get(VISITS) if session is not None else None
    if not isinstance(there, int):
        return home
    user = request.user
    with region_scope(there):
        if isinstance(user, User) and guests(user):
            return there
    del request.session[VISITS]
    return home


def _opens_its_own(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(view, "_non_atomic_requests", None))
