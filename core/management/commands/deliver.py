"""`manage.py deliver`: the claim loop of the worker without a broker."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from core import clock
from core.audit import seal
from core.outbox import due
from core.outbox.watch import watch

EVERY_MINUTE = 60.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do what is due, over and over; an outage of Redis then delays nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks")

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.DATABASE_ROLE != "worker":
            raise CommandError("deliver works across regions: set DATABASE_ROLE=worker")
        stop = threading.Event()
        if not options["once"]:
            # Finish the row at hand, then go.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_caught: stop.set())
        watched = -EVERY_MINUTE
        while not stop.is_set():
            try:
                while due.run_due(now=clock.now()) and not stop.is_set():
                    pass
                seal.seal()
                if not options["once"] and time.monotonic() - watched >= EVERY_MINUTE:
                    watched = time.monotonic()
                    watch(now=clock.now())
            except DatabaseError as broken:
                if options["once"]:
                    raise
                # The database restarts; a new connection is tried at the next look.
                log.warning("database gone", extra={"outcome": type(broken).__name__})
                connection.close()
            if options["once"]:
                return
            stop.wait(options["every"])
