"""The question that comes before everything else: do you want to be in the pool?

Who came in before it was asked meets it once at each sign-in, and may answer later. Who comes in
now answers before any other page opens. What a session has to ask stands in the session, so that
no page asks the database for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from core.access.login import ALWAYS, LIMITED
from core.access.models import Role, User
from core.access.permissions import SIGNED_IN
from core.access.scope import region_scope
from pool.queries import expert_of
from pool.queries.consent import is_unanswered

# In the session: LATER may be put off until the next sign-in, FIRST may not.
KEY, LATER, FIRST = "consent", "later", "first"
# The address that somebody asked for and was led away from: one of ours, as allauth checked.
WANTED = "consent_then"
PAGE = "pool:my-first-consent"
# Beside the question itself, and what `core.access.login` keeps open: reading what is kept.
OPEN = ALWAYS | {PAGE, "pool:my-data", "pool:my-looks", "pool:my-export", "pool:my-consent"}


def note(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Somebody signed in: keep in the session whether there is something to ask."""
    request.session.pop(KEY, None)
    if user.region_id is None:
        return
    with region_scope(user.region_id):
        expert = expert_of(user)
        if expert is not None and not expert.is_lent and is_unanswered(expert):
            request.session[KEY] = FIRST if expert.answers_first else LATER


def lead(request: HttpRequest, response: HttpResponse, **_signal: Any) -> None:
    """After signing in the question comes first, whatever page was asked for; that one is kept."""
    if request.session.get(KEY) is not None and "Location" in response:
        request.session[WANTED] = response["Location"]
        response["Location"] = reverse(PAGE)


def settle(session: SessionBase) -> str:
    """It was answered, or put off where that may be. Returns where somebody wanted to go."""
    session.pop(KEY, None)
    wanted: str = session.pop(WANTED, "")
    return wanted or reverse("home")


class ConsentMiddleware:
    """Shows the question before the page that was asked for; within the region of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        asks = request.session.get(KEY)
        if asks is None or request.session.get(LIMITED) or not isinstance(request.user, User):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        open_to: frozenset[str] = getattr(view, "allowed", frozenset())
        # A link in a message opens by itself, and never waits for this.
        if name in OPEN or not open_to & {SIGNED_IN, Role.EXPERT.value}:
            return None
        if asks == LATER and name != "home":
            return None
        expert = expert_of(request.user)
        if expert is None or not is_unanswered(expert):
            settle(request.session)
            return None
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect("/")
        return redirect(PAGE)
