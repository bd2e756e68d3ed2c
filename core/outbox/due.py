"""Due work: schedule, claim with a lease, do, mark.

A handler is registered by the layer that owns the matter:

    @handler("matching.offer_deadline", give_up=tell_coordinator)
    def lapse(subject: UUID, now: datetime) -> Job | None: ...

It runs in the region of its row, as the application role, in one transaction. Returning
None means "done", and the mark commits with the work. A handler that must talk to the
outside returns a Job: its `send` runs after that transaction, its `finish` in a new one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from core.access.scope import current_region, region_scope
from core.outbox.models import DueWork
from core.outbox.states import WorkState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# After this long a process begins no other row of its batch: others may have a turn, and a row
# that is begun ends within its lease.
TURN = timedelta(seconds=30)
BATCH = 40
# Looked at per claim, so that several claimers at once each find rows that nobody holds.
CANDIDATES = 4
# 10 s, 30 s, 1, 5, 15 minutes, then every 15, together four hours: security.md F11.
LADDER = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900))
MAX_TRIES = 20
# A nudge that nobody heard for so long is void, or whoever worked through a pile of old ones
# would look in vain for each; beat has asked for a look since.
NUDGE_LIVES = 10.0
# Work whose own code fails, or that kills its worker, does not get better by waiting.
MAX_CRASHES = 5


@dataclass(frozen=True)
class Done:
    """The provider took it, or refused it for good: no further try.

    Attributes:
        provider_id: what the provider calls it.
        is_trouble: the provider itself is not well; others need not try it now.
    """

    outcome: str = "ok"
    provider_id: str = ""
    is_trouble: bool = False


@dataclass(frozen=True)
class Later:
    """It may work later; the ladder says when, unless the provider did.

    Attributes:
        wait: how long the provider asked us to wait.
        is_trouble: the provider itself is not well; others need not try it now.
    """

    outcome: str
    wait: timedelta | None = None
    is_trouble: bool = False


class Job(Protocol):
    """Work with an outside half."""

    def send(self) -> Done | Later:
        """Talk to the outside; no transaction is open.

        What cannot be taken back begins only while `lease_left()` is long enough for it.
        """

    def finish(self, outcome: Done | Later, now: datetime) -> None:
        """Write what became of it, in a new transaction of the same region."""


Handler = Callable[[UUID, datetime], Job | None]
GiveUp = Callable[[UUID, datetime], None]


@dataclass(frozen=True)
class _Registered:
    work: Handler
    give_up: GiveUp | None


HANDLERS: dict[str, _Registered] = {}


def handler(kind: str, *, give_up: GiveUp | None = None) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of due work.

    Args:
        kind: `app.what`, for example "matching.offer_deadline".
        give_up: called once when a row is out of tries, in its region, beside the mark FAILED:
            leave the matter in a visible state and tell somebody. Where it fails as well, the
            row is FAILED all the same.
    """

    def register(function: Handler) -> Handler:
        if kind in HANDLERS:
            raise ValueError(f"two handlers for {kind}")
        HANDLERS[kind] = _Registered(function, give_up)
        return function

    return register


