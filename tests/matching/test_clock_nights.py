"""The two nights in which the clock changes, quarter by quarter: who is free is asked, nobody else.

The hours stand in the tables as a person gave them: Saturday's night, from eleven until eight. The
oracle knows the instants: 23:00 until 08:00 on the wall are eight hours in March, ten in October.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from matching.models import Seat
from matching.queries import look
from matching.queries import sieve as sieving
from pool import actions
from pool.models import DayChange, RegionProfile
from pool.rules import WeekRow, is_quiet
from tests.conftest import NOON
from tests.factories.matching import DAY, HOUR, MINUTE, Pool, file_request, make_pool, seat_of

WALL = ZoneInfo("Europe/Amsterdam")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
NIGHTS = pytest.mark.parametrize(("sunday", "hours"), [(SPRING, 8), (AUTUMN, 10)])
WAYS = pytest.mark.parametrize("by_database", [True, False])
SATURDAY = 5
ELEVEN, EIGHT = 23 * 60, 32 * 60
QUARTER = 15 * MINUTE


@pytest.fixture
def pool(in_region: object) -> Pool:  # noqa: ARG001
    return make_pool(1)


def on_the_wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=WALL).astimezone(UTC)


def night_of(sunday: date) -> tuple[datetime, datetime]:
    return on_the_wall(sunday - DAY, 23), on_the_wall(sunday, 8)


def free_quarters(seat: Seat, sunday: date, *, by_database: bool) -> set[datetime]:
    """Beginnings of the half hours, from Saturday 20:00 until Sunday 12:00, for which one fits."""
    at, end, found = on_the_wall(sunday - DAY, 20), on_the_wall(sunday, 12), set()
    while at < end:
        seat.starts_at, seat.ends_at = at, at + 2 * QUARTER
        # Seen from a week before, so that the papers and the days around are those of then.
        if look(seat, now=on_the_wall(sunday, 12) - 7 * DAY, with_reasons=not by_database).fitting:
            found.add(at)
        at += QUARTER
    return found


def expected(begins: datetime, ends: datetime) -> set[datetime]:
    n = (ends - 2 * QUARTER - begins) // QUARTER
    return {begins + k * QUARTER for k in range(n + 1)}


@pytest.fixture
def seat(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(sieving, "SMALL_POOL", 0)
    return seat_of(file_request(pool))


@pytest.mark.django_db
@NIGHTS
@WAYS
def test_the_night_of_every_week_is_as_long_as_that_night(
    pool: Pool,
    seat: Seat,
    sunday: date,
    hours: int,
    by_database: bool,  # noqa: FBT001
) -> None:
    night = [WeekRow(SATURDAY, ELEVEN, EIGHT)]
    actions.set_week(expert_id=pool.ids[0], rows=night, by=pool.cas, now=NOON)

    found = free_quarters(seat, sunday, by_database=by_database)

    begins, ends = night_of(sunday)
    assert ends - begins == hours * HOUR
    assert found == expected(begins, ends)


@pytest.mark.django_db
@NIGHTS
@WAYS
def test_a_night_that_differs_is_as_long_as_that_night(
    pool: Pool,
    seat: Seat,
    sunday: date,
    hours: int,
    by_database: bool,  # noqa: FBT001
) -> None:
    actions.set_week(expert_id=pool.ids[0], rows=[], by=pool.cas, now=NOON)
    a_week_before = on_the_wall(sunday, 12) - 7 * DAY
    ticked = {(sunday - DAY, "NIGHT"): True}

    actions.set_parts(expert_id=pool.ids[0], wanted=ticked, by=pool.cas, now=a_week_before)

    begins, ends = night_of(sunday)
    assert ends - begins == hours * HOUR
    assert free_quarters(seat, sunday, by_database=by_database) == expected(begins, ends)


@pytest.mark.django_db
@NIGHTS
@WAYS
def test_a_night_that_is_taken_away_leaves_the_hours_around_it(
    pool: Pool,
    seat: Seat,
    sunday: date,
    hours: int,
    by_database: bool,  # noqa: FBT001
) -> None:
    days = [WeekRow(day, 0, 1440) for day in range(7)]
    actions.set_week(expert_id=pool.ids[0], rows=days, by=pool.cas, now=NOON)
    a_week_before = on_the_wall(sunday, 12) - 7 * DAY
    unticked = {(sunday - DAY, "NIGHT"): False}

    actions.set_parts(expert_id=pool.ids[0], wanted=unticked, by=pool.cas, now=a_week_before)

    begins, ends = night_of(sunday)
    before = expected(on_the_wall(sunday - DAY, 20), begins)
    after = expected(ends, on_the_wall(sunday, 12) + QUARTER)
    assert ends - begins == hours * HOUR
    assert free_quarters(seat, sunday, by_database=by_database) == before | after
    assert DayChange.objects.get().is_there is False


@pytest.mark.django_db
@NIGHTS
@WAYS
def test_a_night_away_ends_on_the_wall_and_leaves_time_to_travel(
    pool: Pool,
    seat: Seat,
    sunday: date,
    hours: int,
    by_database: bool,  # noqa: FBT001
) -> None:
    days = [WeekRow(day, 0, 1440) for day in range(7)]
    actions.set_week(expert_id=pool.ids[0], rows=days, by=pool.cas, now=NOON)
    begins, ends = night_of(sunday)
    actions.add_absence(
        expert_id=pool.ids[0], starts_at=begins, ends_at=ends, by=pool.cas, now=NOON
    )

    found = free_quarters(seat, sunday, by_database=by_database)

    travel = RegionProfile.here().travel_minutes * MINUTE
    first, last = on_the_wall(sunday - DAY, 20), on_the_wall(sunday, 12) - QUARTER
    before = expected(first, begins - travel)
    assert found == before | expected(ends + travel, last + 2 * QUARTER)
    assert ends - begins == hours * HOUR


@NIGHTS
def test_quiet_hours_follow_the_wall_through_the_night(sunday: date, hours: int) -> None:
    begins, ends = on_the_wall(sunday - DAY, 22), on_the_wall(sunday, 7)
    at, quiet = begins - 2 * HOUR, set()
    while at < ends + 2 * HOUR:
        if is_quiet(at, time(22), time(7), tz=WALL):
            quiet.add(at)
        at += QUARTER

    assert quiet == {begins + k * QUARTER for k in range(hours * 4)}


def test_the_two_nights_differ_by_an_hour_from_others() -> None:
    lengths = {
        day: night_of(day)[1] - night_of(day)[0] for day in (SPRING, AUTUMN, date(2026, 3, 15))
    }

    assert lengths == {SPRING: 8 * HOUR, AUTUMN: 10 * HOUR, date(2026, 3, 15): 9 * HOUR}
