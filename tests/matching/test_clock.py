"""Ends of measures on the wall clock: the whole table of domain.md 1.3, and its twin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import clock

DEFAULT, MAXIMUM = 10, 28


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One row of the table; the ends are written in UTC, so that an hour cannot hide."""

    imposed: str
    fold: int | None
    default: str
    maximum: str
    default_is: str = ""
    maximum_is: str = ""


TABLE = {
    "base case": Row("2026-09-04T22:40", None, "2026-09-14T20:40", "2026-10-02T20:40"),
    "241 hours": Row("2026-10-16T21:00", None, "2026-10-26T20:00", "2026-11-13T20:00"),
    "naive gives 22:50": Row("2026-10-24T23:50", None, "2026-11-03T22:50", "2026-11-21T22:50"),
    "ends in the doubled hour": Row(
        "2026-10-15T02:30", None, "2026-10-25T01:30", "2026-11-12T01:30", default_is="ambiguous"
    ),
    "starts in it, first time": Row("2026-10-25T02:30", 0, "2026-11-04T01:30", "2026-11-22T01:30"),
    "starts in it, second time": Row("2026-10-25T02:30", 1, "2026-11-04T01:30", "2026-11-22T01:30"),
    "night": Row("2026-11-13T01:15", None, "2026-11-23T00:15", "2026-12-11T00:15"),
    "holidays": Row("2026-12-24T19:10", None, "2027-01-03T18:10", "2027-01-21T18:10"),
    "ends in the skipped hour": Row(
        "2027-03-18T02:30", None, "2027-03-28T01:30", "2027-04-15T00:30", default_is="shifted"
    ),
    "longest end in the skipped hour": Row(
        "2027-02-28T02:30", None, "2027-03-10T01:30", "2027-03-28T01:30", maximum_is="shifted"
    ),
}
rows = pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))


@rows
def test_a_measure_ends_at_the_same_clock_time(row: Row) -> None:
    found = clock.ends(
        datetime.fromisoformat(row.imposed), row.fold, default_days=DEFAULT, max_days=MAXIMUM
    )

    assert found == clock.Ends(
        default=clock.Moment(
            utc(row.default),
            was_shifted=row.default_is == "shifted",
            is_ambiguous=row.default_is == "ambiguous",
        ),
        maximum=clock.Moment(
            utc(row.maximum),
            was_shifted=row.maximum_is == "shifted",
            is_ambiguous=row.maximum_is == "ambiguous",
        ),
    )


def naive(row: Row, days: int) -> datetime:
    """What elapsed-time arithmetic makes of it: the instant, plus so many times 24 hours."""
    start = clock.local_instant(datetime.fromisoformat(row.imposed), row.fold).instant
    return start + timedelta(days=days)


def test_counting_hours_would_fail_the_table() -> None:
    """The twin: were ends computed on instants, these rows would be wrong by an hour."""
    wrong = {
        name
        for name, row in TABLE.items()
        if (naive(row, DEFAULT), naive(row, MAXIMUM)) != (utc(row.default), utc(row.maximum))
    }

    assert wrong == {
        "241 hours",
        "naive gives 22:50",
        "ends in the doubled hour",
        "starts in it, first time",
        "ends in the skipped hour",
    }


def test_the_doubled_hour_asks_which_one_and_takes_the_later_until_told() -> None:
    wall = datetime.fromisoformat("2026-10-25T02:30")

    unsaid, first, second = (clock.local_instant(wall, fold) for fold in (None, 0, 1))

    assert unsaid == clock.Moment(utc("2026-10-25T01:30"), is_ambiguous=True)
    assert first == clock.Moment(utc("2026-10-25T00:30"))
    assert second == clock.Moment(utc("2026-10-25T01:30"))


@pytest.mark.parametrize(
    ("wall", "twice"),
    [
        ("2026-10-25T01:59", False),
        ("2026-10-25T02:00", True),
        ("2026-10-25T02:59", True),
        ("2026-10-25T03:00", False),
        ("2027-03-28T02:30", False),
    ],
)
def test_only_one_hour_a_year_occurs_twice(wall: str, *, twice: bool) -> None:
    assert clock.occurs_twice(datetime.fromisoformat(wall)) is twice


def test_the_skipped_hour_moves_on_by_the_gap() -> None:
    moment = clock.local_instant(datetime.fromisoformat("2027-03-28T02:30"), None)

    assert moment == clock.Moment(utc("2027-03-28T01:30"), was_shifted=True)
    assert moment.instant.astimezone(clock.AMSTERDAM).strftime("%H:%M") == "03:30"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1)),  # noqa: DTZ001  (wall clocks)
    st.integers(min_value=1, max_value=90),
)
def test_the_wall_clock_stands_still_whatever_the_date(wall: datetime, days: int) -> None:
    wall = wall.replace(second=0, microsecond=0)
    start = clock.local_instant(wall, None)
    end = clock.add_days(wall, None, days)

    if not start.was_shifted and not end.was_shifted:
        shown = end.instant.astimezone(clock.AMSTERDAM).replace(tzinfo=None)
        assert shown == wall + timedelta(days=days)


def test_questions_come_on_day_seven_a_day_and_two_hours_before() -> None:
    imposed, end = utc("2026-09-04T20:40"), utc("2026-09-14T20:40")

    found = clock.question_instants(imposed, end, quiet_from=time(22, 0), quiet_until=time(8, 0))

    # Day 7 and the day before fall at 22:40, in quiet hours: both wait until eight.
    assert found == {
        "DAY_7": utc("2026-09-12T06:00"),
        "DAY_BEFORE": utc("2026-09-14T06:00"),
        "HOURS_BEFORE": utc("2026-09-14T18:40"),
    }


def test_a_question_is_not_kept_quiet_past_the_end() -> None:
    imposed, end = utc("2026-11-13T00:15"), utc("2026-11-23T00:15")

    found = clock.question_instants(imposed, end, quiet_from=time(22, 0), quiet_until=time(7, 0))

    assert found["HOURS_BEFORE"] == utc("2026-11-22T22:15")


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-09-04T19:59", "2026-09-04T19:59"),
        ("2026-09-04T20:00", "2026-09-05T05:00"),
        ("2026-09-05T04:59", "2026-09-05T05:00"),
        ("2026-09-05T05:00", "2026-09-05T05:00"),
        ("2026-10-24T20:30", "2026-10-25T06:00"),  # the night of an hour more
    ],
)
def test_quiet_hours_are_half_open_on_the_wall(at: str, until: str) -> None:
    found = clock.after_quiet(utc(at), quiet_from=time(22, 0), quiet_until=time(7, 0))

    assert found == utc(until)


@pytest.mark.parametrize(
    ("at", "until"),
    [("2026-09-04T10:59", "2026-09-04T10:59"), ("2026-09-04T11:00", "2026-09-04T12:00")],
)
def test_quiet_hours_may_lie_within_a_day(at: str, until: str) -> None:
    found = clock.after_quiet(utc(at), quiet_from=time(13, 0), quiet_until=time(14, 0))

    assert found == utc(until)


def test_a_reading_survives_being_written_down() -> None:
    wall = datetime.fromisoformat("2026-09-04T22:40")

    assert clock.written(wall) == "2026-09-04T22:40"
    assert clock.read_back(clock.written(wall)) == wall
