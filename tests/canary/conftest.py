"""The journey, lived through once; every test looks at what it left."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from redis import Redis, RedisError

from tests.canary.journey import MONDAY, Journey, Told, stage_of
from tests.canary.leaks import Leaks
from tests.canary.markers import Canaries
from tests.canary.wire import Wire
from tests.conftest import as_owner
from tests.journeys.stack import running_stack


@pytest.fixture(scope="session")
def told(django_db_setup: None, django_db_blocker: Any) -> Told:  # noqa: ARG001
    """What one whole journey left; the database is as empty as before when this returns."""
    told = Told(Canaries())
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        url = _corner()
        patch.setenv("REDIS_URL", url)
        try:
            stage = stage_of(told.canaries)
            with Wire(url) as wire, running_stack(at=MONDAY) as processes:
                journey = Journey(processes, stage, wire, told)
                journey.live()
                journey.gather(told.evidence)
                leaks = Leaks(journey, told.leaking)
                told.leaks = leaks.plant()
                journey.gather(told.leaking)
        finally:
            with as_owner():
                call_command("flush", verbosity=0, interactive=False)
    return told


def _corner() -> str:
    """A part of the test's Redis where nobody else listens."""
    url = settings.REDIS_URL
    if url.startswith("redis://"):
        url = f"{url.rpartition('/')[0]}/8"
    try:
        with Redis.from_url(url, socket_connect_timeout=1) as client:
            client.flushdb() if url.endswith("/8") else client.ping()
    except RedisError:
        pytest.skip(f"no broker at {url}")
    return str(url)
