"""The watchdog: what should have happened by now and did not.

Every minute each layer's questions are asked in every region. Only when all answers are zero the
outside hears that we live, so that a dead worker, a full disk and a forgotten request look the
same from there: silence, and then people are called (security.md TM27).
"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

from core.access.models import Region
from core.access.scope import region_scope
from core.audit import seal
from core.outbox.due import become_app
from core.outbox.models import DueWork, Heartbeat
from core.outbox.states import WorkState

log = logging.getLogger(__name__)

NAME = "watch"
# What is later than this should have happened: a lease, and a turn of the worker.
LATE = timedelta(seconds=90)
UNSEALED = timedelta(minutes=5)
PING_LIMIT = 5.0

Question = Callable[[datetime], int]
Mend = Callable[[datetime], None]


@dataclass(frozen=True)
class _Asked:
    count: Question
    mend: Mend | None


QUESTIONS: dict[str, _Asked] = {}


def question(name: str, *, mend: Mend | None = None) -> Callable[[Question], Question]:
    """Register a question of one region: how many things are not as they should be?

    Args:
        name: `app.what`, shown in the log and on /readyz's behalf; no content.
        mend: called in the same transaction when the answer is not zero, where a machine can put
            it right or bring it to people.
    """

    def register(function: Question) -> Question:
        if name in QUESTIONS:
            raise ValueError(f"two questions {name}")
        QUESTIONS[name] = _Asked(function, mend)
        return function

    return register


def watch(*, now: datetime) -> dict[str, int]:
    """Ask everything, mend what can be mended, and tell the outside if all is well.

    Runs as the worker role. Returns what was found wrong, by question; empty when all is well.
    """
    wrong = {name: n for name, n in _of_all_regions(now).items() if n}
    for region_id in Region.objects.order_by("pk").values_list("pk", flat=True):
        for name, asked in QUESTIONS.items():
            n_wrong = _ask(region_id, name, asked, now)
            if n_wrong:
                wrong[name] = wrong.get(name, 0) + n_wrong
    if wrong:
        for name, n_wrong in wrong.items():
            log.error("not all is well", extra={"kind": name, "outcome": n_wrong})
        return wrong
    Heartbeat.objects.update_or_create(name=NAME, defaults={"seen_at": now})
    _ping()
    return wrong


def _of_all_regions(now: datetime) -> dict[str, int]:
    late = DueWork.unbound.filter(state=WorkState.WAITING, not_before__lte=now - LATE)
    return {
        "core.late_work": late.exclude(lease_until__gt=now).count(),
        "core.unsealed_log": seal.n_unsealed(before=now - UNSEALED),
    }


def _ask(region_id: int, name: str, asked: _Asked, now: datetime) -> int:
    """One question in one region; a question that fails is wrong itself and stops no other."""
    try:
        with region_scope(region_id):
            become_app()
            n_wrong = asked.count(now)
            if n_wrong and asked.mend is not None:
                asked.mend(now)
            return n_wrong
    except DatabaseError:
        raise
    except Exception:
        log.exception("question failed", extra={"kind": name})
        return 1


def _ping() -> None:
    """Tell the watchdog outside that all is well. It calls people when it hears nothing."""
    if not settings.HEARTBEAT_URL:
        return
    try:
        # The settings refuse anything but https, or http to this machine.
        with urllib.request.urlopen(settings.HEARTBEAT_URL, timeout=PING_LIMIT):  # noqa: S310
            pass
    except OSError as trouble:
        # Not heard outside: then people are called, which is right.
        log.warning("heartbeat not heard", extra={"outcome": type(trouble).__name__})
