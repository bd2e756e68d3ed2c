"""Due work: nothing is lost, nothing is done twice, nobody is starved."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.db import OperationalError, connection, connections, transaction
from kombu import pools

from config.celery import app
from core import clock
from core.access.models import Organisation, Region
from core.access.scope import current_region, region_scope
from core.outbox import Done, Job, Later, WorkState, cancel, due, run_due, schedule
from core.outbox.models import DueWork
from tests.conftest import NOON, as_worker
from tests.core.parts import host, sql, two_regions

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECOND = timedelta(seconds=1)
Diary = list[tuple[uuid.UUID, datetime]]


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Handlers that a test registers are gone afterwards."""
    kept = dict(due.HANDLERS)
    yield
    due.HANDLERS.clear()
    due.HANDLERS.update(kept)


@pytest.fixture
def diary() -> Diary:
    """What the handler of "test.note" was called with."""
    notes: Diary = []

    @due.handler("test.note")
    def note(subject: uuid.UUID, now: datetime) -> None:
        notes.append((subject, now))

    return notes


def plan(kind: str = "test.note", *, at: datetime = NOON, number: int = 0) -> uuid.UUID:
    subject = uuid.uuid4()
    assert schedule(kind, subject=subject, at=at, once_per=f"{kind}-{number}-{subject}")
    return subject


def states() -> dict[uuid.UUID, str]:
    return dict(DueWork.objects.values_list("subject", "state"))


@pytest.mark.usefixtures("in_region")
def test_work_is_done_when_it_is_due_and_not_before(diary: Diary) -> None:
    subject = plan(at=NOON)

    early, on_time, again = (run_due(now=NOON + n * SECOND) for n in (-1, 0, 1))

    assert (early, on_time, again) == (0, 1, 0)
    ((done, at),) = diary
    assert done == subject
    assert NOON <= at < NOON + 5 * SECOND
    assert states() == {subject: WorkState.DONE}


@pytest.mark.usefixtures("in_region", "diary")
def test_the_same_occasion_is_planned_once() -> None:
    subject = uuid.uuid4()

    made = [schedule("test.note", subject=subject, at=NOON, once_per="once") for _again in range(2)]

    assert made == [True, False]
    assert DueWork.objects.count() == 1


def test_the_same_occasion_in_another_region_is_another(
    region: Region, other_region: Region
) -> None:
    made = []
    for where in (region, other_region):
        with region_scope(where.pk):
            made.append(schedule("test.note", subject=uuid.uuid4(), at=NOON, once_per="once"))

    assert made == [True, True]


@pytest.mark.usefixtures("in_region")
def test_cancelled_work_is_not_done(diary: Diary) -> None:
    subject = plan()

    assert cancel("test.note", subject=subject, now=NOON) == 1
    assert run_due(now=NOON) == 0

    assert diary == []
    assert states() == {subject: WorkState.CANCELLED}


@pytest.mark.usefixtures("in_region")
def test_the_mark_commits_with_the_work_or_not_at_all() -> None:
    @due.handler("test.half")
    def half(_subject: uuid.UUID, _now: datetime) -> None:
        host("Half")
        raise ZeroDivisionError

    subject = plan("test.half")
    run_due(now=NOON)

    assert not Organisation.objects.filter(name="Half").exists()
    assert states() == {subject: WorkState.WAITING}


# --- Claims -----------------------------------------------------------------------------------


def claims_at_once(claim: Callable[[Barrier], list[int]]) -> list[list[int]]:
    line = Barrier(2)

    def run(_number: int) -> list[int]:
        try:
            return claim(line)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=2) as workers:
        return list(workers.map(run, range(2)))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_get_different_rows_and_both_get_some() -> None:
    here, there = two_regions()
    for where in (here, there):
        with region_scope(where.pk):
            for _number in range(60):
                plan()

    def claim(line: Barrier) -> list[int]:
        line.wait(5)
        return [row.pk for row in due.claim(now=NOON, limit=20)]

    with as_worker():
        rounds = [claims_at_once(claim) for _round in range(3)]

    leased = [pk for both in rounds for one in both for pk in one]
    assert len(leased) == len(set(leased)) == 120
    assert all(len(one) == 20 for both in rounds for one in both)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_workers_would_get_the_same_rows() -> None:
    with region_scope(two_regions()[0].pk):
        for _number in range(20):
            plan()

    def claim(line: Barrier) -> list[int]:
        rows = list(DueWork.unbound.filter(lease_until=None).values_list("pk", flat=True))
        line.wait(5)  # the twin: looked, and then took
        DueWork.unbound.filter(pk__in=rows).update(lease_until=NOON)
        return rows

    with as_worker():
        first, second = claims_at_once(claim)

    assert set(first) == set(second)


