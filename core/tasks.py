"""Doorbells for the worker: each makes one call and returns nothing."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from core import clock
from core.audit import seal
from core.outbox import due
from core.outbox.pulse import beat_seen
from core.purge import purge_all

MAX_ROUNDS = 50


@shared_task(name="core.run_due", ignore_result=True)
def run_due(**_later: object) -> None:
    """Do what is due, round after round, until nothing is left or others should have a turn."""
    for _round in range(MAX_ROUNDS):
        if not due.run_due(now=clock.now()):
            return


@shared_task(name="core.seal_audit", ignore_result=True)
def seal_audit(**_later: object) -> None:
    seal.seal()


@shared_task(name="core.beat", ignore_result=True)
def beat(**_later: object) -> None:
    beat_seen(now=clock.now())


@shared_task(name="core.purge", ignore_result=True)
def purge(**_later: object) -> None:
    if settings.DATABASE_ROLE == "worker":
        purge_all(now=clock.now())
