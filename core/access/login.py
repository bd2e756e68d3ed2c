"""Sessions: how one begins, how long it lives, and what it needs before a page opens.

A session says in its own row when it began, when its person was last active, and whether a
second factor was used, so that no request asks the database for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import signals as auth_signals
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from core import audit, clock
from core.access.middleware import Responder
from core.access.models import Role, User
from core.access.permissions import BY_LINK, PUBLIC, roles_of
from core.access.scope import region_scope

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Pace:
    """How long a session may rest, and how long it may live at all (security.md 7.2)."""

    idle: timedelta
    absolute: timedelta


PACES = {
    "staff": Pace(idle=timedelta(minutes=30), absolute=timedelta(hours=12)),
    "expert": Pace(idle=timedelta(hours=1), absolute=timedelta(hours=24)),
    "limited": Pace(idle=timedelta(days=30), absolute=timedelta(days=30)),
}
TOUCH_EVERY = timedelta(minutes=1)
MOST_SESSIONS = 5

# Keys in a session. FACTOR and DEMO hold the id of the person they count for: an unfinished
# sign-in of one person must not lend its factor to the next on the same phone.
BEGAN, SEEN, PACE = "began_at", "seen_at", "pace"
FACTOR, DEMO, LIMITED = "factor", "demo", "limited"

OWN_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# Open in every session, whatever it lacks: ways out, and the language of the page.
ALWAYS = frozenset({"account_logout", "core:quick-exit", "set_language"})
# Open to somebody who has no second factor yet: choosing one.
ENROLMENT = frozenset(
    {
        "core:second-factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
    }
)


def limited_ok(view: View) -> View:
    """Let a limited session open this view: an expert's own agenda hours, nothing else."""
    view.limited_ok = True  # type: ignore[attr-defined]
    return view


def may_be_limited(user: User) -> bool:
    """Whether a password alone may show `user` hours: experts, and nobody who is more."""
    if user.region_id is None:
        return False
    with region_scope(user.region_id):
        return roles_of(user) == {Role.EXPERT.value}


def limit(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Make the session that just began a limited one: hours for a month, nothing else."""
    session = request.session
    session[LIMITED], session[PACE] = True, "limited"
    session.set_expiry(PACES["limited"].absolute)
    session.pop(FACTOR, None)
    with region_scope(user.region_id or 0):
        audit.record("session.limited", by=user, at=now, target=user)


def used_factor(request: HttpRequest) -> bool:
    """Whether the person of this session proved a second factor in it, or it is the demo."""
    person = str(request.user.pk)
    if settings.DEMO and request.session.get(DEMO) == person:
        return True
    return bool(request.session.get(FACTOR) == person)


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether this session began so recently that asking for the password again adds nothing."""
    term = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    began = _moment(request.session, BEGAN)
    return began is not None and now - began < term


def end_sessions(user: User) -> None:
    """Sign `user` out everywhere, from the next request on."""
    for session in UserSession.objects.filter(user=user):
        session.end()


class SessionLimitsMiddleware:
    """Ends a session that rested or lived too long, and says why.

    A page that refreshes itself is no activity: otherwise a screen left open would never
    sign out. The moment of last activity is written at most once a minute.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The demo's clock may jump by days; its sessions hold nobody's data.
        demo = settings.DEMO and DEMO in request.session
        if request.user.is_authenticated and not demo:
            now = clock.now()
            reason = _overdue(request.session, now)
            if reason:
                return _sign_out(request, reason)
            if _is_activity(request):
                _touch(request.session, now)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Opens nothing to a session without a second factor, but the way to get one.

    Views for strangers stay open. Somebody who has a factor and did not use it signs in
    again: that session began before the factor existed, perhaps in other hands.
    """

    def __init__(self, get_response: Responder) -> None:
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
        name = request.resolver_match.view_name if request.resolver_match else ""
        open_to: frozenset[str] = getattr(view, "allowed", frozenset())
        if not request.user.is_authenticated or name in ALWAYS or open_to & {PUBLIC, BY_LINK}:
            return None
        if request.session.get(LIMITED):
            return _limited(request, view, name)
        if used_factor(request):
            return None
        if owns_factor(request.user.pk):
            return _sign_out(request, _("Sign in again, now with your second step."))
        return None if name in ENROLMENT else _send(request, "core:second-factor")


def _limited(request: HttpRequest, view: Callable[..., Any], name: str) -> HttpResponse | None:
    """What a limited session gets instead of this view; None where the view is open to it."""
    if name == settings.LOGIN_REDIRECT_URL:
        return _send(request, settings.LIMITED_HOME)
    if getattr(view, "limited_ok", False):
        return None
    return _sign_out(request, _("Sign in to see this."))


def connect() -> None:
    """Listen to signing in and to factors; called once, when the site starts."""
    auth_signals.user_logged_in.connect(_begin, dispatch_uid="core.login.begin")
    account_signals.user_logged_in.connect(_end_oldest, dispatch_uid="core.login.oldest")
    mfa_signals.authenticator_used.connect(_factor_used, dispatch_uid="core.login.used")
    mfa_signals.authenticator_added.connect(_factor_added, dispatch_uid="core.login.added")
    mfa_signals.authenticator_removed.connect(_factor_removed, dispatch_uid="core.login.removed")


def _begin(request: HttpRequest, user: User, **_signal: Any) -> None:
    now = clock.now()
    session = request.session
    session[BEGAN] = session[SEEN] = now.timestamp()
    session[PACE] = "staff"
    # Signing in keeps the keys of the same person's session; these two must be earned anew.
    session.pop(LIMITED, None)
    session.pop(DEMO, None)
    session.set_expiry(None)
    if user.region_id is None:
        return
    with region_scope(user.region_id):
        if roles_of(user) == {Role.EXPERT.value}:
            session[PACE] = "expert"
        audit.record("session.began", by=user, at=now, target=user)


def _end_oldest(request: HttpRequest, user: User, **_signal: Any) -> None:
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    for session in others.order_by("-created_at")[MOST_SESSIONS - 1 :]:
        session.end()


def _factor_used(request: HttpRequest, user: User, **_signal: Any) -> None:
    request.session[FACTOR] = str(user.pk)


def _factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any
) -> None:
    # Adding one proves it: the code or the key was used to do so. Printed codes prove nothing.
    if authenticator.type in OWN_FACTORS:
        request.session[FACTOR] = str(user.pk)
        _keep(user, "factor.added", authenticator)


