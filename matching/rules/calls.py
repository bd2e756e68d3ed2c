"""When the second of the rota is called."""

from __future__ import annotations

from datetime import datetime, timedelta


def opens_by(
    filed_at: datetime,
    earliest_contact_at: datetime,
    *,
    climb_after: timedelta,
    term: timedelta,
) -> datetime:
    """Before when somebody should have begun on a request. Aware instants.

    Within `climb_after`; but where nobody can be met before tomorrow noon, it is early enough
    when one person can still be asked, and has the whole `term` to answer, before that.
    """
    return max(filed_at + climb_after, earliest_contact_at - term)
