"""Moments of reminders, suggestions and days, on both nights in which the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import rules
from scheduling.rules import ZONE, ReminderAt

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
QUIET = {"quiet_from": time(22, 0), "quiet_until": time(7, 0)}
NO_QUIET = {"quiet_from": time(0, 0), "quiet_until": time(0, 0)}
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def wall(text: str, fold: int = 0) -> datetime:
    """A time on a Dutch clock, such as 2026-10-25 02:30."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold)


def naive(*numbers: int) -> datetime:
    """What stands on the wall, before anybody asked which instant that is."""
    return datetime(*numbers, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


def shown(found: list[ReminderAt]) -> list[str]:
    return [one.at.astimezone(ZONE).strftime("%m-%d %H:%M %Z") for one in found]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # The first story: Sunday at two, reminded on Saturday at two and on Sunday at noon.
        (wall("2026-09-06 14:00"), ["09-05 14:00 CEST", "09-06 12:00 CEST"]),
        # Two hours before is night: just before the evening becomes quiet.
        (wall("2026-09-06 08:30"), ["09-05 08:30 CEST", "09-05 21:45 CEST"]),
        # The edges of quiet hours: 22:00 is quiet, 07:00 is not.
        (wall("2026-09-06 09:00"), ["09-05 09:00 CEST", "09-06 07:00 CEST"]),
        (wall("2026-09-06 00:00"), ["09-04 21:45 CEST", "09-05 21:45 CEST"]),
        (wall("2026-09-05 23:59"), ["09-04 21:45 CEST", "09-05 21:59 CEST"]),
        # In the small hours both move: to two evenings and to the evening before.
        (wall("2026-09-06 05:00"), ["09-04 21:45 CEST", "09-05 21:45 CEST"]),
        # The night in which October repeats an hour: the same time yesterday, on the wall.
        (wall("2026-10-25 14:00"), ["10-24 14:00 CEST", "10-25 12:00 CET"]),
        (wall("2026-10-25 01:30"), ["10-23 21:45 CEST", "10-24 21:45 CEST"]),
        (wall("2026-10-25 02:30", 0), ["10-23 21:45 CEST", "10-24 21:45 CEST"]),
        (wall("2026-10-25 02:30", 1), ["10-23 21:45 CEST", "10-24 21:45 CEST"]),
        (wall("2026-10-25 03:30"), ["10-23 21:45 CEST", "10-24 21:45 CEST"]),
        (wall("2026-10-26 14:00"), ["10-25 14:00 CET", "10-26 12:00 CET"]),
        # The night in which March skips one.
        (wall("2027-03-28 14:00"), ["03-27 14:00 CET", "03-28 12:00 CEST"]),
        (wall("2027-03-28 01:30"), ["03-26 21:45 CET", "03-27 21:45 CET"]),
        (wall("2027-03-28 03:30"), ["03-26 21:45 CET", "03-27 21:45 CET"]),
        (wall("2027-03-29 14:00"), ["03-28 14:00 CEST", "03-29 12:00 CEST"]),
    ],
)
def test_reminders_leave_when_people_are_awake(start: datetime, expected: list[str]) -> None:
    found = rules.reminder_instants(start, [1440, 120], now=LONG_AGO, **QUIET)

    assert shown(found) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (wall("2026-10-25 01:30"), ["10-24 01:30 CEST", "10-24 23:30 CEST"]),
        (wall("2026-10-25 02:30", 0), ["10-24 02:30 CEST", "10-25 00:30 CEST"]),
        # Two hours before the second 02:30 is one real hour after the first 01:30.
        (wall("2026-10-25 02:30", 1), ["10-24 02:30 CEST", "10-25 01:30 CEST"]),
        (wall("2026-10-25 03:30"), ["10-24 03:30 CEST", "10-25 02:30 CEST"]),
        (wall("2026-10-25 04:30"), ["10-24 04:30 CEST", "10-25 02:30 CET"]),
        # The same time yesterday comes twice: the first of the two.
        (wall("2026-10-26 02:30"), ["10-25 02:30 CEST", "10-26 00:30 CET"]),
        (wall("2027-03-28 03:30"), ["03-27 03:30 CET", "03-28 00:30 CET"]),
        # The same time yesterday does not exist: the moment after the gap.
        (wall("2027-03-29 02:30"), ["03-28 03:30 CEST", "03-29 00:30 CEST"]),
    ],
)
def test_without_quiet_hours_whole_days_are_wall_clock_and_the_rest_is_elapsed(
    start: datetime, expected: list[str]
) -> None:
    found = rules.reminder_instants(start, [1440, 120], now=LONG_AGO, **NO_QUIET)

    assert shown(found) == expected


def test_past_moments_are_left_out_and_nothing_may_remain() -> None:
    start = wall("2026-09-06 14:00")

    left = [
        len(rules.reminder_instants(start, [1440, 120], now=start - gap, **QUIET))
        for gap in (25 * HOUR, 24 * HOUR, 3 * HOUR, 2 * HOUR, HOUR)
    ]

    assert left == [2, 1, 1, 0, 0]


def test_two_that_would_leave_together_are_one() -> None:
    found = rules.reminder_instants(wall("2026-09-06 08:00"), [180, 120], now=LONG_AGO, **QUIET)

    assert [one.minutes_before for one in found] == [120]


