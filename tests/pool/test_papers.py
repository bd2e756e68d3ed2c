"""Which papers carry which work, on which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.rules import DAY_PARTS, NEEDED_AGREEMENTS, Papers, Rule, add_months, judge, paper_problems
from pool.states import ExpertState
from pool.vocabulary import DayPart, RequirementLevel
from pool.words import FIRST_WORDS

ON = date(2026, 11, 12)
FULL = Papers(
    vog_issue=date(2026, 10, 1),
    vog_valid_until=date(2029, 10, 1),
    vog_codes=frozenset({"ASPECT:85"}),
    agreements=frozenset({"CONFIDENTIALITY", "CODE_OF_CONDUCT"}),
    has_training=True,
)
POLICY, LEGAL = Rule("POLICY", "ASPECT:85"), Rule("LEGAL", "ASPECT:85")
NONE = Rule("NONE")
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def problems(papers: Papers, rule: Rule, *, on: date = ON, starts_new: bool = True) -> list[str]:
    return paper_problems(papers, rule, on=on, starts_new=starts_new)


@pytest.mark.parametrize("rule", [POLICY, LEGAL, NONE])
def test_full_papers_carry_all_work(rule: Rule) -> None:
    assert problems(FULL, rule) == []


@pytest.mark.parametrize(
    ("papers", "found"),
    [
        (replace(FULL, vog_issue=None, vog_valid_until=None), ["VOG_MISSING"]),
        (replace(FULL, vog_valid_until=ON), ["VOG_EXPIRED"]),
        (replace(FULL, vog_valid_until=ON + timedelta(days=1)), []),
        (replace(FULL, vog_codes=frozenset({"PROFILE:85"})), ["VOG_PROFILE"]),
        (replace(FULL, vog_codes=frozenset({"ASPECT:84", "ASPECT:85"})), []),
        (replace(FULL, agreements=frozenset({"CODE_OF_CONDUCT"})), ["NO_CONFIDENTIALITY"]),
        (replace(FULL, agreements=frozenset({"CONFIDENTIALITY"})), ["NO_CODE_OF_CONDUCT"]),
        (replace(FULL, has_training=False), ["NO_TRAINING"]),
    ],
)
def test_each_gap_has_its_own_reason(papers: Papers, found: list[str]) -> None:
    assert problems(papers, POLICY) == found


def test_all_reasons_are_given_at_once() -> None:
    nothing = Papers(None, None, frozenset(), frozenset(), has_training=False)

    assert problems(nothing, LEGAL) == [
        "VOG_MISSING",
        "NO_CONFIDENTIALITY",
        "NO_CODE_OF_CONDUCT",
        "NO_TRAINING",
    ]


def test_work_that_needs_no_vog_still_needs_agreements() -> None:
    without = Papers(None, None, frozenset(), frozenset(), has_training=True)

    assert problems(without, NONE) == ["NO_CONFIDENTIALITY", "NO_CODE_OF_CONDUCT"]


def test_any_profile_will_do_where_none_was_asked() -> None:
    assert problems(replace(FULL, vog_codes=frozenset({"PROFILE:45"})), Rule("POLICY")) == []


@pytest.mark.parametrize(
    ("started_on", "issue", "found"),
    [
        (date(2026, 5, 31), date(2026, 2, 28), []),  # three months before the 31st is the 28th
        (date(2026, 5, 31), date(2026, 2, 27), ["VOG_TOO_OLD_AT_START"]),
        (date(2026, 11, 12), date(2026, 8, 12), []),
        (date(2026, 11, 12), date(2026, 8, 11), ["VOG_TOO_OLD_AT_START"]),
        (date(2024, 5, 31), date(2024, 2, 29), []),
    ],
)
def test_the_law_wants_a_vog_of_three_calendar_months_at_the_start(
    started_on: date, issue: date, found: list[str]
) -> None:
    first_day = replace(FULL, vog_issue=issue, vog_valid_until=date(2089, 1, 1))

    assert problems(first_day, LEGAL, on=started_on) == found
    assert problems(replace(first_day, started_on=started_on), LEGAL, on=date(2027, 1, 1)) == found
    assert problems(first_day, POLICY, on=started_on) == []
    assert problems(first_day, LEGAL, on=started_on, starts_new=False) == []


@given(days, st.integers(-60, 60))
def test_months_keep_the_day_or_take_the_last_one(day: date, months: int) -> None:
    moved = add_months(day, months)

    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1
    assert moved.day <= day.day


@given(days, days, st.integers(0, 24))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))

    assert add_months(first, months) <= add_months(last, months)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, ()),
        ({"is_paused": True}, ("PAUSED",)),
        ({"state": "SUSPENDED", "is_suspended": True}, ("SUSPENDED",)),
        ({"state": "APPLICANT"}, ("NOT_ACTIVE",)),
        ({"state": "LEFT", "does_this_work": False}, ("NOT_ACTIVE", "OTHER_WORK")),
    ],
)
def test_deployability_gives_every_reason(facts: dict[str, object], found: tuple[str, ...]) -> None:
    plain: dict[str, object] = {
        "state": "ACTIVE",
        "is_suspended": False,
        "is_paused": False,
        "does_this_work": True,
        "papers": FULL,
        "rule": POLICY,
        "on": ON,
    }

    verdict = judge(**plain | facts)  # type: ignore[arg-type]

    assert verdict.problems == found
    assert verdict.is_deployable is not bool(found)


def test_codes_of_the_rules_are_the_words_of_the_field() -> None:
    assert {kind for kind, _code in NEEDED_AGREEMENTS} <= {word.code for word in FIRST_WORDS}
    assert {part for part, _begins, _until in DAY_PARTS} <= set(DayPart.values)
    assert {"LEGAL", "POLICY", "NONE"} == set(RequirementLevel.values)
    assert {"ACTIVE", "SUSPENDED"} <= set(ExpertState.values)
