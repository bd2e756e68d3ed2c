"""The two servers that everything needs, embedded or given, and the environment that names them."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from devstack import postgres, valkey
from devstack.children import Child
from devstack.places import (
    ROOT,
    RUN_PREFIX,
    Trouble,
    data_directory,
    make_servants_own,
    socket_directory,
)

Environment = dict[str, str]


@dataclass(frozen=True)
class Servers:
    """Two servers, running.

    Attributes:
        environment: the URLs, for the processes that use them.
        superuser_url: of the database of an embedded cluster; None on a server that was given.
        run: a directory for what belongs to this run only.
        children: the processes that were started for it.
    """

    environment: Environment
    superuser_url: str | None
    run: Path
    children: tuple[Child, ...]


@contextlib.contextmanager
def servers(
    data: Path,
    *,
    database_url: str | None,
    redis_url: str | None,
    url_is_of: postgres.Role = "app",
    is_throwaway: bool = False,
    max_connections: int = 100,
) -> Iterator[Servers]:
    """Starts what is not given, in `data`, and stops it afterwards."""
    logs = data / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    run = socket_directory()
    environment: Environment = {}
    children: list[Child] = []
    superuser_url = None
    try:
        if database_url:
            urls = postgres.resolve(database_url, url_is_of)
        else:
            cluster = postgres.Cluster.start(
                postgres.find_programs(data_directory()),
                make_servants_own(data / "servers") / "postgres",
                run / "postgres",
                logs / "postgres.log",
                is_throwaway=is_throwaway,
                max_connections=max_connections,
            )
            children.append(cluster.child)
            urls = cluster.urls()
            superuser_url = cluster.superuser_url()
        environment |= urls.environment()
        if redis_url:
            environment["REDIS_URL"] = redis_url
        else:
            child, environment["REDIS_URL"] = valkey.start(
                valkey.find_program(data_directory()), run / "valkey", logs / "valkey.log"
            )
            children.append(child)
        yield Servers(environment, superuser_url, run, tuple(children))
    finally:
        for child in reversed(children):
            child.stop(patience=20)
        shutil.rmtree(run, ignore_errors=True)


@contextlib.contextmanager
def throwaway(*, max_connections: int = 100, is_durable: bool = False) -> Iterator[Servers]:
    """Servers on an empty database that vanish afterwards; `is_durable` keeps fsync on."""
    data = Path(tempfile.mkdtemp(prefix="naast-data-"))
    if os.geteuid() == 0:
        data.chmod(0o711)
    try:
        with servers(
            data,
            database_url=None,
            redis_url=None,
            is_throwaway=not is_durable,
            max_connections=max_connections,
        ) as running:
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextlib.contextmanager
def for_tests(*, is_durable: bool = False) -> Iterator[Servers]:
    """Throw-away servers, or those of TEST_DATABASE_URL and TEST_REDIS_URL; each by itself.

    `is_durable` keeps fsync on where the server is ours.
    """
    data = Path(tempfile.mkdtemp(prefix="naast-data-"))
    if os.geteuid() == 0:
        data.chmod(0o711)
    try:
        with servers(
            data,
            database_url=os.environ.get("TEST_DATABASE_URL"),
            redis_url=os.environ.get("TEST_REDIS_URL"),
            url_is_of="owner",
            is_throwaway=not is_durable,
        ) as running:
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)


# --- Environments ---


def base_environment(running: Servers, keys: Mapping[str, str]) -> Environment:
    """The caller's environment, completed: what is set stays, what is missing gets a local value.

    The URLs are ours even when set: a superuser's URL has become the four roles'.
    """
    completed = {
        **keys,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **os.environ,
        **running.environment,
    }
    for name in ("MIGRATION_DATABASE_URL", "WORKER_DATABASE_URL", "BACKUP_DATABASE_URL"):
        # Whoever gives DATABASE_URL may give the others too, with names and passwords of his own.
        if running.superuser_url is None and os.environ.get(name):
            completed[name] = os.environ[name]
    return completed


def test_environment(running: Servers) -> Environment:
    """For tests and checks: local and complete, whatever the caller has set."""
    environment = {
        **os.environ,
        **new_keys(),
        **running.environment,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "BASE_URL": "http://localhost:8000",
        "DATABASE_ROLE": "app",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment.pop("EMAIL_URL", None)
    return environment


def new_keys() -> Environment:
    """A fresh signing key, field key and index key."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def kept_keys(data: Path) -> Environment:
    """The keys of the data in `data`, made once: without them its encrypted fields are noise."""
    note = data / "keys.json"
    if not note.exists():
        with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
            json.dump(new_keys(), sink)
    keys: Environment = json.loads(note.read_text())
    return keys


# --- One data directory, one user at a time ---


@contextlib.contextmanager
def sole_user(data: Path, *, wait: bool) -> Iterator[bool]:
    """Holds the data directory; yields False when somebody else does and `wait` is false."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


@dataclass(frozen=True)
class Note:
    """What a running demo leaves for `./naast manage`: its environment and who it is."""

    pid: int
    started: str
    port: int
    run: str
    environment: Environment
    superuser_url: str | None


def leave_note(data: Path, port: int, running: Servers) -> None:
    """Tells other commands how to reach the servers of this process."""
    note = Note(
        pid=os.getpid(),
        started=_birth(os.getpid()),
        port=port,
        run=str(running.run),
        environment=running.environment,
        superuser_url=running.superuser_url,
    )
    path = data / "running.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
        json.dump(asdict(note), sink)


def remove_note(data: Path) -> None:
    """Takes the note back before the servers stop."""
    (data / "running.json").unlink(missing_ok=True)


def clear_up_after_a_killed_demo(data: Path) -> None:
    """Removes the sockets that a demo left behind when it could not stop by itself."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        note = Note(**json.loads((data / "running.json").read_text()))
        if Path(note.run).name.startswith(RUN_PREFIX) and read_note(data) is None:
            shutil.rmtree(note.run, ignore_errors=True)
            remove_note(data)


def read_note(data: Path) -> Note | None:
    """The note of a demo that still runs; a number that passed to another process is no demo."""
    try:
        note = Note(**json.loads((data / "running.json").read_text()))
        return note if _birth(note.pid) == note.started else None
    except (OSError, ValueError, TypeError):
        return None


def _birth(pid: int) -> str:
    """When the process started, in the kernel's ticks; empty where /proc does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        os.kill(pid, 0)
        return ""
    # The name, in parentheses, may hold spaces; the start is the twentieth field after it.
    return stat.read_text().rpartition(")")[2].split()[19]


# --- Migrations ---


def fingerprint_of_migrations() -> str:
    """Changes when a migration, or a package that may bring one, does."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def require_checkout() -> None:
    """Raises Trouble where the launcher has lost its platform."""
    if not (ROOT / "config" / "settings.py").exists():
        raise Trouble(f"{ROOT} holds no platform: config/settings.py is missing.")
