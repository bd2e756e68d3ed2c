"""Due work: schedule, claim with a lease, do, mark.

A handler is registered by the layer that owns the matter:

    @handler("matching.offer_deadline")
    def lapse(subject: UUID, now: datetime) -> Job | None: ...

It runs in the region of its row, as the application role, in one transaction. Returning
None means "done", and the mark commits with the work. A handler that must talk to the
outside returns a Job: its `send` runs after that transaction, its `finish` in a new one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from core import clock
from core.access.scope import current_region, region_scope
from core.outbox.models import DueWork
from core.outbox.states import WorkState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 40
# One region may fill at most this much of a batch, so that a busy one cannot silence the rest.
PER_REGION = 20
MAX_TRIES = 12
# 10 s, 30 s, 1, 5, 15 minutes, then every 15: security.md F11.
LADDER = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900))


@dataclass(frozen=True)
class Done:
    """The provider took it, or refused it for good: no further try."""

    outcome: str = "ok"


@dataclass(frozen=True)
class Later:
    """It may work later; the ladder says when."""

    outcome: str


class Job(Protocol):
    """Work with an outside half."""

    def send(self) -> Done | Later:
        """Talk to the outside; no transaction is open."""

    def finish(self, outcome: Done | Later, now: datetime) -> None:
        """Write what became of it, in a new transaction of the same region."""

    def give_up(self, now: datetime) -> None:
        """Out of tries: leave the matter in a visible state and tell somebody."""


Handler = Callable[[UUID, datetime], Job | None]
HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of due work."""

    def register(function: Handler) -> Handler:
        if kind in HANDLERS:
            raise ValueError(f"two handlers for {kind}")
        HANDLERS[kind] = function
        return function

    return register


def schedule(kind: str, *, subject: UUID, at: datetime, once_per: str) -> bool:
    """Write that `kind` must happen to `subject` at `at`. False when it stood there already.

    Args:
        at: aware instant; the past means at once.
        once_per: key of this one occasion; repeats with the same key are harmless.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_duework (region_id, kind, subject, once_per, not_before, attempts, state) "
            "VALUES (%s, %s, %s, %s, %s, 0, %s) ON CONFLICT (region_id, once_per) DO NOTHING",
            [current_region(), kind, subject, once_per, at, WorkState.WAITING],
        )
        made = cursor.rowcount == 1
    transaction.on_commit(nudge)
    return made


def cancel(kind: str, *, subject: UUID, now: datetime) -> int:
    """End waiting work of this kind about `subject`. Returns how many rows."""
    return DueWork.objects.filter(kind=kind, subject=subject, state=WorkState.WAITING).update(
        state=WorkState.CANCELLED, ended_at=now
    )


def nudge() -> None:
    """Ask a worker to look now. Never waits and never fails: the sweep looks anyway."""
    from core.tasks import run_due as task

    try:
        task.apply_async(retry=False, ignore_result=True)
    except Exception as broken:  # noqa: BLE001  (any broker trouble; rows are the truth)
        log.info("nudge lost", extra={"outcome": type(broken).__name__})


def run_due(*, now: datetime, limit: int = BATCH) -> int:
    """Claim what is due and do it, each row in its own region. Returns how many were tried.

    As worker role it sees all regions; as application role only the current one.
    """
    claimed = claim(now=now, limit=limit)
    for row in claimed:
        _process(row)
    return len(claimed)


def claim(*, now: datetime, limit: int = BATCH) -> list[DueWork]:
    """Lease due rows to this process until now + LEASE; others skip them.

    Attempts are counted here, before the work: a row that kills its worker runs out of tries.
    """
    with transaction.atomic():
        ranked = (
            DueWork.unbound.filter(state=WorkState.WAITING, not_before__lte=now)
            .filter(Q(lease_until=None) | Q(lease_until__lte=now))
            .annotate(
                turn=Window(
                    RowNumber(), partition_by=F("region_id"), order_by=["not_before", "id"]
                )
            )
            .filter(turn__lte=PER_REGION)
            .order_by("not_before", "id")
            .values_list("pk", flat=True)[:limit]
        )
        rows = list(
            DueWork.unbound.filter(pk__in=list(ranked), state=WorkState.WAITING)
            .filter(Q(lease_until=None) | Q(lease_until__lte=now))
            .order_by("not_before", "id")
            .select_for_update(skip_locked=True, of=("self",))
        )
        DueWork.unbound.filter(pk__in=[row.pk for row in rows]).update(
            lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def _process(row: DueWork) -> None:
    """Do one claimed row. A row that fails is pushed up the ladder; it never stops the others."""
    now = clock.now()
    job: Job | None = None
    try:
        work = HANDLERS[row.kind]
        with region_scope(row.region_id):
            become_app()
            if row.attempts > MAX_TRIES:
                _end(row, WorkState.FAILED, now)
                job = work(row.subject, now)
                if job is not None:
                    job.give_up(now)
                return
            job = work(row.subject, now)
            if job is None:
                _end(row, WorkState.DONE, now)
                return
        outcome = job.send()
        now = clock.now()
        with region_scope(row.region_id):
            become_app()
            job.finish(outcome, now)
            if isinstance(outcome, Done):
                _end(row, WorkState.DONE, now)
            else:
                _push_back(row, now)
    except Exception as broken:
        # One bad row must not stop the loop; it climbs the ladder and ends in FAILED.
        log.exception(
            "due work failed",
            extra={"kind": row.kind, "work": row.pk, "outcome": type(broken).__name__},
        )
        _push_back_quietly(row, now)


def become_app() -> None:
    """Lower a worker's transaction to the rights of the application (foundation.md 7).

    Only in an outermost transaction: a nested success would keep the role in the outer one.
    """
    if settings.DATABASE_ROLE == "worker":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [settings.DATABASE_APP_ROLE])


def _end(row: DueWork, state: WorkState, now: datetime) -> None:
    DueWork.objects.filter(pk=row.pk, state=WorkState.WAITING).update(
        state=state, ended_at=now, lease_until=None
    )


def _push_back(row: DueWork, now: datetime) -> None:
    wait = LADDER[min(row.attempts, len(LADDER)) - 1]
    DueWork.objects.filter(pk=row.pk, state=WorkState.WAITING).update(
        not_before=now + wait, lease_until=None
    )


def _push_back_quietly(row: DueWork, now: datetime) -> None:
    try:
        with region_scope(row.region_id):
            become_app()
            _push_back(row, now)
    except DatabaseError:
        # The lease ends by itself; the next look finds the row.
        log.warning("lease left to expire", extra={"work": row.pk})