@settings(deadline=None)
@given(
    start=st.integers(0, 5 * 366 * 24 * 4).map(lambda n: FIRST + n * timedelta(minutes=15)),
    minutes=st.lists(st.integers(0, 20_000), max_size=4),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23)),
)
def test_no_reminder_is_later_than_agreed_or_in_quiet_hours(
    start: datetime, minutes: list[int], hours: tuple[int, int]
) -> None:
    quiet_from, quiet_until = time(hours[0]), time(hours[1])

    found = rules.reminder_instants(
        start, minutes, quiet_from=quiet_from, quiet_until=quiet_until, now=LONG_AGO
    )

    for one in found:
        # An hour of play for the nights on which "yesterday" is 23 or 25 hours ago.
        assert one.at <= start - timedelta(minutes=one.minutes_before) + HOUR
        begins_in_quiet = rules.after_quiet(one.at, quiet_from, quiet_until) != one.at
        short_day = (hours[0] - hours[1]) % 24 <= 1
        assert short_day or not begins_in_quiet


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (wall("2026-10-24 23:30"), wall("2026-10-25 07:00")),
        (wall("2026-10-25 02:30", 1), wall("2026-10-25 07:00")),
        (wall("2027-03-28 03:00"), wall("2027-03-28 07:00")),
        (wall("2026-10-25 07:00"), wall("2026-10-25 07:00")),
        (wall("2026-10-25 21:59"), wall("2026-10-25 21:59")),
    ],
)
def test_quiet_hours_end_on_the_wall_clock(at: datetime, expected: datetime) -> None:
    assert rules.after_quiet(at, **QUIET).astimezone(UTC) == expected.astimezone(UTC)


def test_a_wall_clock_time_is_one_instant_or_none_or_two() -> None:
    assert rules.instants_of(naive(2026, 9, 6, 14)) == (datetime(2026, 9, 6, 12, tzinfo=UTC),)
    assert rules.instants_of(naive(2027, 3, 28, 2, 30)) == ()
    assert rules.instants_of(naive(2026, 10, 25, 2, 30)) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )


# --- Suggestions ------------------------------------------------------------------------------


def suggest(*hours: tuple[str, str], **options: object) -> list[str]:
    plain: dict[str, object] = {
        "busy": (),
        "length": HOUR,
        "travel": timedelta(minutes=30),
        "not_before": LONG_AGO,
    }
    wanted = plain | options
    busy = wanted.pop("busy")
    found = rules.suggest(
        [(wall(a), wall(b)) for a, b in hours],
        [(wall(a), wall(b)) for a, b in busy],  # type: ignore[attr-defined]
        **wanted,  # type: ignore[arg-type]
    )
    return [one.astimezone(ZONE).strftime("%m-%d %H:%M") for one in found]


def test_suggestions_stand_on_half_hours_two_a_day_and_soonest_first() -> None:
    found = suggest(
        ("2026-09-07 13:10", "2026-09-07 22:00"),
        ("2026-09-08 13:00", "2026-09-08 22:00"),
        ("2026-09-09 13:00", "2026-09-09 22:00"),
    )

    assert found == ["09-07 13:30", "09-07 16:30", "09-08 13:00", "09-08 16:00", "09-09 13:00"]


def test_travel_is_kept_free_before_and_after() -> None:
    found = suggest(
        ("2026-09-07 13:00", "2026-09-07 18:00"), busy=[("2026-09-07 15:00", "2026-09-07 16:00")]
    )

    assert found == ["09-07 13:00", "09-07 16:30"]


def test_nobody_is_asked_to_meet_at_night_or_too_early() -> None:
    assert suggest(("2026-09-07 00:00", "2026-09-07 09:00")) == ["09-07 08:00"]
    assert suggest(("2026-09-07 20:30", "2026-09-08 03:00")) == ["09-07 20:30"]
    assert suggest(("2026-09-07 21:30", "2026-09-08 03:00")) == []
    assert suggest(
        ("2026-09-07 09:00", "2026-09-07 22:00"), not_before=wall("2026-09-07 20:45")
    ) == ["09-07 21:00"]


def test_the_wished_part_of_the_day_counts() -> None:
    hours = (("2026-09-05 09:00", "2026-09-05 22:00"), ("2026-09-07 09:00", "2026-09-07 22:00"))

    assert suggest(*hours, day_parts=frozenset({"EVENING"})) == [
        "09-05 18:00",
        "09-05 21:00",
        "09-07 18:00",
        "09-07 21:00",
    ]
    assert suggest(*hours, day_parts=frozenset({"WEEKEND"})) == ["09-05 09:00", "09-05 12:00"]


# --- Days -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 24), 25), (date(2027, 3, 27), 23), (date(2026, 9, 5), 24)],
)
def test_the_parts_of_a_day_meet_also_when_the_clock_changes(day: date, hours: int) -> None:
    parts = rules.day_parts(day)

    assert all(a[1] == b[0] for a, b in pairwise(parts))
    assert parts[-1][1] - parts[0][0] == timedelta(hours=hours)


def test_a_part_is_free_from_two_hours_on_and_busy_where_anything_is() -> None:
    day = date(2026, 9, 5)
    open_hours = [
        (wall("2026-09-05 10:00"), wall("2026-09-05 12:00")),
        (wall("2026-09-05 12:00"), wall("2026-09-05 13:59")),
        (wall("2026-09-05 18:00"), wall("2026-09-05 23:00")),
    ]
    busy = [(wall("2026-09-05 22:00"), wall("2026-09-05 22:30"))]

    assert rules.part_states(day, open_hours=open_hours, busy=busy) == ("free", "", "busy", "")


def test_cover_and_without_are_half_open() -> None:
    a, b, c, d = (wall(f"2026-09-05 {hour:02}:00") for hour in (9, 10, 11, 12))

    assert rules.covers((a, d), [(b, d), (a, b)])
    assert not rules.covers((a, d), [(a, b), (c, d)])
    assert rules.without([(a, d)], [(b, c)]) == [(a, b), (c, d)]
    assert rules.without([(a, b)], [(b, c)]) == [(a, b)]
