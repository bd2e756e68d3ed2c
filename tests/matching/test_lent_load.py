"""What somebody carries in one region counts in the other, and neither reads whose work it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.access.models import Region
from core.clock import local
from matching.models import Assignment, Request, Seat
from matching.queries import late_objections
from matching.queries import sieve as sieving
from matching.queries.fit import look
from matching.rules.objections import LASTING
from matching.states import AssignmentState
from pool import actions as pool
from pool import queries
from pool.models import Block, Carried, Expert
from pool.queries import lending as lending_module
from pool.queries.candidates import QUESTION
from pool.queries.carried import carried_here_by
from pool.states import BlockKind, BlockState
from scheduling.queries.agenda import week
from tests.conftest import NOON
from tests.core.parts import sql
from tests.factories.lending import Neighbours, lend, make_neighbours
from tests.factories.matching import (
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_pool,
    seat_of,
)
from tests.matching.test_lent import seen_of

pytestmark = pytest.mark.django_db
TUESDAY_EVENING = NOON + 7 * HOUR


class Both:
    """Two regions that can both ask Noor, who travels far enough for either."""

    def __init__(self, two: Neighbours) -> None:
        self.two = two
        with two.at_home():
            self.pool_at_home: Pool = make_pool(0)
            Expert.objects.filter(pk=two.noor.pk).update(travel_radius_km=40)
        self.grant = lend(two)

    def scope(self, where: str) -> AbstractContextManager[None]:
        return self.two.at_home() if where == "home" else self.two.in_need()

    def asks(self, where: str) -> Request:
        with self.scope(where):
            return file_request(self.pool_at_home if where == "home" else self.two.pool)

    def works(self, where: str) -> Assignment:
        request = self.asks(where)
        with self.scope(where):
            office = self.pool_at_home if where == "home" else self.two.pool
            return accept(ask(office, request, self.two.noor))

    def books(self, where: str, start: datetime, *, heavy: bool = False) -> None:
        """An hour of Noor, given away by this region."""
        with self.scope(where):
            pool.book_all(
                [
                    pool.Booking(
                        expert=Expert.reachable.get(pk=self.two.noor.pk),
                        kind=BlockKind.SESSION,
                        start=start,
                        end=start + HOUR,
                        travel=timedelta(),
                        source=uuid4(),
                        is_heavy=heavy,
                        grant_id=None if where == "home" else self.grant.pk,
                    )
                ]
            )

    def limits(self, **fields: int) -> None:
        with self.two.at_home():
            Expert.objects.filter(pk=self.two.noor.pk).update(**fields)

    def codes(self, where: str, *, start: datetime | None = None) -> set[str]:
        """What this region finds against Noor, for a request of its own."""
        request = self.asks(where)
        with self.scope(where):
            if start:
                Seat.objects.filter(request=request).update(starts_at=start, ends_at=start + HOUR)
            found = late_objections(seat_of(request), self.two.noor.pk, now=NOON + MINUTE)
            return {one.code for one in found}


@pytest.fixture
def both(region: Region, other_region: Region) -> Both:
    return Both(make_neighbours(home=other_region, here=region))


WAYS = [("home", "elsewhere"), ("elsewhere", "home")]
each_way = pytest.mark.parametrize(("works_in", "asked_in"), WAYS)


# --- People somebody stands beside ------------------------------------------------------------


@each_way
def test_a_buddy_in_one_region_is_carried_in_the_other(
    both: Both, works_in: str, asked_in: str
) -> None:
    both.limits(max_running=1)
    assert "MAX_RUNNING" not in both.codes(asked_in)

    work = both.works(works_in)

    assert "MAX_RUNNING" in both.codes(asked_in)
    with both.scope(works_in):
        Assignment.objects.filter(pk=work.pk).update(
            state=AssignmentState.ENDED, ended_at=NOON + HOUR
        )
    assert "MAX_RUNNING" not in both.codes(asked_in)


@each_way
def test_without_the_line_at_home_it_would_not_count(
    both: Both, works_in: str, asked_in: str
) -> None:
    """The twin: the line that both regions read is taken away, the work runs on."""
    both.limits(max_running=1)
    both.works(works_in)

    with both.two.at_home():
        Carried.objects.filter(expert=both.two.noor).delete()

    assert "MAX_RUNNING" not in both.codes(asked_in)


def test_a_large_pool_drops_who_carries_enough_elsewhere(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieving, "SMALL_POOL", 0)
    both.limits(max_running=1)
    request = both.asks("home")
    with both.two.at_home():
        before = look(seat_of(request), now=NOON).fitting

    both.works("elsewhere")

    with both.two.at_home():
        assert (before, look(seat_of(request), now=NOON).fitting) == ([both.two.noor.pk], [])


def test_work_at_home_leaves_the_agreed_room_elsewhere_and_no_more(both: Both) -> None:
    both.limits(max_running=3)
    both.works("home")
    assert "MAX_RUNNING" not in both.codes("elsewhere")

    both.works("elsewhere")

    # One at the same time there, as agreed, though two of three is not full at home.
    assert "MAX_RUNNING" in both.codes("elsewhere")
    assert "MAX_RUNNING" not in both.codes("home")


def test_counting_only_what_is_here_would_ask_too_much(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of both directions at once: a borrower that sees its own lines alone."""
    both.limits(max_running=1)
    both.works("home")
    monkeypatch.setattr(lending_module, "carried_by", carried_here_by)
    monkeypatch.setattr("matching.queries.fit.carried_by", carried_here_by)

    assert "MAX_RUNNING" not in both.codes("elsewhere")


