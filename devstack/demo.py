"""`./naast demo`: everything that runs in production, on one machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import psycopg

from devstack import messages
from devstack.children import Child, die_with_parent, wait_until
from devstack.places import ROOT, Trouble, data_directory
from devstack.servers import (
    Environment,
    Servers,
    base_environment,
    clear_up_after_a_killed_demo,
    fingerprint_of_migrations,
    kept_keys,
    leave_note,
    read_note,
    remove_note,
    require_checkout,
    servers,
    sole_user,
)

DEFAULT_PORT = 8000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the launcher to stop; not an error."""


def main(arguments: Sequence[str]) -> int:
    """Runs the demo; `--fresh` throws its data away first. Returns 0 after Ctrl-C or TERM."""
    if unknown := set(arguments) - {"--fresh"}:
        raise Trouble(f"./naast demo does not know {' '.join(sorted(unknown))}; only --fresh.")
    require_checkout()
    port = _port()
    data = data_directory()
    with _stopping_on_signals(), contextlib.suppress(Stopped), sole_user(data, wait=False) as ours:
        if not ours:
            note = read_note(data)
            where = f" at http://localhost:{note.port}" if note else ""
            raise Trouble(f"This checkout's data are in use: a demo runs already{where}.")
        _require_free(port)
        clear_up_after_a_killed_demo(data)
        if "--fresh" in arguments:
            for name in ("servers", "migrated", "keys.json"):
                path = data / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _run(data, port)
    return 0


def _run(data: Path, port: int) -> None:
    started = time.monotonic()
    say("Starting the servers …")
    with servers(
        data,
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    ) as running:
        environment = {
            "PORT": str(port),
            "BASE_URL": f"http://localhost:{port}",
            **base_environment(running, kept_keys(data)),
        }
        messages.compile_stale()
        _prepare_database(data, running, environment)
        processes: list[Child] = []
        try:
            processes += _start_processes(data, running, environment, port)
            web = processes[0]
            logins = _demo_logins(environment)
            wait_until(lambda: is_healthy(port), web, seconds=90, what="The web server", pause=0.05)
            leave_note(data, port, running)
            say(f"Ready in {time.monotonic() - started:.1f} s.")
            print(f"\n  Naast runs at http://localhost:{port}\n", flush=True)
            if logins:
                print(f"{logins}\n", flush=True)
            say(f"Logs: {data / 'logs'}. Ctrl-C stops everything.")
            while True:
                for child in (*running.children, *processes):
                    child.require_running()
                time.sleep(0.5)
        finally:
            _ignore_signals()  # stopping is bounded; a second Ctrl-C would leave it half done
            remove_note(data)
            say("Stopping …")
            for child in processes:
                if child.is_running:
                    child.process.send_signal(child.halt)
            for child in processes:
                child.stop(patience=15)


def _prepare_database(data: Path, running: Servers, environment: Environment) -> None:
    stamp, now = data / "migrated", fingerprint_of_migrations()
    # Only of a cluster of our own: a given server may have been changed by others meanwhile.
    if not (running.superuser_url and stamp.exists() and stamp.read_text() == now):
        say("Migrating …")
        _manage(environment, "migrate", "--verbosity", "0")
        stamp.write_text(now)
    if not _has_a_region(running.superuser_url or environment["MIGRATION_DATABASE_URL"]):
        say("Writing synthetic data …")
        _manage(environment, "seed", "--size", "demo", "--seed", "1")


def _has_a_region(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT FROM core_region LIMIT 1").fetchone() is not None


def _start_processes(
    data: Path, running: Servers, environment: Environment, port: int
) -> Iterator[Child]:
    logs = data / "logs"
    python = sys.executable
    yield Child(
        "The web server",
        [
            *(python, "-m", "gunicorn", "config.wsgi", "--workers", "2"),
            *("--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", running.run),
            *("--graceful-timeout", "5", "--no-control-socket"),
        ],
        log=logs / "web.log",
        environment={**environment, "DATABASE_ROLE": "app"},
    )
    celery = [python, "-m", "celery", "--app", "config"]
    yield Child(
        "The worker",
        [*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"],
        log=logs / "worker.log",
        environment={**environment, "DATABASE_ROLE": "worker"},
        # Cold: with nobody left to wait for it, a task in hand is given up; its row is found again.
        death=signal.SIGQUIT,
    )
    yield Child(
        "The clock (beat)",
        [*celery, "beat", "--schedule", running.run / "beat", "--pidfile="],
        log=logs / "beat.log",
        environment={**environment, "DATABASE_ROLE": "worker"},
    )


def _manage(environment: Environment, *arguments: str) -> str:
    """Runs manage.py to its end, stoppable; returns what it printed."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (no threads are running)
    )
    try:
        output, complaints = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        raise Trouble(f"manage.py {' '.join(arguments)} failed:\n{output}{complaints}")
    return output


def _demo_logins(environment: Environment) -> str:
    """The table of logins; empty where the demo's people are not the data (a server was given)."""
    if environment.get("DEMO") != "1":
        return ""
    return _manage(environment, "demo_logins").rstrip()


def is_healthy(port: int) -> bool:
    """Whether a web server answers on this port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _port() -> int:
    given = os.environ.get("PORT", "")
    try:
        port = int(given or DEFAULT_PORT)
    except ValueError:
        port = 0
    if not 0 < port < 65536:  # noqa: PLR2004  (the range of ports)
        raise Trouble(f"PORT is {given!r}; write a number from 1 to 65535.")
    return port


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as problem:
            raise Trouble(
                f"Port {port} is not for ordinary users. Take another: PORT=8001 ./naast demo"
            ) from problem
        except OSError as problem:
            raise Trouble(
                f"Port {port} is in use by another program. Take another: "
                f"PORT={port + 1} ./naast demo"
            ) from problem


@contextlib.contextmanager
def _stopping_on_signals() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)


def _ignore_signals() -> None:
    # Python ignores them, children do not inherit it: they are started with their own handlers.
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def say(sentence: str) -> None:
    """A line about progress, apart from what the demo prints for use."""
    print(sentence, file=sys.stderr, flush=True)
