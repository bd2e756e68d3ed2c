"""A few addresses that do to the database what real views do, for the tests of the edges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import path

from core.access.buckets import spend
from core.access.models import Organisation, Role, User
from core.access.permissions import BY_LINK, PUBLIC, SIGNED_IN, allow, allow_everyone
from core.access.scope import region_scope
from core.errors import NotAllowed, Refusal
from core.http import healthz, readyz
from tests.conftest import NOON
from tests.core.parts import host


class LazyTemplate(SimpleTemplateResponse):
    """Rendered after the view has returned, as class-based views do."""

    def resolve_template(self, template: object) -> object:  # type: ignore[override]
        return engines["django"].from_string(str(template))


def region_of(request: HttpRequest) -> int:
    user = request.user
    assert isinstance(user, User)
    assert user.region_id is not None
    return user.region_id


@allow_everyone(SIGNED_IN)
def rendered_late(_request: HttpRequest) -> HttpResponse:
    """Reads its rows while rendering."""
    return LazyTemplate(
        "{% for row in rows %}{{ row.name }};{% endfor %}", {"rows": Organisation.objects.all()}
    )


@allow_everyone(SIGNED_IN)
def written(_request: HttpRequest) -> HttpResponse:
    host("Geschreven")
    return HttpResponse("written")


@allow_everyone(SIGNED_IN)
def refused(_request: HttpRequest) -> HttpResponse:
    host("Geweigerd")
    raise Refusal("Dat kan nu niet.")


@allow_everyone(SIGNED_IN)
def forbidden(_request: HttpRequest) -> HttpResponse:
    host("Verboden")
    raise NotAllowed("")


@allow_everyone(SIGNED_IN)
def waiting(_request: HttpRequest) -> HttpResponse:
    host("Gewacht")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        cursor.execute("SELECT pg_advisory_xact_lock(4711)")
    return HttpResponse("never")


@allow_everyone(SIGNED_IN)
def broken(_request: HttpRequest) -> HttpResponse:
    host("Gebroken")
    raise ZeroDivisionError


@allow_everyone(SIGNED_IN)
def returned_500(_request: HttpRequest) -> HttpResponse:
    host("Teruggegeven")
    return HttpResponse(status=500)


@allow_everyone(SIGNED_IN)
def returned_422(_request: HttpRequest) -> HttpResponse:
    host("Gemeld")
    return HttpResponse(status=422)


@allow_everyone(SIGNED_IN)
@transaction.non_atomic_requests
def on_its_own(request: HttpRequest) -> HttpResponse:
    """Opens its own scope, as work with an outside half does."""
    in_request = transaction.get_connection().in_atomic_block
    with region_scope(region_of(request)):
        return HttpResponse(f"{in_request} {Organisation.objects.count()}")


@allow_everyone(SIGNED_IN)
def streamed(request: HttpRequest) -> StreamingHttpResponse:
    region_id = region_of(request)

    def rows() -> Iterator[str]:
        with region_scope(region_id):
            yield from Organisation.objects.values_list("name", flat=True)

    return StreamingHttpResponse(rows())


@allow(Role.COORDINATOR)
def for_coordinators(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("coordinators")


@allow_everyone(PUBLIC)
def guess(_request: HttpRequest) -> HttpResponse:
    """A wrong guess of a secret: counted, then refused."""
    spend("guess", limit=2, per=timedelta(hours=1), now=NOON)
    raise Refusal("Dat is niet de code.")


@allow_everyone(BY_LINK)
def by_link(_request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(token)


urlpatterns = [
    path("rendered-late", rendered_late, name="rendered-late"),
    path("written", written, name="written"),
    path("refused", refused, name="refused"),
    path("forbidden", forbidden, name="forbidden"),
    path("broken", broken, name="broken"),
    path("waiting", waiting),
    path("returned-500", returned_500, name="returned-500"),
    path("returned-422", returned_422, name="returned-422"),
    path("on-its-own", on_its_own, name="on-its-own"),
    path("streamed", streamed, name="streamed"),
    path("for-coordinators", for_coordinators, name="for-coordinators"),
    path("guess", guess, name="guess"),
    path("v/<str:token>", by_link, name="by-link"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
