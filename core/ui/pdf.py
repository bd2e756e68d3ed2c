"""A document as PDF, where WeasyPrint and pango are there; elsewhere a page to print serves."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

LETTER = Path(settings.BASE_DIR) / "static" / "print" / "letter.css"


def as_pdf(template: str, context: Mapping[str, Any]) -> bytes | None:
    """`template` as an accessible PDF; None where this machine cannot make one.

    Its style is that of a letter; nothing is fetched, so that nobody hears what is printed.
    """
    if find_spec("weasyprint") is None:
        return None
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415  (an extra; it loads pango)
    except OSError:
        # The package is there and pango is not.
        return None
    html = render_to_string(template, dict(context))
    style = CSS(string=LETTER.read_text())
    made: bytes = HTML(string=html, url_fetcher=_nothing).write_pdf(
        stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    return made


def pdf_response(body: bytes, *, name: str) -> HttpResponse:
    """A download that no browser opens by itself and nobody keeps a copy of on the way."""
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _nothing(url: str, *_rest: object, **_more: object) -> dict[str, Any]:
    raise ValueError(f"a document fetches nothing, and asked for {url[:40]}")
