"""What an expert says about days, today, load and rest; who may; and what the log keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from pool import actions, queries
from pool.models import Absence, DayChange, Expert
from pool.rules import DayHours, WeekRow
from pool.states import AbsenceKind, BlockKind
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = (18 * 60, 23 * 60)
THURSDAY = date(2026, 3, 12)


@pytest.fixture
def cas() -> User:
    return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def ada(cas: User) -> Expert:
    week = tuple(WeekRow(weekday, *EVENING) for weekday in range(5))
    return make_active_expert(cas, first_name="Ada", week=week)


def own(expert: Expert) -> User:
    assert expert.user is not None
    return expert.user


def changes() -> list[tuple[date, int, int, bool]]:
    return list(DayChange.objects.order_by("day").values_list("day", "starts", "ends", "is_there"))


# --- Days -------------------------------------------------------------------------------------


def test_this_thursday_not_is_one_row_and_one_line_in_the_log(ada: Expert) -> None:
    wanted = {(THURSDAY, "EVENING"): False, (THURSDAY, "DAYTIME"): False}

    actions.set_parts(expert_id=ada.pk, wanted=wanted, by=own(ada), now=NOON)

    assert changes() == [(THURSDAY, *EVENING, False)]
    entry = AuditEntry.objects.get(event="days.set")
    assert (entry.subject, entry.facts) == (ada.pk, {"n": 1, "on_behalf": False})


def test_taking_it_back_leaves_nothing(ada: Expert) -> None:
    for is_there in (False, True):
        wanted = {(THURSDAY, "EVENING"): is_there}
        actions.set_parts(expert_id=ada.pk, wanted=wanted, by=own(ada), now=NOON)

    assert changes() == []


def test_exact_hours_take_the_place_of_what_was_said_about_them(ada: Expert) -> None:
    wanted = {(THURSDAY, "DAYTIME"): True}
    actions.set_parts(expert_id=ada.pk, wanted=wanted, by=own(ada), now=NOON)

    hours = DayHours(THURSDAY, 600, 720, is_there=False)
    actions.set_hours(expert_id=ada.pk, hours=hours, by=own(ada), now=NOON)

    assert {(starts, ends, is_there) for _day, starts, ends, is_there in changes()} == {
        (480, 600, True),
        (600, 720, False),
        (720, 1080, True),
    }


@pytest.mark.parametrize("ahead", [-1, 367])
def test_a_day_that_is_over_or_far_away_is_refused(ada: Expert, ahead: int) -> None:
    hours = DayHours(NOON.date() + ahead * DAY, 600, 720, is_there=True)

    with pytest.raises(actions.DayOutOfReach):
        actions.set_hours(expert_id=ada.pk, hours=hours, by=own(ada), now=NOON)

    assert changes() == []


def test_a_single_change_can_go(ada: Expert) -> None:
    hours = DayHours(THURSDAY, 600, 720, is_there=True)
    actions.set_hours(expert_id=ada.pk, hours=hours, by=own(ada), now=NOON)
    change = DayChange.objects.get()

    actions.clear_change(change_id=change.pk, expert_id=ada.pk, by=own(ada), now=NOON)

    assert changes() == []


def test_a_coordinator_may_and_the_log_says_for_whom(ada: Expert, cas: User) -> None:
    wanted = {(THURSDAY, "EVENING"): False}

    actions.set_parts(expert_id=ada.pk, wanted=wanted, by=cas, now=NOON)

    assert AuditEntry.objects.get(event="days.set").facts["on_behalf"] is True


def test_nobody_else_may(ada: Expert, cas: User) -> None:
    bram = own(make_active_expert(cas, first_name="Bram"))
    limits = actions.limits_of(ada)
    hours = DayHours(THURSDAY, 600, 720, is_there=True)

    for act in (
        lambda: actions.set_hours(expert_id=ada.pk, hours=hours, by=bram, now=NOON),
        lambda: actions.set_parts(
            expert_id=ada.pk, wanted={(THURSDAY, "NIGHT"): True}, by=bram, now=NOON
        ),
        lambda: actions.not_today(expert_id=ada.pk, by=bram, now=NOON),
        lambda: actions.today_after_all(expert_id=ada.pk, by=bram, now=NOON),
        lambda: actions.set_limits(expert_id=ada.pk, limits=limits, by=bram, now=NOON),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_days_of_another_region_cannot_be_seen_nor_written(
    ada: Expert, other_region: Region
) -> None:
    hours = DayHours(THURSDAY, 600, 720, is_there=True)
    actions.set_hours(expert_id=ada.pk, hours=hours, by=own(ada), now=NOON)

    with region_scope(other_region.pk):
        assert DayChange.objects.count() == 0
        assert queries.changes_of(first=THURSDAY, last=THURSDAY) == {}
        with pytest.raises(IntegrityError), transaction.atomic():
            DayChange.objects.create(
                expert_id=ada.pk, day=THURSDAY, starts=0, ends=60, is_there=True
            )


@pytest.mark.database
@pytest.mark.parametrize(
    ("starts", "ends", "name"),
    [
        (1440, 1500, "day_starts_within_day"),
        (600, 600, "day_ends_after_start_within_24_hours"),
        (600, 2041, "day_ends_after_start_within_24_hours"),
    ],
)
def test_the_database_refuses_hours_that_are_none(
    ada: Expert, starts: int, ends: int, name: str
) -> None:
    with pytest.raises(IntegrityError, match=name):
        DayChange.objects.create(expert=ada, day=THURSDAY, starts=starts, ends=ends, is_there=True)


# --- Today ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (NOON, datetime(2026, 3, 11, 7, tzinfo=UTC)),
        # The nights in which the clock changes: eight in the morning is eight on the wall.
        (datetime(2026, 3, 28, 11, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), datetime(2027, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_not_today_lasts_until_tomorrow_morning(
    ada: Expert, now: datetime, morning: datetime
) -> None:
    said = actions.not_today(expert_id=ada.pk, by=own(ada), now=now)

    assert (said.kind, said.starts_at, said.ends_at) == (AbsenceKind.TODAY, now, morning)


def test_tapping_twice_is_harmless_and_back_is_one_tap(ada: Expert) -> None:
    first, second = (
        actions.not_today(expert_id=ada.pk, by=own(ada), now=NOON + n * HOUR) for n in range(2)
    )
    assert first == second

    for _time in range(2):
        actions.today_after_all(expert_id=ada.pk, by=own(ada), now=NOON + 2 * HOUR)

    assert Absence.objects.count() == 0
    events = AuditEntry.objects.filter(event__startswith="today.").order_by("at")
    assert list(events.values_list("event", flat=True)) == ["today.refused", "today.resumed"]


# --- Load, quiet hours, rest ------------------------------------------------------------------


def test_limits_are_written_and_only_their_names_are_logged(ada: Expert) -> None:
    limits = actions.Limits(1, 2, time(20), time(10), urgent_wakes=False, heavy_rest_minutes=2880)

    actions.set_limits(expert_id=ada.pk, limits=limits, by=own(ada), now=NOON)

    ada.refresh_from_db()
    assert actions.limits_of(ada) == limits
    assert queries.quiet_hours(ada, at=NOON) == (time(20), time(10))
    entry = AuditEntry.objects.get(event="limits.set")
    assert entry.facts["fields"] == (
        "heavy_rest_minutes max_per_week max_running quiet_from quiet_until urgent_wakes"
    )


@pytest.mark.database
@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"quiet_from": time(22)}, "expert_quiet_from_with_until"),
        ({"heavy_rest_minutes": 10081}, "expert_rest_at_most_a_week"),
    ],
)
def test_the_database_refuses_half_of_quiet_hours_and_endless_rest(
    ada: Expert, changed: dict[str, object], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name):
        Expert.objects.filter(pk=ada.pk).update(**changed)


def test_matching_reads_days_today_and_heavy_contacts(ada: Expert) -> None:
    hours = DayHours(THURSDAY, 600, 720, is_there=True)
    actions.set_hours(expert_id=ada.pk, hours=hours, by=own(ada), now=NOON)
    said = actions.not_today(expert_id=ada.pk, by=own(ada), now=NOON)
    source = uuid4()
    actions.book_all(
        [
            actions.Booking(
                ada,
                BlockKind.SESSION,
                NOON + DAY,
                NOON + DAY + HOUR,
                timedelta(0),
                source,
                is_heavy=True,
            )
        ]
    )

    def read(but: object = None) -> queries.Candidate:
        (found,) = queries.candidates(
            activity="BUDDY_1ON1",
            host_kind="LOCAL_TEAM",
            on=NOON.date(),
            now=NOON,
            but=but,  # type: ignore[arg-type]
        )
        return found

    found = read()
    assert found.changes == (hours,)
    assert found.not_today_until == said.ends_at
    assert found.heavy_ends == (NOON + DAY + HOUR,)
    assert found.sessions_per_week == ((2026, 11, 1),)
    assert (found.own_rest, found.quiet, found.urgent_wakes) == (timedelta(0), None, True)
    # What is to be moved counts for nothing.
    assert (read(source).heavy_ends, read(source).sessions_per_week) == ((), ())

    actions.weigh(source=source, is_heavy=False)
    assert read().heavy_ends == ()
