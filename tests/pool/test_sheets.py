"""A table out of a file that anybody may have made, and one that goes out without formulas."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from pool.sheets import MOST_BYTES, MOST_ROWS, Sheet, Unreadable, as_csv, as_xlsx, read, told

HEAD = ("voornaam", "telefoon")


def workbook(*lines: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    """The same archive with one more (or another) part, packed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, text)
    return target.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_reads_the_same_however_it_was_saved(encoding: str, delimiter: str) -> None:
    text = f"voornaam{delimiter}telefoon\r\nZoë{delimiter}06 1234 5678\r\n"

    assert read(text.encode(encoding)) == Sheet("csv", HEAD, ((2, ("Zoë", "06 1234 5678")),))


def test_a_workbook_reads_as_somebody_would_have_typed_it() -> None:
    found = read(workbook(("voornaam", "dag", "km"), ("Zoë", date(2026, 9, 5), 20.0), (), ("Bo",)))

    assert found.kind == "xlsx"
    assert found.rows == ((2, ("Zoë", "5-9-2026", "20")), (4, ("Bo",)))


def test_a_formula_stays_a_text_that_can_be_refused() -> None:
    assert read(workbook(HEAD, ("=1+1", "x"))).rows == ((2, ("=1+1", "x")),)
    assert read(b"voornaam;telefoon\n=HYPERLINK(1);x\n").rows == ((2, ("=HYPERLINK(1)", "x")),)


def test_as_many_rows_as_may_be_and_not_one_more() -> None:
    lines = [b"voornaam;telefoon", *[b"Bo;06"] * MOST_ROWS]

    assert len(read(b"\n".join(lines)).rows) == MOST_ROWS
    assert refusal(b"\n".join([*lines, b"Bo;06"])) == "TOO_MANY"


def test_a_row_far_below_is_not_walked_to() -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.cell(row=1_000_000, column=1, value="Bo")
    target = io.BytesIO()
    book.save(target)

    assert refusal(target.getvalue()) == "TOO_MANY"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b" \n\n", "EMPTY"),
        (b"voornaam;telefoon\n", "EMPTY"),
        (b"x" * (MOST_BYTES + 1), "TOO_BIG"),
        (b"\xd0\xcf\x11\xe0rest", "OLD"),
        (b"PK\x03\x04 and nothing of an archive", "BROKEN"),
        (b"voornaam\x00;telefoon\nx;y\n", "NO_TABLE"),
        (b"a;b\n\x81;x\n", "ENCODING"),
        (b'a;b\n"open;x\n', "BROKEN"),
        (b"a;b\n" + b"x" * 501 + b";y\n", "TOO_LONG"),
        (b"a;b\n" + b";x" * 41 + b"\n", "TOO_WIDE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("xl/vbaProject.bin", b"macro", "MACRO"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "MACRO"),
        ("xl/activeX/activeX1.xml", b"<a/>", "MACRO"),
        ("xl/embeddings/oleObject1.bin", b"x", "MACRO"),
        ("xl/more.xml", b"<a>" + b" " * 30_000_000 + b"</a>", "BOMB"),
        ("xl/media/image1.png", b"\x00" * 5_000_000, "BOMB"),
        ("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>', "BOMB"),
        ("xl/sharedStrings.xml", "<?xml version='1.0'?><sst/>".encode("utf-16"), "BROKEN"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", "BROKEN"),
    ],
)
def test_a_workbook_that_is_more_than_cells_is_refused(name: str, text: bytes, code: str) -> None:
    assert refusal(with_part(workbook(HEAD, ("Bo", "06")), name, text)) == code


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert refusal(target.getvalue()) == "NO_TABLE"


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    packed = bytearray(
        with_part(workbook(HEAD, ("Bo", "06")), "xl/more.xml", b"<a/>" + b" " * 9999)
    )
    place = packed.rfind(b"xl/more.xml")  # its entry in the directory at the end
    packed[place - 46 + 24 : place - 46 + 28] = (4).to_bytes(4, "little")

    assert refusal(bytes(packed)) == "BROKEN"


FORMULAS = ["=1+1", "+31 6", "-2", "@SUM(A1)", "\tx", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_goes_out_starts_no_formula_and_reads_back_as_it_was(text: str) -> None:
    as_text = read(as_csv(HEAD, [["Bo", text]])).rows[0][1][1]
    book = load_workbook(io.BytesIO(as_xlsx(HEAD, [["Bo", text]])))
    cell = book.active["B2"]

    assert as_text.startswith("'")
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    if text.isprintable():
        assert told(as_text) == text


def test_a_marked_cell_says_what_to_mend() -> None:
    content = as_xlsx(HEAD, [["Bo", "06"]], marked={(0, 1): "too short"}, footer="Naast & co")

    cell = load_workbook(io.BytesIO(content)).active["B2"]
    assert cell.comment.text == "too short"
    assert read(content).rows == ((2, ("Bo", "06")),)
