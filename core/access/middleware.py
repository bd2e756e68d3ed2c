"""The region of a signed-in request: a transaction around the view *and* its rendering."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from core.access.scope import region_scope

Responder = Callable[[HttpRequest], HttpResponse]


class RegionMiddleware:
    """Opens `region_scope` for the user's region; last in MIDDLEWARE.

    ATOMIC_REQUESTS alone renders a TemplateResponse after its transaction: an empty page
    with status 200. A response of 500 and up rolls back; an error *returned* below that
    commits, so raise to roll back.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        region_id = getattr(request.user, "region_id", None)
        if region_id is None or _opens_its_own(request):
            return self.get_response(request)
        with region_scope(region_id):
            response = self.get_response(request)
            if response.status_code >= 500:  # noqa: PLR2004
                transaction.set_rollback(True)
            return response


def _opens_its_own(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(view, "_non_atomic_requests", None))
