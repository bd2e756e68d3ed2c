"""The words of the region: what a code is called, and which may be chosen."""

from __future__ import annotations

from collections.abc import Collection

from core.access.scope import shelf
from pool.models import Term
from pool.vocabulary import Vocabulary

SHELF = "pool.terms"


def terms() -> dict[str, Term]:
    """Every word of this region by code, retired ones too; read once per scope.

    Whoever changes a word calls `terms_changed` in the same scope.
    """
    kept = shelf()
    if SHELF not in kept:
        kept[SHELF] = {one.code: one for one in Term.objects.order_by("label_nl", "code")}
    found: dict[str, Term] = kept[SHELF]
    return found


def terms_changed() -> None:
    """Forget what this scope read about the words."""
    shelf().pop(SHELF, None)


def term_label(code: str) -> str:
    """What the region calls it; a code of no list says itself."""
    found = terms().get(code)
    return found.label if found else code


def term_choices(vocabulary: Vocabulary, *, also: Collection[str] = ()) -> list[tuple[str, str]]:
    """(code, label) of what may be chosen now; with those that somebody has already."""
    found = [
        (one.code, one.label)
        for one in terms().values()
        if one.vocabulary == vocabulary and (one.retired_at is None or one.code in also)
    ]
    return sorted(found, key=lambda choice: choice[1].casefold())
