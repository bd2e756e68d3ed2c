"""Who is free when: wall-clock weeks, absences, bookings, and both nights the clock changes."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.rules import (
    Interval,
    WeekRow,
    cells_covered,
    day_parts_covered,
    free_intervals,
    instant_of,
    is_available,
    is_free,
    merged_week,
    parts_free,
)

TZ = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)  # both Sundays
SUNDAY = 6
EVENING = WeekRow(1, 18 * 60, 22 * 60)  # Tuesdays


def at(day: int, hour: int, minute: int = 0, *, month: int = 3, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TZ)


def free(*rows: WeekRow, day: date) -> list[Interval]:
    """What is free from noon before `day` until noon after it."""
    start = datetime.combine(day - timedelta(days=1), time(12), tzinfo=TZ)
    end = datetime.combine(day + timedelta(days=1), time(12), tzinfo=TZ)
    return free_intervals(rows, (), (), start=start, end=end, tz=TZ)


def utc(day: date, *times: tuple[int, int]) -> list[datetime]:
    return [datetime.combine(day, time(h, m), tzinfo=UTC) for h, m in times]


# --- An ordinary week -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (at(10, 18), at(10, 22), True),  # 10 March 2026 is a Tuesday
        (at(10, 19), at(10, 20), True),
        (at(10, 17, 59), at(10, 19), False),
        (at(10, 21), at(10, 22, 1), False),
        (at(11, 19), at(11, 20), False),
    ],
)
def test_somebody_is_free_inside_the_week_only(
    start: datetime, end: datetime, *, expected: bool
) -> None:
    assert is_free([EVENING], (), (), start=start, end=end, tz=TZ) is expected


def test_absence_and_booking_are_half_open() -> None:
    away, busy = (at(10, 18), at(10, 19)), (at(10, 20), at(10, 21))

    found = free_intervals([EVENING], [away], [busy], start=at(10, 0), end=at(11, 0), tz=TZ)

    assert found == [(at(10, 19), at(10, 20)), (at(10, 21), at(10, 22))]
    assert is_free([EVENING], [away], [busy], start=at(10, 19), end=at(10, 20), tz=TZ)
    assert not is_free([EVENING], [away], [busy], start=at(10, 18, 59), end=at(10, 20), tz=TZ)
    assert is_available([EVENING], start=at(10, 18), end=at(10, 22), tz=TZ)


def test_a_night_is_one_row_into_the_next_day() -> None:
    night = WeekRow(1, 22 * 60, 26 * 60)

    assert is_free([night], (), (), start=at(10, 23), end=at(11, 2), tz=TZ)
    assert not is_free([night], (), (), start=at(11, 1), end=at(11, 3), tz=TZ)


def test_a_row_may_reach_into_the_day_after_the_next() -> None:
    long = WeekRow(1, 1439, 1439 + 1440)

    assert is_free([long], (), (), start=at(11, 23), end=at(11, 23, 59), tz=TZ)


def test_no_time_is_no_free_time() -> None:
    assert free_intervals([EVENING], (), (), start=at(10, 20), end=at(10, 20), tz=TZ) == []


# --- The nights in which the clock changes ----------------------------------------------------


def test_a_night_in_spring_is_an_hour_shorter() -> None:
    ((begins, ends),) = free(WeekRow(5, 22 * 60, 30 * 60), day=SPRING)

    assert ends - begins == 7 * HOUR


def test_a_night_in_autumn_is_an_hour_longer() -> None:
    ((begins, ends),) = free(WeekRow(5, 22 * 60, 30 * 60), day=AUTUMN)

    assert ends - begins == 9 * HOUR


def test_hours_that_spring_skips_are_no_hours() -> None:
    assert free(WeekRow(SUNDAY, 120, 180), day=SPRING) == []


def test_a_beginning_that_spring_skips_is_the_change_itself() -> None:
    change, end = utc(SPRING, (1, 0), (4, 0))

    assert free(WeekRow(SUNDAY, 150, 360), day=SPRING) == [(change, end)]


def test_an_end_that_spring_skips_is_the_change_itself() -> None:
    begin, change = utc(SPRING, (0, 0), (1, 0))

    assert free(WeekRow(SUNDAY, 60, 150), day=SPRING) == [(begin, change)]


def test_an_hour_that_autumn_shows_twice_counts_once() -> None:
    assert free(WeekRow(SUNDAY, 120, 150), day=AUTUMN) == [tuple(utc(AUTUMN, (0, 0), (0, 30)))]


def test_from_the_first_of_two_readings_until_after_both() -> None:
    ((begins, ends),) = free(WeekRow(SUNDAY, 150, 240), day=AUTUMN)

    assert [begins, ends] == utc(AUTUMN, (0, 30), (3, 0))


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 3, 10)])
@given(minutes=st.lists(st.integers(0, 1440), min_size=1, max_size=6))
def test_rows_that_touch_on_paper_touch_in_time_on_every_night(
    day: date, minutes: list[int]
) -> None:
    marks = sorted({0, *minutes, 1440})
    pieces = [WeekRow(day.weekday(), one, other) for one, other in itertools.pairwise(marks)]

    assert free(*pieces, day=day) == free(WeekRow(day.weekday(), 0, 1440), day=day)


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    one=st.integers(0, 2880),
    other=st.integers(0, 2880),
)
def test_a_later_reading_is_never_an_earlier_instant(day: date, one: int, other: int) -> None:
    first, last = sorted((one, other))

    assert instant_of(day, first, TZ) <= instant_of(day, last, TZ)


# --- Laws that hold for every week ------------------------------------------------------------


rows = st.builds(
    lambda weekday, starts, length: WeekRow(weekday, starts, starts + length),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
weeks = st.lists(rows, max_size=8)
moments = st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 1)).map(  # noqa: DTZ001
    lambda wall: wall.replace(tzinfo=TZ, second=0, microsecond=0)
)


@given(week=weeks, taken=st.lists(st.tuples(moments, moments), max_size=4))
def test_free_time_is_apart_in_order_and_never_taken(
    week: list[WeekRow], taken: list[Interval]
) -> None:
    away = [(min(pair), max(pair)) for pair in taken]
    start, end = at(20, 0, month=10), at(1, 0, month=11)

    found = free_intervals(week, away, (), start=start, end=end, tz=TZ)

    assert all(begins < ends for begins, ends in found)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))
    for begins, ends in found:
        assert is_free(week, away, (), start=begins, end=ends, tz=TZ)
        assert not any(
            max(begins, a.astimezone(UTC)) < min(ends, b.astimezone(UTC)) for a, b in away
        )


@given(week=weeks)
def test_a_merged_week_gives_the_same_hours_in_rows_the_table_takes(week: list[WeekRow]) -> None:
    merged = merged_week(week)
    start, end = at(1, 0), at(15, 0)

    assert free_intervals(merged, (), (), start=start, end=end, tz=TZ) == free_intervals(
        week, (), (), start=start, end=end, tz=TZ
    )
    assert all(row.starts < row.ends <= row.starts + 1440 for row in merged)
    assert len({(row.weekday, row.starts) for row in merged}) == len(merged)
    assert merged_week(merged) == merged


# --- Parts of the day -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (WeekRow(1, 9 * 60, 17 * 60), {"DAYTIME"}),
        (WeekRow(1, 18 * 60, 22 * 60), {"EVENING"}),
        (WeekRow(1, 17 * 60, 19 * 60), {"DAYTIME", "EVENING"}),
        (WeekRow(1, 17 * 60 + 1, 18 * 60 + 59), set()),
        (WeekRow(1, 23 * 60, 32 * 60), {"NIGHT"}),
        (WeekRow(1, 0, 8 * 60), {"NIGHT"}),
        (WeekRow(5, 9 * 60, 12 * 60), {"DAYTIME", "WEEKEND"}),
        (WeekRow(4, 23 * 60, 26 * 60), {"NIGHT", "WEEKEND"}),
        (WeekRow(6, 23 * 60, 26 * 60), {"NIGHT", "WEEKEND"}),
        (WeekRow(6, 23 * 60 + 30, 26 * 60), {"NIGHT"}),
    ],
)
def test_a_part_of_the_day_counts_from_an_hour_on(row: WeekRow, parts: set[str]) -> None:
    assert day_parts_covered([row]) == parts


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    assert cells_covered([WeekRow(0, 0, 8 * 60)]) == {(6, "NIGHT")}
    assert cells_covered([WeekRow(1, 17 * 60, 25 * 60)]) == {
        (1, "DAYTIME"),
        (1, "EVENING"),
        (1, "NIGHT"),
    }


@pytest.mark.parametrize(
    ("begins", "ends", "parts"),
    [
        (at(10, 9), at(10, 10), {"DAYTIME"}),
        (at(10, 9), at(10, 9, 59), set()),
        (at(10, 22), at(11, 0), {"EVENING", "NIGHT"}),
        (at(11, 6), at(11, 7), {"NIGHT"}),
    ],
)
def test_free_parts_hold_an_hour_in_one_go(
    begins: datetime, ends: datetime, parts: set[str]
) -> None:
    assert parts_free([(begins.astimezone(UTC), ends.astimezone(UTC))], tz=TZ) == parts
