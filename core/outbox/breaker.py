"""When to stop knocking at a gateway: counted in PostgreSQL, so that all workers know.

Five failures in a minute, and for the next minute nobody tries; messages take the next channel.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from core.access.models import RateBucket

FAILURES = 5
WINDOW = timedelta(seconds=60)
REST = timedelta(seconds=60)


def note_failure(name: str, *, now: datetime) -> None:
    """Count one failure; the fifth within a minute begins the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_ratebucket AS b (key, window_start, n_tries)
            VALUES (%(key)s, %(now)s, 1)
            ON CONFLICT (key) DO UPDATE SET
              n_tries = CASE WHEN b.window_start <= %(old)s THEN 1 ELSE b.n_tries + 1 END,
              window_start = CASE WHEN b.window_start <= %(old)s OR b.n_tries + 1 = %(limit)s
                             THEN %(now)s ELSE b.window_start END
            """,
            {"key": _key(name), "now": now, "old": now - WINDOW, "limit": FAILURES},
        )


def is_open(name: str, *, now: datetime) -> bool:
    """Whether nobody should try now."""
    return RateBucket.objects.filter(
        key=_key(name), n_tries__gte=FAILURES, window_start__gt=now - REST
    ).exists()


def _key(name: str) -> str:
    return f"provider rests:{name}"
