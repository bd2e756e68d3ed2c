"""Does a case reference say who somebody is? It may only mean something to its own office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pool.rules import holds_bsn

EMAIL = re.compile(r"\S@\S")
# Not what follows a year: in 2026-09-04-12 there is one date, and it is this year's.
DAY_FIRST = re.compile(
    r"(?<!\d)(?<!\d{4}[\-/. ])(\d{1,2})[\-/. ](\d{1,2})[\-/. ](\d{4}|\d{2})(?!\d)"
)
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[\-/. ](\d{1,2})[\-/. ](\d{1,2})(?!\d)")
EIGHT_DIGITS = re.compile(r"(?<!\d)(\d{8})(?!\d)")
# Dates of this year and the last one stand in references of offices; nobody there is one year old.
YOUNGEST = 2
OLDEST = 110


def telling(reference: str, *, today: date) -> str:
    """What is wrong with `reference`: BSN, EMAIL, BIRTH_DATE, or empty when it may be kept."""
    if EMAIL.search(reference):
        return "EMAIL"
    if holds_bsn(reference):
        return "BSN"
    if any(_is_birthday(year, month, day, today) for year, month, day in _dates(reference, today)):
        return "BIRTH_DATE"
    return ""


def _dates(reference: str, today: date) -> Iterator[tuple[int, int, int]]:
    for day, month, year in DAY_FIRST.findall(reference):
        yield _full(int(year), today), int(month), int(day)
    for year, month, day in YEAR_FIRST.findall(reference):
        yield int(year), int(month), int(day)
    for run in EIGHT_DIGITS.findall(reference):
        yield int(run[4:]), int(run[2:4]), int(run[:2])
        yield int(run[:4]), int(run[4:6]), int(run[6:])


def _full(year: int, today: date) -> int:
    """Two digits as people mean them: 87 is 1987, 26 is 2026."""
    if year >= 100:  # noqa: PLR2004  (written in full)
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year else century - 100 + year


def _is_birthday(year: int, month: int, day: int, today: date) -> bool:
    if not today.year - OLDEST <= year <= today.year - YOUNGEST:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
