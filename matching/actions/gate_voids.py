"""What opens the safety gate again: a change, an incident, or two weeks without a renewal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import audit
from matching import signals
from matching.actions import notices
from matching.actions.rows import lock_running
from matching.actions.tasks import open_task
from matching.models import GateItem, Request
from matching.models.requests import TaskKind
from matching.reference import ITEMS, Cause, voided_by
from matching.states import GATE_ITEM, RUNNING, GateItemState


@transaction.atomic
def void_gate(
    *, request_id: UUID, codes: Collection[str], now: datetime, why: Cause
) -> tuple[str, ...]:
    """Open `codes` again where they were done. Returns those that were. Twice is harmless.

    Scheduling hears `gate_voided` in this transaction; a coordinator gets a task, and the
    requester a neutral mail.
    """
    request = lock_running(request_id)
    # An answer that stands in the way does not open by itself: somebody has to look again.
    done = GATE_ITEM.sources(GateItemState.OPEN)
    rows = GateItem.objects.filter(request=request, code__in=codes, state__in=done).exclude(
        state=GateItemState.REFUSED
    )
    if why == Cause.TIME:
        rows = rows.filter(valid_until__lte=now)
    voided = tuple(
        item.code for item in ITEMS if item.code in set(rows.values_list("code", flat=True))
    )
    if not voided:
        return ()
    GateItem.objects.filter(request=request, code__in=voided).update(
        state=GateItemState.OPEN,
        risk="",
        stated_on=None,
        confirmed_at=None,
        confirmed_by=None,
        by_system=False,
        valid_until=None,
    )
    occasion = f"gate-voided:{request.pk}:{now:%Y%m%dT%H%M%S}"
    open_task(
        TaskKind.GATE_LAPSED,
        request=request,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=occasion,
        now=now,
    )
    notices.tell_requester(request, "matching/something_changed", once_per=occasion, now=now)
    audit.record(
        "gate.voided",
        by=None,
        at=now,
        subject=request.case_id,
        target=request,
        why=str(why),
        codes=",".join(voided),
    )
    signals.gate_voided.send(sender=None, request=request, codes=voided, why=why, now=now)
    return voided


def void_for(request_id: UUID, causes: Collection[Cause], *, now: datetime) -> tuple[str, ...]:
    """Open everything that one of `causes` opens (the table in `matching.reference`)."""
    codes = {code for cause in causes for code in voided_by(cause)}
    first = next((cause for cause in Cause if cause in causes), None)
    return void_gate(request_id=request_id, codes=codes, now=now, why=first) if first else ()


def lapse_gate(*, request_id: UUID, now: datetime) -> tuple[str, ...]:
    """Open what nobody renewed in time, and alert whoever has duty; too early does nothing."""
    if not Request.objects.filter(pk=request_id, state__in=RUNNING).exists():
        return ()
    codes = voided_by(Cause.TIME)
    voided = void_gate(request_id=request_id, codes=codes, now=now, why=Cause.TIME)
    if voided:
        notices.tell_on_call(once_per=f"gate-lapsed:{request_id}:{now:%Y%m%dT%H%M}", now=now)
    return voided
