"""Facts of rows: the same before and after a request ends, and after its rows are gone."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.access.models import Region
from core.access.scope import region_scope
from core.purge import _clean
from insight import rules
from insight.actions import count_request, write_facts
from insight.models import Counted, Fact
from insight.queries import facts
from insight.rules import Kind
from matching import actions, signals
from matching.models import Case, Request
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.conftest import NOON
from tests.factories.matching import (
    DAY,
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    decline,
    file_request,
    make_matched,
    make_pool,
)
from tests.factories.scheduling import SUNDAY, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
SINCE = date(2026, 1, 1)
LONG_AFTER = NOON + 400 * DAY


def counted(now: datetime = NOON + DAY) -> Counter[rules.Fact]:
    return Counter(facts(since=SINCE, now=now))


def n(kind: Kind, now: datetime = NOON + DAY) -> int:
    return sum(times for fact, times in counted(now).items() if fact.kind == kind)


def minutes(kind: Kind, now: datetime = NOON + DAY) -> list[tuple[int | None, bool]]:
    return [(fact.minutes, fact.came) for fact in counted(now) if fact.kind == kind]


def purge_cases(now: datetime) -> None:
    assert _clean(Case, now)
    assert not Request.objects.exists()


def test_a_running_request_is_counted_from_its_own_rows() -> None:
    pool = make_pool(2)
    request = file_request(pool)
    decline(ask(pool, request), now=NOON + 30 * MINUTE)

    assert (n(Kind.FILED), n(Kind.ASKED), n(Kind.DECLINED)) == (1, 2, 1)
    assert minutes(Kind.MATCHED, NOON + HOUR) == [(60, False)]
    assert not Fact.objects.exists()


def test_ending_a_request_changes_no_figure_and_neither_does_its_purge() -> None:
    pool = make_pool(3)
    request, _assignment = make_matched(pool)
    actions.record_first_contact(request_id=request.pk, by=pool.bram, now=NOON + DAY, at=NOON)
    ended = NOON + 2 * DAY
    before = counted(ended)

    actions.close_request(request_id=request.pk, by=pool.cas, now=ended)
    after = counted(LONG_AFTER)
    purge_cases(LONG_AFTER)

    assert before == after == counted(LONG_AFTER)
    assert {fact.kind for fact in after} >= {Kind.FILED, Kind.MATCHED, Kind.CONTACT, Kind.ASKED}
    assert not Counted.objects.exists()


def test_a_signal_that_comes_twice_counts_once() -> None:
    pool = make_pool(1)
    request, _assignment = make_matched(pool)
    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + DAY)
    once = counted()

    request.refresh_from_db()
    signals.request_closed.send(sender=None, request=request, now=NOON + DAY)

    assert counted() == once
    assert count_request(request_id=request.pk, now=NOON + 2 * DAY) == 0


def test_an_act_that_rolls_back_counts_nothing() -> None:
    pool = make_pool(1)
    request, _assignment = make_matched(pool)

    with transaction.atomic():
        actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + DAY)
        transaction.set_rollback(True)

    assert not Fact.objects.exists()
    assert n(Kind.FILED) == 1


def test_a_yes_that_was_taken_back_is_none() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    assignment = accept(ask(pool, request))
    actions.undo_accept(
        offer_id=assignment.offer_id, expert_id=assignment.expert_id, now=NOON + 5 * MINUTE
    )

    assert [came for _, came in minutes(Kind.MATCHED)] == [False]


def test_silence_is_no_decline() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    offer = ask(pool, request)
    actions.expire_offer(offer_id=offer.pk, now=offer.deadline_at)

    assert (n(Kind.SILENT), n(Kind.DECLINED)) == (1, 0)


def test_nobody_available_counts_once_a_request_also_when_somebody_came_later() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    decline(ask(pool, request))
    assert n(Kind.NOBODY) == 1

    accept(ask(pool, request, pool.experts[0], now=NOON + HOUR), now=NOON + 2 * HOUR)

    assert n(Kind.NOBODY) == 1
    assert minutes(Kind.MATCHED) == [(120, True)]


def test_a_withdrawn_request_is_told_as_withdrawn() -> None:
    pool = make_pool(1)
    request = file_request(pool)
    actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON + HOUR)

    assert n(Kind.WITHDRAWN) == 1
    assert minutes(Kind.CONTACT, LONG_AFTER) == [(60, False)]


def hear(pool: Pool, request: Request, **news: Any) -> None:
    """Bram records what the municipality said about the measure."""
    assert request.measure_id is not None
    actions.record_measure_event(
        measure_id=request.measure_id,
        source="MUNICIPALITY",
        document_seen=True,
        heard_at=NOON + HOUR,
        by=pool.bram,
        now=NOON + HOUR,
        **news,
    )


@pytest.mark.parametrize("news", ["WITHDRAWN", "SUSPENDED", "ANNULLED"])
def test_the_end_of_a_measure_before_its_time_is_told(news: str) -> None:
    request, _assignment = make_matched(pool := make_pool(1))
    hear(pool, request, kind=news)

    assert (n(Kind.ENDED_EARLY), n(Kind.EXTENDED)) == (1, 0)


def test_a_measure_that_was_extended_twice_counts_once_a_request() -> None:
    request, _assignment = make_matched(pool := make_pool(1))
    for day in (24, 30):
        end = datetime(2026, 3, day, 22, 40)  # noqa: DTZ001  (a wall clock)
        hear(pool, request, kind="EXTENDED", new_end_wall=end)

    assert n(Kind.EXTENDED) == 1


def test_the_first_meeting_is_the_first_check_in_and_a_call_is_none() -> None:
    scene = make_scene()
    scene.plan(kind="PHONE", start=SUNDAY - 3 * HOUR)
    scene.plan()
    for role in SessionRole.objects.filter(assignment=scene.assignment).order_by(
        "session__starts_at"
    ):
        starts_at = role.session.starts_at
        scheduling.check_in(role_id=role.pk, by=scene.ruben_user, now=starts_at)

    met = [fact for fact in facts(since=SINCE, now=SUNDAY) if fact.kind == Kind.MEETING]

    # He could be reached from Saturday noon on.
    assert [(fact.minutes, fact.came) for fact in met] == [(26 * 60, True)]


def test_figures_cost_the_same_however_much_runs() -> None:
    pool = make_pool(6)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            facts(since=SINCE, now=NOON + DAY)
        return len(seen)

    make_matched(pool)
    few = cost()
    for _round in range(4):
        make_matched(pool)
        ended, _assignment = make_matched(pool)
        actions.close_request(request_id=ended.pk, by=pool.cas, now=NOON + HOUR)

    assert cost() == few == 5


def test_older_weeks_are_left_out() -> None:
    request, _assignment = make_matched(pool := make_pool(1))
    assert facts(since=date(2026, 3, 9), now=NOON)
    assert facts(since=date(2026, 3, 16), now=NOON) == []

    actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + HOUR)

    assert facts(since=date(2026, 3, 9), now=NOON)
    assert facts(since=date(2026, 3, 16), now=NOON) == []


def test_no_region_counts_for_another(other_region: Region) -> None:
    make_matched(make_pool(1))
    write_facts([GOOD])

    with region_scope(other_region.pk):
        assert facts(since=SINCE, now=NOON) == []


# --- The table --------------------------------------------------------------------------------

GOOD = rules.Fact(
    Kind.CONTACT, date(2026, 3, 9), date(2026, 3, 1), "BUDDY_1ON1", "URGENT", minutes=45
)


@pytest.mark.database
@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"week": date(2026, 3, 10)}, "fact_knows_no_day"),
        ({"month": date(2026, 3, 2)}, "fact_knows_no_day"),
        ({"minutes": 44}, "fact_minutes_are_quarters"),
        ({"minutes": None}, "fact_minutes_iff_timed"),
        ({"kind": Kind.FILED}, "fact_minutes_iff_timed"),
        ({"kind": "NAME"}, "fact_kind_known"),
    ],
)
def test_the_table_keeps_no_day_no_minute_and_no_word(broken: dict[str, object], name: str) -> None:
    assert write_facts([GOOD]) == 1

    with pytest.raises(IntegrityError, match=name):
        write_facts([GOOD._replace(**broken)])  # type: ignore[arg-type]


def test_a_fact_has_no_field_that_could_lead_back() -> None:
    assert {field.name for field in Fact._meta.get_fields()} == {
        "id",
        "region",
        "kind",
        "week",
        "month",
        "activity",
        "urgency",
        "minutes",
        "came",
    }
    assert not [field for field in Fact._meta.get_fields() if "Time" in type(field).__name__]


def test_facts_go_after_five_years() -> None:
    write_facts([GOOD])
    year = timedelta(days=366)

    assert _clean(Fact, NOON + 4 * year) == 0
    assert _clean(Fact, NOON + 6 * year) == 1
