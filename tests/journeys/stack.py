"""The whole of Naast as processes: web, worker and beat on the test database, a mail server.

The clock of the domain is a file that all of them read, and the test itself too, so that a
journey can live through a Friday night and the Sunday after it.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection
from django.test import override_settings

from core.clock import move

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 40


class Postbox:
    """Keeps every mail that the worker handed to SMTP, as the bytes that travelled."""

    def __init__(self) -> None:
        self.mails: list[tuple[tuple[str, ...], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((tuple(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 OK"


@dataclass
class Stack:
    """A running Naast. `travel` moves everybody's clock."""

    url: str
    clock_file: Path
    folder: Path
    postbox: Postbox
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def travel(self, moment: datetime) -> None:
        """From now on it is `moment` (aware), and time runs on from there."""
        move(self.clock_file, moment - datetime.now(UTC))

    def logs(self) -> str:
        """Everything that web, worker and beat wrote."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@contextmanager
def running_stack(
    *,
    with_worker: bool = True,
    application: str = "config.wsgi",
    at: datetime | None = None,
    **extra: str,
) -> Iterator[Stack]:
    """Start web, worker and beat against the database of the tests; stop them by id.

    Without a worker nothing happens by itself: the test does what is due, when it says so. `at`
    is the time of all of them from the first moment; a database with a story needs it, or what is
    due by the clock of today is done before the first `travel`.
    """
    folder = Path(tempfile.mkdtemp(prefix="naast-journey-"))
    clock_file = folder / "clock"
    postbox = Postbox()
    mail = Controller(postbox, hostname="127.0.0.1", port=_free_port())
    mail.start()
    port = _free_port()
    stack = Stack(f"http://localhost:{port}", clock_file, folder, postbox)
    env = _environment(port, mail.port, clock_file) | extra
    if at is not None:
        stack.travel(at)
    try:
        if with_worker:
            _start_worker(stack, env | {"DATABASE_ROLE": "worker"})
        _start(
            stack,
            "web",
            env,
            sys.executable,
            "-m",
            "gunicorn",
            application,
            "--workers",
            "2",
            "--bind",
            f"127.0.0.1:{port}",
            "--access-logfile",
            "-",
            "--access-logformat",
            '{"path": "%(U)s", "code": "%(s)s"}',
        )
        _wait_for(stack)
        # What the test does by itself asks the same clock whether a role still holds.
        with override_settings(CLOCK_OFFSET_FILE=clock_file):
            yield stack
    finally:
        for child in reversed(stack.children):
            child.send_signal(signal.SIGTERM)
        for child in stack.children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
            # Whatever it started goes with it: an orphan would hold on to the database.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        mail.stop()


def _start_worker(stack: Stack, env: dict[str, str]) -> None:
    _start(
        stack,
        "worker",
        env,
        *_CELERY,
        "worker",
        "-c",
        "1",
        "--pool",
        "solo",
        "--without-gossip",
        "--without-mingle",
        "-l",
        "INFO",
    )
    _start(
        stack,
        "beat",
        env,
        *_CELERY,
        "beat",
        "-l",
        "INFO",
        "-s",
        str(stack.folder / "beat-schedule"),
        "--pidfile=",
    )


_CELERY = (sys.executable, "-m", "celery", "-A", "config")


def _environment(port: int, mail_port: int, clock_file: Path) -> dict[str, str]:
    given = connection.settings_dict
    options = f"?host={given['HOST']}" if str(given["HOST"]).startswith("/") else ""
    server = "" if options else f"{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}"

    def url(user: str) -> str:
        secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
        return f"postgresql://{user}{secret}@{server}/{given['NAME']}{options}"

    return os.environ | {
        "DATABASE_URL": url("naast_app"),
        "WORKER_DATABASE_URL": url("naast_worker"),
        "MIGRATION_DATABASE_URL": url("naast_owner"),
        "DATABASE_ROLE": "app",
        "DEMO": "1",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "BASE_URL": f"http://localhost:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "CLOCK_OFFSET_FILE": str(clock_file),
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEYS": settings.FIELD_KEYS,
        "PYTHONPATH": str(ROOT),
    }


def _start(stack: Stack, name: str, env: dict[str, str], *command: str) -> None:
    with (stack.folder / f"{name}.log").open("wb") as log:
        stack.children.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )


def _wait_for(stack: Stack) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"{stack.url}/healthz", timeout=2).status == 200:  # noqa: S310
                return
        time.sleep(0.2)
    raise RuntimeError(f"Naast did not answer within {READY_SECONDS} s:\n{stack.logs()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
