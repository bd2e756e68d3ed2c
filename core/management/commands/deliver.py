"""`manage.py deliver`: the claim loop of the worker without a broker."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.audit import seal
from core.outbox import due


class Command(BaseCommand):
    help = "Do what is due, over and over; an outage of Redis then delays nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks")

    def handle(self, *_args: Any, **options: Any) -> None:
        while True:
            while due.run_due(now=clock.now()):
                pass
            seal.seal()
            if options["once"]:
                return
            time.sleep(options["every"])