@pytest.mark.usefixtures("in_region", "diary")
def test_a_lease_that_ran_out_is_taken_over() -> None:
    plan()

    (first,) = due.claim(now=NOON)
    held = due.claim(now=NOON + due.LEASE - SECOND)
    (second,) = due.claim(now=NOON + due.LEASE)

    assert held == []
    assert second.pk == first.pk


@pytest.mark.usefixtures("in_region")
def test_a_row_that_another_took_over_is_not_begun(diary: Diary) -> None:
    plan()
    (late,) = due.claim(now=NOON)
    due.claim(now=NOON + due.LEASE)

    due._process(late, lambda: NOON + due.LEASE)

    assert diary == []
    assert DueWork.objects.get().attempts == 0


def backlog(region: Region, n_rows: int, first_at: datetime, every: timedelta) -> None:
    DueWork.objects.bulk_create(
        DueWork(
            region=region,
            kind="test.note",
            subject=uuid.uuid4(),
            once_per=str(number),
            not_before=first_at + number * every,
        )
        for number in range(n_rows)
    )


@pytest.mark.django_db(transaction=True)
def test_a_region_with_a_backlog_does_not_silence_another() -> None:
    here, there = two_regions()
    with region_scope(here.pk):
        backlog(here, 500, NOON - timedelta(days=1), SECOND)
    with region_scope(there.pk):
        late = plan(at=NOON)

    with as_worker():
        rows = due.claim(now=NOON)
        # The twin: earliest first, without turns.
        earliest = sql("SELECT region_id FROM core_duework ORDER BY not_before LIMIT 40")

    assert [row.region_id for row in rows[:3]] == [here.pk, there.pk, here.pk]
    assert rows[1].subject == late
    assert set(earliest) == {(here.pk,)}


