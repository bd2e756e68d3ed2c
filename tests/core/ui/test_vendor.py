"""What others made is in the repository exactly as it was looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.ui import vendor

LINES = [line.split("  ") for line in vendor.SUMS.read_text().splitlines()]


@pytest.mark.parametrize(("expected", "target"), LINES, ids=[target for _, target in LINES])
def test_file_of_others_is_unchanged(expected: str, target: str) -> None:
    assert vendor.sha256(target) == expected


def test_every_file_of_others_is_listed() -> None:
    listed = {target for _, target in LINES}

    assert listed == {path for package in vendor.PACKAGES for path in package.files.values()}


def test_trimmed_css_keeps_only_our_components() -> None:
    css = """
    @charset "UTF-8";
    .utrecht-button, .utrecht-button-link { color: red; }
    .utrecht-button--hover:is(.a, .b) { color: blue; }
    .utrecht-accordion { color: green; }
    @media print { .utrecht-table { color: black; } .utrecht-page { color: black; } }
    @media screen { .utrecht-page { color: black; } }
    @keyframes x { from { color: red; } }
    """

    kept = re.sub(r"\s+", " ", vendor.trim(css).split("@layer utrecht {")[1]).strip()

    assert kept == (
        ".utrecht-button { color: red; } "
        ".utrecht-button--hover:is(.a, .b) { color: blue; } "
        "@media print { .utrecht-table { color: black; } } }"
    )


def test_archive_that_nobody_looked_at_is_refused(tmp_path: Path) -> None:
    (tmp_path / vendor.PACKAGES[0].archive).write_bytes(b"something else")

    with pytest.raises(ValueError, match="not the archive"):
        vendor.install(tmp_path)
