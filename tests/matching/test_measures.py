"""Measures: what was recorded, what is heard later, and what the clock reaches."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.errors import NotAllowed
from core.models import DueWork, Message
from core.states import IllegalMove
from matching import actions, signals
from matching.due import ask_about_measure, reach_end
from matching.models import Measure, MeasureEvent, Request, Task
from matching.models.requests import TaskKind
from matching.queries import gate
from matching.states import MeasureEventKind, MeasureKind, MeasureState, Source
from pool.models import RegionProfile
from tests.conftest import NOON
from tests.factories.matching import (
    HOUR,
    IMPOSED_AT,
    MINUTE,
    Pool,
    file_request,
    make_matched,
    make_measure_filing,
    make_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
SECOND = timedelta(seconds=1)
# Imposed on Monday 9 March 2026, 22:40: ten days later, and 28, on the other side of 29 March.
END = datetime(2026, 3, 19, 21, 40, tzinfo=UTC)
LONGEST = datetime(2026, 4, 6, 20, 40, tzinfo=UTC)
LONGEST_WALL = datetime(2026, 4, 6, 22, 40)  # noqa: DTZ001  (a wall clock)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def pool() -> Pool:
    return make_pool(1)


def measure_of(request: Request) -> Measure:
    assert request.measure_id is not None
    return Measure.objects.get(pk=request.measure_id)


def hear(pool: Pool, request: Request, kind: str, **news: object) -> MeasureEvent:
    plain: dict[str, object] = {
        "measure_id": request.measure_id,
        "kind": kind,
        "source": Source.CASE_MANAGER,
        "document_seen": False,
        "heard_at": NOON + HOUR,
        "by": pool.bram,
        "now": NOON + HOUR,
    }
    return actions.record_measure_event(**plain | news)  # type: ignore[arg-type]


# --- Recording --------------------------------------------------------------------------------


def test_an_announced_measure_has_computed_ends_and_none_as_stated(pool: Pool) -> None:
    measure = measure_of(file_request(pool))

    assert measure.state == MeasureState.ANNOUNCED
    assert (measure.imposed_at, measure.imposed_wall) == (IMPOSED_AT, "2026-03-09T22:40")
    assert (measure.end_default_at, measure.end_max_at) == (END, LONGEST)
    assert (measure.end_stated_at, measure.end_at) == (None, END)
    (event,) = MeasureEvent.objects.filter(measure=measure)
    assert (event.kind, event.recorded_by, event.document_seen) == ("RECORDED", pool.bram, False)


def test_what_the_decision_says_wins(pool: Pool) -> None:
    filing = make_measure_filing(end_stated_wall=wall("2026-03-21T22:40"), decision_seen=True)

    measure = measure_of(file_request(pool, measure=filing))

    assert measure.state == MeasureState.ACTIVE
    assert measure.end_default_at == END
    assert measure.end_at == datetime(2026, 3, 21, 21, 40, tzinfo=UTC)


def test_a_doubled_imposition_is_asked_and_kept(pool: Pool) -> None:
    twice = wall("2026-10-25T02:30")
    now = datetime(2026, 10, 25, 8, tzinfo=UTC)
    with pytest.raises(actions.AmbiguousImposition):
        file_request(pool, measure=make_measure_filing(imposed_wall=twice), now=now)

    first = measure_of(
        file_request(pool, measure=make_measure_filing(imposed_wall=twice, imposed_fold=0), now=now)
    )

    assert first.imposed_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert first.end_default_at == datetime(2026, 11, 4, 1, 30, tzinfo=UTC)


def test_a_doubled_end_is_later_until_somebody_says_which(pool: Pool) -> None:
    filing = make_measure_filing(imposed_wall=wall("2026-10-15T02:30"))
    now = datetime(2026, 10, 15, 8, tzinfo=UTC)
    request = file_request(pool, measure=filing, now=now)
    measure = measure_of(request)
    assert measure.end_is_ambiguous
    assert measure.end_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    hear(
        pool,
        request,
        MeasureEventKind.CORRECTED,
        new_end_wall=wall("2026-10-25T02:30"),
        fold=0,
        now=now,
    )

    measure = measure_of(request)
    assert not measure.end_is_ambiguous
    assert measure.end_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_other_measures_end_as_they_state(pool: Pool) -> None:
    filing = make_measure_filing(kind=MeasureKind.BEHAVIOUR_ORDER)

    measure = measure_of(file_request(pool, measure=filing))

    assert (measure.end_default_at, measure.end_max_at, measure.end_at) == (None, None, None)


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        ("2026-03-09T22:40", actions.EndNotAfterStart),
        ("2026-04-06T22:41", actions.BeyondMaximum),
    ],
)
def test_an_impossible_end_is_refused(pool: Pool, end: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        file_request(pool, measure=make_measure_filing(end_stated_wall=wall(end)))

    assert not Request.objects.exists()


def test_names_of_protected_people_have_no_place(pool: Pool) -> None:
    filing = make_measure_filing(protected_roles=("CHILDREN", "Sanne", "PARTNER"))

    measure = measure_of(file_request(pool, measure=filing))

    assert measure.protected_roles == ["PARTNER", "CHILDREN"]


# --- News -------------------------------------------------------------------------------------


def test_a_paper_that_is_only_seen_opens_nothing(pool: Pool) -> None:
    request = file_request(pool)
    before = gate(request, at=NOON + HOUR).n_done

    hear(pool, request, MeasureEventKind.DECISION_SEEN, document_seen=True)

    measure = measure_of(request)
    assert (measure.state, measure.decision_seen_on) == (MeasureState.ACTIVE, NOON.date())
    assert gate(request, at=NOON + HOUR).n_done == before


def test_exactly_four_weeks_is_right_and_a_minute_more_is_not(pool: Pool) -> None:
    request = file_request(pool)
    with pytest.raises(actions.BeyondMaximum):
        hear(pool, request, MeasureEventKind.EXTENDED, new_end_wall=LONGEST_WALL + MINUTE)

    event = hear(pool, request, MeasureEventKind.EXTENDED, new_end_wall=LONGEST_WALL)

    measure = measure_of(request)
    assert (measure.state, measure.end_at) == (MeasureState.EXTENDED, LONGEST)
    assert (event.state_before, event.state_after, event.new_end_at) == (
        MeasureState.ANNOUNCED,
        MeasureState.EXTENDED,
        LONGEST,
    )


def test_an_extension_without_its_end_is_no_extension(pool: Pool) -> None:
    request = file_request(pool)

    with pytest.raises(actions.EndMissing):
        hear(pool, request, MeasureEventKind.EXTENDED)


def test_news_opens_the_gate_and_tells_everybody_neutrally(pool: Pool) -> None:
    request, assignment = make_matched(pool)
    heard: list[str] = []

    def listen(*, kind: str, **_more: object) -> None:
        heard.append(kind)

    signals.measure_changed.connect(listen)
    try:
        hear(pool, request, MeasureEventKind.SUSPENDED, source=Source.COURT)
    finally:
        signals.measure_changed.disconnect(listen)

    open_codes = set(gate(request, at=NOON + HOUR).open_codes)
    assert {"G1", "G3", "G4", "G5", "G6"} <= open_codes
    assert heard == [MeasureEventKind.SUSPENDED]
    told = Message.objects.filter(once_per__startswith=f"measure:{request.measure_id}")
    assert set(told.values_list("template", "recipient")) == {
        ("matching/something_changed", pool.bram.pk),
        ("matching/something_changed", assignment.expert.user_id),
        ("matching/needs_you", pool.cas.pk),
    }
    assignment.refresh_from_db()
    assert assignment.state == "ACTIVE"


def test_the_states_move_along_their_table(pool: Pool) -> None:
    request = file_request(pool)
    with pytest.raises(IllegalMove):
        hear(pool, request, MeasureEventKind.RESUMED)
    hear(pool, request, MeasureEventKind.SUSPENDED, source=Source.COURT)
    hear(pool, request, MeasureEventKind.RESUMED, source=Source.COURT)
    hear(pool, request, MeasureEventKind.WITHDRAWN, source=Source.MUNICIPALITY)

    with pytest.raises(IllegalMove):
        hear(pool, request, MeasureEventKind.EXTENDED, new_end_wall=LONGEST_WALL)

    assert [
        event.state_after for event in MeasureEvent.objects.order_by("recorded_at", "pk")
    ].count(MeasureState.ACTIVE) == 1


@pytest.mark.parametrize(
    ("kind", "source"),
    [("RECORDED", "CASE_MANAGER"), ("END_REACHED", "CASE_MANAGER"), ("EXTENDED", "CLOCK")],
)
def test_nobody_speaks_for_the_clock(pool: Pool, kind: str, source: str) -> None:
    request = file_request(pool)

    with pytest.raises(actions.UnknownNews):
        hear(pool, request, kind, source=source, new_end_wall=LONGEST_WALL)


def test_only_the_asking_side_and_coordinators_record(pool: Pool) -> None:
    request, assignment = make_matched(pool)

    with pytest.raises(NotAllowed):
        hear(pool, request, MeasureEventKind.DECISION_SEEN, by=assignment.expert.user)
    hear(pool, request, MeasureEventKind.DECISION_SEEN, by=pool.cas)


def test_other_protected_roles_open_what_hangs_on_them(pool: Pool) -> None:
    request, _assignment = make_matched(pool)

    actions.change_protected_roles(
        measure_id=measure_of(request).pk, roles=["PARENTS"], by=pool.bram, now=NOON + HOUR
    )

    assert measure_of(request).protected_roles == ["PARENTS"]
    assert {"G1", "G3", "G4", "G9"} <= set(gate(request, at=NOON + HOUR).open_codes)


# --- The clock --------------------------------------------------------------------------------


def due(request: Request, kind: str) -> list[datetime]:
    rows = DueWork.objects.filter(kind=kind, subject=measure_of(request).pk, state="WAITING")
    return list(rows.order_by("not_before").values_list("not_before", flat=True))


def test_questions_and_the_look_after_the_end_are_planned(pool: Pool) -> None:
    RegionProfile.objects.update(quiet_from=time(22, 0), quiet_until=time(8, 0))

    request = file_request(pool)

    assert due(request, "matching.measure_question") == [
        datetime(2026, 3, 17, 7, tzinfo=UTC),  # day 7 at 22:40, after quiet hours
        datetime(2026, 3, 19, 7, tzinfo=UTC),  # a day before, after quiet hours
        datetime(2026, 3, 19, 19, 40, tzinfo=UTC),  # two hours before
    ]
    assert due(request, "matching.measure_end") == [END + 5 * MINUTE]


def test_a_new_end_plans_anew_and_stops_the_old(pool: Pool) -> None:
    request = file_request(pool)

    hear(pool, request, MeasureEventKind.EXTENDED, new_end_wall=LONGEST_WALL)

    assert due(request, "matching.measure_end") == [LONGEST + 5 * MINUTE]
    assert due(request, "matching.measure_question")[-1] == LONGEST - 2 * HOUR


def questions() -> int:
    return Message.objects.filter(template="matching/measure_question").count()


def test_each_question_is_asked_once(pool: Pool) -> None:
    request = file_request(pool)
    assert request.measure_id is not None
    moments = due(request, "matching.measure_question")

    asked = []
    for at in moments:
        ask_about_measure(request.measure_id, at)
        ask_about_measure(request.measure_id, at + SECOND)
        asked.append(questions())

    assert asked == [1, 2, 3]


def test_a_question_that_came_too_late_or_for_nothing_is_not_asked(pool: Pool) -> None:
    request = file_request(pool)
    assert request.measure_id is not None

    ask_about_measure(request.measure_id, NOON + HOUR)
    ask_about_measure(request.measure_id, END)
    hear(pool, request, MeasureEventKind.WITHDRAWN, source=Source.MUNICIPALITY)
    ask_about_measure(request.measure_id, END - HOUR)

    assert questions() == 0


def test_an_end_that_nobody_confirmed_becomes_a_question_and_no_message_says_over(
    pool: Pool,
) -> None:
    request, _assignment = make_matched(pool)
    assert request.measure_id is not None
    done = gate(request, at=END).n_done

    reach_end(request.measure_id, END + 5 * MINUTE - SECOND)
    assert measure_of(request).state == MeasureState.ANNOUNCED
    reach_end(request.measure_id, END + 5 * MINUTE)
    reach_end(request.measure_id, END + 6 * MINUTE)

    assert measure_of(request).state == MeasureState.END_REACHED_UNCONFIRMED
    assert Task.objects.filter(kind=TaskKind.MEASURE_END, done_at=None).count() == 1
    assert gate(request, at=END).n_done == done
    told = Message.objects.filter(created_at__gte=END).values_list("template", flat=True)
    assert set(told) == {"matching/needs_you"}
    event = MeasureEvent.objects.get(kind="END_REACHED")
    assert (event.source, event.recorded_by) == (Source.CLOCK, None)


def test_an_end_that_moved_meanwhile_is_not_reached(pool: Pool) -> None:
    request = file_request(pool)
    assert request.measure_id is not None
    hear(pool, request, MeasureEventKind.EXTENDED, new_end_wall=LONGEST_WALL)

    reach_end(request.measure_id, END + 5 * MINUTE)

    assert measure_of(request).state == MeasureState.EXTENDED


def test_a_person_confirms_the_end_and_the_task_is_done(pool: Pool) -> None:
    request = file_request(pool)
    assert request.measure_id is not None
    later = END + HOUR
    reach_end(request.measure_id, END + 5 * MINUTE)

    hear(pool, request, MeasureEventKind.END_CONFIRMED, now=later, heard_at=later)

    assert measure_of(request).state == MeasureState.EXPIRED
    assert not Task.objects.filter(kind=TaskKind.MEASURE_END, done_at=None).exists()
    assert due(request, "matching.measure_end") == []


@pytest.mark.parametrize("kind", [MeasureEventKind.CORRECTED, MeasureEventKind.DECISION_SEEN])
def test_a_late_paper_with_a_later_end_brings_it_back(pool: Pool, kind: str) -> None:
    request = file_request(pool)
    assert request.measure_id is not None
    later = END + HOUR
    reach_end(request.measure_id, END + 5 * MINUTE)

    hear(pool, request, kind, now=later, new_end_wall=wall("2026-03-21T22:40"))

    assert measure_of(request).state == MeasureState.ACTIVE
    assert due(request, "matching.measure_end") == [datetime(2026, 3, 21, 21, 45, tzinfo=UTC)]


@pytest.mark.database
def test_the_database_refuses_an_end_before_the_start_and_news_of_nobody(pool: Pool) -> None:
    request = file_request(pool)

    with pytest.raises(IntegrityError, match="measure_stated_end"), transaction.atomic():
        Measure.objects.filter(pk=measure_of(request).pk).update(end_stated_at=IMPOSED_AT)
    with pytest.raises(IntegrityError, match="measure_event_recorded"), transaction.atomic():
        MeasureEvent.objects.update(recorded_by=None)