def schedule(kind: str, *, subject: UUID, at: datetime, once_per: str) -> bool:
    """Write that `kind` must happen to `subject` at `at`. False when it stood there already.

    Args:
        kind: of which a handler is registered.
        subject: the row it is about; its table is the handler's knowledge.
        at: aware instant; the past means at once.
        once_per: key of this one occasion; repeats with the same key are harmless.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_duework "
            "(region_id, kind, subject, once_per, not_before, attempts, state) "
            "VALUES (%s, %s, %s, %s, %s, 0, %s) ON CONFLICT (region_id, once_per) DO NOTHING",
            [current_region(), kind, subject, once_per, at, WorkState.WAITING],
        )
        made: bool = cursor.rowcount == 1
    # One nudge a transaction: a plan of a hundred rows must not knock a hundred times.
    if made and all(function is not nudge for _ids, function, *_ in connection.run_on_commit):
        transaction.on_commit(nudge)
    return made


def cancel(kind: str, *, subject: UUID, now: datetime) -> int:
    """End waiting work of this kind about `subject`. Returns how many rows."""
    return DueWork.objects.filter(kind=kind, subject=subject, state=WorkState.WAITING).update(
        state=WorkState.CANCELLED, ended_at=now
    )


def nudge() -> None:
    """Ask a worker to look now. Never waits long and never fails: the sweep looks anyway."""
    from core.tasks import run_due as task  # noqa: PLC0415  (the task calls back here)

    if time.monotonic() < _quiet.until:
        return
    try:
        task.apply_async(retry=False, ignore_result=True, expires=NUDGE_LIVES)
    except Exception as broken:  # noqa: BLE001  (any broker trouble; rows are the truth)
        _quiet.until = time.monotonic() + _quiet.SECONDS
        log.info("nudge lost", extra={"outcome": type(broken).__name__})


class _quiet:  # noqa: N801  (one per process, like a variable)
    """Until when this process does not knock: a dead broker costs one wait, not one a request."""

    SECONDS = 10.0
    until = 0.0


def run_due(*, now: datetime, limit: int = BATCH) -> int:
    """Claim what is due and do it, each row in its own region. Returns how many were claimed.

    As worker role it sees all regions; as application role only the current one.

    Args:
        now: aware instant at which this begins; handlers get it with the time added that has
            passed since.
        limit: rows to claim at most.
    """
    started = time.monotonic()

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    _lease_ends.set(started + LEASE.total_seconds())
    claimed = claim(now=now, limit=limit)
    for n_done, row in enumerate(claimed):
        if moment() - now > TURN:
            _put_back(claimed[n_done:])
            break
        _process(row, moment)
    return len(claimed)


_lease_ends: ContextVar[float] = ContextVar("lease_ends", default=float("inf"))


def lease_left() -> float:
    """Seconds until another process may take the row that this one is busy with."""
    return _lease_ends.get() - time.monotonic()


@dataclass(frozen=True)
class Claim:
    """A row leased to this process."""

    pk: int
    region_id: int
    kind: str
    subject: UUID
    lease_until: datetime


@dataclass(frozen=True)
class Try:
    """A row that this process has begun.

    Attributes:
        number: how often it was begun, with this one.
        unended: how often in a row that came to no end, with this one: its process died, or
            its own code failed.
    """

    number: int
    unended: int


# Regions take turns: the first due row of each, then the second of each. So a region with a
# backlog of thousands silences nobody, and no more than a few rows per region are read.
# Every step is spelled so that the planner, whose figures are stale whenever work piles up,
# cannot choose to read all that waits: a subquery per region, a subquery per row, an array.
CLAIM = """
WITH candidate AS MATERIALIZED (
  SELECT waiting.id, waiting.turn, waiting.not_before
  FROM core_region AS region CROSS JOIN LATERAL (
    SELECT id, not_before, row_number() OVER (ORDER BY not_before, id) AS turn
    FROM (SELECT id, not_before FROM core_duework
          WHERE region_id = region.id AND state = 'WAITING' AND not_before <= %(now)s
            AND (lease_until IS NULL OR lease_until <= %(now)s)
          ORDER BY not_before, id LIMIT %(candidates)s) AS earliest
  ) AS waiting
  ORDER BY waiting.turn, waiting.not_before, waiting.id LIMIT %(candidates)s
), held AS MATERIALIZED (
  SELECT work.id, candidate.turn
  FROM candidate CROSS JOIN LATERAL (
    SELECT id FROM core_duework
    WHERE id = candidate.id AND state = 'WAITING'
      AND (lease_until IS NULL OR lease_until <= %(now)s)
    FOR UPDATE SKIP LOCKED
  ) AS work
  LIMIT %(limit)s
), leased AS (
  UPDATE core_duework SET lease_until = %(lease_until)s
  WHERE id = ANY (ARRAY (SELECT id FROM held))
  RETURNING id, region_id, kind, subject, lease_until, not_before
)
SELECT leased.id, region_id, kind, subject, lease_until
FROM leased JOIN held USING (id) ORDER BY turn, not_before, leased.id
"""


def claim(*, now: datetime, limit: int = BATCH) -> list[Claim]:
    """Lease due rows to this process until now + LEASE; others skip them."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "now": now,
                "lease_until": now + LEASE,
                "limit": limit,
                "candidates": limit * CANDIDATES,
            },
        )
        return [Claim(*row) for row in cursor.fetchall()]


