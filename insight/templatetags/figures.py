"""Parts of a page that draw figures; the signature is the contract, as in core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from core.ui.clockline import percent
from insight.pages import bars as drawing

register = template.Library()


@register.inclusion_tag("components/bars.html")
def bars(shown: Sequence[drawing.Bar], *, id: str, title: str, desc: str) -> dict[str, Any]:  # noqa: A002
    """Bars beside each other; put the same numbers in a table behind it."""
    return {
        "bars": list(drawing.draw(shown)),
        "lines": drawing.lines(shown),
        "id": id,
        "title": title,
        "desc": desc,
        "height": drawing.HEIGHT,
        "base": drawing.HEIGHT - 8,
        "left": percent(drawing.LEFT - 2),
    }