def _factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any
) -> None:
    if not owns_factor(user.pk):
        request.session.pop(FACTOR, None)
    if authenticator.type in OWN_FACTORS:
        _keep(user, "factor.removed", authenticator)


def _keep(user: User, event: str, authenticator: Authenticator) -> None:
    # Runs after commit as well, where no region is set.
    if user.region_id is not None:
        with region_scope(user.region_id):
            audit.record(event, by=user, at=clock.now(), target=user, kind=str(authenticator.type))


def owns_factor(user_id: Any) -> bool:
    """Whether a person has a second step, used or not."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=OWN_FACTORS).exists())


def _moment(session: SessionBase, key: str) -> datetime | None:
    stamp = session.get(key)
    return datetime.fromtimestamp(stamp, UTC) if stamp is not None else None


def _overdue(session: SessionBase, now: datetime) -> str:
    """Why this session is over, in words; empty while it is not."""
    pace = PACES.get(session.get(PACE, ""))
    began, seen = _moment(session, BEGAN), _moment(session, SEEN)
    if pace is None or began is None or seen is None:
        return _("You were signed out. Sign in again.")
    if now - began >= pace.absolute:
        if pace.absolute > timedelta(days=1):
            return _("You were signed out. Once a month you sign in again.")
        hours = pace.absolute // timedelta(hours=1)
        said = ngettext(
            "You were signed out, because you had been signed in for %(n)d hour.",
            "You were signed out, because you had been signed in for %(n)d hours.",
            hours,
        )
        return said % {"n": hours}
    if now - seen >= pace.idle:
        minutes = pace.idle // timedelta(minutes=1)
        said = ngettext(
            "You were signed out, because nothing happened for %(n)d minute.",
            "You were signed out, because nothing happened for %(n)d minutes.",
            minutes,
        )
        return said % {"n": minutes}
    return ""


def _is_activity(request: HttpRequest) -> bool:
    refresh = request.method == "GET" and "HX-Request" in request.headers
    return not refresh or "HX-Boosted" in request.headers


def _touch(session: SessionBase, now: datetime) -> None:
    seen = _moment(session, SEEN)
    if seen is None or now - seen >= TOUCH_EVERY:
        session[SEEN] = now.timestamp()


def _sign_out(request: HttpRequest, reason: str) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else "/"
    if "HX-Request" in request.headers:
        back = "/"
    logout(request)
    messages.info(request, reason)
    if "HX-Request" in request.headers:
        return _send(request, settings.LOGIN_URL)
    return redirect_to_login(back)


def _send(request: HttpRequest, to: str) -> HttpResponse:
    """Redirect the page, also where only a part of it was asked for."""
    if "HX-Request" in request.headers:
        return HttpResponseClientRedirect(resolve_url(to))
    return redirect(to)
