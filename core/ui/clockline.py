"""The clock line: where on a line of any width a moment stands.

A server-drawn line without a view box: every x is a percentage and every y a pixel, so it fills any
width and its text never shrinks. The first ten days are drawn wider than the rest, because they are
where the work is. This module only turns instants into places; what an end is, and when, is decided
elsewhere. Percentages are text ("42.32%"): a template of a Dutch page would write a comma.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")

BEND = 10  # days drawn wide
LAST = 28  # days on the line
EDGE = 2.0  # percent left free on both sides, so that a mark at an end is whole
SPAN = 100 - 2 * EDGE
WIDE = 0.6  # share of the line for the days before the bend

FIRST_HOURS = 72

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WHOLE = 100.0  # percent
_RIGHT = 100 + EDGE  # a little over the edge is still on the paper
_NEAR_LEFT, _NEAR_RIGHT = 9.0, 90.0  # a flag beyond these is kept inside the edge
_FLAG_INSIDE = 8  # pixels of a flag that may stand outside its line there
_CROWDED = 8.0  # percent within which an offer would cover a number


class SessionState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CONFIRM = "confirm"  # cannot go on before somebody confirms


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"


class QuestionState(StrEnum):
    NOT_DUE = "not_due"
    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Mark:
    """Something at a moment: a session."""

    at: datetime
    state: SessionState = SessionState.PLANNED
    label: str = ""


@dataclass(frozen=True)
class Offer:
    """Something asked, with the moment until when an answer counts."""

    at: datetime
    until: datetime
    state: OfferState = OfferState.OPEN
    label: str = ""


@dataclass(frozen=True)
class Question:
    """A question that falls due at a moment."""

    at: datetime
    state: QuestionState = QuestionState.NOT_DUE


@dataclass(frozen=True)
class Labels:
    """The words under the large line; a caller says them in the words of its own work."""

    start: str = ""
    end: str = ""
    latest: str = ""
    question: str = ""


@dataclass(frozen=True)
class ClockLine:
    """A term that runs, with what happens in it.

    Attributes:
        name: What the line is of, for people who hear it: "26-0417".
        start: The instant of day 0 (or day 1, see `day_base`).
        end: The instant at which the term ends.
        latest: The instant it can end at most, after extension.
        now: The instant at which the line is looked at.
        stated: Whether `end` was read from a document; otherwise it is computed.
        day_base: What the first day is called here: 0 or 1.
        unreachable_until: Until then nothing can happen; from the start on.
    """

    name: str
    start: datetime
    end: datetime
    latest: datetime
    now: datetime
    stated: bool = False
    day_base: int = 0
    sessions: Sequence[Mark] = ()
    offers: Sequence[Offer] = ()
    question: Question | None = None
    unreachable_until: datetime | None = None
    labels: Labels = Labels()


@dataclass(frozen=True)
class FirstHours:
    """The first three days after something was asked.

    Attributes:
        goals: Pairs of hours after `start` and what should have happened by then.
    """

    name: str
    start: datetime
    now: datetime
    unreachable_until: datetime | None = None
    offers: Sequence[Offer] = ()
    sessions: Sequence[Mark] = ()
    goals: Sequence[tuple[int, str]] = ()


# --- Places -----------------------------------------------------------------------------------


def days_between(start: datetime, at: datetime) -> float:
    """Days on the wall clock of the Netherlands from `start` to `at`; below 0 when earlier.

    The same hour ten days later is 10.0, also when the clocks changed in between: that is how
    people count days, and how terms that are stated in days are meant.
    """
    here, there = (moment.astimezone(ZONE).replace(tzinfo=None) for moment in (start, at))
    return (there - here) / _DAY


def position(days: float) -> float:
    """Percent at which a day stands; what lies outside the line is kept at its ends."""
    inside = min(max(days, 0.0), float(LAST))
    if inside <= BEND:
        share = WIDE * inside / BEND
    else:
        share = WIDE + (1 - WIDE) * (inside - BEND) / (LAST - BEND)
    return EDGE + SPAN * share


def hour_position(hours: float) -> float:
    """Percent at which an hour of the first 72 stands; what lies outside stays at the ends."""
    return EDGE + SPAN * min(max(hours, 0.0), float(FIRST_HOURS)) / FIRST_HOURS


def percent(value: float) -> str:
    """Write a percentage with at most two decimals, and with a point in every language."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


# --- Drawings ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A mark with its place; `anchor` says on which side its label stands ("" for no label)."""

    x: str
    state: str
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Flag:
    """The flag of now: the box and its text, in pixels from the line it hangs on."""

    x: str
    box: str
    width: int
    text: str


