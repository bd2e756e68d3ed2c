"""Celery: the engine that turns due rows into acts. It remembers nothing; rows do.

Beat only says "look"; whoever looks claims rows with a lease, so two beats equal one.
No task carries anything but ids, none has a time of its own: the schedule of what
people wait for stands in `core_duework`.
"""

from __future__ import annotations

from celery import Celery

app = Celery("naast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Whatever a nudge dropped is found here; 5 s is the longest a due row waits for a look.
    "run-due-work": {"task": "core.run_due", "schedule": 5.0},
    # Chains audit rows below the horizon; every few seconds keeps the unsealed tail short.
    "seal-audit": {"task": "core.seal_audit", "schedule": 5.0},
    # Shows /readyz that beat and a worker are alive.
    "heartbeat": {"task": "core.beat", "schedule": 10.0},
    # Counts what should have happened by now; silence outside then calls people.
    "watch": {"task": "core.watch", "schedule": 60.0},
    # Nothing is kept: every table has a retention clock.
    "purge": {"task": "core.purge", "schedule": 6 * 3600.0},
}
