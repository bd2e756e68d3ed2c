"""A real worker and a real beat on a real broker: what is due happens by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from redis import Redis, RedisError

from core import audit, clock, tasks
from core.access.models import Region
from core.access.scope import region_scope
from core.audit import seal
from core.outbox import Channel, MessageState, WorkState, post, schedule
from core.outbox.models import DueWork, Heartbeat, Message
from core.outbox.pulse import pulse
from tests.conftest import NOON, OWNER, WORKER, as_worker
from tests.core.parts import sql, two_regions
from tests.core.postbox import open_postbox
from tests.core.test_messages import TEXTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
PATIENCE = 40.0


def broker() -> str:
    """A corner of the test's Redis where nobody else listens; skips where there is none."""
    url = django_settings.REDIS_URL
    if url.startswith("redis://"):
        url = f"{url.rpartition('/')[0]}/6"
    try:
        client = Redis.from_url(url, socket_connect_timeout=1)
        if url.endswith("/6"):
            client.flushdb()
        client.close()
    except RedisError:
        pytest.skip(f"no broker at {url}")
    return str(url)


def environment(*, user: str, role: str, **more: str) -> dict[str, str]:
    host, port, name = (
        django_settings.DATABASES["default"][part] for part in ("HOST", "PORT", "NAME")
    )
    url = f"postgresql://{user}@/{name}?host={host or '/var/run/postgresql'}&port={port}"
    urls = dict.fromkeys(("WORKER_DATABASE_URL", "DATABASE_URL"), url)
    return {**os.environ, **urls, "DATABASE_ROLE": role, "REDIS_URL": broker(), **more}


@contextmanager
def worker(tmp_path: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with beat inside, until the end of the block."""
    command = ["worker", "--beat", "--pool=solo", "--loglevel=ERROR", "--without-mingle"]
    schedule = f"--schedule={tmp_path / 'beat'}"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", *command, schedule],
        env=environment(user=WORKER, role="worker", **more),
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def test_what_is_due_is_done_within_seconds_without_a_nudge(tmp_path: Path, settings: Any) -> None:
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEXTS)]},
        }
    ]
    here, _there = two_regions()
    with open_postbox() as postbox:
        mail = f"smtp://127.0.0.1:{django_settings.EMAIL_PORT}"
        with worker(tmp_path, EMAIL_URL=mail) as process:
            write(here)
            wait_for(process, lambda: is_sealed(here))  # from here on it runs
            began = time.monotonic()
            write(here, "two")
            wait_for(process, lambda: n_sent(here) == 2)
            took = time.monotonic() - began
            wait_for(process, lambda: Heartbeat.objects.filter(name="worker").exists())
        letters = len(postbox.letters)

    assert letters == 2
    assert took < 10
    assert pulse(now=clock.now()).is_alive
    with region_scope(here.pk):
        assert seal.verify().broken_at is None


def write(region: Region, once_per: str = "one") -> None:
    with region_scope(region.pk):
        post(
            "core/test",
            channel=Channel.EMAIL,
            address="ada@naast.example",
            to=None,
            once_per=once_per,
            now=clock.now(),
        )
        audit.record("message.posted", by=None, at=clock.now())


def n_sent(region: Region) -> int:
    with region_scope(region.pk):
        return Message.objects.filter(state=MessageState.SENT).count()


def is_sealed(region: Region) -> bool:
    with region_scope(region.pk):
        return sql("SELECT 1 FROM core_auditentry WHERE chain_no IS NOT NULL") != []


def wait_for(process: subprocess.Popen[bytes], happened: Any) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not happened():
        assert process.poll() is None, "the worker stopped"
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("user", "role", "words"),
    [
        ("naast_app", "app", b"needs DATABASE_ROLE=worker"),
        (OWNER, "worker", b"may pass row-level security"),
    ],
)
def test_a_worker_of_the_wrong_role_does_not_start(user: str, role: str, words: bytes) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool=solo"],
        env=environment(user=user, role=role),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert started.returncode != 0
    assert words in started.stderr + started.stdout


@pytest.mark.parametrize(
    ("user", "role", "status"), [(WORKER, "worker", 0), ("naast_app", "app", 1)]
)
def test_deliver_does_the_same_without_a_broker(user: str, role: str, status: int) -> None:
    manage = Path(django_settings.BASE_DIR) / "manage.py"

    ran = subprocess.run(
        [sys.executable, str(manage), "deliver", "--once"],
        env=environment(user=user, role=role, REDIS_URL="redis://127.0.0.1:1/0"),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == status, ran.stderr


def test_the_doorbells_make_one_call_each() -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        schedule("core.message", subject=uuid.uuid4(), at=clock.now(), once_per="one")

    with as_worker():
        for bell in (tasks.run_due, tasks.seal_audit, tasks.beat, tasks.purge):
            bell(unknown_argument_of_a_later_version=1)

    with region_scope(here.pk):
        assert DueWork.objects.get().state == WorkState.DONE
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "purge"}


def test_deliver_looks_until_nothing_is_due() -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        for number in range(3):
            schedule("core.message", subject=uuid.uuid4(), at=NOON, once_per=str(number))

    with as_worker():
        call_command("deliver", "--once")
    with pytest.raises(CommandError, match="DATABASE_ROLE=worker"):
        call_command("deliver", "--once")

    with region_scope(here.pk):
        assert set(DueWork.objects.values_list("state", flat=True)) == {WorkState.DONE}
