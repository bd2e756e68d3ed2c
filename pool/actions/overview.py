"""Naming a view, and counting who comes and goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import has_role, require_role
from core.clock import local
from core.crypto import new_data_key
from core.errors import NotAllowed, Refusal
from pool.models import Direction, SavedView, Turnover
from pool.permissions import STAFF
from pool.specialisms import GUARDED

# Enough for one person; more is a list nobody reads.
MOST_VIEWS = 20
A_DAY = timedelta(days=1)


class TooManyViews(Refusal):
    message = _("You have twenty views already. Throw one away first.")


class GuardedNotKept(Refusal):
    message = _("We do not keep this word. Take it out, or choose it anew each time.")


@transaction.atomic
def save_view(
    *, name: str, filters: Mapping[str, str], is_shared: bool, by: User, now: datetime
) -> SavedView:
    """Keep filters under a name; a name that was searched for is left out.

    Raises:
        NotAllowed, TooManyViews, GuardedNotKept: nothing was kept.
    """
    require_role(by, *STAFF)
    if filters.get("specialism") in GUARDED:
        raise GuardedNotKept
    if SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise TooManyViews
    view = SavedView.objects.create(
        data_key=new_data_key(now=now),
        owner=by,
        name=name,
        filters={key: value for key, value in filters.items() if value and key != "q"},
        is_shared=is_shared,
        made_at=now,
        used_at=now,
    )
    audit.record("view.saved", by=by, at=now, target=view, shared=is_shared)
    return view


@transaction.atomic
def remove_view(*, view_id: UUID, by: User, now: datetime) -> None:
    """Throw a view away: one's own, and the administrator also a shared one.

    Raises:
        SavedView.DoesNotExist, NotAllowed: it stays.
    """
    require_role(by, *STAFF)
    view = SavedView.objects.select_for_update().get(pk=view_id)
    if view.owner_id != by.pk:
        if not view.is_shared:
            # Somebody else's own view looks like none.
            raise SavedView.DoesNotExist
        if not has_role(by, Role.REGIONAL_ADMIN):
            raise NotAllowed("")
    audit.record("view.removed", by=by, at=now, target=view)
    view.delete()


def use_view(*, view_id: UUID, now: datetime) -> None:
    """Say that a view is still of use; whoever looks at it often writes once a day."""
    SavedView.objects.filter(pk=view_id, used_at__lt=now - A_DAY).update(used_at=now)


def count_move(direction: Direction, *, now: datetime, reason: str = "") -> None:
    """Count that somebody began or left, in the transaction of the act; of whom is not kept."""
    month = local(now).date().replace(day=1)
    Turnover.objects.create(direction=direction, month=month, reason=reason)
