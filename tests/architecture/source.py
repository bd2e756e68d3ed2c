"""The project's own source, read as text and as trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core", "pool", "matching", "scheduling", "insight", "config")
TEMPLATES = ROOT / "templates"


class Module(NamedTuple):
    """One file of the project."""

    path: str
    tree: ast.Module


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the layers but migrations."""
    return tuple(
        Module(str(path.relative_to(ROOT)), ast.parse(path.read_text()))
        for layer in LAYERS
        for path in sorted((ROOT / layer).rglob("*.py"))
        if "migrations" not in path.parts
    )


def sample(source: str) -> Module:
    """A piece of source that a guard has to judge in its twin."""
    return Module("sample.py", ast.parse(source))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return node.id if isinstance(node, ast.Name) else ""


def calls(module: Module, *names: str) -> Iterator[ast.Call]:
    """Calls of a function with one of these names, however it was imported."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in names:
            yield node


@cache
def constants(module: Module) -> dict[str, str]:
    """NAME -> text of the string constants that a file has, or imports from another of ours."""
    files = {file.path: file for file in modules()}
    found: dict[str, str] = {}
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            source = files.get(f"{node.module.replace('.', '/')}.py")
            there = _own_constants(source) if source else {}
            found |= {
                alias.asname or alias.name: there[alias.name]
                for alias in node.names
                if alias.name in there
            }
    return found | _own_constants(module)


def _own_constants(module: Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def first_text(module: Module, call: ast.Call) -> str | None:
    """The text of a call's first argument, where the file itself says it."""
    if not call.args:
        return None
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return constants(module).get(first.id) if isinstance(first, ast.Name) else None
