"""Who can be tried in the demo: the invented people that the seed made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope

DOMAIN = "@demo.naast.example"
ORDER = (Role.COORDINATOR, Role.PROFESSIONAL, Role.EXPERT, Role.REGIONAL_ADMIN, Role.AUDITOR)

DemoView = Callable[..., HttpResponse]


@dataclass(frozen=True)
class DemoPerson:
    """One invented person in one role."""

    membership_id: UUID
    user: User
    role: Role
    region: Region
    organisation: str


def is_demo(request: HttpRequest) -> bool:
    """Whether this is the demo, asked for on this very machine."""
    host, _port = split_domain_port(request.get_host())
    return bool(settings.DEMO) and host in settings.LOCAL_HOSTS


def demo_only(view: DemoView) -> DemoView:
    """Let a view exist in the demo only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_demo(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def demo_people() -> list[DemoPerson]:
    """Everybody with a demo address and a running role: by region and role, in order of coming."""
    users = {one.pk: one for one in User.objects.filter(email__endswith=DOMAIN, is_active=True)}
    found = []
    for region in Region.objects.order_by("pk"):
        with region_scope(region.pk):
            running = Membership.objects.filter(user__in=list(users), ended_at=None)
            found += [
                DemoPerson(
                    membership_id=one.pk,
                    user=users[one.user_id],
                    role=Role(one.role),
                    region=region,
                    organisation=one.organisation.name if one.organisation else "",
                )
                for one in running.select_related("organisation")
            ]
    return sorted(found, key=lambda one: (one.region.pk, ORDER.index(one.role), one.user.joined_at))


def demo_groups(request: HttpRequest) -> list[tuple[Role, list[DemoPerson]]]:
    """The people of the demo per role, for the sign-in page; empty outside the demo."""
    if not is_demo(request):
        return []
    people = demo_people()
    grouped = [(role, [one for one in people if one.role == role]) for role in ORDER]
    return [(role, members) for role, members in grouped if members]
