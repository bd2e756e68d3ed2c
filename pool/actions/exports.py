"""Taking the pool out: two persons, once a day, within a day, fetched once (docs/adr/0036)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import approvals, audit
from core.access.models import User
from core.access.permissions import require_role
from core.approvals.models import Approval, Decision
from core.clock import local
from core.errors import Refusal
from pool.models import Expert, PoolExport
from pool.models.exchange import EXPORT_LIFETIME
from pool.permissions import STAFF
from pool.states import ExpertState

KIND = "pool.export"


class OneADay(Refusal):
    message = _("The pool was taken out today already. It can be done again tomorrow.")


class OneWaits(Refusal):
    message = _("Somebody asked for this already. A second person has to decide first.")


class NotYours(Refusal):
    message = _("The file is for the person who asked for it.")
    status = 403


class FetchedOrPast(Refusal):
    message = _("This file was fetched already, or a day has passed. Ask again.")


def _fingerprint(subject: UUID) -> str:
    return str(PoolExport.objects.filter(pk=subject, agreed_at=None).exists())


@transaction.atomic
def ask_export(*, by: User, now: datetime) -> PoolExport:
    """Ask a second person whether the pool may be taken out.

    Raises:
        NotAllowed, OneWaits, OneADay: nothing was asked.
    """
    require_role(by, *STAFF)
    waiting = PoolExport.objects.filter(agreed_at=None).first()
    if waiting is not None:
        if _is_pending(waiting, now):
            raise OneWaits
        # A question that was refused or ran out stands in the way of the constraint.
        waiting.delete()
    if PoolExport.objects.filter(agreed_on=local(now).date()).exists():
        raise OneADay
    try:
        with transaction.atomic():
            export = PoolExport.objects.create(asked_at=now, asked_by=by)
    except IntegrityError:
        # Two people asked at the same moment; the constraint let one through.
        raise OneWaits from None
    approvals.ask(KIND, subject=export.pk, by=by, now=now)
    return export


def _is_pending(export: PoolExport, now: datetime) -> bool:
    return Approval.objects.filter(
        kind=KIND, subject=export.pk, decision=Decision.PENDING, expires_at__gt=now
    ).exists()


@approvals.effect(KIND, roles=STAFF, fingerprint=_fingerprint)
def _agree(subject: UUID, by: User, now: datetime) -> None:
    today = local(now).date()
    if PoolExport.objects.filter(agreed_on=today).exists():
        raise OneADay
    export = PoolExport.objects.select_for_update().get(pk=subject)
    export.agreed_at, export.agreed_by, export.agreed_on = now, by, today
    export.expires_at = now + EXPORT_LIFETIME
    export.save(update_fields=["agreed_at", "agreed_by", "agreed_on", "expires_at"])


@transaction.atomic
def fetch_export(*, export_id: UUID, by: User, now: datetime) -> list[Expert]:
    """Everybody in the pool, this once; every profile that goes out is logged as looked at.

    Raises:
        PoolExport.DoesNotExist, NotAllowed, NotYours, FetchedOrPast: nothing went out.
    """
    require_role(by, *STAFF)
    export = PoolExport.objects.select_for_update().get(pk=export_id)
    if export.asked_by_id != by.pk:
        raise NotYours
    if export.fetched_at or export.expires_at is None or now >= export.expires_at:
        raise FetchedOrPast
    export.fetched_at = now
    export.save(update_fields=["fetched_at"])
    people = list(
        Expert.objects.exclude(state=ExpertState.LEFT).select_related("data_key", "coordinator")
    )
    for expert in people:
        audit.read("contact", by=by, at=now, subject=expert.pk, target=expert)
    audit.record("pool.exported", by=by, at=now, target=export, n=len(people))
    return sorted(people, key=lambda one: (one.full_name.casefold(), one.pk))
