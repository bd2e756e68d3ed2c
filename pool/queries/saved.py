"""Views that somebody named."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.models import User
from pool.models import SavedView


def saved_views(user: User) -> list[SavedView]:
    """The own views and those for everybody, by name: one query, opened in memory."""
    found = _seen_by(user).select_related("data_key", "owner")
    return sorted(found, key=lambda one: (one.name.casefold(), one.pk))


def saved_view(user: User, view_id: UUID) -> SavedView | None:
    """One of them; somebody else's own looks like none."""
    return _seen_by(user).filter(pk=view_id).first()


def _seen_by(user: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(owner=user) | Q(is_shared=True))
