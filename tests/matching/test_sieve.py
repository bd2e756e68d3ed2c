"""The database drops nobody who fits, and the ranking is the one of a look at everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from matching import actions
from matching.actions import choices
from matching.models import Decision, Seat
from matching.queries import look
from matching.queries import sieve as sieving
from pool import actions as pool_actions
from pool.models import (
    Absence,
    Agreement,
    DayChange,
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    SupportContact,
    SupportRhythm,
    Training,
    VogEvidence,
    WeekAvailability,
)
from pool.states import BlockKind
from pool.vocabulary import SuspensionReason
from tests.conftest import NOON
from tests.factories.matching import (
    MEETING_AREA,
    Pool,
    ask,
    decline,
    file_request,
    make_pool,
    seat_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
N_EXPERTS, N_SELDOM, N_WISHES = 36, 12, 24
# A quarter past two on the wall, for the second time that night.
SECOND_TIME = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pool is as large as one where a look keeps no reasons."""
    monkeypatch.setattr(sieving, "SMALL_POOL", 0)


@pytest.fixture
def crowd() -> Pool:
    """Three dozen people who each have about one thing that speaks against some wish."""
    pool = make_pool(N_EXPERTS)
    dice = Random(14)  # noqa: S311
    # Each lives further away than the one before; distance is for those whom chance picks.
    Expert.objects.update(travel_radius_km=80)
    halting, leaving, by_day, *others = pool.experts
    _ask_support(pool)
    ExpertLanguage.objects.filter(expert=halting).update(level="B1")
    Absence.objects.create(expert=leaving, starts_at=NOON + HOUR, ends_at=NOON + 9 * DAY)
    WeekAvailability.objects.filter(expert=by_day).delete()
    for weekday in range(7):
        WeekAvailability.objects.create(expert=by_day, weekday=weekday, starts=600, ends=1080)
    for number, expert in enumerate(others):
        if number < N_SELDOM:
            _mix_more(expert, number, dice, pool)
        else:
            _mix(expert, dice, pool)
    _mix_days(others, Random(29))  # noqa: S311
    return pool


def _mix_days(experts: list[Expert], dice: Random) -> None:
    """Days that differ from the week, for one in three: more hours, fewer, or half an hour."""
    for expert in experts[::3]:
        for ahead in dice.sample(range(7), dice.randrange(1, 4)):
            starts = 30 * dice.randrange(48)
            DayChange.objects.create(
                expert=expert,
                day=NOON.date() + ahead * DAY,
                starts=starts,
                ends=starts + dice.choice((30, 120, 720, 1440)),
                is_there=dice.random() < 0.5,
            )


def _ask_support(pool: Pool) -> None:
    """Support is due today or yesterday for some, and some have an exception or a plan."""
    today = NOON.date()
    Expert.objects.update(started_on=today - 99 * DAY)
    SupportRhythm.objects.create(kind="INTERVISION", every=6, valid_from=today - 99 * DAY)
    for number, expert in enumerate(pool.experts):
        # Six weeks ago is in time, a day more is late; whoever differs otherwise is in time.
        days = {5: 42, 6: 43, 7: 43}.get(number % 8, 20) if number > N_SELDOM + 2 else 20
        SupportContact.objects.create(
            expert=expert,
            kind="INTERVISION",
            held_on=today - days * DAY,
            attended=True,
            recorded_at=NOON,
            recorded_by=pool.cas,
        )
        if number % 8 == 7:
            pool_actions.allow_without_support(
                expert_id=expert.pk, reason="PLANNED", until_on=today + DAY, by=pool.cas, now=NOON
            )


def _mix(expert: Expert, dice: Random, pool: Pool) -> None:  # noqa: C901  (one thing a case)
    """Changes one or two things of somebody who fits."""
    changes: dict[str, Any] = {}
    for _time in range(dice.choice((0, 1, 1, 2))):
        match dice.randrange(12):
            case 0:
                changes["travel_radius_km"] = dice.choice((1, 5, 9, 15))
            case 1:
                changes["home_area_id"] = MEETING_AREA
            case 2:
                changes["can_meet"] = dice.choice((["WOMAN"], ["PARENT"], ["WOMAN", "PARENT"]))
            case 3:
                changes["max_per_week"] = dice.choice((0, 1))
            case 4 | 5 | 6:
                _new_week(expert, dice)
            case 7:
                pool_actions.pause(expert_id=expert.pk, by=pool.cas, now=NOON)
            case 8:
                ExpertLanguage.objects.filter(expert=expert).delete()
                level = dice.choice(("A2", "B1"))
                ExpertLanguage.objects.create(expert=expert, language="nl", level=level)
            case 9:
                starts = NOON + dice.randrange(-30, 60) * HOUR
                ends = max(starts, NOON) + dice.randrange(1, 60) * HOUR
                Absence.objects.create(expert=expert, starts_at=starts, ends_at=ends)
            case 10:
                _session(expert, dice.randrange(-30, 60))
            case _:
                changes["max_running"] = 0
    if changes:
        Expert.objects.filter(pk=expert.pk).update(**changes)


