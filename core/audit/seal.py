"""The sealer: chains audit rows per region, in the order of their transactions.

Runs as the worker role every few seconds. It takes rows below the horizon
(`pg_snapshot_xmin`): older transactions can no longer add any, so the order is final.
Chaining inside the request would make every request wait for every other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from core.access.scope import current_region

LOCK = 0x4E616173_74000001
BATCH = 20_000
COLUMNS = (
    "id, region_id, at, event, actor, actor_role, subject, target, fields_class, facts, request_id"
)


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
        heads: dict[int, tuple[int, bytes]] = {}
        sealed = []
        for row in rows:
            region = row[1]
            if region not in heads:
                heads[region] = _head(cursor, region)
            number, before = heads[region]
            digest = _digest(before, row)
            heads[region] = (number + 1, digest)
            sealed.append((number + 1, digest, row[0]))
        cursor.executemany(
            "UPDATE core_auditentry SET chain_no = %s, hash = %s WHERE id = %s", sealed
        )
    return len(sealed)


@dataclass(frozen=True)
class Verdict:
    """Outcome of `verify`: how many rows hold, and the id of the first that does not."""

    n_rows: int
    broken_at: int | None


def verify() -> Verdict:
    """Recompute the chain of the current region; a changed, lost or moved row breaks it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, chain_no, hash FROM core_auditentry "  # noqa: S608
            "WHERE region_id = %s AND chain_no IS NOT NULL ORDER BY chain_no",
            [current_region()],
        )
        before, expected = b"", None
        n_rows = 0
        for row in cursor.fetchall():
            *content, number, digest = row
            if expected is None:
                # After a purge of old rows the chain starts later; its first hash is the anchor.
                expected = number
                if number != 1:
                    before = bytes(digest)
                    expected, n_rows = number + 1, 1
                    continue
            if number != expected or _digest(before, content) != bytes(digest):
                return Verdict(n_rows, content[0])
            before, expected, n_rows = bytes(digest), number + 1, n_rows + 1
    return Verdict(n_rows, None)


def _head(cursor: Any, region: int) -> tuple[int, bytes]:
    cursor.execute(
        "SELECT chain_no, hash FROM core_auditentry "
        "WHERE region_id = %s AND chain_no IS NOT NULL ORDER BY chain_no DESC LIMIT 1",
        [region],
    )
    found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else (0, b"")


def _digest(before: bytes, row: Any) -> bytes:
    values = [value.isoformat() if hasattr(value, "isoformat") else value for value in row]
    facts = values[9]
    values[9] = json.loads(facts) if isinstance(facts, str) else facts
    line = json.dumps(values, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(before + line.encode()).digest()
