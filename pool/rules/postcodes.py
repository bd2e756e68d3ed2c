"""The list of postcodes as text: one line for an area of four figures, or many for its parts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Heads of the columns as the lists in use name them.
CODES = ("pc4", "postcode4", "postcode", "pc6")
LATITUDES, LONGITUDES = ("latitude", "lat", "breedtegraad"), ("longitude", "lon", "lengtegraad")
NAMES = ("place", "plaats", "woonplaats", "naam", "name")
CODE = re.compile(r"([1-9]\d{3})\s?[A-Za-z]{0,2}")
# The Netherlands in Europe, with a margin for rounding.
SOUTH, NORTH, WEST, EAST = 50.7, 53.7, 3.2, 7.3
LONGEST_NAME = 80


@dataclass(frozen=True)
class Place:
    """An area of four figures; the point is rounded to about a hundred metres."""

    code: str
    name: str
    latitude: str
    longitude: str


@dataclass
class Postcodes:
    """What a list holds: the areas by code, and (line, reason) of what could not be read."""

    places: dict[str, Place] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_postcodes(lines: Iterable[str]) -> Postcodes:
    """The areas in a list with commas, semicolons or tabs.

    Of an area with several lines, such as a list of six positions, the middle counts, and the
    name that most lines have.

    Raises:
        ValueError: the head names no code, point or name.
    """
    rows = iter(lines)
    first = next(rows, "").lstrip("\ufeff")
    delimiter = max(",;\t", key=first.count)
    heads = [one.strip().strip('"').casefold() for one in first.split(delimiter)]
    columns = [_column(heads, names) for names in (CODES, LATITUDES, LONGITUDES, NAMES)]
    found = Postcodes()
    points: dict[str, list[tuple[float, float, str]]] = {}
    for number, cells in enumerate(csv.reader(rows, delimiter=delimiter), start=2):
        if not any(cells):
            continue
        if len(cells) <= max(columns):
            found.faults.append((number, "too few columns"))
            continue
        code, latitude, longitude, name = (cells[one].strip() for one in columns)
        fault = _fault(code, latitude, longitude, name)
        if fault:
            found.faults.append((number, fault))
            continue
        points.setdefault(code[:4], []).append((float(latitude), float(longitude), name))
    found.places = {code: _middle(code, points[code]) for code in sorted(points)}
    return found


def _column(heads: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in heads:
            return heads.index(name)
    raise ValueError(f"the head has none of: {', '.join(names)}")


def _fault(code: str, latitude: str, longitude: str, name: str) -> str:
    if not CODE.fullmatch(code):
        return "no postcode of four figures"
    try:
        inside = SOUTH <= float(latitude) <= NORTH and WEST <= float(longitude) <= EAST
    except ValueError:
        return "no point"
    if not inside:
        return "a point outside the Netherlands"
    return "" if 0 < len(name) <= LONGEST_NAME else "no name, or one of more than 80 signs"


def _middle(code: str, points: list[tuple[float, float, str]]) -> Place:
    n = len(points)
    names = [name for _latitude, _longitude, name in points]
    return Place(
        code=code,
        name=max(sorted(set(names)), key=names.count),
        latitude=f"{sum(one[0] for one in points) / n:.3f}",
        longitude=f"{sum(one[1] for one in points) / n:.3f}",
    )
