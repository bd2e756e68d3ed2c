"""The calendar of the pool: hours of every week, and hours given away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count

from core.clock import AMSTERDAM, local
from pool.models import Absence, Block, DayChange, Expert, Rest, WeekAvailability
from pool.queries.agreed import agreed
from pool.rules import DayHours, DayPart, Interval, WeekRow, parts_of_days
from pool.states import AbsenceKind, BlockKind, BlockState

# Work of the past two days still counts for rest and for travel that is under way.
LOOK_BACK = timedelta(days=2)
# Nobody rests longer after a heavy contact; the database says so of each expert.
LONGEST_REST = timedelta(days=7)
SHOWN_DAYS = 14


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


def changes_of(
    *, first: date, last: date, expert_ids: Collection[UUID] | None = None
) -> dict[UUID, list[DayHours]]:
    """Days from `first` up to and including `last` that differ from the week, in order."""
    rows = DayChange.objects.filter(day__gte=first, day__lte=last).order_by("day", "starts")
    if expert_ids is not None:
        rows = rows.filter(expert_id__in=expert_ids)
    found: dict[UUID, list[DayHours]] = defaultdict(list)
    for one in rows:
        found[one.expert_id].append(DayHours(one.day, one.starts, one.ends, one.is_there))
    return found


@dataclass(frozen=True)
class HoursPage:
    """What the page about somebody's hours shows.

    Attributes:
        parts: where somebody is, of the coming two weeks, as these days really are.
        changes: days from today on that differ from the week.
        absences: without what was said with one tap about today.
        today_until: said "not today", until this moment.
    """

    today: date
    week: list[WeekRow]
    parts: frozenset[DayPart]
    changes: list[DayChange]
    absences: list[Absence]
    today_until: datetime | None

    @property
    def differing_dates(self) -> frozenset[date]:
        return frozenset(one.day for one in self.changes)


def hours_page(expert: Expert, *, now: datetime) -> HoursPage:
    """The hours of one expert, in three queries."""
    today = local(now).date()
    week = weeks_of([expert.pk]).get(expert.pk, [])
    changes = list(
        DayChange.objects.filter(expert=expert, day__gte=today - timedelta(days=1)).order_by(
            "day", "starts"
        )
    )
    away = list(Absence.objects.filter(expert=expert, ends_at__gt=now).order_by("starts_at"))
    said = [one.ends_at for one in away if one.kind == AbsenceKind.TODAY and one.starts_at <= now]
    return HoursPage(
        today=today,
        week=week,
        parts=parts_of_days(
            week,
            [DayHours(one.day, one.starts, one.ends, one.is_there) for one in changes],
            [today + timedelta(days=n) for n in range(SHOWN_DAYS)],
            tz=AMSTERDAM,
        ),
        changes=[one for one in changes if one.day >= today],
        absences=[one for one in away if one.kind == AbsenceKind.AWAY],
        today_until=max(said, default=None),
    )


def booked(now: datetime, until: datetime) -> tuple[dict[UUID, list[Interval]], dict[UUID, int]]:
    """Hours given away in [now, until), and the number of sessions of this local week.

    Two queries. Only those hours are read: a moment costs more to read than all else of a block.
    """
    monday = monday_of(now)
    sunday = (monday + timedelta(days=7)).replace(hour=0)
    live = Block.objects.filter(state=BlockState.LIVE)
    busy: dict[UUID, list[Interval]] = defaultdict(list)
    # Bounds one by one: a range is parsed in Python, which took most of the time of a look.
    rows = live.filter(
        ends_at__gt=now - LOOK_BACK, occupied__overlap=DateTimeTZRange(now, until, "[)")
    ).values_list("expert_id", "occupied__startswith", "occupied__endswith")
    for expert, taken_from, taken_until in rows.order_by("ends_at"):
        busy[expert].append((taken_from, taken_until))
    sessions = live.filter(
        kind=BlockKind.SESSION,
        ends_at__gt=monday,
        period__startswith__gte=monday,
        period__startswith__lt=sunday,
    )
    counted = sessions.values_list("expert_id").annotate(n=Count("pk")).order_by()
    return busy, dict(counted)


def per_week(starts: Iterable[datetime]) -> list[tuple[int, int, int]]:
    """(ISO year, ISO week, how many begin in it), on the local calendar, in order."""
    weeks = Counter(one.astimezone(AMSTERDAM).isocalendar()[:2] for one in starts)
    return [(year, week, n) for (year, week), n in sorted(weeks.items())]


def rest_of(expert: Expert, agreed: timedelta) -> timedelta:
    """How long this expert rests after a heavy contact: as agreed here, or more where asked."""
    return max(agreed, timedelta(minutes=expert.heavy_rest_minutes or 0))


def own_quiet(expert: Expert) -> tuple[time, time] | None:
    """The quiet hours that this expert chose, where they differ from the region's."""
    if expert.quiet_from is None or expert.quiet_until is None:
        return None
    return expert.quiet_from, expert.quiet_until


def quiet_hours(expert: Expert | None = None, *, at: datetime) -> tuple[time, time]:
    """When the phone of this expert is quiet around `at`: the own hours, or the region's."""
    if expert is not None and (own := own_quiet(expert)):
        return own
    return agreed(on=local(at).date()).quiet


def asked_rest_until(expert: Expert, *, source: UUID, now: datetime) -> datetime | None:
    """Until when somebody rests because of `source`; None where no rest of that runs."""
    rest = Rest.objects.filter(expert=expert, source=source).first()
    if rest is None:
        return None
    until = _rested(rest, expert, on=local(now).date())
    # Work of that day is judged by its own rule, which may ask for more.
    until = max(until, _rested(rest, expert, on=local(until).date()))
    return until if now < until else None


def _rested(rest: Rest, expert: Expert, *, on: date) -> datetime:
    least = rest_of(expert, agreed(on=on).heavy_rest)
    until: datetime = rest.began_at.astimezone(UTC) + least
    return until.astimezone(AMSTERDAM)