def _mix_more(  # noqa: C901  (one thing a case)
    expert: Expert, number: int, dice: Random, pool: Pool
) -> None:
    """Something that is seldom so: papers at their bounds, places and people to stay away from."""
    today = NOON.date()
    agreements = Agreement.objects.filter(expert=expert)
    vog = VogEvidence.objects.filter(expert=expert)
    match number % 12:
        case 0:
            ExcludedArea.objects.create(expert=expert, area_id=MEETING_AREA)
        case 1:
            ExcludedArea.objects.create(expert=expert, area_id=expert.home_area_id)
        case 2:
            ExcludedOrganisation.objects.create(expert=expert, organisation=pool.office)
        case 3:
            agreements.update(valid_until=today + dice.randrange(3) * DAY)
        case 4:
            agreements.filter(kind="CONFIDENTIALITY").delete()
        case 5:
            Training.objects.filter(expert=expert).update(expires_on=today + DAY)
        case 6:
            Training.objects.filter(expert=expert).update(certificate_seen_on=None)
        case 7:
            vog.update(policy_valid_until=today + dice.randrange(1, 4) * DAY)
        case 8:
            vog.update(profile_codes=["84"])
        case 9:
            ExpertActivity.objects.filter(expert=expert).delete()
            ExpertActivity.objects.create(expert=expert, activity="AT_TABLE")
        case 10:
            ExpertActivity.objects.create(expert=expert, activity="AT_TABLE")
        case _:
            reason = SuspensionReason.WELLBEING
            pool_actions.suspend(expert_id=expert.pk, reason=reason, by=pool.cas, now=NOON)


def _new_week(expert: Expert, dice: Random) -> None:
    WeekAvailability.objects.filter(expert=expert).delete()
    for weekday in dice.sample(range(7), dice.randrange(7)):
        starts = 30 * dice.randrange(48)
        ends = starts + dice.choice((30, 60, 120, 300, 1440))
        WeekAvailability.objects.create(expert=expert, weekday=weekday, starts=starts, ends=ends)


def _session(expert: Expert, hours: int) -> None:
    start = NOON + hours * HOUR
    pool_actions.book(
        expert=expert,
        kind=BlockKind.SESSION,
        start=start,
        end=start + HOUR,
        travel=HOUR / 2,
        source=uuid4(),
    )


def seats(pool: Pool) -> list[Seat]:
    """Wishes of all kinds, one on another."""
    dice = Random(41)  # noqa: S311
    found = []
    for _n in range(N_WISHES):
        parts = dice.sample(("DAYTIME", "EVENING", "NIGHT", "WEEKEND"), dice.randrange(3))
        needs = dice.sample(("WOMAN", "PARENT", "INTERPRETER"), dice.choice((0, 0, 1, 2)))
        activity = dice.choice(("BUDDY_1ON1", "BUDDY_1ON1", "AT_TABLE"))
        seat = seat_of(
            file_request(pool, activity=activity, day_parts=tuple(parts), needs=tuple(needs))
        )
        if dice.random() < 0.5:
            start = NOON + dice.randrange(1, 120) * HOUR / 2
            Seat.objects.filter(pk=seat.pk).update(
                starts_at=start, ends_at=start + dice.choice((1, 2)) * HOUR
            )
            seat = Seat.objects.get(pk=seat.pk)
        found.append(seat)
    return found


def differing(pool: Pool) -> list[UUID]:
    """Seats for which the two ways of looking rank otherwise."""
    return [
        seat.pk
        for seat in seats(pool)
        if look(seat, now=NOON).ranked != look(seat, now=NOON, with_reasons=True).ranked
    ]


@pytest.mark.usefixtures("large")
def test_nobody_who_fits_is_dropped(crowd: Pool) -> None:
    assert differing(crowd) == []
    # Not for want of people: most wishes find some, and not all.
    n_fitting = {len(look(seat, now=NOON).ranked) for seat in seats(crowd)}
    assert len(n_fitting) > 3
    assert 0 < max(n_fitting) < N_EXPERTS


