"""A colleague goes on with a request whose professional has left."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from matching.actions.passing import hand_over_request
from matching.views.shared import back_to, followed, person, told


@allow(Role.COORDINATOR)
@require_POST
def request_hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let this colleague of the asking organisation go on."""
    found = followed(request, pk)
    try:
        membership_id = UUID(request.POST.get("membership", ""))
    except ValueError:
        raise Http404 from None
    with told(request, _("Passed on. The colleague hears it now.")):
        hand_over_request(
            request_id=found.pk, membership_id=membership_id, by=person(request), now=clock.now()
        )
    return back_to("matching:request-detail", pk)
