"""What a coordinator finds in the overview: views that were kept, and a year of comings and goings.

Who began is counted by the pool itself; who left is counted here, without anybody who leaves.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.access.models import User
from pool import actions as pool
from pool.models import Direction

DAY = timedelta(days=1)
# (days ago, why); more than five, so that the reasons may be shown.
LEFT = (
    (320, "MOVED"),
    (250, "OTHER_WORK"),
    (190, "NO_TIME"),
    (140, "NO_PAPERS"),
    (95, "MOVED"),
    (30, ""),
)
# (name, filters, for everybody)
VIEWS = (
    ("Avonden, voor een maatje", {"activity": "BUDDY_1ON1", "part": "EVENING"}, True),
    ("Spreekt Pools", {"language": "pl"}, False),
)


def keep_overview(*, lead: User, now: datetime) -> None:
    """Two views of `lead`, and six who left in the year before `now`."""
    for days, reason in LEFT:
        pool.count_move(Direction.OUT, now=now - days * DAY, reason=reason)
    for name, filters, is_shared in VIEWS:
        pool.save_view(name=name, filters=filters, is_shared=is_shared, by=lead, now=now - 20 * DAY)
