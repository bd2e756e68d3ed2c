"""Experts and coordinators are "je": no text of the pool says "u" to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override
from django.utils.translation.template import templatize

from tests.architecture.source import ROOT, TEMPLATES

POLITE = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
FORMS = sorted((TEMPLATES / "pool").rglob("*.html"))
# A letter to somebody outside.
OUTSIDE = {"_vog_letter.html"}
PLAIN = re.compile(r"""gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""")
NAMES = {"_", "gettext", "gettext_lazy"}
Words = tuple[str, str]


def of_template(path: Path) -> Iterator[Words]:
    """Texts of a page: the one, and the many where there are two."""
    code = templatize(path.read_text())
    yield from ((ast.literal_eval(found), "") for found in PLAIN.findall(code))
    yield from two_of(code)


def two_of(code: str) -> Iterator[Words]:
    text = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    for one, many in re.findall(rf"ngettext\({text}\s*,\s*{text}", code):
        yield ast.literal_eval(one), ast.literal_eval(many)


def of_source(path: Path) -> Iterator[Words]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if name in NAMES and texts:
            yield str(texts[0]), ""
        if name.startswith("ngettext") and len(texts) >= 2:
            yield str(texts[0]), str(texts[1])


def sources() -> list[Path]:
    pages = [path for path in FORMS if path.name not in OUTSIDE]
    code = [path for path in (ROOT / "pool").rglob("*.py") if "migrations" not in path.parts]
    return sorted([*pages, *code])


def said(path: Path) -> Iterator[str]:
    """The Dutch of every text of this file."""
    texts = of_template(path) if path.suffix == ".html" else of_source(path)
    with override("nl"):
        for one, many in texts:
            yield from ([gettext(one)] if not many else [ngettext(one, many, n) for n in (1, 2)])


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_nobody_of_the_pool_is_spoken_to_as_a_stranger(path: Path) -> None:
    assert [text for text in said(path) if POLITE.search(text)] == []


def test_a_polite_text_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('{% load i18n %}{% translate "Your organisation" %}')

    assert [text for text in said(page) if POLITE.search(text)] == ["Uw organisatie"]
