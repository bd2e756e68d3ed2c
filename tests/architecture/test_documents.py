"""Pages that follow from the code are fresh, and every setting is explained."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.management.commands import docs
from tests.architecture.source import ROOT


def test_every_setting_stands_in_the_example_and_the_reverse() -> None:
    assert docs.names_in_settings().keys() == docs.meanings_in_example().keys()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, words in docs.meanings_in_example().items() if len(words) < 20] == []


@pytest.fixture
def copy(tmp_path: Path, settings: Any) -> Path:
    """What the pages are made from, in a folder of its own."""
    (tmp_path / "config").mkdir()
    for name in ("config/settings.py", ".env.example"):
        shutil.copy(ROOT / name, tmp_path / name)
    settings.BASE_DIR = tmp_path
    return tmp_path


def check() -> str:
    words = StringIO()
    call_command("docs", "--check", stdout=words)
    return words.getvalue()


def test_pages_are_stale_until_they_are_written_and_again_after_a_change(copy: Path) -> None:
    with pytest.raises(CommandError, match=r"states\.md, matrix\.md, retention\.md, settings\.md"):
        check()
    assert not (copy / "docs").exists()

    call_command("docs", stdout=StringIO())
    assert check() == ""

    example = copy / ".env.example"
    example.write_text(example.read_text().replace("# 1 shows errors", "# 1 hides errors"))
    words = StringIO()
    with pytest.raises(CommandError, match=r"stale: settings\.md"):
        call_command("docs", "--check", stdout=words)
    assert "+| `DEBUG` | `0` | 1 hides errors with their insides. |" in words.getvalue()
