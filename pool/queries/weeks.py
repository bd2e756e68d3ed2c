"""The week of the whole pool: who can when, in a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from core.clock import AMSTERDAM, local
from pool.models import Absence, Block, Expert, ExpertActivity, Rest
from pool.queries.agreed import agreed
from pool.queries.hours import LONGEST_REST, changes_of, weeks_of
from pool.rules import DAY_PARTS, SHORTEST, DayHours, Interval, free_intervals, instant_of, without
from pool.states import ADMITTED, TAKES_PART, AbsenceKind, BlockState

DAY = timedelta(days=1)
N_DAYS = 7
# Who is in the pool; of these only who takes part can be asked.
SHOWN = ADMITTED
Window = tuple[date, str, datetime, datetime]


@dataclass(frozen=True)
class Mark:
    """One part of one person's day.

    Attributes:
        state: "free", "busy", "rest", "pause", "today", "away", or "" for hours that were not
            given. Never why.
        starts: when what is booked begins.
    """

    part: str
    state: str
    starts: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class PoolDay:
    """One day of one person; `differs` where it is not what the week says."""

    date: date
    marks: tuple[Mark, ...]
    differs: bool


@dataclass(frozen=True)
class PersonWeek:
    """One line: somebody, and seven days. Who is not active counts for nothing."""

    expert: Expert
    name: str
    days: tuple[PoolDay, ...]

    @property
    def is_active(self) -> bool:
        return self.expert.state in TAKES_PART


@dataclass(frozen=True)
class DaySum:
    """How many can in each part of one day."""

    date: date
    start: datetime
    is_today: bool
    free: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PoolWeek:
    """The ISO week that begins on `monday`; people by name."""

    monday: date
    days: tuple[DaySum, ...]
    people: tuple[PersonWeek, ...]
    now: datetime

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def year(self) -> int:
        return self.monday.isocalendar().year

    @property
    def holes(self) -> list[tuple[date, str]]:
        """Parts of days, not over yet, in which nobody can."""
        return [
            (day.date, part)
            for day in self.days
            for part, n in day.free
            if not n and _window(day.date, part)[3] > self.now
        ]


def pool_week(*, monday: date, activity: str = "", now: datetime) -> PoolWeek:
    """Everybody of the pool, or who does this work, in the week of `monday`: seven queries."""
    experts = _experts(activity)
    dates = [monday + n * DAY for n in range(N_DAYS)]
    windows = [_window(day, part) for day in dates for part, *_bounds in DAY_PARTS]
    start, end = windows[0][2] - DAY, windows[-1][3]
    weeks = weeks_of()
    changes = changes_of(first=monday - 2 * DAY, last=monday + N_DAYS * DAY)
    away = _absences(start, end)
    blocks = _blocks(start, end)
    rest = agreed(on=monday).heavy_rest
    asked = _rests(start, end)
    people = [
        _person(
            expert,
            free_intervals(
                weeks.get(expert.pk, ()),
                (),
                (),
                start=start,
                end=end,
                tz=AMSTERDAM,
                changes=changes.get(expert.pk, ()),
            ),
            windows,
            changes.get(expert.pk, ()),
            away[expert.pk],
            blocks[expert.pk],
            asked[expert.pk],
            rest,
        )
        for expert in experts
    ]
    return PoolWeek(
        monday=monday,
        days=_sums(dates, people, now),
        people=tuple(sorted(people, key=lambda one: (one.name.casefold(), one.expert.pk))),
        now=now,
    )


def _experts(activity: str) -> list[Expert]:
    rows = Expert.objects.filter(state__in=SHOWN, hidden_at=None).select_related("data_key")
    if activity:
        doing = ExpertActivity.objects.filter(activity=activity).values("expert")
        rows = rows.filter(pk__in=doing)
    return list(rows)


def _window(day: date, part: str) -> Window:
    begins, until = next((a, b) for name, a, b in DAY_PARTS if name == part)
    return day, part, instant_of(day, begins, AMSTERDAM), instant_of(day, until, AMSTERDAM)


def _absences(start: datetime, end: datetime) -> dict[UUID, list[tuple[str, Interval]]]:
    found: dict[UUID, list[tuple[str, Interval]]] = defaultdict(list)
    rows = Absence.objects.filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at")
    for expert, kind, starts, ends in rows.values_list("expert_id", "kind", "starts_at", "ends_at"):
        found[expert].append((kind, (starts, ends)))
    return found


def _blocks(start: datetime, end: datetime) -> dict[UUID, list[tuple[Interval, bool]]]:
    """Hours given away, and whether the contact was heavy; also those one may still rest from."""
    found: dict[UUID, list[tuple[Interval, bool]]] = defaultdict(list)
    rows = Block.objects.filter(
        state=BlockState.LIVE, ends_at__gt=start - LONGEST_REST, period__startswith__lt=end
    ).order_by("ends_at")
    for expert, starts, ends, is_heavy in rows.values_list(
        "expert_id", "period__startswith", "ends_at", "is_heavy"
    ):
        found[expert].append(((starts, ends), is_heavy))
    return found


def _rests(start: datetime, end: datetime) -> dict[UUID, list[datetime]]:
    """When somebody began to rest because something was too heavy; may reach into the week."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    rows = Rest.objects.filter(began_at__gt=start - LONGEST_REST, began_at__lt=end)
    for expert, began_at in rows.order_by("began_at").values_list("expert_id", "began_at"):
        found[expert].append(began_at)
    return found