@dataclass(frozen=True)
class Number:
    """A number or label on the axis."""

    x: str
    text: str
    anchor: str
    strong: bool = False


@dataclass(frozen=True)
class Bar:
    """A stretch of the line."""

    x: str
    width: str


@dataclass(frozen=True)
class Window:
    """A stretch in which an answer is awaited, and the part of it that is gone."""

    bar: Bar
    gone: Bar
    label_x: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """Everything of a clock line, placed: what both its sizes are drawn from."""

    day: int
    now: Flag
    run: Bar
    past: Bar
    end: str
    stated: bool
    maybe: Bar | None
    latest: str
    question: Placed | None
    sessions: tuple[Placed, ...]
    offers: tuple[Placed, ...]
    unreachable: Bar | None
    numbers: tuple[Number, ...]
    axis: tuple[Number, ...]
    ends: tuple[Number, ...]


@dataclass(frozen=True)
class HoursDrawing:
    """Everything of the first 72 hours, placed."""

    now: Flag
    goals: tuple[Number, ...]
    midnights: tuple[tuple[str, datetime], ...]
    unreachable: Bar | None
    reachable_x: str
    windows: tuple[Window, ...]
    sessions: tuple[Placed, ...]


TICKS = tuple(percent(position(day)) for day in (*range(1, BEND), 14, 21))
STRONG_TICKS = tuple(percent(position(day)) for day in (0, BEND, LAST))


def draw(line: ClockLine, *, flag_width: int) -> Drawing:
    """Place everything of `line`.

    Args:
        line: What to draw.
        flag_width: Pixels that the words on the flag of now need.
    """
    now = days_between(line.start, line.now)
    end = position(days_between(line.start, line.end))
    latest = position(days_between(line.start, line.latest))
    at_now = position(now)
    offers = [(position(days_between(line.start, one.at)), one) for one in line.offers]
    return Drawing(
        day=current_day(line),
        now=flag(at_now, width=flag_width),
        run=_bar(EDGE, end),
        past=_bar(EDGE, min(at_now, end)),
        end=percent(end),
        stated=line.stated,
        maybe=_bar(end, latest) if latest > end else None,
        latest=percent(latest),
        question=_question(line),
        sessions=_sessions(
            [(position(days_between(line.start, one.at)), one) for one in line.sessions]
        ),
        offers=tuple(Placed(percent(x), one.state, one.label) for x, one in offers),
        unreachable=_unreachable(line),
        numbers=tuple(_numbers(line, [x for x, _ in offers])),
        axis=axis(line.day_base),
        ends=_ends(end, latest),
    )


