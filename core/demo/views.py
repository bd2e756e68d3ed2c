"""Two pages of the demo: come in as somebody, and see what everybody got."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access.login import DEMO
from core.access.models import User
from core.access.permissions import PUBLIC, allow_everyone
from core.demo import messages
from core.demo.people import demo_only, demo_people

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NO_NEWS = 204


@allow_everyone(PUBLIC)
@demo_only
@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Come in as an invented person; this counts as having used a second factor."""
    chosen = request.POST.get("membership", "")
    person = next((one for one in demo_people() if str(one.membership_id) == chosen), None)
    if person is None:
        raise Http404
    User.objects.filter(pk=person.user.pk).update(region=person.region)
    person.user.region = person.region
    login(request, person.user, backend=BACKEND)
    request.session[DEMO] = str(person.user.pk)
    UserSession.objects.create_from_request(request)
    return redirect("home")


@allow_everyone(PUBLIC)
@demo_only
def all_messages(request: HttpRequest) -> HttpResponse:
    """Every message as its recipient sees it; the page asks for news every two seconds."""
    everybody = messages.phones()
    chosen = request.GET.get("wie", "")
    version = messages.version(everybody)
    is_poll = "HX-Request" in request.headers
    if is_poll and request.GET.get("versie") == version:
        return HttpResponse(status=NO_NEWS)
    context = {
        "people": everybody,
        "phones": [one for one in everybody if chosen in {"", one.key}],
        "chosen": chosen,
        "version": version,
    }
    template = "demo/_messages.html" if is_poll else "demo/messages.html"
    return render(request, template, context)
