"""`manage.py import_postcodes FILE`: the areas of the country, from the list of postcodes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pool.actions.areas import take_over_areas
from pool.rules.postcodes import Postcodes, read_postcodes

MOST_FAULTS_TOLD = 20


class Command(BaseCommand):
    help = (
        "Take over the areas of a list of postcodes (four figures, or six positions): a CSV with "
        "a head that names code, latitude, longitude and place. Nothing is written where a line "
        "cannot be read, and a second time changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument(
            "--skip-faults", action="store_true", help="take over the other lines all the same"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        found = self._read(options["file"])
        for number, fault in found.faults[:MOST_FAULTS_TOLD]:
            self.stderr.write(f"line {number}: {fault}")
        if found.faults and not options["skip_faults"]:
            raise CommandError(
                f"{len(found.faults)} lines cannot be read; nothing was changed. Mend them, or "
                "add --skip-faults to take over the others."
            )
        if not found.places:
            raise CommandError("There is no postcode in this file; nothing was changed.")
        taken = take_over_areas(found.places, writes=not options["dry_run"])
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{len(found.places)} areas read: {taken.new} {would}new, {taken.changed} "
            f"{would}changed, {taken.same} the same; {taken.unlisted} known areas are not in "
            f"the file and stay; {len(found.faults)} lines were passed over."
        )

    def _read(self, path: Path) -> Postcodes:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                return read_postcodes(lines)
        except OSError as why:
            raise CommandError(f"{path} cannot be opened: {why.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path} is no UTF-8 text. Save it as CSV UTF-8.") from None
        except ValueError as why:
            raise CommandError(f"{path} is no list of postcodes: {why}.") from None
