"""Every template can be read: a filter that nobody loaded would show at its first reader only."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(str(one.relative_to(FOLDER)) for one in FOLDER.rglob("*.html"))


@pytest.mark.parametrize("name", PAGES)
def test_template_compiles(name: str) -> None:
    get_template(name)


def test_an_unknown_filter_is_found() -> None:
    with pytest.raises(TemplateSyntaxError):
        engines["django"].from_string("{{ name|no_such_filter }}")
