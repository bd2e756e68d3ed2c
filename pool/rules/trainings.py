"""How long a training or an agreement counts, and when it may be renewed (docs/adr/0031)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pool.rules.papers import add_months


class Stage(StrEnum):
    """Where a training or an agreement stands on a day."""

    RUNNING = "RUNNING"  # begun, not finished
    UNSEEN = "UNSEEN"  # finished, nobody saw the certificate
    ACTIVE = "ACTIVE"
    RENEWABLE = "RENEWABLE"  # counts, and the end is near enough to renew
    EXPIRED = "EXPIRED"


def last_day(
    *, finished_on: date, validity_months: int | None, renew_months: int, earlier: date | None
) -> date | None:
    """The last day on which it counts; None where this kind never ends.

    Counted from the day of finishing. Who renews while the earlier one counts and may be renewed,
    counts on from the earlier end: being in time costs no day. It never ends before the earlier.
    `earlier` is the last day of what this renews, None where there is nothing to renew.
    """
    if validity_months is None:
        return None
    until = add_months(finished_on, validity_months)
    if earlier is None:
        return until
    if add_months(earlier, -renew_months) <= finished_on <= earlier:
        until = add_months(earlier, validity_months)
    return max(until, earlier)


def stage(
    *,
    finished_on: date | None,
    seen_on: date | None,
    last: date | None,
    renew_months: int,
    on: date,
) -> Stage:
    """Where it stands on day `on`; a certificate that nobody saw counts for nothing."""
    if finished_on is None or on < finished_on:
        return Stage.RUNNING
    if seen_on is None:
        return Stage.UNSEEN
    if last is None:
        return Stage.ACTIVE
    if on > last:
        return Stage.EXPIRED
    return Stage.RENEWABLE if on >= add_months(last, -renew_months) else Stage.ACTIVE
