"""Runs the benchmarks, prints a table and keeps it as `bench/results.json`.

Each runs in a process and on a database of its own. The exit status is 0 when every goal was met.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import django

from bench.databases import copied, migrated
from bench.figures import Figure, figure

BENCHES = ("first_offer", "search", "booking", "reminders", "feed", "pages", "pool")
RESULTS = Path(__file__).resolve().parent / "results.json"
KEYS = tuple(field.name for field in fields(Figure))
# All together stay within a quarter of an hour; one that hangs must not take it all.
SECONDS = 240


def main(arguments: Sequence[str]) -> int:
    """Runs the benchmarks that are named, or all of them."""
    match arguments:
        case ["--inside", name, path]:
            return _inside(name, Path(path))
    if unknown := set(arguments) - set(BENCHES):
        print(
            f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}"
        )
        return 2
    with migrated() as template:
        fresh = [row for name in arguments or BENCHES for row in _measured(name, template)]
    _print(fresh)
    _keep(fresh, of=arguments or BENCHES)
    return 0 if all(row["holds"] for row in fresh) else 1


def _inside(name: str, path: Path) -> int:
    django.setup()
    found = importlib.import_module(f"bench.{name}").run()
    path.write_text(json.dumps([asdict(one) for one in found]))
    return 0


def _measured(name: str, template: str) -> Iterator[dict[str, Any]]:
    print(f"{name} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder, copied(template, name) as environment:
        path = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "bench", "--inside", name, str(path)]
        try:
            subprocess.run(command, env=environment, check=True, timeout=SECONDS)  # noqa: S603
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as broken:
            print(f"{name}: {broken}", file=sys.stderr)
            yield asdict(figure(f"{name}: comes to its end", 0, "times", least=1))
            return
        yield from json.loads(path.read_text())


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = [KEYS, *(tuple(_cell(row[key]) for key in KEYS) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(KEYS))]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def _cell(value: Any) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)


def _keep(rows: Sequence[dict[str, Any]], *, of: Sequence[str]) -> None:
    """Writes the results in the order of BENCHES; of a part, the others stay as they were."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    kept = [row for row in kept if row["name"].partition(":")[0] not in of]
    merged = [*kept, *rows]
    merged.sort(key=lambda row: BENCHES.index(row["name"].partition(":")[0]))
    RESULTS.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
