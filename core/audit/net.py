"""What a page shows and its view forgot to write down: a line all the same.

Whoever opens a sealed field of a data subject leaves the subject's key on the shelf of the request.
When the page is ready, keys without a line of their own get one together, named after the view.
A test asks every page there is and refuses such lines: a view says itself what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from core import clock
from core.access.models import User
from core.access.scope import region_or_none, shelf

OPENED, TOLD = "audit.opened", "audit.told"
FORGOTTEN = "page"


def opened(row: Any) -> None:
    """Note that a sealed field of this row was read; only rows of a data subject count."""
    name = getattr(type(row), "logged_as", "")
    if not name or region_or_none() is None:
        return
    subject = getattr(row, name)
    shelf().setdefault(OPENED, {})[subject] = getattr(row, "user_id", None)


def opened_so_far() -> set[UUID]:
    """Whom this request opened until now, for the line of a list."""
    return set(shelf().get(OPENED, {}))


def told(subjects: Iterable[UUID | None]) -> None:
    """Note that these subjects have their line in the log."""
    if region_or_none() is not None:
        shelf().setdefault(TOLD, set()).update(one for one in subjects if one is not None)


def forgotten(user: User) -> set[UUID]:
    """Whom this request opened without a line; what is one's own needs none."""
    found: dict[UUID, UUID | None] = shelf().get(OPENED, {})
    told: set[UUID] = shelf().get(TOLD, set())
    return {one for one, owner in found.items() if owner is None or owner != user.pk} - told


def catch(request: HttpRequest, response: HttpResponse) -> None:
    """Write the line that a view forgot. A page that was not shown has shown nothing."""
    from core.audit.records import listed  # noqa: PLC0415  (records notes here what it wrote)

    user = request.user
    if not isinstance(user, User) or request.method == "POST" or response.status_code != 200:  # noqa: PLR2004
        return
    missing = forgotten(user)
    if missing:
        match = request.resolver_match
        view = match.view_name if match else ""
        listed(FORGOTTEN, by=user, at=clock.now(), subjects=missing, reason="", view=view)
