"""How much somebody carries, for the person who carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pool.models import Block, Expert
from pool.queries.carried import carried_by
from pool.queries.hours import monday_of
from pool.rules import Interval
from pool.states import BlockKind, BlockState

WEEK = timedelta(weeks=1)
# This week and the three before it.
WEEKS_BACK = 3


@dataclass(frozen=True)
class OwnLoad:
    """What one expert carries, beside the limits that this expert chose.

    Attributes:
        sessions: that begin in this local week.
        week: hours of this local week, booked ones to come included, without travel.
        four_weeks: hours of this week and the three before it.
        running: buddy work that goes on.
    """

    sessions: int
    most_sessions: int
    week: timedelta
    four_weeks: timedelta
    running: int
    most_running: int

    @property
    def is_full(self) -> bool:
        """One of the own limits is reached: no new questions of that kind come."""
        return self.sessions >= self.most_sessions or self.running >= self.most_running


def own_load(expert: Expert, *, now: datetime) -> OwnLoad:
    """What `expert` carries in the local week of `now`: two queries."""
    monday = monday_of(now)
    # Bounds on the wall clock, then as instants: a week with a clock change has 167 or 169 hours.
    first, begin, end = ((monday + n * WEEK).astimezone(UTC) for n in (-WEEKS_BACK, 0, 1))
    week, four_weeks = (begin, end), (first, end)
    rows = Block.objects.filter(
        expert=expert,
        state=BlockState.LIVE,
        ends_at__gt=four_weeks[0],
        period__startswith__lt=four_weeks[1],
    ).values_list("kind", "period__startswith", "ends_at")
    blocks = list(rows)
    return OwnLoad(
        sessions=sum(
            kind == BlockKind.SESSION and week[0] <= starts < week[1] for kind, starts, _ in blocks
        ),
        most_sessions=expert.max_per_week,
        week=_within([(starts, ends) for _kind, starts, ends in blocks], week),
        four_weeks=_within([(starts, ends) for _kind, starts, ends in blocks], four_weeks),
        running=carried_by([expert.pk])[expert.pk],
        most_running=expert.max_running,
    )


def _within(hours: list[Interval], bounds: Interval) -> timedelta:
    """How long these hours are inside the bounds; rows and bounds are instants."""
    inside = [(max(starts, bounds[0]), min(ends, bounds[1])) for starts, ends in hours]
    return sum((ends - starts for starts, ends in inside if ends > starts), timedelta())