@pytest.mark.usefixtures("in_region", "diary")
def test_an_unused_lease_goes_back_and_costs_no_try(monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        plan()
    monkeypatch.setattr(due, "TURN", timedelta(seconds=-1))  # the turn is over at once

    run_due(now=NOON)

    assert set(DueWork.objects.values_list("attempts", "lease_until", "state")) == {
        (0, None, WorkState.WAITING)
    }


@pytest.mark.django_db(transaction=True)
def test_a_claim_reads_due_rows_by_index_and_no_future_ones() -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        backlog(here, 5000, NOON - timedelta(days=200), timedelta(days=1))
    values: dict[str, Any] = {
        "now": NOON,
        "lease_until": NOON + due.LEASE,
        "limit": due.BATCH,
        "candidates": due.BATCH * due.CANDIDATES,
    }

    with as_worker(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {due.CLAIM}", values)
        (found,) = cursor.fetchone()
    scans = list(_scans((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))

    assert any("not_before" in scan.get("Index Cond", "") for scan in scans)
    # Nobody told the planner about the new rows: its figures are as stale as after a night's plan.
    read = [
        scan["Actual Loops"] * (scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0))
        for scan in scans
    ]
    assert max(read) <= due.BATCH * due.CANDIDATES


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") == "core_duework":
        yield plan
    for part in plan.get("Plans", []):
        yield from _scans(part)


# --- Work that fails --------------------------------------------------------------------------


def run_until_quiet(*, start: datetime = NOON, rounds: int = 60) -> datetime:
    """Let the clock jump from one due row to the next until none waits."""
    now = start
    for _round in range(rounds):
        run_due(now=now)
        waiting = DueWork.objects.filter(state=WorkState.WAITING).order_by("not_before")
        row = waiting.first()
        if row is None:
            return now
        now = max(now, row.not_before, row.lease_until or now) + SECOND
    raise AssertionError("something waits for ever")


@pytest.mark.usefixtures("in_region")
def test_a_poisoned_row_fails_and_the_others_flow(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    given_up: Diary = []

    @due.handler("test.poison", give_up=lambda subject, now: given_up.append((subject, now)))
    def poison(_subject: uuid.UUID, _now: datetime) -> None:
        raise ZeroDivisionError

    good, bad = plan(), plan("test.poison", at=NOON - SECOND)

    with caplog.at_level(logging.CRITICAL):
        run_due(now=NOON)
        assert states() == {good: WorkState.DONE, bad: WorkState.WAITING}
        run_until_quiet()

    assert [subject for subject, _at in diary] == [good]
    assert states()[bad] == WorkState.FAILED
    assert [subject for subject, _at in given_up] == [bad]
    assert DueWork.objects.get(subject=bad).attempts == due.MAX_CRASHES


@pytest.mark.usefixtures("in_region")
def test_giving_up_that_fails_as_well_leaves_the_row_failed() -> None:
    def hopeless(_subject: uuid.UUID, _now: datetime) -> None:
        host("Hopeless")
        raise ZeroDivisionError

    due.handler("test.poison", give_up=hopeless)(hopeless)
    bad = plan("test.poison")

    run_until_quiet()

    assert states()[bad] == WorkState.FAILED
    assert not Organisation.objects.exists()


@pytest.mark.usefixtures("in_region")
def test_work_that_nobody_knows_fails_in_the_end() -> None:
    bad = plan("test.unknown")

    run_until_quiet()

    assert states()[bad] == WorkState.FAILED


class Killed(BaseException):
    """Ends whoever is at work without a word, as `kill -9` does."""


def run_and_be_killed(*, now: datetime) -> None:
    with pytest.raises(Killed):
        run_due(now=now)


@pytest.mark.usefixtures("in_region")
def test_a_row_that_kills_its_worker_fails_and_takes_no_other_along(diary: Diary) -> None:
    deaths = []

    @due.handler("test.killer")
    def killer(_subject: uuid.UUID, now: datetime) -> None:
        deaths.append(now)
        raise Killed

    bad = plan("test.killer", at=NOON - SECOND)
    good = {plan() for _number in range(3)}

    for number in range(due.MAX_CRASHES):
        run_and_be_killed(now=NOON + number * due.LEASE)
    assert diary == []  # each time it came first, and they were leased with it
    run_due(now=NOON + due.MAX_CRASHES * due.LEASE)

    assert len(deaths) == due.MAX_CRASHES
    assert states() == {bad: WorkState.FAILED} | dict.fromkeys(good, WorkState.DONE)


@pytest.mark.usefixtures("in_region")
def test_trouble_of_the_database_is_not_the_rows_fault() -> None:
    tries = []

    @due.handler("test.deadlock")
    def deadlock(_subject: uuid.UUID, now: datetime) -> None:
        tries.append(now)
        if len(tries) <= due.MAX_CRASHES + 1:
            raise OperationalError("deadlock detected")

    subject = plan("test.deadlock")

    run_until_quiet()

    assert states()[subject] == WorkState.DONE


class Outside:
    """A job whose provider answers (or kills) from a list; the last answer stays."""

    def __init__(self, *answers: Done | Later | Killed) -> None:
        self.answers = list(answers)
        self.finished: list[tuple[Done | Later, datetime]] = []

    def send(self) -> Done | Later:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Killed):
            raise answer
        return answer

    def finish(self, outcome: Done | Later, now: datetime) -> None:
        self.finished.append((outcome, now))


def outside(*answers: Done | Later | Killed, **options: Any) -> Outside:
    job = Outside(*answers)

    @due.handler("test.outside", **options)
    def work(_subject: uuid.UUID, _now: datetime) -> Job:
        return job

    return job


@pytest.mark.usefixtures("in_region")
def test_later_climbs_the_ladder_and_then_succeeds() -> None:
    job = outside(Later("busy"), Later("busy"), Done())
    subject = plan("test.outside")

    run_until_quiet()

    first, second, third = (at for _outcome, at in job.finished)
    assert timedelta(seconds=10) <= second - first < timedelta(seconds=15)
    assert timedelta(seconds=30) <= third - second < timedelta(seconds=35)
    assert states()[subject] == WorkState.DONE


@pytest.mark.usefixtures("in_region")
def test_later_ends_after_four_hours() -> None:
    given_up: Diary = []
    job = outside(Later("busy"), give_up=lambda subject, now: given_up.append((subject, now)))
    subject = plan("test.outside")

    run_until_quiet()

    assert len(job.finished) == due.MAX_TRIES
    ((gone, at),) = given_up
    assert gone == subject
    assert timedelta(hours=3, minutes=45) < at - NOON < timedelta(hours=4, minutes=15)
    assert states()[subject] == WorkState.FAILED


@pytest.mark.usefixtures("in_region")
def test_one_kill_does_not_end_what_a_silent_provider_made_wait() -> None:
    job = outside(*[Later("busy")] * (due.MAX_CRASHES + 2), Killed(), Done())
    subject = plan("test.outside")
    now = NOON
    while len(job.finished) < due.MAX_CRASHES + 2:
        now += timedelta(minutes=16)
        run_due(now=now)

    run_and_be_killed(now=now + timedelta(minutes=16))
    run_due(now=now + timedelta(minutes=16) + due.LEASE)

    assert states()[subject] == WorkState.DONE


# --- The worker's role ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_lowers_itself_to_the_application_for_each_row() -> None:
    here, there = two_regions()
    seen: list[tuple[int, str, int, int]] = []

    @due.handler("test.role")
    def role(_subject: uuid.UUID, _now: datetime) -> None:
        ((who,),) = sql("SELECT current_user::text")
        rows = sql("SELECT count(*) FROM core_duework")[0][0]
        seen.append((current_region(), who, Organisation.unbound.count(), rows))

    for where in (here, there):
        with region_scope(where.pk):
            host(where.name)
            plan("test.role")

    with as_worker():
        assert run_due(now=NOON) == 2
        assert sql("SELECT current_user::text") == [("naast_worker",)]

    assert sorted(seen) == sorted([(here.pk, "naast_app", 1, 1), (there.pk, "naast_app", 1, 1)])


@pytest.mark.django_db(transaction=True)
def test_without_lowering_itself_the_worker_could_do_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, _there = two_regions()
    monkeypatch.setattr(due, "become_app", lambda: None)  # the twin

    @due.handler("test.role")
    def role(_subject: uuid.UUID, _now: datetime) -> None:
        Organisation.unbound.count()

    with region_scope(here.pk):
        plan("test.role")
    with as_worker():
        run_due(now=NOON)

    with region_scope(here.pk):
        assert set(states().values()) == {WorkState.WAITING}


# --- Nudges -----------------------------------------------------------------------------------


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """The broker's address leads nowhere; this process has not noticed yet."""
    old = app.conf.broker_url
    app.conf.update(broker_url="redis://127.0.0.1:1/0")
    app.pool.force_close_all()  # type: ignore[attr-defined]  # kombu has it
    app.set_default()
    due._quiet.until = 0.0
    yield
    app.conf.update(broker_url=old)
    due._quiet.until = 0.0


@pytest.mark.usefixtures("dead_broker")
@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_reaches_nobody_neither_fails_nor_waits() -> None:
    here, _there = two_regions()

    began = time.monotonic()
    with region_scope(here.pk):
        for _number in range(20):
            plan()
    first = time.monotonic() - began
    with region_scope(here.pk):
        plan()
    second = time.monotonic() - began - first

    assert first < 2
    assert second < 0.5


@pytest.mark.usefixtures("in_region")
def test_one_transaction_knocks_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        for _number in range(5):
            with transaction.atomic():
                plan()

    assert callbacks == [due.nudge]


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_nobody_heard_is_void_after_a_while() -> None:
    here, _there = two_regions()
    pools.reset()  # another test may have closed them
    app._after_fork()  # type: ignore[attr-defined]  # celery has it
    due._quiet.until = 0.0
    heard: list[dict[str, Any]] = []

    def hear(headers: dict[str, Any], **_signal: Any) -> None:
        heard.append(headers)

    began = clock.now()
    before_task_publish.connect(hear)
    try:
        with region_scope(here.pk):
            plan()
    finally:
        before_task_publish.disconnect(hear)

    (nudge,) = heard
    void_at = datetime.fromisoformat(nudge["expires"])
    assert timedelta(seconds=5) < void_at - began < timedelta(seconds=30)
