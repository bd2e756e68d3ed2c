"""The door: signing in, the second step, invitations, one's own account, and leaving fast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStageController
from allauth.account.utils import perform_login
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.access import actions, buckets
from core.access.forms import AcceptForm, FirstChannelForm, LanguageForm
from core.access.identity import identity
from core.access.login import (
    OWN_FACTORS,
    limit,
    limited_ok,
    may_be_limited,
    owns_factor,
    used_factor,
)
from core.access.models import Invitation, Role, User
from core.access.permissions import BY_LINK, PUBLIC, SIGNED_IN, allow_everyone, memberships
from core.access.scope import region_scope
from core.crypto import blind_index
from core.demo.people import demo_groups
from core.errors import NotAllowed
from core.outbox import ways_of
from core.ui import nav

LINK_TRIES = 30


class SignInView(LoginView):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-in, with the buttons of the demo under it where this is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo_groups": demo_groups(self.request)}


sign_in = allow_everyone(PUBLIC)(SignInView.as_view())


@allow_everyone(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The first tab that a layer above registered for this person's role."""
    for place in nav.items(identity(request).roles, request):
        if place.url not in {request.path, reverse("core:account")}:
            return redirect(place.url)
    return redirect("core:account")


@allow_everyone(SIGNED_IN)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Choose the second step: what each is, in plain words."""
    if used_factor(request) and _factors(request):
        return redirect("core:account")
    return render(
        request, "core/second_factor.html", {"offers_hours": may_be_limited(_person(request))}
    )


@allow_everyone(PUBLIC)
@require_POST
def hours_only(request: HttpRequest) -> HttpResponse:
    """Go on with the password alone: an expert sees hours for a month, and nothing else.

    Comes from the page that asks for the second step, or from the one to choose it.
    """
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    person = stage.login.user if stage else request.user
    if not isinstance(person, User) or (stage is None and owns_factor(person.pk)):
        return redirect(settings.LOGIN_URL)
    if not may_be_limited(person):
        raise NotAllowed("")
    if stage:
        stage.exit()
        if request.user != person:
            return redirect(settings.LOGIN_URL)
    limit(request, person, now=clock.now())
    return redirect(settings.LIMITED_HOME)


@limited_ok
@allow_everyone(SIGNED_IN)
@require_POST
def sign_in_whole(request: HttpRequest) -> HttpResponse:
    """End a limited session to sign in with the second step."""
    logout(request)
    return redirect(settings.LOGIN_URL)


@allow_everyone(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: language, ways to sign in, devices, region, leaving."""
    user = _person(request)
    form = LanguageForm(request.POST or None, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        actions.choose_language(user=user, language=language)
        with translation.override(language):
            messages.success(request, _("We speak this language with you from now on."))
        response: HttpResponse = redirect("core:account")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response
    factors = _factors(request)
    context = {
        "form": form,
        "user": user,
        "passkeys": sum(one.type == Authenticator.Type.WEBAUTHN for one in factors),
        "has_app": any(one.type == Authenticator.Type.TOTP for one in factors),
        "has_password": user.has_usable_password(),
        "n_sessions": UserSession.objects.filter(user=user).count(),
        "regions": actions.regions_of(user),
        "channels": _first_channel(user),
        "works_for": next(
            (one.organisation for one in memberships(user) if one.role == Role.PROFESSIONAL), None
        ),
    }
    return render(request, "core/account.html", context)


def _first_channel(user: User) -> FirstChannelForm | None:
    """The choice of channels, for who has more than one."""
    if user.region_id is None:
        return None
    ways = [way.channel for way in ways_of(user, now=clock.now())]
    if len(ways) < 2:  # noqa: PLR2004
        return None
    chosen = None if user.texts_first is None else str(ways[0])
    return FirstChannelForm(initial={"first": chosen})


@allow_everyone(SIGNED_IN)
@require_POST
def first_channel(request: HttpRequest) -> HttpResponse:
    """Choose which channel is tried first."""
    form = FirstChannelForm(request.POST)
    if form.is_valid():
        texts_first = form.cleaned_data["first"] == "SMS"
        actions.choose_first_channel(user=_person(request), texts_first=texts_first)
        messages.success(request, _("From now on we try this first."))
    else:
        messages.error(request, _("Choose one of the two."))
    return redirect("core:account")


@allow_everyone(SIGNED_IN)
@require_POST
def work_region(request: HttpRequest) -> HttpResponse:
    """Go on in another region where this person has a role."""
    try:
        region_id = int(request.POST.get("region", ""))
    except ValueError:
        raise Http404 from None
    try:
        actions.work_in(user=_person(request), region_id=region_id)
    except NotAllowed:
        raise Http404 from None
    return redirect("home")


@allow_everyone(BY_LINK)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation behind a link. Looking changes nothing; only the button does."""
    now = clock.now()
    address = get_adapter().get_client_ip(request)
    key = blind_index("bucket", "invitation page", address).hex()[:40]
    buckets.spend(key, limit=LINK_TRIES, per=timedelta(minutes=1), now=now)
    found = actions.open_invitation(token, now=now)
    if found is None:
        return _for_nobody(render(request, "core/invitation_gone.html", status=404))
    region_id, invitation_id = found
    with region_scope(region_id):
        invited = Invitation.objects.select_related("region", "organisation").get(pk=invitation_id)
        known = User.objects.filter(email__iexact=invited.email).exists()
        newcomer = User(email=invited.email, name=invited.name)
        form = AcceptForm(request.POST or None, newcomer=newcomer)
        if request.method == "POST" and (known or form.is_valid()):
            password = None if known else form.cleaned_data["password"]
            user = actions.accept_invitation(token=token, password=password, now=now)
            return _for_nobody(_welcome(request, user, known=known))
        context = {"invited": invited, "known": known, "form": form}
        return _for_nobody(render(request, "core/invitation.html", context))


@allow_everyone(PUBLIC)
@csrf_exempt
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Leave at once: the session is gone, the page says nothing, nothing stays behind.

    Without the CSRF check, so that leaving also works from a page that stood open for hours,
    and so that reloading afterwards shows this page again. A stranger's page cannot use it:
    the session cookie does not travel with a foreign POST.
    """
    if request.method == "POST":
        logout(request)
    response = render(request, "core/empty.html")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _welcome(request: HttpRequest, user: User, *, known: bool) -> HttpResponse:
    if known:
        messages.success(request, _("That worked. Sign in as you are used to."))
        return redirect(settings.LOGIN_URL)
    logout(request)
    response: HttpResponse = perform_login(request, user)
    return response


def _for_nobody(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def _factors(request: HttpRequest) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user_id=request.user.pk, type__in=OWN_FACTORS))