def test_the_own_page_and_the_week_of_the_pool_count_work_elsewhere(both: Both) -> None:
    both.limits(max_running=1)
    both.works("elsewhere")
    both.books("elsewhere", TUESDAY_EVENING)

    with both.two.at_home():
        noor = Expert.objects.get(pk=both.two.noor.pk)
        load = queries.own_load(noor, now=NOON)
        (row,) = week(first=local(NOON).date(), now=NOON).rows
        (line,) = queries.board(sees_dates_of=lambda _one: True, now=NOON).people

    assert (load.running, load.sessions, load.week, load.is_full) == (1, 1, HOUR, True)
    assert (row.n_running, row.max_running) == (1, 1)
    assert (line.name, line.sessions) == ("Noor Visser", 1)


@pytest.mark.database
def test_what_counts_is_what_lasts() -> None:
    ((body,),) = sql("SELECT prosrc FROM pg_proc WHERE proname = 'naast_carry'")

    named = body[body.index("ARRAY[") + 6 :]
    assert set(named[: named.index("]")].replace("'", "").split(", ")) == LASTING


# --- Hours, weeks and rest --------------------------------------------------------------------


def forget(others: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Read the calendar without the hours that another region booked, or that home did."""
    wrong = f"FROM pool_block x\n    WHERE x.grant_id IS {others} NULL AND "
    # By its name in the list: the package shows the function of the same name.
    module = sys.modules["pool.queries.candidates"]
    question = QUESTION.replace("FROM pool_block x\n    WHERE ", wrong)
    assert question.count(wrong) >= 4
    return lambda monkeypatch: monkeypatch.setattr(module, "QUESTION", question)


def full_week(both: Both, where: str) -> None:
    both.limits(max_per_week=1)
    both.books(where, TUESDAY_EVENING)


def just_met(both: Both, where: str) -> None:
    both.books(where, NOON - 2 * HOUR)


def heavy_before(both: Both, where: str) -> None:
    both.books(where, TUESDAY_EVENING, heavy=True)


def taken(both: Both, where: str) -> None:
    both.books(where, TUESDAY_EVENING)


HOURS = {
    "MAX_PER_WEEK": (full_week, None),
    "REST": (just_met, None),
    "RESTING": (heavy_before, TUESDAY_EVENING + 2 * HOUR),
    "BUSY": (taken, TUESDAY_EVENING),
}


@each_way
@pytest.mark.parametrize("code", HOURS)
def test_hours_in_one_region_count_in_the_other(
    both: Both, works_in: str, asked_in: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens, start = HOURS[code]
    assert code not in both.codes(asked_in, start=start)

    happens(both, works_in)

    assert code in both.codes(asked_in, start=start)
    # The twin: a judge that leaves out the hours of the other region finds nothing.
    forget("NOT" if works_in == "home" else "")(monkeypatch)
    assert code not in both.codes(asked_in, start=start)


# --- And nobody reads whose work it is --------------------------------------------------------


@pytest.mark.database
def test_home_sees_that_there_is_work_and_nothing_of_the_request(both: Both) -> None:
    both.works("elsewhere")
    both.books("elsewhere", TUESDAY_EVENING)

    with both.two.at_home():
        seen = seen_of(both.two.here)
        lines = list(Carried.objects.filter(grant_id=both.grant.pk))
        hours = Block.objects.get(state=BlockState.LIVE)

    # A question and work: whose they are is a key to rows that are not there.
    assert seen == {"matching_assignment": 1, "matching_offer": 1}
    assert [one.expert_id for one in lines] == [both.two.noor.pk]
    assert hours.grant_id == both.grant.pk
    columns = sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'pool_carried'"
    )
    assert {name for (name,) in columns} == {"id", "region_id", "expert_id", "grant_id", "source"}


@pytest.mark.database
def test_elsewhere_sees_how_much_is_carried_at_home_and_none_of_the_work(both: Both) -> None:
    both.works("home")

    with both.two.in_need():
        seen = seen_of(both.two.home)

    assert seen["pool_carried"] == 1
    assert not {name for name in seen if name.startswith(("matching_", "scheduling_"))}


@pytest.mark.database
def test_the_other_region_takes_away_its_own_lines_and_no_others(both: Both) -> None:
    both.works("home")
    both.works("elsewhere")

    with both.two.in_need(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pool_carried WHERE expert_id = %s", [both.two.noor.pk])

    with both.two.at_home():
        (left,) = Carried.objects.all()
    assert left.grant_id is None


def test_work_that_outlives_the_agreement_still_counts_and_ends(both: Both) -> None:
    both.limits(max_running=1)
    work = both.works("elsewhere")
    with both.two.at_home():
        pool.end_lending(grant_id=both.grant.pk, by=both.two.zoe, now=NOON + HOUR)
    assert "MAX_RUNNING" in both.codes("home")

    with both.two.in_need():
        Assignment.objects.filter(pk=work.pk).update(
            state=AssignmentState.ENDED, ended_at=NOON + 2 * HOUR
        )

    assert "MAX_RUNNING" not in both.codes("home")


@pytest.mark.database
def test_work_that_ran_before_the_line_existed_is_written_down(both: Both) -> None:
    both.works("home")
    both.works("elsewhere")
    with both.two.at_home():
        Carried.objects.filter(expert=both.two.noor).delete()

    as_then = MigrationLoader(connection).project_state(("matching", "0016_carry_what_runs")).apps
    import_module("matching.migrations.0016_carry_what_runs").carry(as_then, None)

    with both.two.at_home():
        assert Carried.objects.count() == 2


def test_nothing_speaks_against_noor_to_begin_with(both: Both) -> None:
    assert both.codes("home") == both.codes("elsewhere") == set()
