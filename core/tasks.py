"""Doorbells for the worker: each makes one call and returns nothing."""

from __future__ import annotations

import time
from typing import Any

from celery import shared_task
from celery.signals import worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import clock
from core.access.roles import refuse_wrong_role
from core.audit import seal
from core.outbox import due
from core.outbox.pulse import beat_seen
from core.outbox.watch import watch as look_after
from core.purge import purge_all

# Then others have a turn; the next bell is five seconds away.
ROUNDS_FOR = 30.0


@shared_task(name="core.run_due", ignore_result=True)
def run_due(**_later: object) -> None:
    """Do what is due, round after round, until nothing is left or others should have a turn."""
    stop_at = time.monotonic() + ROUNDS_FOR
    while due.run_due(now=clock.now()) and time.monotonic() < stop_at:
        pass


@shared_task(name="core.seal_audit", ignore_result=True)
def seal_audit(**_later: object) -> None:
    """Chain the audit rows whose place is final."""
    seal.seal()


@shared_task(name="core.beat", ignore_result=True)
def beat(**_later: object) -> None:
    """Note that beat rang and a worker heard it."""
    beat_seen(now=clock.now())


@shared_task(name="core.watch", ignore_result=True)
def watch(**_later: object) -> None:
    """Count what should have happened; tell the outside if all is well."""
    look_after(now=clock.now())


@shared_task(name="core.purge", ignore_result=True)
def purge(**_later: object) -> None:
    """Remove what is past its retention clock."""
    purge_all(now=clock.now())


@worker_init.connect
def check_role(**_signal: Any) -> None:
    """Stop a worker that starts as another role than it says.

    Celery logs what a receiver raises and starts all the same; only SystemExit passes.
    """
    if settings.DATABASE_ROLE != "worker":
        raise SystemExit("A Celery worker needs DATABASE_ROLE=worker and WORKER_DATABASE_URL.")
    try:
        refuse_wrong_role()
    except ImproperlyConfigured as wrong:
        raise SystemExit(str(wrong)) from None
