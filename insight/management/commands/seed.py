"""`manage.py seed --size demo --seed 1`: synthetic, reproducible, never beside real data."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.access.models import Region, User
from insight.simulation.cast import DEMO_DOMAIN
from insight.simulation.story import tell

SIZES = ("demo",)


class Command(BaseCommand):
    help = "Fill an empty database with an invented region; refuses where real people are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="demo")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, **options: Any) -> None:
        if User.objects.exclude(email__endswith=f"@{DEMO_DOMAIN}").exists():
            raise CommandError(
                "There are people here who are not invented. Seed an empty database instead."
            )
        if Region.objects.exists():
            self.stdout.write("This database holds a region already; nothing was changed.")
            return
        told = tell(now=clock.now(), seed=options["seed"])
        self.stdout.write(told)
