"""The clock line: exact places, days on the wall across both clock changes, flags inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.ui.clockline import (
    ZONE,
    Bar,
    ClockLine,
    FirstHours,
    Flag,
    Mark,
    Offer,
    OfferState,
    Placed,
    Question,
    QuestionState,
    SessionState,
    current_day,
    days_between,
    draw,
    draw_hours,
    flag,
    hour_position,
    percent,
    position,
)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def line(start: datetime, now: datetime, *, days: int = 10, **more: object) -> ClockLine:
    end, latest = start + timedelta(days=days), start + timedelta(days=28)
    return ClockLine(name="26-0417", start=start, end=end, latest=latest, now=now, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, "2%"),
        (0, "2%"),
        (2, "13.52%"),
        (7, "42.32%"),
        (8, "48.08%"),
        (10, "59.6%"),
        (14, "68.13%"),
        (21, "83.07%"),
        (28, "98%"),
        (40, "98%"),
    ],
)
def test_day_stands_at_its_percentage(days: float, expected: str) -> None:
    assert percent(position(days)) == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "2%"), (0.75, "3%"), (24, "34%"), (24.75, "35%"), (72, "98%")]
)
def test_hour_stands_at_its_percentage(hours: float, expected: str) -> None:
    assert percent(hour_position(hours)) == expected


@pytest.mark.parametrize(
    ("start", "elapsed"),
    [
        (at(20, 22, 40, month=10), timedelta(hours=241)),  # an hour longer in October
        (datetime(2026, 3, 25, 22, 40, tzinfo=ZONE), timedelta(hours=239)),  # shorter in March
        (at(4, 22, 40), timedelta(hours=240)),
    ],
)
def test_ten_days_are_ten_on_the_wall_when_the_clock_changes(
    start: datetime, elapsed: timedelta
) -> None:
    end = start + timedelta(days=10)

    assert end.astimezone(UTC) - start.astimezone(UTC) == elapsed
    assert days_between(start, end.astimezone(UTC)) == 10.0


def test_row_is_placed_as_drawn_when_fresh() -> None:
    start = at(4, 22, 40)
    drawing = draw(
        line(
            start,
            at(5, 10, 12),
            offers=[Offer(at(5, 9, 10), at(5, 11, 5))],
            question=Question(start + timedelta(days=7)),
        ),
        flag_width=46,
    )

    assert drawing.day == 0
    assert drawing.run == Bar("2%", "57.6%")
    assert drawing.past == Bar("2%", "2.77%")
    assert drawing.maybe == Bar("59.6%", "38.4%")
    assert (drawing.end, drawing.latest, drawing.stated) == ("59.6%", "98%", False)
    assert drawing.question == Placed("42.32%", QuestionState.NOT_DUE)
    assert drawing.offers == (Placed("4.52%", OfferState.OPEN),)
    # The offer would cover the 0, so that number is left out.
    assert [one.text for one in drawing.numbers] == ["10", "28"]
    assert drawing.now == Flag("4.77%", "-8", 46, "15")


def test_line_shows_nothing_possible_after_the_latest_end() -> None:
    drawing = draw(line(at(14, 1, 15, month=8), at(5, 10, 12), days=28), flag_width=54)

    assert drawing.maybe is None
    assert drawing.run == Bar("2%", "96%")
    assert drawing.day == 22
    assert [one.text for one in drawing.ends] == ["start", "end"]
    assert drawing.ends[-1].anchor == "end"


def test_past_stops_at_the_end_when_the_end_is_behind_us() -> None:
    drawing = draw(line(at(26, 9, month=8), at(5, 20)), flag_width=54)

    assert drawing.past == drawing.run
    assert drawing.now.x == "60.58%"


def test_hatching_runs_from_the_start_until_reachable() -> None:
    start = at(2, 3)

    drawing = draw(line(start, at(5, 10, 12), unreachable_until=at(7, 12)), flag_width=46)

    assert drawing.unreachable == Bar("2%", "30.96%")


def test_nothing_is_hatched_when_reachable_before_the_start() -> None:
    drawing = draw(line(at(2, 3), at(5, 10), unreachable_until=at(1, 12)), flag_width=46)

    assert drawing.unreachable is None


@pytest.mark.parametrize(("base", "expected"), [(0, 3), (1, 4)])
def test_first_day_is_called_as_the_region_calls_it(base: int, expected: int) -> None:
    counted = line(at(2, 3), at(5, 10, 12), day_base=base)

    assert current_day(counted) == expected
    assert [one.text for one in draw(counted, flag_width=46).numbers] == [
        str(base),
        str(10 + base),
        str(28 + base),
    ]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (4.76, Flag("4.76%", "-8", 46, "15")),
        (57.18, Flag("57.18%", "-23", 46, "0")),
        (95.0, Flag("95%", "-38", 46, "-15")),
    ],
)
def test_flag_keeps_inside_the_edge(x: float, expected: Flag) -> None:
    assert flag(x, width=46) == expected


def test_label_of_a_session_gives_way_to_its_neighbour() -> None:
    sessions = [
        Mark(at(4, 14), SessionState.DONE, "a label of some length"),
        Mark(at(4, 20), SessionState.DONE, "another long label"),
        Mark(at(29, 14), SessionState.PLANNED, "at the edge"),
    ]

    placed = draw(line(at(2, 3), at(5, 10), sessions=sessions), flag_width=46).sessions

    assert [one.anchor for one in placed] == ["", "start", "end"]


def test_end_date_and_start_date_do_not_meet_when_the_end_is_early() -> None:
    drawing = draw(line(at(2, 3), at(5, 10), days=3), flag_width=46)

    assert [(one.text, one.anchor) for one in drawing.ends] == [
        ("end", "start"),
        ("latest", "end"),
    ]


def test_first_hours_are_placed_as_drawn() -> None:
    start = at(4, 23, 15)
    drawing = draw_hours(
        FirstHours(
            name="26-0417",
            start=start,
            now=at(5, 10, 12),
            unreachable_until=at(5, 12),
            offers=[
                Offer(at(5, 9, 10), at(5, 11, 5), label="Ruben"),
                Offer(at(5, 8), at(5, 9), OfferState.LAPSED),
            ],
            sessions=[Mark(at(6, 14), SessionState.CONFIRM), Mark(at(9, 14))],
            goals=[(24, "first contact"), (72, "first session")],
        ),
        flag_width=62,
    )

    assert drawing.now == Flag("16.6%", "-31", 62, "0")
    assert [(one.x, one.anchor) for one in drawing.goals] == [("34%", "middle"), ("98%", "end")]
    assert [x for x, _ in drawing.midnights] == ["3%", "35%", "67%"]
    assert drawing.unreachable == Bar("2%", "17%")
    assert [one.x for one in drawing.sessions] == ["53.67%"]
    (window,) = drawing.windows
    assert window.bar == Bar("15.22%", "2.56%")
    assert window.gone == Bar("15.22%", "1.38%")


@pytest.mark.parametrize(
    ("hours", "anchors"),
    [
        ((24, 72), ["middle", "end"]),
        ((4, 24), ["start", "start"]),
        ((22, 30), ["end", "start"]),
        ((48, 72), ["end", "end"]),
        ((70, 72), ["", ""]),
        ((), []),
    ],
)
def test_a_goal_hangs_where_it_covers_no_other(hours: tuple[int, ...], anchors: list[str]) -> None:
    start = at(4, 23, 15)
    goals = [(n, "first contact") for n in hours]

    drawing = draw_hours(FirstHours("26-0417", start, start, goals=goals), flag_width=62)

    assert [one.anchor if one.text else "" for one in drawing.goals] == anchors


def test_first_hours_count_as_they_pass_when_the_clock_changes() -> None:
    start = at(24, 12, month=10)  # the clocks go back in the night that follows

    drawing = draw_hours(FirstHours(name="x", start=start, now=start), flag_width=62)

    assert [x for x, _ in drawing.midnights] == ["18%", "51.33%", "83.33%"]
