"""Reminders a second, from a row that is due to a message that was handed over.

Two processes of the site's own worker loop and channels that take everything, against two that
lease bare rows, write a line with a unique key and mark, and against one Celery task each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from time import monotonic, perf_counter, sleep
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from psycopg import sql

from bench import bare
from bench.figures import ROUNDS, Figure, figure, interleaved
from bench.processes import at_once
from bench.reach import environment, url_of
from core import clock
from core.access.models import Region
from core.access.scope import region_scope
from core.outbox import Channel, MessageState, due, handler, schedule
from core.outbox.models import Message
from scheduling.actions.reminders import KIND
from scheduling.models import Reminder, Session, SessionRole
from scheduling.states import ReminderState, RoleKind
from tests.factories.pool import make_region_profile
from tests.factories.scheduling import Scene, make_scene

N_SITE, N_BARE, N_TASKS, N_PROCESSES = 300, 5000, 2000, 2
BATCH = 100
TOUCH = "bench.touch"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATIENCE = 60.0
TABLES = """
CREATE SCHEMA bare;
CREATE TABLE bare.reminder (
  id int PRIMARY KEY, due_at timestamptz NOT NULL, lease_until timestamptz, done bool NOT NULL);
CREATE INDEX ON bare.reminder (due_at) WHERE NOT done;
CREATE TABLE bare.outbox (key int PRIMARY KEY);
"""
FILL = """
TRUNCATE bare.reminder, bare.outbox;
INSERT INTO bare.reminder SELECT n, now(), NULL, false FROM generate_series(1, %s) n;
"""
CLAIM = """
UPDATE bare.reminder SET lease_until = now() + interval '1 minute' WHERE id IN (
  SELECT id FROM bare.reminder
  WHERE NOT done AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
  ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id
"""


def run(
    *, n_site: int = N_SITE, n_bare: int = N_BARE, n_tasks: int = N_TASKS, rounds: int = ROUNDS
) -> list[Figure]:
    """The site, its engine alone, the bare loop, and a task each."""
    region = Region.objects.create(code="REMIND", name="Waterstreek")
    with region_scope(region.pk):
        # At night reminders wait; this is about how fast they go when they do not.
        make_region_profile(quiet_from=time(0), quiet_until=time(0))
        scene = make_scene()
    with (
        bare_tables() as owner,
        bare.worker(
            "bench.bare", "--concurrency", str(N_PROCESSES), environment=environment("app")
        ),
    ):
        bare.wait_until_it_answers(bare.app)
        # The story of the scene is months old: what was due in it goes first.
        _drain()
        rates = interleaved(
            {
                "site": lambda: _rate(
                    lambda: write_reminders(region, scene, n_site), _drain, n_site
                ),
                "engine": lambda: _rate(lambda: write_touches(region, n_site), _drain, n_site),
                "bare": lambda: _rate(lambda: _fill(owner, n_bare), _bare_loop, n_bare),
                "tasks": lambda: _rate(
                    lambda: _fill(owner, n_tasks), lambda: _one_task_each(owner, n_tasks), n_tasks
                ),
            },
            rounds=rounds,
        )
    with region_scope(region.pk):
        n_sent = Message.objects.filter(
            template="scheduling/reminder", state=MessageState.SENT
        ).count()
        n_posted = Reminder.objects.filter(state=ReminderState.POSTED).count()
    return [
        figure(
            "reminders: sent / bare lease loop",
            rates["site"],
            "/s",
            baseline=rates["bare"],
            least=0.5,
        ),
        figure(
            "reminders: sent / one Celery task each",
            rates["site"],
            "/s",
            baseline=rates["tasks"],
            least=3,
        ),
        figure(
            "reminders: engine alone / bare lease loop",
            rates["engine"],
            "/s",
            baseline=rates["bare"],
        ),
        figure(
            "reminders: engine alone / one Celery task each",
            rates["engine"],
            "/s",
            baseline=rates["tasks"],
        ),
        figure(
            "reminders: neither lost nor sent twice",
            n_sent,
            "messages",
            least=n_posted,
            most=rounds * n_site,
        ),
        figure(
            "reminders: posted", n_posted, "reminders", least=rounds * n_site, most=rounds * n_site
        ),
    ]


def _rate(lay_out: Callable[[], None], do: Callable[[], float], n: int) -> float:
    lay_out()
    return n / do()


# --- The site ---------------------------------------------------------------------------------


def write_reminders(region: Region, scene: Scene, n: int) -> None:
    """`n` reminders that are due, each of a session of its own."""
    now = clock.now()
    with region_scope(region.pk):
        sessions = Session.objects.bulk_create(
            Session(
                starts_at=now + DAY,
                ends_at=now + DAY + HOUR,
                changed_at=now,
                planned_at=now,
                planned_by=scene.hanneke,
            )
            for _number in range(n)
        )
        SessionRole.objects.bulk_create(
            SessionRole(session=one, kind=RoleKind.EXPERT, assignment=scene.assignment)
            for one in sessions
        )
        reminders = Reminder.objects.bulk_create(
            Reminder(
                session=one,
                user=scene.ruben_user,
                channel=Channel.EMAIL,
                minutes_before=1440,
                version=1,
                due_at=now,
            )
            for one in sessions
        )
        for one in reminders:
            schedule(KIND, subject=one.pk, at=now, once_per=f"reminder:{one.pk}")


def write_touches(region: Region, n: int) -> None:
    """`n` rows that are due and ask for nearly nothing."""
    now = clock.now()
    with region_scope(region.pk):
        for _number in range(n):
            subject = uuid4()
            schedule(TOUCH, subject=subject, at=now, once_per=f"touch:{subject}")


@handler(TOUCH)
def touch(subject: UUID, now: object) -> None:  # noqa: ARG001
    """As little as the bare loop does."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare.touched VALUES (%s) ON CONFLICT DO NOTHING", [subject])


