"""The table of `docs/reference/reminders.md`."""

from __future__ import annotations

from typing import Any

from devstack.places import ROOT
from prove.reminders.orders import POINTS, WINDOW

TABLE = ROOT / "docs" / "reference" / "reminders.md"
TITLES = {
    "alike": "Two beats and three workers send what one beat and one worker send, each once",
    "short_lease": "Killed at named points, lease of 2 s",
    "usual_lease": "Killed at named points, usual lease of 60 s",
    "twin": "The twin that marks first and sends afterwards loses some",
    "anywhere": "Killed from outside at any moment, all at once too",
    "servers": "Valkey emptied and away, PostgreSQL restarted",
    "web": "Web process killed between commit and answer, form sent again",
}


def write(verdicts: dict[str, dict[str, object]]) -> None:
    """Write the page."""
    lines = [
        "# Reminders under fire",
        "",
        "`./naast prove reminders`: people plan sessions, and whatever sends their invitations",
        "and reminders is killed with `kill -9` meanwhile, on servers of its own and with a mail",
        "server that counts what it accepted. Lost means: it never came to the mail server. A copy",
        "carries the same Message-ID.",
        "",
        "| Part | Holds | Messages | Lost | Copies | Seconds |",
        "|---|---|---|---|---|---|",
        *(
            f"| {title} | {_word(verdicts[name])} | {_cell(verdicts[name], 'messages')} "
            f"| {_cell(verdicts[name], 'lost')} | {_cell(verdicts[name], 'copies')} "
            f"| {_cell(verdicts[name], 'seconds')} |"
            for name, title in TITLES.items()
        ),
        "",
    ]
    for name in ("short_lease", "usual_lease"):
        lines += _points(TITLES[name], verdicts[name])
    lines += ["## Everything else", "", "| Part | What | Found |", "|---|---|---|"]
    shown = {"holds", "messages", "lost", "copies", "seconds", "points"}
    for name in TITLES:
        for what, value in verdicts[name].items():
            if what not in shown:
                lines.append(f"| {name} | {what.replace('_', ' ')} | {_plain(value)} |")
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _points(title: str, verdict: dict[str, Any]) -> list[str]:
    """Kills, copies and recovery per point."""
    lines = [
        f"## {title}",
        "",
        "Recovery, in seconds, runs from a death to the end of each row that the dead process",
        "held, while others are killed. Between the yes of the mail server and the commit of the",
        "mark one copy per death is possible (*).",
        "",
        "| Died | Kills | Copies | Rows held | Recovery, median | Recovery, slowest |",
        "|---|---|---|---|---|---|",
    ]
    for point, found in verdict["points"].items():
        star = " (*)" if point in WINDOW else ""
        cells = (found[what] for what in ("kills", "copies", "rows", "median", "slowest"))
        lines.append(f"| {POINTS[point]}{star} | " + " | ".join(map(_plain, cells)) + " |")
    return [*lines, ""]


def _word(verdict: dict[str, Any]) -> str:
    return "yes" if verdict["holds"] else "NO"


def _cell(verdict: dict[str, Any], what: str) -> str:
    return _plain(verdict.get(what, ""))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
