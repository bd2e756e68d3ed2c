"""How this process, and others that it starts, reach the database of a benchmark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg import sql

URLS = {
    "app": "DATABASE_URL",
    "owner": "MIGRATION_DATABASE_URL",
    "worker": "WORKER_DATABASE_URL",
}


def url_of(role: str) -> str:
    """How `role` reaches the database that this process works on."""
    plain, mark, query = os.environ[URLS[role]].partition("?")
    server = plain.rpartition("/")[0]
    return f"{server}/{quote(str(connection.settings_dict['NAME']))}{mark}{query}"


def environment(role: str, **more: str) -> dict[str, str]:
    """The environment of another process that works on the same data as `role`."""
    urls = {variable: url_of(name) for name, variable in URLS.items()}
    return {**os.environ, **urls, "DATABASE_ROLE": role, **more}


@contextmanager
def without_history(table: str) -> Iterator[None]:
    """Writes rows of `table` without their history: building is not what is measured."""
    names = sql.Identifier(table)
    with psycopg.connect(url_of("owner"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(names))
        try:
            yield
        finally:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(names))
