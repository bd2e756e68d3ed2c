"""The whole campaign, part by part; what is proven is kept, so that it may be broken off.

A part is done on its own people, so their order and number do not matter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from devstack.places import ROOT, data_directory
from prove.reminders.stage import Stage, open_stage

Verdict = dict[str, object]
KEPT_FOR = 24 * 3600


def main(arguments: list[str]) -> int:
    """Run the parts that have no verdict yet; `--short` runs the short form of a few."""
    short = "--short" in arguments
    kept = Kept.open() if not short else None
    with open_stage(is_durable=not short) as stage:
        # This process plans sessions and reads rows: it is the application on this stage.
        os.environ.update(stage.environment)
        import django  # noqa: PLC0415  (the environment first)

        django.setup()
        from prove.reminders import parts, table  # noqa: PLC0415
        from prove.reminders.crowd import NOON  # noqa: PLC0415

        stage.travel(NOON, now=datetime.now(UTC))
        chosen = parts.SHORT if short else parts.LONG
        verdicts = {name: _verdict(name, run, stage, kept) for name, run in chosen.items()}
    holds = all(verdict["holds"] for verdict in verdicts.values())
    if kept:
        table.write(verdicts)
        kept.forget()
    print(json.dumps({"name": "reminders", "holds": holds, **verdicts}), flush=True)
    return 0 if holds else 1


def _verdict(
    name: str, run: Callable[[Stage], Verdict], stage: Stage, kept: Kept | None
) -> Verdict:
    found = kept.get(name) if kept else None
    if found is None:
        began = time.monotonic()
        found = run(stage) | {"seconds": round(time.monotonic() - began)}
        if kept:
            kept.put(name, found)
    print(f"{name}: {'holds' if found['holds'] else 'DOES NOT HOLD'}", file=sys.stderr)
    return found


class Kept:
    """Verdicts of parts of a campaign over this very code that was broken off."""

    def __init__(self, path: Path, commit: str) -> None:
        self._path = path
        self._commit = commit
        self._verdicts: dict[str, Verdict] = {}
        if path.exists() and time.time() - path.stat().st_mtime < KEPT_FOR:
            note = json.loads(path.read_text())
            if note["commit"] == commit:
                self._verdicts = note["verdicts"]

    @classmethod
    def open(cls) -> Kept:
        command = ["git", "rev-parse", "HEAD"]
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        return cls(data_directory() / "prove-reminders.json", asked.stdout.strip())

    def get(self, name: str) -> Verdict | None:
        return self._verdicts.get(name)

    def put(self, name: str, verdict: Verdict) -> None:
        # What did not hold is looked at again.
        if verdict["holds"]:
            self._verdicts[name] = verdict
        note = {"commit": self._commit, "verdicts": self._verdicts}
        self._path.write_text(json.dumps(note))

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