def _put_back(rows: list[Claim]) -> None:
    """Return leases that were not used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_duework SET lease_until = NULL "
            "WHERE id = ANY(%s) AND lease_until = %s AND state = 'WAITING'",
            [[row.pk for row in rows], rows[0].lease_until],
        )


def _begin(row: Claim) -> Try | None:
    """Count a try before the work; None when the row is not ours any more.

    Counted row by row: one that kills its worker runs out of tries, and those that were leased
    together with it do not.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_duework SET attempts = attempts + 1, unended = unended + 1 "
            "WHERE id = %s AND lease_until = %s AND state = 'WAITING' "
            "RETURNING attempts, unended",
            [row.pk, row.lease_until],
        )
        counted = cursor.fetchone()
    return Try(*counted) if counted else None


def _process(row: Claim, moment: Callable[[], datetime]) -> None:
    """Do one claimed row. A row that fails is pushed up the ladder; it never stops the others."""
    try:
        this = _begin(row)
    except (OperationalError, InterfaceError) as broken:
        # Nothing was begun; the lease ends by itself.
        log.warning("due work postponed", extra=_about(row, broken))
        return
    if this is None:
        return
    try:
        if this.unended > MAX_CRASHES or this.number > MAX_TRIES:
            _fail(row, moment())
            return
        with region_scope(row.region_id):
            become_app()
            job = HANDLERS[row.kind].work(row.subject, moment())
            if job is None:
                _end(row, WorkState.DONE, moment())
                return
        outcome = job.send()
        with region_scope(row.region_id):
            become_app()
            job.finish(outcome, moment())
            if isinstance(outcome, Done):
                _end(row, WorkState.DONE, moment())
            elif this.number < MAX_TRIES:
                _push_back(row, moment(), this, wait=outcome.wait)
            else:
                _give_up(row, moment())
    except (OperationalError, InterfaceError) as broken:
        # The connection, a lock, a deadlock: not this row's fault.
        log.warning("due work postponed", extra=_about(row, broken))
        _afterwards(row, lambda: _push_back(row, moment(), this))
    except Exception as broken:
        # One bad row must not stop the loop; it climbs the ladder and ends in FAILED.
        log.exception("due work failed", extra=_about(row, broken))
        if this.unended >= MAX_CRASHES:
            _afterwards(row, lambda: _give_up(row, moment()))
        else:
            _afterwards(row, lambda: _push_back(row, moment(), this, unended=this.unended))


def become_app() -> None:
    """Lower a worker's transaction to the rights of the application (foundation.md 7).

    Only in an outermost transaction: a nested success would keep the role in the outer one.
    """
    if settings.DATABASE_ROLE == "worker":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [settings.DATABASE_APP_ROLE])


def _end(row: Claim, state: WorkState, now: datetime) -> None:
    DueWork.objects.filter(pk=row.pk, state=WorkState.WAITING).update(
        state=state, ended_at=now, lease_until=None
    )


def _push_back(
    row: Claim, now: datetime, this: Try, *, unended: int = 0, wait: timedelta | None = None
) -> None:
    not_before = now + (step(this.number) if wait is None else wait)
    DueWork.objects.filter(pk=row.pk, state=WorkState.WAITING).update(
        not_before=not_before, lease_until=None, unended=unended
    )


def step(attempts: int) -> timedelta:
    """How long the ladder waits after so many tries."""
    return LADDER[min(attempts, len(LADDER)) - 1]


def _fail(row: Claim, now: datetime) -> None:
    with region_scope(row.region_id):
        become_app()
        _give_up(row, now)


def _give_up(row: Claim, now: datetime) -> None:
    _end(row, WorkState.FAILED, now)
    registered = HANDLERS.get(row.kind)
    if registered is None or registered.give_up is None:
        return
    try:
        with transaction.atomic():
            registered.give_up(row.subject, now)
    except Exception as broken:
        # FAILED stands: a row that cannot even be given up must not come back for ever.
        log.exception("giving up failed", extra=_about(row, broken))


def _afterwards(row: Claim, then: Callable[[], None]) -> None:
    try:
        with region_scope(row.region_id):
            become_app()
            then()
    except DatabaseError as broken:
        # The lease ends by itself; the next look finds the row.
        log.warning("lease left to expire", extra=_about(row, broken))


def _about(row: Claim, broken: Exception) -> dict[str, object]:
    return {"kind": row.kind, "work": row.pk, "outcome": type(broken).__name__}
