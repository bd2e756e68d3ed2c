"""Date rules of a VOG against another reckoning: every day of 2024 to 2032, clocks included."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from pool.actions.vog_mail import day_begins
from pool.rules import Papers, Rule, add_months, paper_problems
from pool.rules import vog as rules

FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
days = st.dates(FIRST, LAST)
# Ends of months, the leap days, and the nights on which the clocks change.
AWKWARD = [
    *(
        date(year, month, monthrange(year, month)[1])
        for year in (2024, 2027)
        for month in (1, 2, 11)
    ),
    date(2028, 2, 29),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2031, 10, 26),
]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GROUND = UUID(int=9)
POLICY, LEGAL = Rule("POLICY", "ASPECT:85", GROUND), Rule("LEGAL", "ASPECT:85", GROUND)
DAY = timedelta(days=1)
FULL = Papers(
    vog_issue=date(2023, 11, 12),
    vog_valid_until=date(2026, 11, 12),
    vog_codes=frozenset({"ASPECT:85"}),
    agreements=frozenset({"CONFIDENTIALITY", "CODE_OF_CONDUCT"}),
    has_training=True,
    started_on=date(2023, 12, 1),
)


def problems(papers: Papers, rule: Rule, **asked: object) -> list[str]:
    plain: dict[str, object] = {"starts_new": False}
    return paper_problems(papers, rule, **(plain | asked))  # type: ignore[arg-type]


# --- Months: the policy of the region, and the start rule of the law --------------------------


@given(days, st.integers(1, 60))
@example(date(2024, 2, 29), 36)
@example(date(2026, 8, 31), 6)
def test_policy_months_end_as_another_calendar_says(issue: date, months: int) -> None:
    assert add_months(issue, months) == issue + relativedelta(months=months)


@given(days, days)
@example(date(2024, 2, 29), date(2024, 5, 31))
@example(date(2026, 2, 28), date(2026, 5, 31))
@example(date(2026, 2, 27), date(2026, 5, 31))
def test_the_start_rule_is_three_months_by_another_calendar(issue: date, began: date) -> None:
    papers = replace(FULL, vog_issue=issue, vog_valid_until=date(2099, 1, 1), started_on=began)

    found = problems(papers, LEGAL, on=began, starts_new=True)

    too_old = issue < began - relativedelta(months=3)
    assert found == (["VOG_TOO_OLD_AT_START"] if too_old else [])


# --- Notices ----------------------------------------------------------------------------------


@given(days, st.integers(-200, 100))
@example(date(2026, 11, 12), -30)
@example(date(2024, 2, 29), -14)
def test_on_each_day_the_last_notice_that_came_holds(ends: date, offset: int) -> None:
    today = ends + offset * DAY
    left = (ends - today).days

    expected = None
    for n in (90, 60, 30, 14):
        if 0 < left <= n:
            expected = n
    assert rules.notice_due(ends, today=today) == expected
    assert rules.is_expiring(ends, today=today) == (0 < left <= 90)


@pytest.mark.parametrize("ends", AWKWARD)
def test_notices_leave_at_nine_on_the_wall_on_the_right_day(ends: date) -> None:
    for n, day in rules.notices(ends).items():
        at = day_begins(day)

        assert ends.toordinal() - day.toordinal() == n
        assert at.astimezone(AMSTERDAM).replace(tzinfo=None) == datetime.combine(day, time(9))


@given(days)
def test_the_day_of_the_end_begins_at_midnight_on_the_wall(ends: date) -> None:
    at = day_begins(ends, 0)

    wall = at.astimezone(AMSTERDAM)
    assert (wall.date(), wall.time()) == (ends, time(0))
    assert (at - timedelta(microseconds=1)).astimezone(AMSTERDAM).date() == ends - DAY
    assert at.tzinfo == UTC


# --- The standing -----------------------------------------------------------------------------


@given(days, st.integers(-100, 100), st.booleans())
def test_standing_follows_from_the_dates(ends: date, offset: int, again: bool) -> None:  # noqa: FBT001
    papers = replace(FULL, vog_valid_until=ends, vog_asked_again=again)
    left = -offset

    expected = "EXPIRED" if left <= 0 else "EXPIRING" if left <= 90 else "VERIFIED"
    assert rules.standing(papers, today=ends + offset * DAY) == ("RECHECK" if again else expected)


def test_nothing_seen_stands_nowhere() -> None:
    assert rules.standing(replace(FULL, vog_issue=None), today=FIRST) == ""


# --- The renewal window: planned while it counts, decided before it takes place ---------------


@given(days, st.integers(-120, 120), st.integers(-60, 120))
@example(date(2026, 11, 12), 5, -43)
def test_running_work_is_planned_up_to_eight_weeks_after_the_end_while_it_counts(
    ends: date, offset: int, planned: int
) -> None:
    papers = replace(FULL, vog_valid_until=ends, vog_issue=ends - 900 * DAY)
    on, planned_on = ends + offset * DAY, ends + planned * DAY

    for rule in (POLICY, LEGAL):
        found = problems(papers, rule, on=on, planned_on=planned_on)
        carried = offset < 0 or (planned < 0 and offset < 56)
        assert found == ([] if carried else ["VOG_EXPIRED"])
        # Work that begins is judged on its own day, and so is what takes place today.
        day_itself = [] if offset < 0 else ["VOG_EXPIRED"]
        assert problems(papers, rule, on=on) == day_itself


@given(days, st.integers(0, 55))
def test_the_window_carries_no_work_that_begins(ends: date, offset: int) -> None:
    papers = replace(FULL, vog_valid_until=ends, vog_issue=ends - 900 * DAY)

    found = problems(papers, POLICY, on=ends + offset * DAY, planned_on=ends - DAY, starts_new=True)

    assert "VOG_EXPIRED" in found


# --- Bridges ----------------------------------------------------------------------------------


@given(days, st.integers(-100, 100))
@example(date(2026, 11, 12), 1)
@example(date(2024, 2, 29), 0)
def test_a_bridge_ends_fifty_six_days_after_it_begins(ends: date, offset: int) -> None:
    today = ends + offset * DAY

    begins = rules.bridge_begins(ends, today=today)

    assert begins.toordinal() == max(ends.toordinal(), today.toordinal())
    assert rules.longest_bridge(begins).toordinal() - begins.toordinal() == 56


def test_s7_asked_on_13_november_it_ends_on_8_january() -> None:
    begins = rules.bridge_begins(date(2026, 11, 12), today=date(2026, 11, 13))

    assert rules.longest_bridge(begins) == date(2027, 1, 8)


@pytest.mark.parametrize(
    ("rule", "starts_new", "found"),
    [
        (POLICY, False, []),
        (POLICY, True, ["VOG_EXPIRED"]),
        (LEGAL, False, ["VOG_EXPIRED"]),
        (LEGAL, True, ["VOG_EXPIRED"]),
        (Rule("POLICY", "ASPECT:85", UUID(int=8)), False, ["VOG_EXPIRED"]),
        (Rule("POLICY", "ASPECT:85"), False, ["VOG_EXPIRED"]),
    ],
)
def test_a_bridge_carries_running_work_of_its_own_ground_and_policy_only(
    rule: Rule,
    starts_new: bool,  # noqa: FBT001
    found: list[str],
) -> None:
    bridged = replace(FULL, bridged=frozenset({GROUND}))

    assert problems(bridged, rule, on=date(2026, 11, 20), starts_new=starts_new) == found


# --- Asking again -----------------------------------------------------------------------------


@given(days)
@example(date(2027, 1, 11))
def test_a_new_one_is_shown_within_ten_weeks(asked_on: date) -> None:
    assert rules.recheck_due(asked_on).toordinal() - asked_on.toordinal() == 70


def test_s10_asked_on_11_january_it_is_due_on_22_march() -> None:
    assert rules.recheck_due(date(2027, 1, 11)) == date(2027, 3, 22)


@given(days, st.integers(-120, 120), st.integers(0, 200))
@example(date(2024, 11, 30), 0, 91)
def test_only_a_vog_newer_than_the_question_and_three_months_old_at_most_answers_it(
    asked_on: date, issued: int, seen: int
) -> None:
    issue, seen_on = asked_on + issued * DAY, asked_on + seen * DAY

    expected = issue >= asked_on and issue + relativedelta(months=3) >= seen_on
    found = rules.is_new_enough(issue, asked_on=asked_on, seen_on=seen_on)

    # The two calendars differ on ends of months, where "three months back" is the kinder one.
    assert found == (issue >= asked_on and issue >= seen_on - relativedelta(months=3))
    assert expected <= found


def test_asked_again_stops_policy_and_law_and_leaves_the_rest() -> None:
    again = replace(FULL, vog_asked_again=True)
    on = date(2026, 1, 5)

    assert [problems(again, rule, on=on) for rule in (POLICY, LEGAL, Rule("NONE"))] == [
        ["VOG_RECHECK"],
        ["VOG_RECHECK"],
        [],
    ]


# --- Terms of letters -------------------------------------------------------------------------


@given(days)
def test_a_term_of_the_awb_ends_on_a_working_day_six_weeks_later_or_soon_after(day: date) -> None:
    free = {day + timedelta(weeks=6)}

    last = rules.awb_term(day, rules.OBJECTION_WITHIN, holidays=free)

    assert last.isoweekday() <= 5
    assert last not in free
    between = [day + timedelta(weeks=6) + n * DAY for n in range((last - day).days - 42)]
    assert all(one.isoweekday() > 5 or one in free for one in between)


@given(days)
def test_justis_has_four_weeks_or_eight(submitted_on: date) -> None:
    expected, latest = rules.sent_terms(submitted_on)

    assert ((expected - submitted_on).days, (latest - submitted_on).days) == (28, 56)
