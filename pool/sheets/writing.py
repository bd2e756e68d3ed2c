"""A table as a file: text only, so that no program which opens it calculates anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from pool.sheets.reading import CONTROL

# What spreadsheets take for the beginning of a formula.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDEST = 60


def harmless(text: str) -> str:
    """`text` with an apostrophe before it where a program could take it for a formula."""
    plain = CONTROL.sub("", text)
    return f"'{plain}" if plain.startswith(STARTS) else plain


def told(text: str) -> str:
    """What was meant: the apostrophe that `harmless` put before it is taken off again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(STARTS) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """As Excel in Dutch reads it: semicolons, and a mark that says it is UTF-8."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(one) for one in row] for row in (head, *rows))
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    marked: Mapping[tuple[int, int], str] | None = None,
    footer: str = "",
) -> bytes:
    """One sheet of text; `marked` cells (row and column from 0) get a colour and a note.

    `footer` stands on every printed page.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (slow to import, seldom used)
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    for y, row in enumerate((head, *rows), start=1):
        for x, text in enumerate(row, start=1):
            cell = sheet.cell(row=y, column=x, value=harmless(text))
            cell.data_type = "s"
            note = (marked or {}).get((y - 2, x - 1))
            if note:
                cell.fill = PatternFill("solid", fgColor="FFF2CC")
                cell.comment = Comment(note, "Naast")
    for x, title in enumerate(head, start=1):
        sheet.cell(row=1, column=x).font = Font(bold=True)
        widest = max([len(title), *(len(row[x - 1]) for row in rows)])
        sheet.column_dimensions[get_column_letter(x)].width = min(widest + 2, WIDEST)
    sheet.freeze_panes = "A2"
    sheet.oddFooter.center.text = footer.replace("&", "&&")
    book.properties.creator = "Naast"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
