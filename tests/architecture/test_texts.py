"""Every message that code may send has its files, and none tells a stranger anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.outbox.messages import FORBIDDEN
from tests.architecture.source import TEMPLATES, Module, calls, first_text, modules, sample

PARTS = {"subject.txt", "body.txt", "body.html"}
FOLDERS = sorted(
    {path.parent for path in (TEMPLATES / "emails").rglob("*.*") if path.name in PARTS}
)
TEXTS = sorted(
    path for kind in ("emails", "sms") for path in (TEMPLATES / kind).rglob("*.*") if path.is_file()
)


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_an_email_is_three_files(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} >= PARTS


def exists(template: str) -> bool:
    return (TEMPLATES / "emails" / template).is_dir() or (
        TEMPLATES / "sms" / f"{template}.txt"
    ).is_file()


def posted(module: Module) -> Iterator[str]:
    """Templates that a file names when it posts."""
    for call in calls(module, "post", "still_wanted"):
        template = first_text(module, call)
        if template is not None and "/" in template:
            yield template


def test_every_posted_template_exists() -> None:
    named = {template for module in modules() for template in posted(module)}

    assert {template for template in named if not exists(template)} == set()


def test_a_posted_template_that_does_not_exist_would_be_found() -> None:
    (template,) = posted(sample("outbox.post('core/nothing', to=ada)"))

    assert not exists(template)


def spelled(module: Module) -> tuple[set[str], set[str]]:
    """Texts of a file, and the beginnings of those it puts together (`f"scheduling/{what}"`)."""
    whole, begun = set(), set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begun.add(str(node.values[0].value))
    return whole, begun


def test_every_template_is_named_somewhere() -> None:
    whole, begun = (set().union(*sets) for sets in zip(*map(spelled, modules()), strict=True))
    named = whole | {f"{start}{end}" for start in begun if start.endswith("/") for end in whole}
    templates = {name(folder).removeprefix("emails/") for folder in FOLDERS} | {
        name(path).removeprefix("sms/").removesuffix(".txt")
        for path in TEXTS
        if "sms" in name(path)
    }

    assert templates - named == set()


def telling(text: str) -> list[str]:
    return [found.group() for found in FORBIDDEN.finditer(text)]


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_text_that_leaves_holds_a_telling_word(path: Path) -> None:
    assert telling(path.read_text()) == []


def test_a_telling_word_would_be_found() -> None:
    assert telling("Na het Huisverbod een VOG.") == ["Huisverbod", "VOG"]
