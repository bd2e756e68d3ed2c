"""Runs the modules of `bench/`, prints a table and keeps it as `bench/results.json`.

A module offers `run()`, which returns one mapping per measurement with the keys of KEYS. `holds`
says whether the goal was met; the exit status is 0 when all do.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import django

HERE = Path(__file__).resolve().parent
KEYS = ("name", "value", "unit", "baseline", "ratio", "goal", "holds")


def main(names: Sequence[str]) -> int:
    """Runs the benchmarks called `names`, or all of them."""
    known = sorted(module.name for module in pkgutil.iter_modules([str(HERE)]))
    known = [name for name in known if not name.startswith("_")]
    if unknown := set(names) - set(known):
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
        return 2
    django.setup()
    fresh = [row for name in names or known for row in _measured(name)]
    _print(fresh)
    _keep(fresh, keep_others=bool(names))
    return 0 if all(row["holds"] for row in fresh) else 1


def _measured(name: str) -> Iterator[dict[str, Any]]:
    print(f"{name} …", file=sys.stderr, flush=True)
    for row in importlib.import_module(f"bench.{name}").run():
        if missing := set(KEYS) - set(row):
            raise KeyError(f"bench.{name} left out {', '.join(sorted(missing))}")
        yield {key: row[key] for key in KEYS}


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = [KEYS, *(tuple(_cell(row[key]) for key in KEYS) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(KEYS))]
    for line in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)


def _keep(rows: Sequence[dict[str, Any]], *, keep_others: bool) -> None:
    """Writes the results; of a part, the other measurements stay as they were."""
    path = HERE / "results.json"
    kept = json.loads(path.read_text()) if keep_others and path.exists() else []
    names = {row["name"] for row in rows}
    merged = [row for row in kept if row["name"] not in names] + list(rows)
    merged.sort(key=lambda row: str(row["name"]))
    path.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
