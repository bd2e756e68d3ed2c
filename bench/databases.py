"""A database of its own for every benchmark: copied from one that was migrated, then dropped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

URLS = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "WORKER_DATABASE_URL", "BACKUP_DATABASE_URL")
PATIENCE = 30.0
MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


@contextmanager
def migrated() -> Iterator[str]:
    """The name of an empty, migrated database on the server of the environment."""
    with _made(f"naast_bench_{os.getpid()}", "template1") as name:
        subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, str(MANAGE), "migrate", "--verbosity", "0"],
            env={**environment(name), "DATABASE_ROLE": "owner"},
            check=True,
        )
        yield name


@contextmanager
def copied(template: str, label: str) -> Iterator[dict[str, str]]:
    """An environment whose database is a fresh copy of `template`."""
    with _made(f"{template}_{label}", template) as name:
        yield environment(name)


def environment(database: str) -> dict[str, str]:
    """The environment of this process with every role in `database`."""
    return {**os.environ, **{name: _within(os.environ[name], database) for name in URLS}}


@contextmanager
def _made(name: str, template: str) -> Iterator[str]:
    with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield name
        finally:
            _drop(connection, name)


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drops it as soon as the last process that a benchmark left behind has let go."""
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)
        else:
            return


def _within(url: str, database: str) -> str:
    # By hand: urlunsplit drops the empty host of a socket URL.
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{quote(database)}{query}"
