"""Is the engine alive? Heartbeats and the oldest message that should have left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from core.outbox.models import DueWork, Heartbeat
from core.outbox.states import WorkState

LATE = timedelta(seconds=60)


def beat_seen(*, now: datetime) -> None:
    """Note that beat rang and a worker heard it, and since when the oldest due row waits.

    Runs as the worker role, which alone sees due work of every region.
    """
    oldest = DueWork.unbound.filter(state=WorkState.WAITING, not_before__lte=now).aggregate(
        at=Min("not_before")
    )["at"]
    Heartbeat.objects.update_or_create(
        name="worker", defaults={"seen_at": now, "oldest_due_at": oldest}
    )


@dataclass(frozen=True)
class Pulse:
    """Seconds since the last heartbeat, since the oldest row was due, since all was well."""

    beat_age: float | None
    oldest_due: float
    watch_age: float | None = None

    @property
    def all_is_well(self) -> bool:
        """The watchdog found nothing wrong lately; true as well before its first round."""
        return self.watch_age is None or self.watch_age <= UNWATCHED.total_seconds()

    @property
    def is_alive(self) -> bool:
        late = LATE.total_seconds()
        return self.beat_age is not None and self.beat_age <= late and self.oldest_due <= late


# Three rounds of the watchdog.
UNWATCHED = timedelta(minutes=3)


def pulse(*, now: datetime) -> Pulse:
    """What the last heartbeat said, seen from `now`."""
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return Pulse(beat_age=None, oldest_due=0.0)
    waited = (now - beat.oldest_due_at).total_seconds() if beat.oldest_due_at else 0.0
    watched = Heartbeat.objects.filter(name="watch").first()
    return Pulse(
        beat_age=(now - beat.seen_at).total_seconds(),
        oldest_due=waited,
        watch_age=(now - watched.seen_at).total_seconds() if watched else None,
    )
