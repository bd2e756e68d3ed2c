"""The course of a request becomes facts: in which week, how long, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from insight.rules import DAY, THREE_DAYS, Course, Fact, Kind, Share, facts_of, figures, per_week
from insight.rules.facts import ZONE

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Friday 4 September 2026, 23:15 on the wall; free from custody on Saturday at noon (domain.md S1).
FILED = datetime(2026, 9, 4, 23, 15, tzinfo=ZONE)
FREE = datetime(2026, 9, 5, 12, 0, tzinfo=ZONE)
S1 = Course(
    filed_at=FILED,
    reachable_at=FREE,
    activity="BUDDY_1ON1",
    urgency="URGENT",
    matched_at=datetime(2026, 9, 5, 10, 20, tzinfo=ZONE),
    contact_at=datetime(2026, 9, 5, 12, 30, tzinfo=ZONE),
    met_at=datetime(2026, 9, 6, 14, 2, tzinfo=ZONE),
    ended_at=datetime(2026, 10, 2, 9, 0, tzinfo=ZONE),
    n_asked=3,
    n_declined=1,
    n_silent=1,
)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def told(course: Course, *, now: datetime = LATER) -> list[Fact]:
    return facts_of(course, now=now)


def one(course: Course, kind: Kind, *, now: datetime = LATER) -> Fact:
    (fact,) = [fact for fact in told(course, now=now) if fact.kind == kind]
    return fact


def kinds(course: Course) -> set[Kind]:
    return {fact.kind for fact in told(course)}


def test_the_first_friday_night_is_told_as_the_scenario_counts_it() -> None:
    terms = {fact.kind: fact.minutes for fact in told(S1) if fact.minutes is not None}

    assert terms == {
        Kind.MATCHED: 11 * 60 + 15,  # 11h05, in whole quarters
        Kind.CONTACT: 30,  # from the moment that he could be reached
        Kind.MEETING: 26 * 60 + 15,
    }
    assert {fact.week for fact in told(S1)} == {date(2026, 8, 31)}
    assert {fact.month for fact in told(S1)} == {date(2026, 9, 1)}


def test_a_contact_before_he_could_be_reached_took_no_time() -> None:
    early = replace(S1, contact_at=FREE - HOUR)

    assert one(early, Kind.CONTACT) == one(S1, Kind.CONTACT)._replace(minutes=0)


@pytest.mark.parametrize(
    ("filed_at", "week", "month"),
    [
        # Half past midnight in Amsterdam is the day before in UTC.
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), date(2026, 6, 29), date(2026, 7, 1)),
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), date(2026, 2, 23), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), date(2026, 3, 2), date(2026, 3, 1)),
        (datetime(2027, 1, 1, 11, 0, tzinfo=UTC), date(2026, 12, 28), date(2027, 1, 1)),
    ],
)
def test_week_and_month_are_those_of_the_dutch_wall(
    filed_at: datetime, week: date, month: date
) -> None:
    fact = one(replace(S1, filed_at=filed_at), Kind.FILED)

    assert (fact.week, fact.month) == (week, month)


@pytest.mark.parametrize(
    ("filed", "wall_hours", "real_hours"),
    [
        (datetime(2026, 3, 28, 20, 0, tzinfo=ZONE), 24, 23),  # the clock goes forward
        (datetime(2026, 10, 24, 20, 0, tzinfo=ZONE), 24, 25),  # and back
    ],
)
def test_a_term_over_a_clock_change_is_the_time_that_passed(
    filed: datetime, wall_hours: int, real_hours: int
) -> None:
    wall = filed.replace(tzinfo=None) + timedelta(hours=wall_hours)
    course = replace(S1, filed_at=filed, reachable_at=filed, contact_at=wall.replace(tzinfo=ZONE))

    assert one(course, Kind.CONTACT).minutes == real_hours * 60


@pytest.mark.parametrize(
    ("after", "in_time"),
    [(timedelta(hours=24), 1), (timedelta(hours=24, microseconds=1), 0)],
    ids=["at-the-limit", "after"],
)
def test_rounding_moves_nothing_over_the_limit(after: timedelta, in_time: int) -> None:
    course = replace(S1, reachable_at=FILED, contact_at=FILED + after)

    assert figures(told(course)).contact.within(DAY) == Share(in_time, 1)


def test_every_question_counts_and_each_no_and_each_silence() -> None:
    n = figures(told(S1)).n

    assert (n[Kind.ASKED], n[Kind.DECLINED], n[Kind.SILENT]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("filed_at", "is_out"),
    [
        (datetime(2026, 9, 4, 7, 59, tzinfo=ZONE), True),
        (datetime(2026, 9, 4, 8, 0, tzinfo=ZONE), False),
        (datetime(2026, 9, 4, 17, 59, tzinfo=ZONE), False),
        (datetime(2026, 9, 4, 18, 0, tzinfo=ZONE), True),
        (datetime(2026, 9, 5, 12, 0, tzinfo=ZONE), True),
        # Eight in the morning after the clock went back, and forward: on a Monday.
        (datetime(2026, 10, 26, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 30, 6, 0, tzinfo=UTC), False),
    ],
)
def test_nights_and_weekends_are_out_of_hours(filed_at: datetime, is_out: bool) -> None:  # noqa: FBT001
    assert (Kind.OUT_OF_HOURS in kinds(replace(S1, filed_at=filed_at))) is is_out


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("had_nobody", Kind.NOBODY),
        ("was_withdrawn", Kind.WITHDRAWN),
        ("was_extended", Kind.EXTENDED),
        ("ended_early", Kind.ENDED_EARLY),
    ],
)
def test_what_happened_is_told_once(field: str, kind: Kind) -> None:
    assert kind not in kinds(S1)

    one(replace(S1, **{field: True}), kind)  # type: ignore[arg-type]


# --- What did not come ------------------------------------------------------------------------

WAITS = replace(S1, reachable_at=FILED, contact_at=None, ended_at=None)


@pytest.mark.parametrize(
    ("waited", "a_day", "three_days"),
    [
        (23 * HOUR, Share(0, 0), Share(0, 0)),
        (24 * HOUR + MINUTE, Share(0, 1), Share(0, 0)),
        (72 * HOUR + MINUTE, Share(0, 1), Share(0, 1)),
    ],
)
def test_who_still_waits_counts_as_late_once_it_is_late(
    waited: timedelta, a_day: Share, three_days: Share
) -> None:
    contact = figures(told(WAITS, now=FILED + waited)).contact

    assert (contact.within(DAY), contact.within(THREE_DAYS)) == (a_day, three_days)


def test_who_cannot_be_reached_yet_waits_for_nothing() -> None:
    course = replace(WAITS, reachable_at=FILED + 100 * HOUR)

    assert figures(told(course, now=FILED + 90 * HOUR)).contact.within(DAY) == Share(0, 0)


def test_a_request_withdrawn_in_time_is_no_failure_and_one_withdrawn_late_is() -> None:
    early = replace(WAITS, was_withdrawn=True, ended_at=FILED + 3 * HOUR)
    late = replace(early, ended_at=FILED + 30 * HOUR)

    assert figures(told(early)).contact.within(DAY) == Share(0, 0)
    assert figures(told(late)).contact.within(DAY) == Share(0, 1)


# --- Figures ----------------------------------------------------------------------------------


def test_the_middle_is_of_what_came() -> None:
    after = [replace(S1, matched_at=FILED + hours * HOUR) for hours in (1, 2, 9)]
    never = replace(S1, matched_at=None)

    many = [fact for course in (*after, never) for fact in told(course)]

    assert figures(many).matched.middle == 120
    assert figures(many).n_requests == 4
    assert figures(told(after[0]) + told(after[1])).matched.middle == 90
    assert figures(told(never)).matched.middle is None


def test_weeks_count_requests_and_nothing_else() -> None:
    next_week = replace(S1, filed_at=FILED + timedelta(days=7))

    counted = per_week([*told(S1), *told(S1), *told(next_week)])

    assert counted == {date(2026, 8, 31): 2, date(2026, 9, 7): 1}


def test_of_nothing_nothing_is_said() -> None:
    nothing = figures([])

    assert nothing.n_requests == 0
    assert nothing.contact.within(DAY) == Share(0, 0)