def _person(  # noqa: PLR0913, PLR0917  (one person's hours, of every kind)
    expert: Expert,
    hours: Sequence[Interval],
    windows: Iterable[Window],
    changes: Iterable[DayHours],
    away: Sequence[tuple[str, Interval]],
    blocks: Sequence[tuple[Interval, bool]],
    asked: Sequence[datetime],
    rest: timedelta,
) -> PersonWeek:
    rest = max(rest, timedelta(minutes=expert.heavy_rest_minutes or 0))
    heavy = [ends for (_starts, ends), is_heavy in blocks if is_heavy]
    rests = [(ends, ends + rest) for ends in (*heavy, *asked)]
    busy = [hours for hours, _is_heavy in blocks]
    # A pause has no end yet.
    paused = [(expert.paused_at, datetime.max.replace(tzinfo=UTC))] if expert.paused_at else []
    refused = [hours for kind, hours in away if kind == AbsenceKind.TODAY]
    gone = [hours for kind, hours in away if kind == AbsenceKind.AWAY]
    reasons = (("pause", paused), ("today", refused), ("away", gone), ("rest", rests))
    differing = {one.day for one in changes}
    days: dict[date, list[Mark]] = defaultdict(list)
    for day, part, starts, ends in windows:
        begun = tuple(a for a, b in busy if a < ends and starts < b)
        state = "busy" if begun else _state(hours, (starts, ends), reasons)
        days[day].append(Mark(part, state, begun))
    return PersonWeek(
        expert=expert,
        name=expert.full_name,
        days=tuple(PoolDay(day, tuple(marks), day in differing) for day, marks in days.items()),
    )


def _state(
    hours: Sequence[Interval],
    window: Interval,
    reasons: Iterable[tuple[str, Sequence[Interval]]],
) -> str:
    """What is left of given hours in a part of a day; the first reason that leaves no hour."""
    left = _inside(hours, window)
    if not _is_long(left):
        return ""
    for state, taken in reasons:
        left = without(left, taken)
        if not _is_long(left):
            return state
    return "free"


def _inside(hours: Iterable[Interval], window: Interval) -> list[Interval]:
    first, last = window
    return [(max(a, first), min(b, last)) for a, b in hours if a < last and first < b]


def _is_long(hours: Iterable[Interval]) -> bool:
    return any(ends - begins >= SHORTEST for begins, ends in hours)


def _sums(dates: Iterable[date], people: Iterable[PersonWeek], now: datetime) -> tuple[DaySum, ...]:
    free = Counter(
        (day.date, mark.part)
        for one in people
        if one.is_active
        for day in one.days
        for mark in day.marks
        if mark.state == "free"
    )
    today = local(now).date()
    return tuple(
        DaySum(
            date=day,
            start=instant_of(day, 0, AMSTERDAM),
            is_today=day == today,
            free=tuple((part, free[day, part]) for part, *_bounds in DAY_PARTS),
        )
        for day in dates
    )
