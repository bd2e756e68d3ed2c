"""Every kind of reading has words for the auditor, and for the expert whom it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from insight.templatetags.log_words import EVENTS
from pool.queries.looks import PARTS
from pool.templatetags.pool_words import WORDS
from tests.architecture.source import Module, modules, sample

READING = {"read": "read", "listed": "listed", "log_reading": "read", "log_list": "listed"}


def kinds(module: Module) -> Iterator[str]:
    """Events of the readings that are written here, where the part is named on the spot."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        parts = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if name in READING and parts and isinstance(parts[0], str):
            yield f"{parts[0]}.{READING[name]}"


def found() -> set[str]:
    return {event for module in modules() for event in kinds(module)}


def test_an_auditor_reads_words_and_no_codes() -> None:
    assert found() - EVENTS.keys() == set()
    assert len(found()) > 15


def test_a_reading_without_words_would_be_found() -> None:
    module = sample('audit.read("shoes", by=user)\nlog_reading(request, "hats", one, now=now)')

    assert set(kinds(module)) == {"shoes.read", "hats.read"}


@pytest.mark.parametrize("part", sorted(set(PARTS.values())))
def test_an_expert_reads_which_part_it_was(part: str) -> None:
    assert part in WORDS["look"]