def _drain() -> float:
    return at_once("bench.reminders.work", n=N_PROCESSES, environment=environment("worker"))[0]


def work() -> None:
    """What the site's worker does between two bells, until nothing is due."""
    while due.run_due(now=clock.now()):
        pass


# --- Bare -------------------------------------------------------------------------------------


@contextmanager
def bare_tables() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Tables that hold nothing but what is due, and what was sent."""
    reader = sql.Identifier(str(connection.settings_dict["USER"]))
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        owner.execute(TABLES + "CREATE TABLE bare.touched (id uuid PRIMARY KEY)")
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA bare TO {}").format(reader))
        owner.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bare TO {}").format(
                reader
            )
        )
        try:
            yield owner
        finally:
            owner.execute("DROP SCHEMA bare CASCADE")


def _fill(owner: psycopg.Connection[tuple[object, ...]], n: int) -> None:
    with psycopg.ClientCursor(owner) as cursor:
        cursor.execute(FILL, [n])


def _bare_loop() -> float:
    return at_once("bench.reminders.lease", n=N_PROCESSES, environment=environment("app"))[0]


def lease() -> None:
    """Lease some, send each and mark it, until nothing is due."""
    with psycopg.connect(url_of("app"), autocommit=True, prepare_threshold=1) as own:
        while numbers := own.execute(CLAIM, [BATCH]).fetchall():
            for (number,) in numbers:
                bare.sent(own, int(number))


def _one_task_each(owner: psycopg.Connection[tuple[object, ...]], n: int) -> float:
    began = perf_counter()
    for number in range(1, n + 1):
        bare.remind.delay(number)
    give_up_at = monotonic() + PATIENCE
    while owner.execute("SELECT 1 FROM bare.reminder WHERE NOT done LIMIT 1").fetchone():
        if monotonic() > give_up_at:
            raise RuntimeError("the tasks do not come to an end")
        sleep(0.01)
    return perf_counter() - began