def instead(table: str, right: str, wrong: str) -> tuple[str, ...]:
    """The second bounds, with those on one table made wrong."""
    bounds = tuple(one.replace(right, wrong) if table in one else one for one in sieving.THEN)
    assert bounds != sieving.THEN
    return bounds


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("NOT_TOO_FAR", "near.straight_km <= e.travel_radius_km - 65"),
        ("SPEAKS", sieving.SPEAKS.replace("ANY (%(talks)s)", "'NATIVE'")),
        ("NOT_AWAY", sieving.NOT_AWAY.replace("<= %(begins)s", "<= %(until)s")),
        ("FREE_AT_HOURS", (sieving.FREE_AT_HOURS[0].replace("x.ends >", "x.ends - 420 >"),)),
        ("DIFFERS_NEAR", "false"),
        ("VOG", sieving.VOG.replace("> %(on)s", "> %(on)s::date + 365")),
        ("THEN", instead("pool_excludedarea", "x.area_id = %(area)s", "true")),
        ("THEN", instead("pool_agreement", ">= %(on)s)", "> %(on)s::date + 2)")),
        ("THEN", instead("pool_supportrhythm", "< %(on)s\n", "< %(on)s::date + 30\n")),
        ("THEN", instead("pool_supportoverride", "x.until_on >= %(on)s", "x.until_on < %(on)s")),
        ("THEN", instead("pool_training", ">= %(on)s)", "> %(on)s::date + 9)")),
    ],
    ids=[
        "distance",
        "language",
        "absence",
        "week",
        "days",
        "papers",
        "places",
        "agreements",
        "support",
        "exceptions",
        "training",
    ],
)
def test_a_wrong_bound_drops_somebody_and_shows(
    name: str, wrong: Any, crowd: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieving, name, wrong)

    assert differing(crowd)


@pytest.mark.usefixtures("large")
def test_one_who_is_there_on_a_single_day_is_found() -> None:
    pool = make_pool(1)
    (ada,) = pool.experts
    WeekAvailability.objects.filter(expert=ada).delete()
    start = NOON + 2 * DAY
    seat = seat_of(file_request(pool))
    seat.starts_at, seat.ends_at = start, start + HOUR

    assert look(seat, now=NOON).fitting == []

    DayChange.objects.create(
        expert=ada, day=start.date(), starts=12 * 60, ends=13 * 60, is_there=True
    )
    assert look(seat, now=NOON).fitting == [ada.pk]


@pytest.mark.usefixtures("large")
def test_the_hour_that_comes_twice_drops_nobody() -> None:
    pool = make_pool(1)
    (ada,) = pool.experts
    # From half past two the first time: it covers a quarter past two the second time.
    WeekAvailability.objects.filter(expert=ada).delete()
    WeekAvailability.objects.create(expert=ada, weekday=6, starts=150, ends=240)
    seat = seat_of(file_request(pool))
    seat.starts_at, seat.ends_at = SECOND_TIME, SECOND_TIME + HOUR / 2

    assert look(seat, now=NOON).fitting == [ada.pk]
    assert look(seat, now=NOON, with_reasons=True).fitting == [ada.pk]


@pytest.mark.usefixtures("large")
def test_in_a_large_pool_a_machine_keeps_the_best_and_no_reasons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choices, "MOST_KEPT", 2)
    pool = make_pool(4)
    paused = pool.experts.pop()
    pool_actions.pause(expert_id=paused.pk, by=pool.cas, now=NOON)
    request = file_request(pool)

    wave = ask(pool, request).wave
    seen = actions.decide(seat_id=seat_of(request).pk, by=pool.cas, now=NOON)

    assert [one["expert"] for one in wave.decision.ranked] == [str(pk) for pk in pool.ids[:2]]
    assert wave.decision.excluded == []
    assert wave.order == pool.ids
    # A coordinator who looks hears of everybody why not.
    assert {one["expert"] for one in seen.excluded} > {str(paused.pk)}


def test_in_a_small_pool_every_look_keeps_the_reasons() -> None:
    pool = make_pool(2)
    paused = pool.experts[1]
    pool_actions.pause(expert_id=paused.pk, by=pool.cas, now=NOON)

    wave = ask(pool, file_request(pool)).wave

    assert [one["expert"] for one in wave.decision.excluded] == [str(paused.pk)]


@pytest.mark.usefixtures("large")
def test_where_nobody_is_left_the_reasons_are_told_at_once() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    first = ask(pool, request, pool.experts[0])
    pool_actions.pause(expert_id=pool.ids[1], by=pool.cas, now=NOON)

    decline(first)

    newest = Decision.objects.order_by("-made_at").first()
    assert newest is not None
    assert {one["expert"] for one in newest.excluded} == {str(pk) for pk in pool.ids}


@pytest.mark.usefixtures("large")
def test_whoever_was_asked_before_may_be_asked_again_from_a_list() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    decline(ask(pool, request, pool.experts[0]))
    request.refresh_from_db()

    assert choices.asked_before(look(seat_of(request), now=NOON)) == {pool.ids[0]}


@pytest.mark.usefixtures("large")
def test_a_look_costs_six_queries(django_assert_num_queries: Any) -> None:
    pool = make_pool(3)
    seat = seat_of(file_request(pool))
    seat = Seat.objects.select_related(
        "request__policy", "request__organisation", "request__area", "request__requester"
    ).get(pk=seat.pk)

    # One of them asks who is lent to this region.
    with django_assert_num_queries(6):
        look(seat, now=NOON)