def current_day(line: ClockLine) -> int:
    """The number of the day that it is on `line`, counted from its `day_base`."""
    return max(int(days_between(line.start, line.now) // 1), 0) + line.day_base


def axis(day_base: int) -> tuple[Number, ...]:
    """The numbers between the ends, as the axis above rows of lines and the large line show."""
    shown = (0, 2, 4, 6, 8, BEND, 14, 21, LAST)
    return tuple(
        Number(
            percent(position(day)),
            str(day + day_base),
            {0: "start", LAST: "end"}.get(day, "middle"),
            strong=day in (0, BEND, LAST),
        )
        for day in shown
    )


def draw_hours(hours: FirstHours, *, flag_width: int) -> HoursDrawing:
    """Place everything of the first 72 hours; what comes later is left to the words beside it.

    Hours are counted as they pass, not on the wall clock: the goals are lengths of time.
    """
    # In UTC first: two moments of the same zone are subtracted on the wall, an hour off when the
    # clocks change in between.
    start = hours.start.astimezone(UTC)

    def at(moment: datetime) -> float:
        return hour_position((moment.astimezone(UTC) - start) / _HOUR)

    limit = start + FIRST_HOURS * _HOUR
    until = hours.unreachable_until
    return HoursDrawing(
        now=flag(at(hours.now), width=flag_width),
        goals=tuple(_goals(hours.goals)),
        midnights=tuple((percent(at(one)), one) for one in _midnights(start, limit)),
        unreachable=_bar(EDGE, at(until)) if until and until > start else None,
        reachable_x=percent(at(until)) if until else "",
        windows=tuple(
            Window(
                bar=_bar(at(one.at), at(one.until)),
                gone=_bar(at(one.at), min(max(at(hours.now), at(one.at)), at(one.until))),
                label_x=percent(at(one.until)),
                label=one.label,
            )
            for one in hours.offers
            if one.state == OfferState.OPEN and one.at < limit
        ),
        sessions=_sessions([(at(one.at), one) for one in hours.sessions if one.at <= limit]),
    )


def flag(x: float, *, width: int) -> Flag:
    """The flag of now: in the middle of its line, or kept inside the edge near one."""
    if x < _NEAR_LEFT:
        left = -float(_FLAG_INSIDE)
    elif x > _NEAR_RIGHT:
        left = -float(width - _FLAG_INSIDE)
    else:
        left = -width / 2
    return Flag(percent(x), f"{left:g}", width, f"{left + width / 2:g}")


def _bar(start: float, end: float) -> Bar:
    return Bar(percent(start), percent(max(end - start, 0.0)))


def _question(line: ClockLine) -> Placed | None:
    if line.question is None:
        return None
    place = position(days_between(line.start, line.question.at))
    return Placed(percent(place), line.question.state, line.labels.question)


def _unreachable(line: ClockLine) -> Bar | None:
    if line.unreachable_until is None or line.unreachable_until <= line.start:
        return None
    return _bar(EDGE, position(days_between(line.start, line.unreachable_until)))


def _sessions(placed: list[tuple[float, Mark]]) -> tuple[Placed, ...]:
    """Give each session its place, and its label a side where no neighbour stands."""
    ordered = sorted(placed, key=lambda one: one[0])
    result: list[Placed] = []
    for n, (x, mark) in enumerate(ordered):
        after = ordered[n + 1][0] if n + 1 < len(ordered) else _RIGHT
        before = ordered[n - 1][0] if n else -EDGE
        # About 6 pixels a letter on a line of 700; a label at the right edge hangs to the left.
        needs = 0.85 * len(mark.label) + 2.5
        if after - x >= needs and x + needs <= _RIGHT:
            anchor = "start"
        elif x - before >= 2 * needs or (x + needs > _RIGHT and x - before >= needs):
            anchor = "end"
        else:
            anchor = ""
        result.append(Placed(percent(x), mark.state, mark.label, anchor if mark.label else ""))
    return tuple(result)


def _numbers(line: ClockLine, offers: list[float]) -> Iterable[Number]:
    """The numbers under a row; one that an offer would cover is left out."""
    for day, anchor in ((0, "start"), (BEND, "middle"), (LAST, "end")):
        x = position(day)
        if all(abs(x - offer) > _CROWDED for offer in offers):
            yield Number(percent(x), str(day + line.day_base), anchor)


def _ends(end: float, latest: float) -> tuple[Number, ...]:
    """Where the dates under the large line stand; the latest end yields when it has no room."""
    room = 25.0  # percent that a date of 150 pixels needs on a line of 600
    result = [Number(percent(EDGE), "start", "start")] if end - EDGE >= room else []
    inside = "middle" if end - EDGE >= 1.5 * room else "start"
    anchor = "end" if end > _NEAR_RIGHT else inside
    result.append(Number(percent(end), "end", anchor))
    if latest - end >= room:
        result.append(Number(percent(latest), "latest", "end"))
    return tuple(result)


def _goals(goals: Sequence[tuple[int, str]]) -> Iterable[Number]:
    """The goals over their lines, each on the side where it covers no other.

    Words that have no room on any side are left out; the number stays.
    """
    placed = [(hour_position(n), words) for n, words in sorted(goals)]
    free = 0.0  # up to here something is written
    for (x, words), limit in zip(placed, [*map(_until, placed[1:]), _WHOLE], strict=False):
        needs = _goal_room(words)
        sides = {"middle": x - needs / 2, "end": x - needs, "start": x}
        fitting = [one for one, left in sides.items() if free <= left and left + needs <= limit]
        if fitting:
            free = sides[fitting[0]] + needs
            yield Number(percent(x), words, fitting[0])
        else:
            free = x + _goal_room("") / 2
            yield Number(percent(x), "", "end" if x > _NEAR_RIGHT else "middle")


def _until(following: tuple[float, str]) -> float:
    """How far the goal before this one may write: to its line, where it can hang right of it."""
    x, words = following
    needs = _goal_room(words)
    return x if x + needs <= _WHOLE else x - needs


def _goal_room(words: str) -> float:
    """Percent of a line of 620 pixels: 7 a letter, and seven letters for the number itself."""
    return 1.15 * (len(words) + 7)


def _midnights(start: datetime, limit: datetime) -> Iterable[datetime]:
    day = start.astimezone(ZONE).date() + _DAY
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=ZONE)) < limit:
        yield midnight
        day += _DAY
