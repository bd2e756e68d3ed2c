"""Every objection from both sides, and points that add up and never wavers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access.models import OrganisationKind
from matching.rules import (
    CHECKS,
    LATE_CHECKS,
    WEIGHTS,
    Moment,
    Part,
    Ranked,
    Settings,
    Wish,
    objections,
    rank,
    score,
    telling,
)
from matching.rules.objections import (
    FACE_TO_FACE,
    HARD_NEEDS,
    LASTING,
    REMOTE,
    TALKS,
    _Look,
)
from matching.rules.points import LANGUAGE_SHARE
from matching.sentences import Audience, why, why_not
from pool.rules import Candidate, DayHours, Papers, Rule, WeekRow, is_bsn
from pool.vocabulary import Activity, DayPart, LanguageLevel, Need

NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)  # Tuesday, 12:00 in Amsterdam
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OFFICE = UUID(int=7)
ALL_WEEK = tuple(WeekRow(weekday, 0, 1440) for weekday in range(7))

ADA = Candidate(
    expert_id=UUID(int=1),
    state="ACTIVE",
    is_paused=False,
    is_suspended=False,
    activities=frozenset({"BUDDY_1ON1"}),
    languages=(("nl", "NATIVE"),),
    can_meet=frozenset({"PARENT", "WOMAN"}),
    experiences=frozenset(),
    area="3311",
    point=(51.81, 4.67),
    travel_radius_km=30,
    excluded_areas=frozenset(),
    excluded_organisations=frozenset(),
    max_running=2,
    max_per_week=4,
    papers=Papers(
        vog_issue=date(2026, 2, 1),
        vog_valid_until=date(2029, 2, 1),
        vog_codes=frozenset({"ASPECT:85"}),
        agreements=frozenset({"CONFIDENTIALITY", "CODE_OF_CONDUCT"}),
        has_training=True,
    ),
    rule=Rule("POLICY", "ASPECT:85"),
    week=ALL_WEEK,
    absences=(),
    busy=(),
    last_contact_end=None,
    sessions_per_week=(),
)
WISH = Wish(
    activity="BUDDY_1ON1",
    host_kind="LOCAL_TEAM",
    organisation_id=OFFICE,
    area="3331",
    point=(51.81, 4.80),
    language="nl",
    needs=frozenset({"PARENT"}),
    day_parts=frozenset({"EVENING"}),
    begins_at=NOON,
    on=NOON.date(),
)
TIMED = replace(WISH, seat_start=NOON + DAY, seat_end=NOON + DAY + HOUR, begins_at=NOON + DAY)
AGREED = Settings(
    min_distance_km=2,
    road_factor=1.3,
    rest=12 * HOUR,
    travel=timedelta(minutes=30),
    first_contact_within=DAY,
    heavy_rest=24 * HOUR,
    asks_consent=True,
)
SECOND = timedelta(seconds=1)
LUNCH = (time(11, 30), time(13))
TIMED_START, TIMED_END = NOON + DAY, NOON + DAY + HOUR
NOT_THAT_DAY = DayHours(date(2026, 3, 11), 12 * 60, 13 * 60, is_there=False)
EVENINGS = tuple(WeekRow(weekday, 18 * 60, 22 * 60) for weekday in range(7))
MORNINGS = tuple(WeekRow(weekday, 8 * 60, 12 * 60) for weekday in range(7))
EDGE = TIMED.seat_start - AGREED.travel if TIMED.seat_start else NOON


def codes(candidate: Candidate, wish: Wish = WISH, *, running: int = 0) -> set[str]:
    return {one.code for one in objections(candidate, wish, running=running, settings=AGREED)}


def ada(**changes: Any) -> Candidate:
    return replace(ADA, **changes)


def wish(**changes: Any) -> Wish:
    return replace(WISH, **changes)


def test_who_fits_meets_no_objection() -> None:
    assert codes(ADA) == set()
    assert codes(ADA, TIMED) == set()


# (code, what raises it, the nearest thing that does not)
Case = tuple[Candidate, Wish, int]
SIDES: dict[str, tuple[str, Case, Case]] = {
    "in training": ("NOT_ACTIVE", (ada(state="IN_TRAINING"), WISH, 0), (ADA, WISH, 0)),
    "suspended": ("SUSPENDED", (ada(is_suspended=True), WISH, 0), (ADA, WISH, 0)),
    "paused": ("PAUSED", (ada(is_paused=True), WISH, 0), (ADA, WISH, 0)),
    "other work": (
        "OTHER_WORK",
        (ada(activities=frozenset({"CHAT"})), WISH, 0),
        (ada(activities=frozenset({"CHAT", "BUDDY_1ON1"})), WISH, 0),
    ),
    "papers on the day of the work": (
        "PAPERS",
        (ADA, wish(on=date(2029, 2, 1)), 0),
        (ADA, wish(on=date(2029, 1, 31)), 0),
    ),
    "booked until the travel begins": (
        "BUSY",
        (ada(busy=((EDGE - HOUR, EDGE + timedelta(seconds=1)),)), TIMED, 0),
        (ada(busy=((EDGE - HOUR, EDGE),)), TIMED, 0),
    ),
    "away at that hour": (
        "ABSENT",
        (ada(absences=((NOON, NOON + 2 * DAY),)), TIMED, 0),
        (ada(absences=((NOON, NOON + DAY - HOUR),)), TIMED, 0),
    ),
    "away for the whole first day": (
        "ABSENT",
        (ada(absences=((NOON - DAY, NOON + HOUR), (NOON + HOUR, NOON + DAY))), WISH, 0),
        (ada(absences=((NOON - DAY, NOON + DAY - HOUR),)), WISH, 0),
    ),
    "no hours then": (
        "NOT_AVAILABLE",
        (ada(week=MORNINGS), WISH, 0),
        (ada(week=EVENINGS), WISH, 0),
    ),
    "no hours given": (
        "NOT_AVAILABLE",
        (ada(week=()), wish(day_parts=frozenset()), 0),
        (ADA, WISH, 0),
    ),
    "no hours at the fixed time": (
        "NOT_AVAILABLE",
        (ada(week=EVENINGS), TIMED, 0),
        (ADA, TIMED, 0),
    ),
    "carries the most": ("MAX_RUNNING", (ADA, WISH, 2), (ADA, WISH, 1)),
    "lasting work only": (
        "MAX_RUNNING",
        (ADA, WISH, 2),
        (ada(activities=frozenset({"CHAT"})), wish(activity="CHAT"), 2),
    ),
    "a full week": (
        "MAX_PER_WEEK",
        (ada(sessions_per_week=((2026, 11, 4),)), WISH, 0),
        (ada(sessions_per_week=((2026, 11, 3), (2026, 12, 4))), WISH, 0),
    ),
    "rest until exactly then": (
        "REST",
        (ada(last_contact_end=NOON - 12 * HOUR + timedelta(seconds=1)), WISH, 0),
        (ada(last_contact_end=NOON - 12 * HOUR), WISH, 0),
    ),
    "said not today": (
        "NOT_TODAY",
        (ada(not_today_until=NOON + HOUR), wish(asked_at=NOON), 0),
        (ada(not_today_until=NOON + HOUR), wish(asked_at=NOON + HOUR), 0),
    ),
    "not woken": (
        "QUIET",
        (ada(urgent_wakes=False, quiet=LUNCH), wish(asked_at=NOON, is_urgent=True), 0),
        (ada(urgent_wakes=True, quiet=LUNCH), wish(asked_at=NOON, is_urgent=True), 0),
    ),
    "what can wait": (
        "QUIET",
        (ada(urgent_wakes=False, quiet=LUNCH), wish(asked_at=NOON, is_urgent=True), 0),
        (ada(urgent_wakes=False, quiet=LUNCH), wish(asked_at=NOON), 0),
    ),
    "own quiet hours are over": (
        "QUIET",
        (ada(urgent_wakes=False, quiet=LUNCH), wish(asked_at=NOON, is_urgent=True), 0),
        (ada(urgent_wakes=False, quiet=LUNCH), wish(asked_at=NOON + HOUR, is_urgent=True), 0),
    ),
    "rest after a heavy contact": (
        "RESTING",
        (ada(heavy_ends=(NOON - 24 * HOUR + SECOND,)), WISH, 0),
        (ada(heavy_ends=(NOON - 24 * HOUR,)), WISH, 0),
    ),
    "more rest where the expert asks it": (
        "RESTING",
        (ada(heavy_ends=(NOON - 24 * HOUR,), own_rest=48 * HOUR), WISH, 0),
        (ada(heavy_ends=(NOON - 24 * HOUR,), own_rest=HOUR), WISH, 0),
    ),
    "a heavy contact still to come": (
        "RESTING",
        (ada(heavy_ends=(TIMED_START - HOUR,)), TIMED, 0),
        (ada(heavy_ends=(TIMED_END,)), TIMED, 0),
    ),
    "not on that day": (
        "NOT_AVAILABLE",
        (ada(changes=(NOT_THAT_DAY,)), TIMED, 0),
        (ada(week=(), changes=(replace(NOT_THAT_DAY, is_there=True),)), TIMED, 0),
    ),
    "an area of their own choice": (
        "EXCLUDED_AREA",
        (ada(excluded_areas=frozenset({"3331"})), WISH, 0),
        (ada(excluded_areas=frozenset({"3332"})), WISH, 0),
    ),
    "somebody on the own list": (
        "OWN_CHOICE",
        (ada(avoids=frozenset({"trace"})), wish(asked_by=frozenset({"trace", "other"})), 0),
        (ada(avoids=frozenset({"trace"})), wish(asked_by=frozenset({"other"})), 0),
    ),
    "the very place of the meeting": (
        "EXCLUDED_AREA",
        (ada(excluded_areas=frozenset({"3332"})), wish(place="3332"), 0),
        (ada(excluded_areas=frozenset({"3333"})), wish(place="3332"), 0),
    ),
    "an organisation": (
        "OWN_CHOICE",
        (ada(excluded_organisations=frozenset({OFFICE})), WISH, 0),
        (ada(excluded_organisations=frozenset({uuid4()})), WISH, 0),
    ),
    "the same area": (
        "TOO_NEAR",
        (ada(area="3331"), WISH, 0),
        (ada(area="3331"), wish(activity="CHAT"), 0),
    ),
    "around the corner": (
        "TOO_NEAR",
        (ada(point=(51.81, 4.785)), WISH, 0),
        (ada(point=(51.81, 4.77)), WISH, 0),
    ),
    "further than they travel": (
        "TOO_FAR",
        (ada(travel_radius_km=11), WISH, 0),
        (ada(travel_radius_km=12), WISH, 0),
    ),
    "no talk in this language": (
        "LANGUAGE",
        (ada(languages=(("nl", "NATIVE"), ("ar", "A2"))), wish(language="ar"), 0),
        (ada(languages=(("nl", "NATIVE"), ("ar", "B1"))), wish(language="ar"), 0),
    ),
    "an interpreter talks": (
        "LANGUAGE",
        (ADA, wish(language="ar"), 0),
        (
            ada(can_meet=frozenset({"INTERPRETER"})),
            wish(language="ar", needs=frozenset({"INTERPRETER"})),
            0,
        ),
    ),
    "a need that cannot be left out": (
        "NEEDS",
        (ada(can_meet=frozenset()), wish(needs=frozenset({"WOMAN"})), 0),
        (ada(can_meet=frozenset()), wish(needs=frozenset({"PARENT"})), 0),
    ),
    "knows somebody": (
        "CONFLICT_DECLARED",
        (ADA, wish(conflicts=frozenset({ADA.expert_id})), 0),
        (ADA, wish(conflicts=frozenset({uuid4()})), 0),
    ),
    "has not answered": (
        "CONSENT_OPEN",
        (ada(has_consent=False), WISH, 0),
        (ADA, WISH, 0),
    ),
    "was asked already": (
        "ALREADY_OFFERED",
        (ADA, wish(already_asked=frozenset({ADA.expert_id})), 0),
        (ADA, wish(already_asked=frozenset({uuid4()})), 0),
    ),
}


@pytest.mark.parametrize(("code", "against", "within"), SIDES.values(), ids=list(SIDES))
def test_an_objection_has_two_sides(code: str, against: Case, within: Case) -> None:
    assert code in codes(against[0], against[1], running=against[2])
    assert code not in codes(within[0], within[1], running=within[2])


def test_every_objection_is_tried_from_both_sides() -> None:
    assert {code for code, _against, _within in SIDES.values()} == set(CHECKS)


def test_all_objections_are_told_and_not_only_the_first() -> None:
    everything_wrong = ada(
        state="IN_TRAINING",
        is_paused=True,
        is_suspended=True,
        activities=frozenset(),
        languages=(),
        week=(),
        travel_radius_km=1,
    )

    found = codes(everything_wrong)

    assert {"NOT_ACTIVE", "SUSPENDED", "PAUSED", "OTHER_WORK", "LANGUAGE", "TOO_FAR"} <= found


VARIANTS = st.builds(
    replace,
    st.just(ADA),
    is_paused=st.booleans(),
    is_suspended=st.booleans(),
    travel_radius_km=st.integers(1, 40),
    max_per_week=st.integers(0, 4),
    week=st.sampled_from([(), MORNINGS, EVENINGS, ALL_WEEK]),
    languages=st.sampled_from([(), (("nl", "A2"),), (("nl", "NATIVE"), ("en", "B2"))]),
    can_meet=st.frozensets(st.sampled_from(Need.values)),
    last_contact_end=st.one_of(
        st.none(), st.integers(0, 400).map(lambda hours: NOON - hours * HOUR)
    ),
)
WISHES = st.builds(
    replace,
    st.just(WISH),
    needs=st.frozensets(st.sampled_from(Need.values)),
    language=st.sampled_from(["nl", "en", "ar"]),
    day_parts=st.frozensets(st.sampled_from(["DAYTIME", "EVENING"])),
)


@given(VARIANTS, WISHES, st.integers(0, 3), st.permutations(list(CHECKS)))
def test_objections_do_not_depend_on_each_other(
    candidate: Candidate, asked: Wish, running: int, order: list[str]
) -> None:
    whole = {
        one.code: one.facts
        for one in objections(candidate, asked, running=running, settings=AGREED)
    }

    look = _Look(candidate, asked, running, AGREED, Moment.OFFER)
    alone = {code: facts for code in order if (facts := CHECKS[code](look)) is not None}

    assert alone == whole


@given(VARIANTS, WISHES, st.integers(0, 3))
def test_a_score_is_the_sum_of_parts_that_say_why(
    candidate: Candidate, asked: Wish, running: int
) -> None:
    parts = score(candidate, asked, running=running, settings=AGREED)

    assert [part.code for part in parts] == list(WEIGHTS)
    assert all(0 <= part.points <= WEIGHTS[part.code] for part in parts)
    assert Ranked(candidate.expert_id, parts).score == sum(part.points for part in parts)
    assert sum(WEIGHTS.values()) == 100
    assert all(why(part, Audience.COORDINATOR) for part in parts)


@given(st.lists(st.tuples(st.uuids(), st.integers(0, 100)), unique_by=lambda one: one[0]))
def test_the_order_never_wavers(pairs: list[tuple[UUID, int]]) -> None:
    scored = [Ranked(expert, (Part("needs", points, {}),)) for expert, points in pairs]

    forward, backward = rank(scored), rank(reversed(scored))

    assert forward == backward
    assert [one.score for one in forward] == sorted((p for _e, p in pairs), reverse=True)


def test_load_distance_and_rest_count_and_an_earlier_bond_does_too() -> None:
    def points(candidate: Candidate = ADA, asked: Wish = WISH, running: int = 0) -> dict[str, int]:
        parts = score(candidate, asked, running=running, settings=AGREED)
        return {part.code: part.points for part in parts}

    assert points(running=1)["load"] < points()["load"]
    assert points(ada(point=(51.81, 4.60)))["distance"] < points()["distance"]
    assert points(ada(last_contact_end=NOON - DAY))["rest"] < points()["rest"]
    known = wish(known_here=frozenset({ADA.expert_id}))
    assert points(asked=known)["continuity"] > points()["continuity"] == 0


def test_a_region_weighs_as_it_agreed() -> None:
    parts = score(ADA, WISH, running=0, settings=AGREED, weights={"needs": 60})

    assert {part.code: part.points for part in parts}["needs"] == 60


# --- Words ------------------------------------------------------------------------------------


def test_codes_are_those_of_the_vocabulary() -> None:
    assert set(Activity.values) >= REMOTE | FACE_TO_FACE | LASTING
    assert set(Need.values) >= HARD_NEEDS
    assert set(LanguageLevel.values) >= TALKS
    assert set(LanguageLevel.values) == set(LANGUAGE_SHARE)
    assert "LOCAL_TEAM" in OrganisationKind.values
    assert set(DayPart.values) >= WISH.day_parts
    assert set(CHECKS) >= LATE_CHECKS


@pytest.mark.parametrize(("code", "against", "_within"), SIDES.values(), ids=list(SIDES))
def test_a_reason_against_is_told_to_those_who_may_know(
    code: str, against: Case, _within: Case
) -> None:
    found = objections(against[0], against[1], running=against[2], settings=AGREED)
    one = next(objection for objection in found if objection.code == code)

    assert why_not(one, Audience.COORDINATOR)
    assert why_not(one, Audience.REQUESTER) == ""
    about_fit = {"TOO_NEAR", "TOO_FAR", "LANGUAGE", "NEEDS", "ALREADY_OFFERED"}
    assert bool(why_not(one, Audience.EXPERT)) is (code not in about_fit)


def test_a_requester_hears_of_needs_language_and_distance_only() -> None:
    parts = score(ADA, WISH, running=0, settings=AGREED)

    told = {part.code for part in parts if why(part, Audience.REQUESTER)}

    assert told == {"needs", "language", "distance"}


# --- References -------------------------------------------------------------------------------

TODAY = date(2026, 9, 4)


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("111222333", "BSN"),
        ("zaak 111.222.333", "BSN"),
        ("1112 22 333", "BSN"),
        ("111222334", ""),
        ("0111222333", ""),  # a longer number
        ("000000000", ""),
        ("j.jansen@voorbeeld.example", "EMAIL"),
        ("12-03-1987", "BIRTH_DATE"),
        ("1987-03-12", "BIRTH_DATE"),
        ("12/3/87", "BIRTH_DATE"),
        ("12031987", "BIRTH_DATE"),
        ("19870312", "BIRTH_DATE"),
        ("31-02-1987", ""),  # no such day
        ("WS-2026-1183", ""),
        ("2026-09-04/12", ""),  # a day of this year
        ("ZK 88213", ""),
        ("", ""),
    ],
)
def test_a_reference_may_not_say_who_it_is(reference: str, what: str) -> None:
    assert telling(reference, today=TODAY) == what


def test_the_eleven_test_takes_one_in_eleven() -> None:
    passing = sum(is_bsn(f"{number:09d}") for number in range(123456700, 123456799))

    assert passing == 9
