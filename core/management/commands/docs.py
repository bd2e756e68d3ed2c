"""`manage.py docs`: write the pages of docs/reference that follow from the code.

With `--check` nothing is written: the difference is printed, and the exit status is 1.
"""

from __future__ import annotations

import ast
import difflib
import re
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from core.access.tables import NAMED
from core.retention import Keep
from core.states import MACHINES

NOTE = "<!-- Written by `manage.py docs`; change the code and run it again. -->"


class Command(BaseCommand):
    help = "Write the reference pages that follow from the code, or check that they are fresh."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "reference"
        stale = []
        for name, draw in PAGES.items():
            path = folder / name
            fresh, kept = draw(), path.read_text() if path.exists() else ""
            if fresh == kept:
                continue
            stale.append(name)
            if options["check"]:
                lines = (kept.splitlines(), fresh.splitlines())
                difference = difflib.unified_diff(*lines, f"{name} as it is", "as it should be")
                self.stdout.write("\n".join(difference))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(fresh)
                self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
        if stale and options["check"]:
            raise CommandError(f"stale: {', '.join(stale)}; run manage.py docs")


def _page(title: str, words: str, body: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", NOTE, "", words, "", *body]).rstrip() + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


# --- States -----------------------------------------------------------------------------------


def states() -> str:
    """Every machine, drawn, with who may cause each state."""
    for app in own_apps():
        if find_spec(f"{app}.states"):
            import_module(f"{app}.states")
    body: list[str] = []
    for machine in sorted(MACHINES, key=lambda machine: machine.name):
        body += [f"## {machine.name.capitalize()}", "", "```mermaid", machine.draw(), "```", ""]
        if machine.who:
            rows = ((state, machine.who[state]) for state in machine.states if state in machine.who)
            body += [*_table(("State", "Who causes it"), rows), ""]
    return _page("States", "Every state a thing can be in, and the only moves between them.", body)


def own_apps() -> list[str]:
    """Names of the apps that live in this repository."""
    root = Path(settings.BASE_DIR)
    return [config.name for config in apps.get_app_configs() if Path(config.path).parent == root]


# --- Matrix -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """A named address and what stands on its view about who may come in."""

    name: str
    path: str
    view: Any

    @property
    def allowed(self) -> frozenset[str]:
        found: frozenset[str] = getattr(self.view, "allowed", frozenset())
        return found


def addresses(
    resolver: URLResolver | None = None, prefix: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[Address]:
    """Every address of the site, in the order in which they are tried."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from addresses(pattern, path, spaces + space)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name or path))
            yield Address(name, f"/{path}", pattern.callback)


def matrix() -> str:
    """Who may open which address: the row that each view carries."""
    rows = (
        (f"`{address.name}`", f"`{address.path}`", ", ".join(sorted(address.allowed)) or "—")
        for address in sorted(addresses(), key=lambda address: (address.name, address.path))
    )
    words = (
        "Who may open which address. PUBLIC is anybody, SIGNED_IN anybody who is, BY_LINK "
        "whoever holds a living link, BY_SIGNATURE a machine that signs; the other words "
        "are roles in the region. A dash is a view of a library that says so itself."
    )
    return _page("Who may what", words, _table(("Name", "Address", "Allowed"), rows))


# --- Retention --------------------------------------------------------------------------------


def retention() -> str:
    """How long rows of each table stay."""
    keeps: dict[str, Keep] = {name: unbound.keep for name, unbound in NAMED.items()}
    for model in apps.get_models(include_auto_created=True):
        keep = getattr(model, "retention", None)
        if isinstance(keep, Keep):
            keeps[model._meta.db_table] = keep  # noqa: SLF001
    rows = ((f"`{name}`", _clock(keep), keep.why) for name, keep in sorted(keeps.items()))
    words = "How long rows stay. The purge runs every six hours and reads the same clocks."
    return _page("Retention", words, _table(("Table", "Clock", "Rule"), rows))


def _clock(keep: Keep) -> str:
    if keep.clock is not None and keep.term is not None:
        return f"{keep.term.days} days after `{keep.clock}`"
    return f"with `{keep.follows}`" if keep.follows else "—"


# --- Settings ---------------------------------------------------------------------------------


def settings_page() -> str:
    """Every name that the environment may set."""
    meanings = meanings_in_example()
    rows = (
        (f"`{name}`", default, meanings.get(name, ""))
        for name, default in sorted(names_in_settings().items())
    )
    words = "Everything that comes from the environment. `.env.example` has a value for each."
    return _page("Settings", words, _table(("Name", "Default", "Meaning"), rows))


def names_in_settings() -> dict[str, str]:
    """Name -> default of everything that the settings read through `config.env`."""
    tree = ast.parse((Path(settings.BASE_DIR) / "config" / "settings.py").read_text())
    tables = {
        target.id: [ast.literal_eval(value) for value in node.value.values]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.startswith("_URL")
    }
    found: dict[str, str] = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_reader(call.func):
            default = _default(call)
            first = call.args[0]
            if isinstance(first, ast.Constant):
                found[str(first.value)] = default
            elif isinstance(first, ast.Subscript) and isinstance(first.value, ast.Name):
                found |= dict.fromkeys(tables[first.value.id], "required by that role")
    return found


READERS = {"text", "flag", "number", "names", "path"}


def _is_reader(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "env"
        and function.attr in READERS
    )


def _default(call: ast.Call) -> str:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    default = given.get("default")
    if isinstance(default, ast.IfExp):
        otherwise = "required" if ast.literal_eval(default.orelse) is None else "empty"
        return f"`{ast.literal_eval(default.body)}` with DEMO=1, else {otherwise}"
    if isinstance(default, ast.Constant):
        return f"`{default.value!s}`" if default.value != "" else "empty"
    reader = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return {"text": "required", "flag": "`0`"}.get(reader, "empty")


def meanings_in_example() -> dict[str, str]:
    """Name -> the comment above it in `.env.example`."""
    meanings: dict[str, str] = {}
    comment: list[str] = []
    for line in (Path(settings.BASE_DIR) / ".env.example").read_text().splitlines():
        assigned = re.match(r"([A-Z][A-Z0-9_]*)=", line)
        if assigned:
            meanings[assigned[1]] = " ".join(comment)
        comment = [*comment, line[2:]] if line.startswith("# ") and line[2:5] != "---" else []
    return meanings


PAGES: dict[str, Callable[[], str]] = {
    "states.md": states,
    "matrix.md": matrix,
    "retention.md": retention,
    "settings.md": settings_page,
}
