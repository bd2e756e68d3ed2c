"""Days that differ from the week: against a brute force per minute, over the clock changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.rules import (
    DAY_PARTS,
    MINUTES_A_DAY,
    DayHours,
    Interval,
    WeekRow,
    day_parts_covered,
    free_intervals,
    is_quiet,
    parts_covered,
    parts_of_days,
    rest_until,
    with_parts,
)

TZ = ZoneInfo("Europe/Amsterdam")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = 15
# The Thursdays before the nights in which the clock changes, and an ordinary one.
THURSDAYS = (date(2026, 3, 26), date(2026, 10, 22), date(2027, 3, 25), date(2027, 10, 28))
EVENING, NIGHT = (18 * 60, 23 * 60), (23 * 60, 32 * 60)
EVENINGS = tuple(WeekRow(weekday, *EVENING) for weekday in range(7))

quarters = st.integers(0, 95).map(lambda n: n * STEP)
lengths = st.integers(1, 96).map(lambda n: n * STEP)
rows = st.builds(lambda w, s, n: WeekRow(w, s, s + n), st.integers(0, 6), quarters, lengths)
weeks = st.lists(rows, max_size=6)
thursdays = st.sampled_from((*THURSDAYS, date(2026, 3, 5)))


@st.composite
def stories(draw: st.DrawFn) -> tuple[date, list[WeekRow], list[DayHours], list[Interval]]:
    """A Thursday, a week, days around it that differ, and absences."""
    first = draw(thursdays)
    changes = [
        DayHours(first + draw(st.integers(-2, 6)) * DAY, starts, starts + length, is_there)
        for starts, length, is_there in draw(
            st.lists(st.tuples(quarters, lengths, st.booleans()), max_size=5)
        )
    ]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    absences = [
        (start + a * HOUR, start + (a + n) * HOUR)
        for a, n in draw(st.lists(st.tuples(st.integers(-20, 120), st.integers(1, 40)), max_size=2))
    ]
    return first, draw(weeks), changes, absences


def _first_reading(day: date, minutes: int) -> datetime:
    """The first instant at which the wall clock shows this or more, found by walking."""
    wall = datetime(day.year, day.month, day.day) + minutes * MINUTE  # noqa: DTZ001
    at = wall.replace(tzinfo=UTC) - 3 * HOUR
    while at.astimezone(TZ).replace(tzinfo=None) < wall:
        at += STEP * MINUTE
    return at


@given(stories())
def test_free_hours_are_those_a_walk_over_all_quarters_finds(
    story: tuple[date, list[WeekRow], list[DayHours], list[Interval]],
) -> None:
    first, week, changes, absences = story
    start = datetime(first.year, first.month, first.day, tzinfo=TZ).astimezone(UTC)
    end = start + 5 * DAY
    week_hours = [
        (first + shift * DAY, row.starts, row.ends)
        for row in week
        for shift in range(-2, 7)
        if (first + shift * DAY).weekday() == row.weekday
    ]
    there = [*week_hours, *((c.day, c.starts, c.ends) for c in changes if c.is_there)]
    gone = [(c.day, c.starts, c.ends) for c in changes if not c.is_there]
    bounds = {hours: (_first_reading(hours[0], hours[1]), _first_reading(hours[0], hours[2]))
              for hours in (*there, *gone)}  # fmt: skip

    found = free_intervals(week, absences, (), start=start, end=end, tz=TZ, changes=changes)

    at = start
    while at < end:
        expected = (
            any(bounds[one][0] <= at < bounds[one][1] for one in there)
            and not any(bounds[one][0] <= at < bounds[one][1] for one in gone)
            and not any(away <= at < back for away, back in absences)
        )
        assert any(begins <= at < until for begins, until in found) is expected, at
        at += STEP * MINUTE


@given(stories(), st.data())
def test_ticking_changes_what_was_ticked_and_nothing_else(
    story: tuple[date, list[WeekRow], list[DayHours], list[Interval]], data: st.DataObject
) -> None:
    first, week, changes, _absences = story
    days = [first + n * DAY for n in range(4)]
    cells = [(day, part) for day in days for part, _begins, _until in DAY_PARTS]
    wanted = data.draw(st.dictionaries(st.sampled_from(cells), st.booleans(), max_size=5))
    before = parts_of_days(week, changes, days, tz=TZ)

    after = with_parts(week, changes, wanted, tz=TZ)

    shown = parts_of_days(week, after, days, tz=TZ)
    for cell in cells:
        assert (cell in shown) is wanted.get(cell, cell in before), cell
    assert all(0 <= one.starts < one.ends <= one.starts + MINUTES_A_DAY for one in after)
    assert all(one.starts < MINUTES_A_DAY for one in after)


def test_a_day_that_becomes_what_the_week_says_needs_no_change() -> None:
    day = THURSDAYS[0]

    without = with_parts(EVENINGS, (), {(day, "EVENING"): False}, tz=TZ)
    again = with_parts(EVENINGS, without, {(day, "EVENING"): True}, tz=TZ)

    assert without == [DayHours(day, *EVENING, is_there=False)]
    assert again == []


def test_a_part_that_stays_keeps_its_exact_hours() -> None:
    day = THURSDAYS[0]
    exact = DayHours(day, 19 * 60, 20 * 60 + 30, is_there=True)

    after = with_parts((), [exact], {(day, "EVENING"): True, (day, "DAYTIME"): True}, tz=TZ)

    assert after == [DayHours(day, 8 * 60, 18 * 60, is_there=True), exact]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 8), (date(2026, 10, 24), 10)])
def test_a_night_more_is_as_long_as_that_night(day: date, hours: int) -> None:
    night = DayHours(day, *NIGHT, is_there=True)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=TZ)

    ((begins, ends),) = free_intervals(
        (), (), (), start=noon, end=noon + DAY, tz=TZ, changes=[night]
    )

    assert ends - begins == hours * HOUR


@given(weeks, thursdays)
def test_seven_days_without_changes_hold_what_the_week_holds(
    week: list[WeekRow], first: date
) -> None:
    assert parts_covered(week, (), first=first, tz=TZ) == day_parts_covered(week)


def test_a_week_of_which_every_evening_is_off_holds_no_evening() -> None:
    first = THURSDAYS[1]
    off = [DayHours(first + n * DAY, *EVENING, is_there=False) for n in range(7)]

    assert parts_covered(EVENINGS, off, first=first, tz=TZ) == frozenset()
    assert parts_covered((), [DayHours(first, *EVENING, is_there=True)], first=first, tz=TZ) == {
        "EVENING"
    }
    saturday = DayHours(first + 2 * DAY, *EVENING, is_there=True)
    assert parts_covered((), [saturday], first=first, tz=TZ) == {"EVENING", "WEEKEND"}


# --- Rest and quiet ---------------------------------------------------------------------------

# 20:00 on the wall; the clock changes in the night after it.
MEETING = datetime(2026, 3, 28, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "rests"),
    [(23 * HOUR + 59 * MINUTE, True), (24 * HOUR, False), (-HOUR, False), (-MINUTE, True)],
)
def test_rest_is_counted_in_hours_that_pass_and_ends_on_the_minute(
    start: timedelta, *, rests: bool
) -> None:
    begins = MEETING + start

    found = rest_until([MEETING], 24 * HOUR, start=begins, end=begins + HOUR)

    assert (found is not None) is rests
    if rests:
        # An hour later on the wall than the day before.
        assert found == datetime(2026, 3, 29, 21, tzinfo=TZ).astimezone(UTC)


def test_the_longest_of_two_rests_counts_and_no_rest_is_none() -> None:
    ends = [MEETING, MEETING + 5 * HOUR]

    assert rest_until(ends, 24 * HOUR, start=MEETING + 6 * HOUR) == (MEETING + 29 * HOUR)
    assert rest_until(ends, timedelta(0), start=MEETING) is None


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (3, True), (6, True), (7, False), (12, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, *, quiet: bool) -> None:
    at = datetime(2026, 3, 10, hour, tzinfo=TZ)

    assert is_quiet(at, time_of(22), time_of(7), tz=TZ) is quiet
    assert not is_quiet(at, time_of(hour), time_of(hour), tz=TZ)


def time_of(hour: int) -> time:
    return time(hour)
