"""One stylesheet for a page: a phone at night should not ask fifty times.

Parts are edited apart and put together by `python -m core.ui.styles`; a test compares, so
the bundle cannot be older than its parts.
"""

from __future__ import annotations

import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
BUNDLE = STATIC / "css" / "naast.css"

# Utrecht first and in a layer; then tokens; then parts in an order in which the last one wins.
PARTS = (
    "vendor/utrecht/utrecht.css",
    "css/tokens.css",
    "css/fonts.css",
    "css/base.css",
    "css/components/meaning.css",
    "css/components/logo.css",
    "css/components/band.css",
    "css/components/quiet.css",
    "css/components/tabs.css",
    "css/components/foot.css",
    "css/components/language.css",
    "css/components/ribbon.css",
    "css/components/notices.css",
    "css/components/live.css",
    "css/components/button.css",
    "css/components/badge.css",
    "css/components/alert.css",
    "css/components/form.css",
    "css/components/errors.css",
    "css/components/choice.css",
    "css/components/steps.css",
    "css/components/card.css",
    "css/components/facts.css",
    "css/components/left.css",
    "css/components/task.css",
    "css/components/clock.css",
    "css/components/clockrow.css",
    "css/components/posts.css",
    "css/components/candidate.css",
    "css/components/details.css",
    "css/components/table.css",
    "css/components/timeline.css",
    "css/components/offer.css",
    "css/components/line.css",
    "css/components/agenda.css",
    "css/components/daylist.css",
    "css/components/days.css",
    "css/components/heat.css",
    "css/components/figures.css",
    "css/components/bars.css",
    "css/components/board.css",
    "css/components/pagetabs.css",
    "css/components/empty.css",
    "css/components/toast.css",
    "css/components/breadcrumb.css",
    "css/components/letter.css",
    "css/components/account.css",
    "css/components/responsive.css",
    "css/components/contrast.css",
    "css/components/sheet.css",
)


def bundle() -> str:
    """All parts in order, each under its name. Addresses inside are relative to static/css."""
    return "\n".join(
        f"/* {part} */\n{(STATIC / part).read_text(encoding='utf-8').strip()}\n" for part in PARTS
    )


if __name__ == "__main__":
    BUNDLE.write_text(bundle(), encoding="utf-8")
    sys.stdout.write(f"{BUNDLE} holds {len(PARTS)} parts\n")
