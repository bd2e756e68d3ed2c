"""What happens later: every bell has a task, every plan a handler, no clock but ours."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.celery import app
from core.outbox.due import HANDLERS
from core.states import MACHINES, Machine
from tests.architecture.source import Module, calls, dotted, first_text, modules, sample

app.loader.import_default_modules()
Finder = Callable[[Module], Iterator[str]]


# --- Bells ------------------------------------------------------------------------------------


def cannot_ring(entry: dict[str, Any]) -> bool:
    task = app.tasks.get(entry["task"])
    if task is None:
        return True
    try:
        inspect.signature(task.run).bind(*entry.get("args", ()), **entry.get("kwargs", {}))
    except TypeError:
        return True
    return False


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_every_bell_names_a_task_and_its_arguments_fit(name: str) -> None:
    assert not cannot_ring(app.conf.beat_schedule[name])


@pytest.mark.parametrize("entry", [{"task": "core.nothing"}, {"task": "core.beat", "args": (1,)}])
def test_a_bell_that_cannot_ring_would_be_found(entry: dict[str, Any]) -> None:
    assert cannot_ring(entry)


@pytest.mark.parametrize(
    "name", sorted(name for name in app.tasks if not name.startswith("celery."))
)
def test_every_task_survives_arguments_of_a_later_version(name: str) -> None:
    kinds = {
        parameter.kind for parameter in inspect.signature(app.tasks[name].run).parameters.values()
    }

    assert inspect.Parameter.VAR_KEYWORD in kinds


# --- Plans ------------------------------------------------------------------------------------


def scheduled(module: Module) -> Iterator[str]:
    """Kinds of due work that a file plans."""
    for call in calls(module, "schedule"):
        kind = first_text(module, call)
        if kind is None:
            constant = dotted(call.args[0]) if call.args else ""
            yield f"? {constant} in {module.path}:{call.lineno}"
        else:
            yield kind


def test_everything_that_is_planned_has_a_handler() -> None:
    planned = {kind for module in modules() for kind in scheduled(module)}

    assert planned - HANDLERS.keys() == set()


def test_a_plan_without_a_handler_would_be_found() -> None:
    plan = sample("KIND = 'test.nobody'\nschedule(KIND, subject=1)\noutbox.schedule(kind)")

    assert list(scheduled(plan)) == ["test.nobody", "? kind in sample.py:3"]


# --- Names that no file of ours may use ---------------------------------------------------------


def far_off(module: Module) -> Iterator[str]:
    """Celery's own memory of a moment: lost with the broker, or run twice."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and node.arg in {"eta", "countdown"}:
            yield f"{module.path}:{node.value.lineno}"


def silenced_history(module: Module) -> Iterator[str]:
    """pgtrigger.ignore: rows change without a line of history."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and dotted(node) == "pgtrigger.ignore":
            yield f"{module.path}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module == "pgtrigger":
            yield from (
                f"{module.path}:{node.lineno}" for name in node.names if name.name == "ignore"
            )


CLOCKS = {
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
}


def other_clocks(module: Module) -> Iterator[str]:
    """Readings of a clock; the domain gets its moment as an argument."""
    if module.path == "core/clock.py":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            name = ".".join(dotted(node).split(".")[-2:])
            if name in CLOCKS:
                yield f"{module.path}:{node.lineno} {name}"


GUARDS: dict[str, tuple[Finder, str]] = {
    "no work is planned in the queue": (far_off, "task.apply_async(countdown=60)"),
    "history is never silenced": (silenced_history, "with pgtrigger.ignore('x'):\n    pass"),
    "history is never silenced by its short name": (
        silenced_history,
        "from pgtrigger import ignore",
    ),
    "only core.clock reads the clock": (other_clocks, "now = datetime.datetime.now(UTC)"),
    "nor Django's": (other_clocks, "from django.utils import timezone\nnow = timezone.now()"),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_no_file_does_this(guard: str) -> None:
    find, _twin = GUARDS[guard]

    assert [place for module in modules() for place in find(module)] == []


@pytest.mark.parametrize("guard", GUARDS)
def test_a_file_that_does_would_be_found(guard: str) -> None:
    find, twin = GUARDS[guard]

    assert list(find(sample(twin))) != []


# --- States -----------------------------------------------------------------------------------


def unknown_states(machine: Machine) -> set[str]:
    """States of the enumeration that the table leaves out, or the reverse."""
    entered = {new for following in machine.moves.values() for new in following}
    named = machine.moves.keys() | entered | machine.who.keys()
    return named ^ set(machine.states)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_machine_knows_all_its_states(machine: Machine) -> None:
    assert unknown_states(machine) == set()


def test_a_state_that_no_move_reaches_would_be_found() -> None:
    machine = Machine("lamp", ("OFF", "ON", "BROKEN"), {"OFF": frozenset({"ON"})})

    assert unknown_states(machine) == {"BROKEN"}
