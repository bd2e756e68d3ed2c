"""The page of figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.access.models import Region, Role
from core.access.permissions import allow
from core.access.scope import current_region
from insight.pages.report import report


@allow(Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.AUDITOR)
def figures(request: HttpRequest) -> HttpResponse:
    """How it goes in this region, with nobody in it."""
    now = clock.now()
    region = Region.objects.get(pk=current_region())
    return render(
        request, "insight/figures.html", {"page": report(now=now), "now": now, "region": region}
    )
