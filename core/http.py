"""Edges of the web: headers, refusals as pages, health."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access.middleware import roll_back_with
from core.access.permissions import PUBLIC, allow_everyone
from core.audit.whence import coming_from, request_id
from core.errors import Refusal
from core.outbox.pulse import pulse

# PostgreSQL ended a statement that waited for others: lock timeout, deadlock, statement timeout.
WAITED_TOO_LONG = {"55P03", "40P01", "57014"}
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


class Busy(Refusal):
    message = _("Others are working on this right now. Nothing was changed; try again in a moment.")
    status = 503


class HeadersMiddleware:
    """Headers of every answer, and a request id for log and audit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4())
        try:
            with coming_from(request):
                response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Signed-in pages and token pages are for one pair of eyes: nothing keeps them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show a refusal that no view answered: its own sentence, its own status."""
        if getattr(exception.__cause__, "sqlstate", None) in WAITED_TOO_LONG and isinstance(
            exception, OperationalError
        ):
            exception = Busy()
        if not isinstance(exception, Refusal):
            return None
        template = "403.html" if exception.status == 403 else "refusal.html"  # noqa: PLR2004
        page = render(request, template, {"refusal": exception}, status=exception.status)
        # The exception no longer reaches RegionMiddleware, so the page carries the word on.
        return roll_back_with(page)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The page for a form that was sent from elsewhere, or left open too long."""
    return render(request, "403_csrf.html", status=403)


@allow_everyone(PUBLIC)
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process is up. No database, no secrets."""
    return HttpResponse("ok", content_type="text/plain")


@allow_everyone(PUBLIC)
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Database, broker, beat, oldest unsent message and the watchdog are fine; 503 where not."""
    try:
        found = pulse(now=clock.now())
        state = {
            "database": True,
            "beat": found.beat_age is not None and found.is_alive,
            "watch": found.all_is_well,
        }
    except DatabaseError:
        return JsonResponse({"database": False}, status=503)
    # The cache keeps silent while it is away; only what comes back proves that it is there.
    cache.set("readyz", 1, 5)
    state["broker"] = cache.get("readyz") == 1
    return JsonResponse(state, status=200 if all(state.values()) else 503)
