"""The sealer: chains audit rows per region, in the order of their transactions.

Runs as the worker role every few seconds. It takes rows below the horizon
(`pg_snapshot_xmin`): older transactions can no longer add any, so the order is final.
Chaining inside the request would make every request wait for every other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from core.access.scope import current_region
from core.audit.models import AuditChain, AuditEntry

LOCK = 0x4E616173_74000001
BATCH = 20_000
FIRST_COLUMNS = (
    "id, region_id, at, event, actor, actor_role, subject, target, fields_class, facts, request_id"
)
COLUMNS = (
    f"{FIRST_COLUMNS}, form, subjects, on_behalf_of, lent_by, purpose, reason, result, "
    "device, address"
)
N_FIRST, FORM_AT = 11, 11


def n_unsealed(*, before: datetime) -> int:
    """Rows from before `before` that are in no chain yet; the worker sees every region."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core_auditentry WHERE chain_no IS NULL AND at < %s", [before]
        )
        count: int = cursor.fetchone()[0]
    return count


@transaction.atomic
def seal() -> int:
    """Chain what is final and not chained yet. Returns how many rows. Safe to run twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            f"SELECT {COLUMNS} FROM core_auditentry "  # noqa: S608  (constants only)
            "WHERE chain_no IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot()) "
            "ORDER BY region_id, xid, id LIMIT %s",
            [BATCH],
        )
        rows = cursor.fetchall()
        ends = {
            chain.region_id: (chain.last_no, bytes(chain.head))
            for chain in AuditChain.unbound.filter(region_id__in={row[1] for row in rows})
        }
        numbers, hashes = [], []
        for row in rows:
            number, before = ends.get(row[1], (0, b""))
            ends[row[1]] = number + 1, _digest(before, row)
            numbers.append(number + 1)
            hashes.append(ends[row[1]][1])
        if rows:
            cursor.execute(
                "UPDATE core_auditentry AS e SET chain_no = v.number, hash = v.hash "
                "FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS v (id, number, hash) "
                "WHERE e.id = v.id",
                [[row[0] for row in rows], numbers, hashes],
            )
    for region_id, (number, head) in ends.items():
        AuditChain.unbound.bulk_create(
            [AuditChain(region_id=region_id, last_no=number, head=head)],
            update_conflicts=True,
            unique_fields=["region_id"],
            update_fields=["last_no", "head"],
        )
    return len(rows)


@dataclass(frozen=True)
class Verdict:
    """Outcome of `verify`.

    Attributes:
        n_rows: how many rows hold.
        broken_at: the number of the first that does not, or None.
        head: the last hash in hex, to be kept outside: who owns the database could rewrite all.
    """

    n_rows: int
    broken_at: int | None
    head: str = ""


@transaction.atomic
def verify() -> Verdict:
    """Recompute the chain of the current region; a changed, lost or moved row breaks it."""
    chain = AuditChain.objects.first()
    if chain is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(chain_no) FROM core_auditentry WHERE region_id = %s",
                [current_region()],
            )
            return Verdict(0, cursor.fetchone()[0])
    number, before, n_rows = chain.first_no, bytes(chain.before_first), 0
    with connection.chunked_cursor() as cursor:
        # What is sealed while this runs lies past `last_no`.
        cursor.execute(
            f"SELECT {COLUMNS}, chain_no, hash FROM core_auditentry "  # noqa: S608
            "WHERE region_id = %s AND chain_no <= %s ORDER BY chain_no",
            [current_region(), chain.last_no],
        )
        for *content, found, digest in cursor:
            if found != number or _digest(before, content) != bytes(digest):
                return Verdict(n_rows, number)
            before, number, n_rows = bytes(digest), number + 1, n_rows + 1
    if number != chain.last_no + 1 or before != bytes(chain.head):
        return Verdict(n_rows, number)
    return Verdict(n_rows, None, before.hex())


def purge(*, now: datetime) -> int:
    """Remove the oldest end of each chain, past its term. Returns how many rows. Worker role.

    Only a whole beginning goes: a row that stands before a younger one waits for it, so that
    the rest stays a chain.
    """
    return sum(
        _purge(region_id, now)
        for region_id in AuditChain.unbound.order_by("region_id").values_list("pk", flat=True)
    )


@transaction.atomic
def _purge(region_id: int, now: datetime) -> int:
    term = AuditEntry.retention.term
    if term is None:
        return 0
    chain = AuditChain.unbound.select_for_update().get(region_id=region_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(min(chain_no), %s) FROM core_auditentry "
            "WHERE region_id = %s AND chain_no IS NOT NULL AND at >= %s",
            [chain.last_no + 1, region_id, now - term],
        )
        first = cursor.fetchone()[0]
        if first <= chain.first_no:
            return 0
        cursor.execute(
            "SELECT hash FROM core_auditentry WHERE region_id = %s AND chain_no = %s",
            [region_id, first - 1],
        )
        (before_first,) = cursor.fetchone()
        cursor.execute(
            "DELETE FROM core_auditentry WHERE region_id = %s AND chain_no < %s",
            [region_id, first],
        )
        gone: int = cursor.rowcount
    if gone != first - chain.first_no:
        # The policy judges by the database's clock; where that one differs, nothing goes.
        raise RuntimeError(f"the log of region {region_id} would lose {gone} rows out of order")
    chain.first_no, chain.before_first = first, before_first
    chain.save(update_fields=["first_no", "before_first"])
    return gone


def _digest(before: bytes, row: Sequence[Any]) -> bytes:
    if row[FORM_AT] == 1:
        # Written before the newer columns were there, and sealed without them.
        row = row[:N_FIRST]
    values = [
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in row
    ]
    facts = values[9]
    values[9] = json.loads(facts) if isinstance(facts, str) else facts
    line = json.dumps(values, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(before + line.encode()).digest()
