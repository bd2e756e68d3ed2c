"""Giving hours of experts away, and taking them back. The database refuses overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.access.scope import current_region
from core.errors import Refusal
from pool.models import Block, Expert, LendingGrant
from pool.states import BLOCK, BlockKind, BlockState

EXCLUSION_VIOLATION = "23P01"


class Overlap(Refusal):
    """The hours were given away already, perhaps a moment ago."""

    message = _("This person is booked at that time already. Choose another time.")


@dataclass(frozen=True)
class Booking:
    """Hours to give away: the meeting [start, end), and travel before and after it.

    After a heavy one its expert rests.
    """

    expert: Expert
    kind: BlockKind
    start: datetime
    end: datetime
    travel: timedelta
    source: UUID
    is_heavy: bool = False
    grant_id: UUID | None = None


def book(  # noqa: PLR0913  who, what, when, for whom
    *,
    expert: Expert,
    kind: BlockKind,
    start: datetime,
    end: datetime,
    travel: timedelta,
    source: UUID,
    grant_id: UUID | None = None,
) -> Block:
    """Give hours of `expert` away to the row `source` of a higher layer.

    Raises:
        Overlap: they are given away already; the transaction lives on.
    """
    (block,) = book_all([Booking(expert, kind, start, end, travel, source, grant_id=grant_id)])
    return block


@transaction.atomic
def book_all(bookings: Iterable[Booking]) -> list[Block]:
    """Book all or none, whatever the order of `bookings`.

    Raises:
        Overlap: one of them does not fit; nothing was booked.
    """
    # One fixed order: two transactions that book the same people would else wait for each other.
    ordered = sorted(bookings, key=lambda one: (one.expert.pk, one.start))
    take_turns(one.expert.pk for one in ordered)
    return [_write(one) for one in ordered]


def take_turns(expert_ids: Iterable[UUID]) -> None:
    """Wait until nobody else is booking hours of these experts; until the transaction ends.

    Without it two who write overlapping hours at the same moment find each other's row and both
    wait: PostgreSQL then ends one of them as a deadlock, a second later and without a sentence.
    """
    with connection.cursor() as cursor:
        for expert_id in sorted(set(expert_ids)):
            key = int.from_bytes(expert_id.bytes[:8], signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _write(booking: Booking) -> Block:
    block = Block(
        expert=booking.expert,
        kind=booking.kind,
        source=booking.source,
        is_heavy=booking.is_heavy,
        # Hours stand where the expert is at home, whoever books them.
        region_id=booking.expert.region_id,
        grant_id=booking.grant_id,
        **_hours(booking.start, booking.end, booking.travel),
    )
    _save(block, insert=True)
    return block


def rebook(*, block: Block, start: datetime, end: datetime, travel: timedelta) -> Block:
    """Move a live block to other hours.

    Raises:
        Overlap: those hours are given away; the block stays where it was.
        IllegalMove: the block was released.
    """
    if block.state != BlockState.LIVE:
        BLOCK.require(block.state, BlockState.RELEASED)
    before = (block.period, block.occupied)
    hours = _hours(start, end, travel)
    block.period, block.occupied = hours["period"], hours["occupied"]
    take_turns([block.expert_id])
    try:
        _save(block, insert=False)
    except Overlap:
        block.period, block.occupied = before
        block.ends_at = block.period.upper
        raise
    return block


def release(*, source: UUID, expert_id: UUID | None = None) -> int:
    """Take back the hours that were given away to `source`, by one expert or by all.

    Returns how many blocks.
    """
    return _given_to(source, expert_id).update(state=BlockState.RELEASED)


def _given_to(source: UUID, expert_id: UUID | None) -> QuerySet[Block]:
    """Live blocks of `source`: of own experts, and of those whom another region lends."""
    own = Q(region_id=current_region())
    lent = Q(grant_id__in=LendingGrant.to_us.order_by().values("pk"))
    blocks = Block.unbound.filter(own | lent, source=source, state=BlockState.LIVE)
    return blocks if expert_id is None else blocks.filter(expert=expert_id)


def weigh(*, source: UUID, is_heavy: bool, expert_id: UUID | None = None) -> int:
    """Say that the contact of `source` was heavy, for one expert or for all, or that it was not.

    From its end on these experts rest. Returns how many blocks.
    """
    return _given_to(source, expert_id).update(is_heavy=is_heavy)


def _hours(start: datetime, end: datetime, travel: timedelta) -> dict[str, DateTimeTZRange]:
    return {
        "period": DateTimeTZRange(start, end, "[)"),
        "occupied": DateTimeTZRange(start - travel, end + travel, "[)"),
    }


def _save(block: Block, *, insert: bool) -> None:
    """Write one block in a savepoint, so that a refusal leaves the transaction usable."""
    try:
        with transaction.atomic():
            if insert:
                block.save(force_insert=True)
            else:
                block.save(update_fields=["period", "occupied", "ends_at"])
    except IntegrityError as broken:
        if _is_overlap(broken):
            raise Overlap from None
        raise


def _is_overlap(broken: IntegrityError) -> bool:
    cause = broken.__cause__
    return (
        getattr(cause, "sqlstate", None) == EXCLUSION_VIOLATION
        and getattr(getattr(cause, "diag", None), "constraint_name", "") == "block_no_overlap"
    )
