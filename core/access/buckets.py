"""Rate limits in PostgreSQL rows: they survive Redis and hold across processes (security 7.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connections
from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class TooManyTries(Refusal):
    message = _("Too many tries. Wait a while and try again.")
    status = 429


def spend(key: str, *, limit: int, per: timedelta, now: datetime) -> None:
    """Count one try for `key`; raise TooManyTries past `limit` in a window of length `per`.

    One statement, so that parallel tries cannot slip past each other, and through the second
    connection: a wrong guess ends in a refusal, which rolls its request back, and a count that
    rolled back with it would never reach the limit.
    """
    with connections["denials"].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_ratebucket AS b (key, window_start, n_tries) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO UPDATE SET
              n_tries = CASE WHEN b.window_start <= %s THEN 1 ELSE b.n_tries + 1 END,
              window_start = CASE WHEN b.window_start <= %s THEN %s ELSE b.window_start END
            RETURNING n_tries
            """,
            [key, now, now - per, now - per, now],
        )
        (n_tries,) = cursor.fetchone()
    if n_tries > limit:
        raise TooManyTries


def refund(key: str) -> None:
    """Take back one try that turned out to be no failure."""
    with connections["denials"].cursor() as cursor:
        cursor.execute(
            "UPDATE core_ratebucket SET n_tries = n_tries - 1 WHERE key = %s AND n_tries > 0", [key]
        )
