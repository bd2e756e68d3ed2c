"""Bars beside each other, drawn by the server: x in percent, y in pixels, so text never shrinks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.ui.clockline import percent

HEIGHT = 192
TOP, FLOOR = 14, 164  # pixels between which bars stand
LEFT = 8.0  # percent kept free for the numbers of the axis
SHARE = 0.72  # of its place that a bar fills
STEP = 5  # the axis ends at a multiple of it


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: What it is of, in full.
        short: What stands under it, if anything; `wide` leaves that out on a phone.
        least, most: The count, or between which two it lies where it is not told exactly.
        is_open: The time it is about still runs.
    """

    label: str
    least: int
    most: int
    short: str = ""
    wide: bool = False
    is_open: bool = False

    @property
    def value(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least}\u2013{self.most}"


@dataclass(frozen=True)
class Drawn:
    """A bar with its place."""

    bar: Bar
    x: str
    middle: str
    width: str
    y: int
    height: int
    kind: str


@dataclass(frozen=True)
class Line:
    """A line across, with its number."""

    y: int
    text: str


def highest(bars: Sequence[Bar]) -> int:
    """Where the axis ends."""
    most = max((bar.most for bar in bars), default=0)
    return max(-(-most // STEP), 1) * STEP


def lines(bars: Sequence[Bar]) -> list[Line]:
    """The floor and the top; between them nothing has to be read off."""
    top = highest(bars)
    return [Line(_y(n, top), str(n)) for n in (0, top)]


def draw(bars: Sequence[Bar]) -> Iterator[Drawn]:
    """Give each bar its place, the first at the left."""
    top = highest(bars)
    slot = (100 - LEFT) / max(len(bars), 1)
    for place, bar in enumerate(bars):
        left = LEFT + slot * (place + (1 - SHARE) / 2)
        y = _y(bar.most, top)
        yield Drawn(
            bar=bar,
            x=percent(left),
            middle=percent(LEFT + slot * (place + 0.5)),
            width=percent(slot * SHARE),
            y=y,
            height=FLOOR - y,
            kind="few" if bar.least != bar.most else "open" if bar.is_open else "whole",
        )


def _y(n: int, top: int) -> int:
    return FLOOR - round((FLOOR - TOP) * n / top)
