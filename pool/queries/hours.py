"""The calendar of the pool: hours of every week, and hours given away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import AMSTERDAM, local
from pool.models import Block, WeekAvailability
from pool.rules import Interval, WeekRow
from pool.states import BlockKind, BlockState

# Work of the past two days still counts for rest and for travel that is under way.
LOOK_BACK = timedelta(days=2)


def monday_of(now: datetime) -> datetime:
    """The local midnight with which the week of `now` began."""
    today = local(now)
    return (today - timedelta(days=today.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def weeks_of(expert_ids: Collection[UUID] | None = None) -> dict[UUID, list[WeekRow]]:
    """The week of these experts, or of everybody, in order."""
    rows = WeekAvailability.objects.order_by("weekday", "starts")
    if expert_ids is not None:
        rows = rows.filter(expert_id__in=expert_ids)
    found: dict[UUID, list[WeekRow]] = defaultdict(list)
    for expert, weekday, starts, ends in rows.values_list("expert_id", "weekday", "starts", "ends"):
        found[expert].append(WeekRow(weekday, starts, ends))
    return found


def booked(
    now: datetime,
) -> tuple[dict[UUID, list[Interval]], dict[UUID, list[tuple[int, int, int]]]]:
    """Hours given away, and the number of sessions per ISO week on the local calendar."""
    monday = monday_of(now)
    busy: dict[UUID, list[Interval]] = defaultdict(list)
    sessions: dict[UUID, list[datetime]] = defaultdict(list)
    rows = Block.objects.filter(
        state=BlockState.LIVE, ends_at__gt=min(monday, now - LOOK_BACK)
    ).order_by("ends_at")
    # Bounds one by one: a range is parsed in Python, which took most of the time of a look.
    for expert, kind, starts, ends, taken_from, taken_until in rows.values_list(
        "expert_id",
        "kind",
        "period__startswith",
        "ends_at",
        "occupied__startswith",
        "occupied__endswith",
    ):
        if ends > now - LOOK_BACK:
            busy[expert].append((taken_from, taken_until))
        if kind == BlockKind.SESSION and starts >= monday:
            sessions[expert].append(starts)
    return busy, {expert: per_week(found) for expert, found in sessions.items()}


def per_week(starts: Iterable[datetime]) -> list[tuple[int, int, int]]:
    """(ISO year, ISO week, how many begin in it), on the local calendar, in order."""
    weeks = Counter(one.astimezone(AMSTERDAM).isocalendar()[:2] for one in starts)
    return [(year, week, n) for (year, week), n in sorted(weeks.items())]
