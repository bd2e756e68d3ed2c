"""Bare Celery tasks: what the site's worker is compared with. `celery --app bench.bare worker`."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from celery import Celery

URL = os.environ["REDIS_URL"]
if URL.startswith("unix://"):
    URL = URL.replace("unix://", "redis+socket://", 1).split("?", maxsplit=1)[0] + "?virtual_host=1"
PATIENCE = 60.0

app = Celery("bare", broker=URL, set_as_current=False)
app.conf.update(
    broker_transport_options={"global_keyprefix": "naast-bench:"},
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=4,
)


@app.task(name="bench.mail", shared=False)
def mail(port: int, recipient: str) -> None:
    """Hand one short letter to the server on `port`."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail("a@naast.example", [recipient], "Subject: bare\r\n\r\nbare\r\n")


@app.task(name="bench.remind", shared=False)
def remind(number: int) -> None:
    """Write one line to the outbox and mark the reminder, in one transaction."""
    sent(_connection(), number)


@cache
def _connection() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=1)


def sent(connection: psycopg.Connection[tuple[object, ...]], number: int) -> None:
    """The least that a reminder leaves behind."""
    with connection.transaction():
        connection.execute("INSERT INTO bare.outbox VALUES (%s) ON CONFLICT DO NOTHING", [number])
        connection.execute("UPDATE bare.reminder SET done = true WHERE id = %s", [number])


@contextmanager
def worker(application: str, *more: str, environment: dict[str, str]) -> Iterator[None]:
    """A worker of `application`, until the end of the block."""
    command = [sys.executable, "-m", "celery", "--app", application, "worker", *more]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603  (our own program)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_it_answers(application: Celery) -> None:
    """Until some worker of `application` hears us."""
    give_up_at = time.monotonic() + PATIENCE
    while not application.control.ping(timeout=0.5):
        if time.monotonic() > give_up_at:
            raise RuntimeError("the worker does not answer")
