"""The stage of the tests: databases made by the owner, tests run as the application.

`./naast test` starts a throw-away cluster; MIGRATION_DATABASE_URL names its owner. Row-level
security is only proven by a role that it binds, so every test connects as `naast_app`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase

from core.access.models import Region
from core.access.scope import region_scope

OWNER, APP, WORKER = "naast_owner", "naast_app", "naast_worker"
LONG = ("tests/journeys/", "tests/prove/", "tests/architecture/test_reads")
LEAVING_SECONDS = 20
NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)  # Tuesday, 12:00 in Amsterdam


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first, so that no process ends with all of it."""
    items.sort(key=lambda one: not one.nodeid.startswith(LONG))


def become(user: str, kind: str) -> None:
    """Let every alias connect as another role from now on."""
    settings.DATABASE_ROLE = kind
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["USER"] = user


@contextmanager
def as_owner() -> Iterator[None]:
    become(OWNER, "owner")
    try:
        yield
    finally:
        become(APP, "app")


@contextmanager
def as_worker() -> Iterator[None]:
    """The worker's connection, for tests that claim across regions (transaction=True)."""
    become(WORKER, "worker")
    try:
        yield
    finally:
        become(APP, "app")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:  # noqa: ARG001
    become(OWNER, "owner")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001
    """The parent of the same name has created and migrated; from here on tests are the app."""
    with django_db_blocker.unblock():
        become(APP, "app")
    # Django's own hook; its stubs leave it out.
    case: Any = TransactionTestCase
    plain = case._fixture_teardown

    def flush(self: TransactionTestCase) -> None:
        with as_owner():
            # Emptying every table may take longer than the application is ever given.
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            plain(self)

    case._fixture_teardown = flush
    yield
    case._fixture_teardown = plain
    with django_db_blocker.unblock():
        become(OWNER, "owner")
        _wait_until_alone()


def _wait_until_alone() -> None:
    """A database can be dropped when nobody is in it: a thread or process may still be leaving."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + LEAVING_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) " + others)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.2)
        # Closed here or not at all: what is still open belongs to this process.
        for one in gc.get_objects():
            # By its type: to ask a lazy object wakes it.
            if issubclass(type(one), psycopg.Connection) and one is not connection.connection:
                one.close()


@pytest.fixture
def region(db: None) -> Region:  # noqa: ARG001
    return Region.objects.create(code="VT99", name="Waterstreek")


@pytest.fixture
def other_region(db: None) -> Region:  # noqa: ARG001
    return Region.objects.create(code="VT98", name="Duinrand")


@pytest.fixture
def in_region(region: Region) -> Iterator[Region]:
    """Works inside `region` for the whole test."""
    with region_scope(region.pk):
        yield region
