"""Promises about the look that a machine can keep: tokens, sprite, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.ui.icons import ICONS, MEANINGS

ROOT = Path(settings.BASE_DIR)
# The parts; their bundle has a test of its own.
CSS = [
    path for path in sorted((ROOT / "static" / "css").rglob("*.css")) if path.name != "naast.css"
]
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if "emails" not in path.parts  # a mail has its styles inline: mail programs drop the rest
]


def test_sprite_holds_exactly_the_pictograms() -> None:
    sprite = (ROOT / "templates/components/_sprite.html").read_text()

    assert set(re.findall(r'<symbol id="i-(\w+)"', sprite)) == ICONS


def test_every_meaning_has_a_pictogram_of_its_name() -> None:
    assert set(MEANINGS) <= ICONS


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_raw_colours_stand_in_the_tokens_only(path: Path) -> None:
    if path.name == "tokens.css":
        return

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(", path.read_text()) == []


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_only_known_tokens_are_used(path: Path) -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text()

    used = set(re.findall(r"var\((--naast-[\w-]+)", path.read_text()))

    assert used <= set(re.findall(r"(--naast-[\w-]+):", tokens))


def test_dark_is_the_same_for_the_device_and_for_the_choice() -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text()

    blocks = re.findall(r"\{\s*color-scheme: dark;(.*?)\}", tokens, re.DOTALL)

    device, choice = (re.findall(r"--[\w-]+: [^;]+", block) for block in blocks)
    assert device == choice


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"<[^>{]*\sstyle=|<style|javascript:|<[a-z][^>]*\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/json))", text)
