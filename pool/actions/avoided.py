"""The private list of an expert: whom one does not want to meet at work. Nobody else writes it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Organisation, User
from core.errors import Refusal
from pool.actions.experts import locked
from pool.avoiding import trace_of_name, trace_of_organisation, traces_of_name
from pool.models import Avoided, AvoidedKind
from pool.permissions import require_self

MOST = 50


class NotAName(Refusal):
    message = _("Write a last name, with the first name or its letter before it if you know it.")


class OnTheList(Refusal):
    message = _("This is on your list already.")


class ListFull(Refusal):
    message = _("Your list is full. Take something off it first, or call your coordinator.")


@transaction.atomic
def avoid_person(*, expert_id: UUID, name: str, by: User, now: datetime) -> Avoided:
    """Put a professional on the own list, by name.

    Raises:
        Expert.DoesNotExist, NotAllowed, NotAName, OnTheList, ListFull: nothing was changed.
    """
    name = " ".join(name.split())
    if not traces_of_name(name):
        raise NotAName
    return _add(expert_id, AvoidedKind.PERSON, name, trace_of_name(name), by=by, now=now)


@transaction.atomic
def avoid_organisation(
    *, expert_id: UUID, organisation_id: UUID, by: User, now: datetime
) -> Avoided:
    """Put an organisation on the own list, unseen by the coordinator.

    Raises:
        Expert.DoesNotExist, Organisation.DoesNotExist, NotAllowed, OnTheList, ListFull.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    trace = trace_of_organisation(organisation.pk)
    return _add(expert_id, AvoidedKind.ORGANISATION, organisation.name, trace, by=by, now=now)


@transaction.atomic
def stop_avoiding(*, avoided_id: UUID, by: User, now: datetime) -> None:
    """Take somebody off the own list.

    Raises:
        Avoided.DoesNotExist: not on it, or on a list of somebody else; the two look the same.
    """
    row = Avoided.objects.get(pk=avoided_id, expert__user=by)
    audit.record("avoided.changed", by=by, at=now, subject=row.expert_id)
    row.delete()


def _add(  # noqa: PLR0913  (whose, whom, when)
    expert_id: UUID, kind: AvoidedKind, name: str, trace: str, *, by: User, now: datetime
) -> Avoided:
    expert = locked(expert_id)
    require_self(by, expert)
    own = Avoided.objects.filter(expert=expert)
    if own.filter(who_key=trace).exists():
        raise OnTheList
    if own.count() >= MOST:
        raise ListFull
    row = Avoided(
        expert=expert,
        data_key=expert.data_key,
        kind=kind,
        name=name,
        who_key=trace,
        added_at=now,
    )
    row.save(force_insert=True)
    # One word for adding and taking off, and no number: how long a list is, is one's own, too.
    audit.record("avoided.changed", by=by, at=now, subject=expert.pk)
    return row
