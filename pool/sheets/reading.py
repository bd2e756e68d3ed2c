"""A table out of a file that anybody may have made: CSV or XLSX, kept in memory only.

What the file is follows from its bytes, never from its name. Anything that could do something
else than be a table is refused as a whole: macros, links to other files, entities, parts that
unpack to far more than they weigh.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 500
MOST_COLUMNS = 40
MOST_SIGNS = 500
MOST_PARTS = 200
MOST_UNPACKED = 20 * 1024 * 1024
# A file may name a row far below; the empty ones above it are not walked through.
LAST_LINE = 5_000
# A part of a real workbook packs to a tenth or so; a bomb to a thousandth.
MOST_RATIO = 200
SMALL_PART = 64 * 1024
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = (";", ",", "\t")
ACTS = re.compile(r"vbaproject|macrosheet|externallink|activex|embeddings|\.bin$", re.IGNORECASE)
ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unreadable(Exception):
    """A file that is not taken, and why as a code: the form has the sentence."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Sheet:
    """The first table of a file.

    Attributes:
        kind: "csv" or "xlsx", as the file was.
        head: what stands above the columns.
        rows: (number of the row in the file, its cells); empty rows are left out.
    """

    kind: str
    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(content: bytes) -> Sheet:
    """The table in `content`.

    Raises:
        Unreadable: with the code of what is wrong with the file as a whole.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("TOO_BIG")
    if not content.strip():
        raise Unreadable("EMPTY")
    if content.startswith(OLD_OFFICE):
        raise Unreadable("OLD")
    if content.startswith(ZIP):
        return _sheet("xlsx", _xlsx_rows(content))
    return _sheet("csv", _csv_rows(content))


def _sheet(kind: str, lines: Iterable[list[str]]) -> Sheet:
    numbered = ((n, cells) for n, cells in _numbered(lines) if any(cells))
    _n, head = next(numbered, (0, []))
    if not head:
        raise Unreadable("EMPTY")
    # One more than may be: then there are too many, and the rest need not be read.
    rows = list(islice(numbered, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Unreadable("TOO_MANY")
    if not rows:
        raise Unreadable("EMPTY")
    if max(len(cells) for cells in [head, *(cells for _n, cells in rows)]) > MOST_COLUMNS:
        raise Unreadable("TOO_WIDE")
    return Sheet(kind, tuple(head), tuple((n, tuple(cells)) for n, cells in rows))


def _numbered(lines: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for n, cells in enumerate(lines, start=1):
        if n > LAST_LINE:
            raise Unreadable("TOO_MANY")
        yield n, cells


def _cell(text: str) -> str:
    if len(text) > MOST_SIGNS:
        raise Unreadable("TOO_LONG")
    return text.strip(" \u00a0")


# --- CSV --------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for line in lines:
            yield [_cell(one) for one in line]
    except csv.Error:
        raise Unreadable("BROKEN") from None


def _decoded(content: bytes) -> str:
    """The text: what its first bytes say, else UTF-8, else what Excel writes in Dutch."""
    encodings = ["utf-8", "cp1252"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            raise Unreadable("NO_TABLE")
        return text
    raise Unreadable("ENCODING")


# --- XLSX -------------------------------------------------------------------------------------


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    _require_harmless(content)
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to import, seldom used)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the workbook has beside cells
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            # What the file says about its own size is its own word.
            sheet.reset_dimensions()
            for line in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
                yield _trimmed([_cell(_text(one)) for one in line])
    except (Unreadable, GeneratorExit):
        raise
    except Exception:  # noqa: BLE001  (a bent file may break its reader in any way)
        raise Unreadable("BROKEN") from None


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: Any) -> str:
    """A cell as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return f"{value.day}-{value.month}-{value.year}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str | int | float):
        return "="  # a formula of a newer kind: refused like one
    return CONTROL.sub("", str(value))


def _require_harmless(content: bytes) -> None:
    """A workbook of cells and nothing else, that unpacks to what it weighs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise Unreadable("BOMB")
            names = [one.filename for one in parts]
            if "xl/workbook.xml" not in names:
                raise Unreadable("NO_TABLE")
            if len(set(names)) != len(names):
                raise Unreadable("BROKEN")
            for part in parts:
                _require_plain(archive, part)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        raise Unreadable("BROKEN") from None


def _require_plain(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if ACTS.search(part.filename) and "printersettings" not in part.filename.lower():
        raise Unreadable("MACRO")
    if part.flag_bits & 0x1:
        raise Unreadable("LOCKED")
    if part.file_size > max(SMALL_PART, MOST_RATIO * part.compress_size):
        raise Unreadable("BOMB")
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return
    # Python gives no more than the size that the archive names, so what was summed holds.
    text = archive.read(part)
    if b"\x00" in text:
        raise Unreadable("BROKEN")  # not UTF-8, so an entity could hide in it
    if any(mark in text for mark in ENTITIES):
        raise Unreadable("BOMB")
    if part.filename == "[Content_Types].xml" and b"macroEnabled" in text:
        raise Unreadable("MACRO")
