"""The week of the whole pool: what each mark says, who may look, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from pool import actions, queries
from pool.models import Expert
from pool.queries.weeks import PersonWeek
from pool.rules import DayHours, WeekRow
from pool.states import BlockKind
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = date(2026, 3, 9)  # the week of NOON, which is a Tuesday
EVENINGS = tuple(WeekRow(weekday, 18 * 60, 23 * 60) for weekday in range(7))


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        make_region_profile()
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def ada(region: Region, cas: User) -> Expert:
    with region_scope(region.pk):
        return make_active_expert(cas, first_name="Ada", week=EVENINGS)


def week(region: Region, **asked: Any) -> queries.PoolWeek:
    with region_scope(region.pk):
        return queries.pool_week(**{"monday": MONDAY, "now": NOON, **asked})


def evenings(one: PersonWeek) -> list[str]:
    """What each evening from Monday on says."""
    return [day.marks[1].state for day in one.days]


def book(expert: Expert, day: int, *, is_heavy: bool = False) -> None:
    """An hour from eight in the evening on, so many days after Tuesday."""
    start = NOON + 8 * HOUR + day * DAY
    actions.book_all(
        [
            actions.Booking(
                expert,
                BlockKind.SESSION,
                start,
                start + HOUR,
                timedelta(0),
                uuid4(),
                is_heavy=is_heavy,
            )
        ]
    )


# --- Marks ------------------------------------------------------------------------------------


def test_each_evening_says_what_is_left_of_it_and_never_why(region: Region, ada: Expert) -> None:
    with region_scope(region.pk):
        own = ada.user
        assert own is not None
        actions.not_today(expert_id=ada.pk, by=own, now=NOON)
        book(ada, 1, is_heavy=True)
        wanted = {(MONDAY + 4 * DAY, "EVENING"): False}
        actions.set_parts(expert_id=ada.pk, wanted=wanted, by=own, now=NOON)
        actions.add_absence(
            expert_id=ada.pk,
            starts_at=NOON + 4 * DAY,
            ends_at=NOON + 5 * DAY,
            by=own,
            now=NOON,
        )

    found = week(region)

    (one,) = found.people
    # Wednesday's contact ends at nine in the evening: on Thursday two hours are left after rest.
    assert evenings(one) == ["free", "today", "busy", "free", "", "away", "free"]
    assert [day.differs for day in one.days] == [False] * 4 + [True, False, False]
    assert one.days[2].marks[1].starts == (NOON + 8 * HOUR + DAY,)
    assert {mark.state for day in one.days for mark in day.marks[::2]} == {""}


def test_a_longer_rest_takes_the_next_evening(region: Region, ada: Expert) -> None:
    with region_scope(region.pk):
        book(ada, 0, is_heavy=True)
        Expert.objects.filter(pk=ada.pk).update(heavy_rest_minutes=27 * 60)

    (one,) = week(region).people

    assert evenings(one)[1:4] == ["busy", "rest", "free"]


def test_a_pause_begins_when_it_was_taken_and_lasts(region: Region, ada: Expert) -> None:
    with region_scope(region.pk):
        assert ada.user is not None
        actions.pause(expert_id=ada.pk, by=ada.user, now=NOON)

    assert evenings(week(region).people[0]) == ["free", *["pause"] * 6]
    assert evenings(week(region, monday=MONDAY + 7 * DAY).people[0]) == ["pause"] * 7


def test_a_night_is_as_long_as_it_is_when_the_clock_changes(region: Region, cas: User) -> None:
    night = (WeekRow(5, 23 * 60, 32 * 60),)
    with region_scope(region.pk):
        make_active_expert(cas, week=night)

    for monday in (date(2026, 3, 23), date(2026, 10, 19), date(2027, 3, 22), date(2027, 10, 25)):
        (one,) = week(region, monday=monday).people
        assert [day.marks[2].state for day in one.days] == [*[""] * 5, "free", ""]


def test_the_foot_counts_who_can_and_the_head_says_where_nobody_can(
    region: Region, cas: User, ada: Expert
) -> None:
    with region_scope(region.pk):
        make_active_expert(cas, first_name="Bram", week=EVENINGS[:2])
        make_expert(cas, first_name="Invited")
        assert ada.user is not None
        hours = DayHours(MONDAY + 2 * DAY, 8 * 60, 18 * 60, is_there=True)
        actions.set_hours(expert_id=ada.pk, hours=hours, by=ada.user, now=NOON)

    found = week(region)

    assert [one.expert.first_name for one in found.people] == ["Ada", "Bram"]
    assert [dict(day.free)["EVENING"] for day in found.days] == [2, 2, 1, 1, 1, 1, 1]
    holes = found.holes
    # Monday is over; on Wednesday by day Ada can.
    assert (MONDAY, "DAYTIME") not in holes
    assert (MONDAY + 2 * DAY, "DAYTIME") not in holes
    assert (MONDAY + 3 * DAY, "DAYTIME") in holes
    assert all(part != "EVENING" for _day, part in holes)


def test_only_who_does_this_work(region: Region, cas: User, ada: Expert) -> None:
    with region_scope(region.pk):
        make_active_expert(cas, first_name="Bram", activities=frozenset({"CHAT"}))

    assert [one.expert.pk for one in week(region, activity="BUDDY_1ON1").people] == [ada.pk]


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("ada")
def test_the_page_shows_a_week_and_its_neighbours(region: Region, cas: User) -> None:
    with time_machine.travel(NOON, tick=False):
        page = client_as(cas).get(reverse("pool:pool-week"))
        other = client_as(cas).get(reverse("pool:pool-week-of", args=[2026, 53]))

    words = page.content.decode()
    assert page.status_code == 200
    assert reverse("pool:pool-week-of", args=[2026, 10]) in words
    assert reverse("pool:pool-week-of", args=[2026, 12]) in words
    assert "Ada Kaars" in words
    # The year of 53 weeks goes over into the next.
    assert reverse("pool:pool-week-of", args=[2027, 1]) in other.content.decode()
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(event="pool.week.listed", facts={"n": 1}).count() == 2


@pytest.mark.usefixtures("ada")
def test_on_the_wall_hang_initials_only(cas: User) -> None:
    words = client_as(cas).get(reverse("pool:pool-week"), {"letters": "1"}).content.decode()

    assert "Ada" not in words
    assert "AK" in words


@pytest.mark.parametrize("asked", [(2026, 54), (2025, 53), (9999, 53), (0, 1)])
def test_a_week_that_is_none_is_not_found(cas: User, asked: tuple[int, int]) -> None:
    url = reverse("pool:pool-week-of", args=asked)

    assert client_as(cas).get(url).status_code == 404


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_the_week_of_the_pool_is_for_coordinators(region: Region, role: Role) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)

    assert client_as(user).get(reverse("pool:pool-week")).status_code == 403


@pytest.mark.usefixtures("ada")
def test_another_region_sees_nobody_of_it(other_region: Region) -> None:
    with region_scope(other_region.pk):
        make_region_profile()
    assert week(other_region).people == ()


def crowd(n: int, like: Expert) -> None:
    """`n` copies of somebody, as rows: only their number matters here."""
    for number in range(n):
        copy = Expert(
            data_key=like.data_key,
            coordinator=like.coordinator,
            state="ACTIVE",
            admitted_on=NOON.date(),
            first_name=f"Ada{number}",
            last_name="Kaars",
            phone="",
            email="",
            home_area_id=like.home_area_id,
            registered_at=NOON,
            registered_by=like.coordinator,
        )
        copy.save(force_insert=True)
        actions.set_week(expert_id=copy.pk, rows=EVENINGS, by=like.coordinator, now=NOON)


@pytest.mark.parametrize("n", [0, 9, 199])
def test_one_ten_and_two_hundred_people_cost_the_same(
    region: Region, ada: Expert, n: int, django_assert_num_queries: Any
) -> None:
    with region_scope(region.pk):
        crowd(n, ada)

        with django_assert_num_queries(7):
            found = queries.pool_week(monday=MONDAY, activity="", now=NOON)
        assert len(found.people) == n + 1
