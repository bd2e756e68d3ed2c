"""The bundle is as new as its parts, and every part is in it."""

from __future__ import annotations

from core.ui.styles import BUNDLE, PARTS, STATIC, bundle


def test_bundle_is_made_of_its_present_parts() -> None:
    assert BUNDLE.read_text(encoding="utf-8") == bundle(), "run: python -m core.ui.styles"


def test_every_stylesheet_is_a_part() -> None:
    found = {str(path.relative_to(STATIC)) for path in (STATIC / "css").rglob("*.css")}

    assert found - {str(BUNDLE.relative_to(STATIC))} <= set(PARTS)
