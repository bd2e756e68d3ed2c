"""What a benchmark hands over: figures beside their baseline and their goal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connections
from django.test.utils import CaptureQueriesContext

ROUNDS = 3
Result = TypeVar("Result")


@dataclass(frozen=True)
class Figure:
    """A line of the table. `ratio` is value over baseline; `holds`: the goal was met."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    goal: str
    holds: bool


def figure(  # noqa: PLR0913  (a line of the table, by name)
    name: str,
    value: float,
    unit: str,
    *,
    baseline: float | None = None,
    most: float | None = None,
    least: float | None = None,
) -> Figure:
    """A figure and its goal: a bound on the ratio where there is a baseline, else on the value.

    Without a bound it is only shown, and holds.
    """
    ratio = value / baseline if baseline else None
    measured, of = (value, unit) if ratio is None else (ratio, "x baseline")
    bounds = [
        f"{sign} {bound:g} {of}"
        for sign, bound in (("<=", most), (">=", least))
        if bound is not None
    ]
    holds = (most is None or measured <= most) and (least is None or measured >= least)
    return Figure(
        name,
        round(value, 4),
        unit,
        None if baseline is None else round(baseline, 4),
        None if ratio is None else round(ratio, 4),
        " and ".join(bounds),
        holds,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie; the nearest that was seen."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def milliseconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    return timed(act)[0]


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    """How many milliseconds one call takes, and what it returns."""
    began = time.perf_counter()
    result = act()
    return (time.perf_counter() - began) * 1000, result


def interleaved(
    cases: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS
) -> dict[str, float]:
    """The median of what each case returns, all of them once a round, in turning order.

    So whatever else the machine does meanwhile falls on all of them alike.
    """
    found: dict[str, list[float]] = {name: [] for name in cases}
    names = list(cases)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(cases[name]())
    return {name: statistics.median(values) for name, values in found.items()}


def n_queries(act: Callable[[], object]) -> int:
    """Statements that read or write rows; those that open a transaction or name a region do not."""
    act()
    with (
        CaptureQueriesContext(connections["default"]) as queries,
        CaptureQueriesContext(connections["denials"]) as counted,
    ):
        act()
    return sum(
        not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config"))
        for one in [*queries, *counted]
    )
