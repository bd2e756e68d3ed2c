"""Every race that a promise is about, one after another: `./naast prove races`.

A race is a module of this package with `main(*, short)`; what is listed in RACES runs.
"""

from __future__ import annotations

import importlib
from pathlib import Path

RACES = {
    "accepts": "one seat, twenty who say yes: one wins, the others are told",
    "bookings": "one expert, twenty who plan the same hours: one wins, the others are told",
}
TABLE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "races.md"


def main(*, short: bool) -> dict[str, object]:
    """Run all races on the database of this process; the long form writes the table."""
    verdicts = {name: importlib.import_module(f"prove.{name}").main(short=short) for name in RACES}
    if not short:
        _write_table(verdicts)
    return {
        "holds": all(verdict["holds"] for verdict in verdicts.values()),
        **{
            f"{name}_{what}": found
            for name, verdict in verdicts.items()
            for what, found in verdict.items()
        },
    }


def _write_table(verdicts: dict[str, dict[str, object]]) -> None:
    lines = [
        "# Races",
        "",
        "`./naast prove races`: threads with a connection each do the same thing at the same",
        "moment. Each race has a twin in the tests that switches its guard off and must fail.",
        "",
        "| Race | Holds | Rounds | At once | Won | Other ends |",
        "|---|---|---|---|---|---|",
        *(
            f"| {RACES[name]} | {'yes' if one['holds'] else 'NO'} | {one['rounds']} "
            f"| {one['writers']} | {one['won']} | {one['other'] or 'none'} |"
            for name, one in verdicts.items()
        ),
        "",
    ]
    TABLE.write_text("\n".join(lines), encoding="utf-8")
