"""Who may do which work, and who is free: plain values in, plain answers out.

Codes of domain.md are written as text here, so that these rules know no framework; a test
compares them with the vocabulary.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from uuid import UUID

from pool.geo import Point

Level = Literal["LEGAL", "POLICY", "NONE"]
# Half-open [from, until), aware.
Interval = tuple[datetime, datetime]

# The law asks for a VOG that is at most so old at the start of the work (Wmo 2015, 4.2.4).
LEGAL_START_MONTHS = 3
# All work needs these two, whatever the host asks (domain.md 3.4).
NEEDED_AGREEMENTS = (
    ("CONFIDENTIALITY", "NO_CONFIDENTIALITY"),
    ("CODE_OF_CONDUCT", "NO_CODE_OF_CONDUCT"),
)

MINUTES_A_DAY = 1440
# Parts of a day as [from, until) in minutes after midnight; together they fill 24 hours.
DAY_PARTS: tuple[tuple[str, int, int], ...] = (
    ("DAYTIME", 8 * 60, 18 * 60),
    ("EVENING", 18 * 60, 23 * 60),
    ("NIGHT", 23 * 60, MINUTES_A_DAY + 8 * 60),
)
SATURDAY = 5
# Less than this inside a part of the day is no time to meet anybody.
SHORTEST_MINUTES = 60
SHORTEST = timedelta(minutes=SHORTEST_MINUTES)


# --- Papers -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    """What was seen on paper of one expert, as it stands on the day of the work.

    Attributes:
        vog_issue: date on the VOG, or None where none was seen.
        vog_valid_until: first day on which the region no longer relies on it.
        vog_codes: kind and code together, "ASPECT:85": aspect 85 is not profile 85.
        agreements: kinds that are signed and valid on that day.
        has_training: a finished training whose certificate was seen and has not expired.
        started_on: local date on which the expert began to take part; None before that day. The
            law asks for a VOG of at most three months at the start of the work for a host
            (Wmo 2015, 3.5 and 4.2.4), not at every new participant.
    """

    vog_issue: date | None
    vog_valid_until: date | None
    vog_codes: frozenset[str]
    agreements: frozenset[str]
    has_training: bool
    started_on: date | None = None


@dataclass(frozen=True)
class Rule:
    """What one kind of work asks at one kind of host; `profile` is "ASPECT:85" or empty."""

    level: Level
    profile: str = ""


# Where the region decided nothing, the strictest counts: nobody works by an oversight.
UNDECIDED = Rule("LEGAL")


def paper_problems(papers: Papers, rule: Rule, *, on: date, starts_new: bool) -> list[str]:
    """Every reason why these papers do not carry this work on day `on`; empty means they do.

    `on` is the local date of the work: the rules and papers of that day count. With `starts_new`
    the start rule of the law applies as well: the VOG was at most three months old when the
    expert began, on `papers.started_on` or else on that day.
    """
    problems = _vog_problems(papers, rule, on, starts_new) if rule.level != "NONE" else []
    problems += [code for kind, code in NEEDED_AGREEMENTS if kind not in papers.agreements]
    if not papers.has_training:
        problems.append("NO_TRAINING")
    return problems


def _vog_problems(papers: Papers, rule: Rule, on: date, starts_new: bool) -> list[str]:  # noqa: FBT001
    if papers.vog_issue is None or papers.vog_valid_until is None:
        return ["VOG_MISSING"]
    problems = []
    if on >= papers.vog_valid_until:
        problems.append("VOG_EXPIRED")
    if rule.profile and rule.profile not in papers.vog_codes:
        problems.append("VOG_PROFILE")
    began = papers.started_on or on
    too_old = papers.vog_issue < add_months(began, -LEGAL_START_MONTHS)
    if rule.level == "LEGAL" and starts_new and too_old:
        problems.append("VOG_TOO_OLD_AT_START")
    return problems


def add_months(day: date, months: int) -> date:
    """The same day of another month, or the last one of it: 31 May minus 3 is 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Deployability:
    """May this expert do this work on that day, and if not, every reason why."""

    is_deployable: bool
    problems: tuple[str, ...] = ()


def judge(  # noqa: PLR0913  one fact per reason
    *,
    state: str,
    is_suspended: bool,
    is_paused: bool,
    does_this_work: bool,
    papers: Papers,
    rule: Rule,
    on: date,
    starts_new: bool = False,
) -> Deployability:
    """Judge one expert for one kind of work; all reasons are given, not only the first."""
    problems = []
    if is_suspended:
        problems.append("SUSPENDED")
    elif state != "ACTIVE":
        problems.append("NOT_ACTIVE")
    if is_paused:
        problems.append("PAUSED")
    if not does_this_work:
        problems.append("OTHER_WORK")
    problems += paper_problems(papers, rule, on=on, starts_new=starts_new)
    return Deployability(not problems, tuple(problems))


# --- The week and the calendar ----------------------------------------------------------------


@dataclass(frozen=True)
class WeekRow:
    """Hours of every week, in minutes after local midnight of the weekday: [starts, ends).

    "Tuesdays from 18:00 to 22:00" is (1, 1080, 1320); 0 is Monday. `ends` may pass 1440 into the
    next day, so a night is one row.
    """

    weekday: int
    starts: int
    ends: int


def is_free(  # noqa: PLR0913  the three kinds of hours and the question
    week: Iterable[WeekRow],
    absences: Iterable[Interval],
    busy: Iterable[Interval],
    *,
    start: datetime,
    end: datetime,
    tz: tzinfo,
) -> bool:
    """Is all of [start, end) inside the week, and none of it away or given away?"""
    return free_intervals(week, absences, busy, start=start, end=end, tz=tz) == [
        (start.astimezone(UTC), end.astimezone(UTC))
    ]


def is_available(week: Iterable[WeekRow], *, start: datetime, end: datetime, tz: tzinfo) -> bool:
    """Is all of [start, end) inside the week, whatever else there is?"""
    return is_free(week, (), (), start=start, end=end, tz=tz)


def free_intervals(  # noqa: PLR0913  the three kinds of hours and the question
    week: Iterable[WeekRow],
    absences: Iterable[Interval],
    busy: Iterable[Interval],
    *,
    start: datetime,
    end: datetime,
    tz: tzinfo,
) -> list[Interval]:
    """The free stretches within [start, end), in UTC, soonest first, none touching another.

    A week is wall clock in `tz`; see `instant_of` for the nights in which the clock changes.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if start >= end:
        return []
    rows = list(week)
    free = []
    # A row may reach 47 hours past its own midnight.
    day = start.astimezone(tz).date() - timedelta(days=2)
    last = end.astimezone(tz).date()
    while day <= last:
        for row in rows:
            if row.weekday == day.weekday():
                begins, ends = instant_of(day, row.starts, tz), instant_of(day, row.ends, tz)
                free.append((max(begins, start), min(ends, end)))
        day += timedelta(days=1)
    taken = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in (*absences, *busy)]
    return _without(_merged(free), _merged(taken))


def instant_of(day: date, minutes: int, tz: tzinfo) -> datetime:
    """The instant, in UTC, at which a wall clock in `tz` reads `minutes` after midnight of `day`.

    A reading that the clock skips in spring is the moment of the change; one that it shows
    twice in autumn is the first. So two rows that touch on paper touch in time, on every night.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    if first.astimezone(tz).replace(tzinfo=None) == wall:
        return first
    # In a gap, fold 1 reads the clock of after the change: it lands before the change.
    before = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    offset_before = before.astimezone(tz).utcoffset()
    after = first
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def day_parts_covered(week: Iterable[WeekRow]) -> frozenset[str]:
    """Parts of the day, and WEEKEND, in which this week holds at least an hour."""
    covered = set()
    for row in week:
        covered |= {part for _day, part in _parts_of(row)}
        weekend = (SATURDAY - row.weekday) * MINUTES_A_DAY
        # Monday's row belongs to no weekend; Sunday's ends at midnight.
        if _overlap(row.starts, row.ends, weekend, weekend + 2 * MINUTES_A_DAY):
            covered.add("WEEKEND")
    return frozenset(covered)


def parts_free(intervals: Iterable[Interval], *, tz: tzinfo) -> frozenset[str]:
    """Parts of the day in which these stretches leave at least an hour in one go."""
    found = set()
    for begins, ends in intervals:
        day, last = (one.astimezone(tz).date() for one in (begins, ends))
        day -= timedelta(days=1)  # the night that began the evening before
        while day <= last:
            for part, starts, until in DAY_PARTS:
                first, until_instant = instant_of(day, starts, tz), instant_of(day, until, tz)
                if min(ends, until_instant) - max(begins, first) >= SHORTEST:
                    found.add(part)
            day += timedelta(days=1)
    return frozenset(found)


def cells_covered(week: Iterable[WeekRow]) -> frozenset[tuple[int, str]]:
    """Weekday and part of the day, each with at least an hour: (1, "EVENING") is Tuesday evening.

    A night belongs to the day on which it begins.
    """
    return frozenset(cell for row in week for cell in _parts_of(row))


def _parts_of(row: WeekRow) -> set[tuple[int, str]]:
    found = set()
    # From the night that began the day before, to the parts of two days later.
    for shift in (-1, 0, 1, 2):
        midnight = shift * MINUTES_A_DAY
        for part, begins, ends in DAY_PARTS:
            if _overlap(row.starts, row.ends, midnight + begins, midnight + ends):
                found.add(((row.weekday + shift) % 7, part))
    return found


def _overlap(starts: int, ends: int, begins: int, until: int) -> bool:
    return min(ends, until) - max(starts, begins) >= SHORTEST_MINUTES


def merged_week(rows: Iterable[WeekRow]) -> list[WeekRow]:
    """The same week in few rows, in order; touching and doubled hours of a weekday become one.

    No row grows past 24 hours, which the table refuses; such a pair stays two rows.
    """
    merged: list[WeekRow] = []
    for row in sorted(rows, key=lambda one: (one.weekday, one.starts, one.ends)):
        last = merged[-1] if merged else None
        touches = last is not None and last.weekday == row.weekday and row.starts <= last.ends
        if last and touches and max(last.ends, row.ends) <= last.starts + MINUTES_A_DAY:
            merged[-1] = WeekRow(last.weekday, last.starts, max(last.ends, row.ends))
        else:
            merged.append(row)
    return merged


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for begins, ends in sorted(one for one in intervals if one[0] < one[1]):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _without(free: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """`free` minus `taken`; both merged and in order."""
    left = []
    for begins, ends in free:
        at = begins
        for away, back in taken:
            if back <= at or away >= ends:
                continue
            if away > at:
                left.append((at, away))
            at = max(at, back)
        if at < ends:
            left.append((at, ends))
    return left


# --- What matching reads ----------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """One expert as matching sees one: facts and codes, no name, no contact.

    Attributes:
        languages: (ISO code, level) pairs.
        can_meet: needs of a participant that this expert said to be able to meet.
        point: centre of the home area.
        rule: what the asked work needs at the asked host on the asked day.
        absences, busy: half-open and aware; busy is a live block with its travel, from two days
            ago on.
        last_contact_end: when the last session that has ended, ended.
        sessions_per_week: (ISO year, ISO week, number) of live sessions, this local week and on.
    """

    expert_id: UUID
    state: str
    is_paused: bool
    is_suspended: bool
    activities: frozenset[str]
    languages: tuple[tuple[str, str], ...]
    can_meet: frozenset[str]
    experiences: frozenset[str]
    area: str
    point: Point
    travel_radius_km: int
    excluded_areas: frozenset[str]
    excluded_organisations: frozenset[UUID]
    max_running: int
    max_per_week: int
    papers: Papers
    rule: Rule
    week: tuple[WeekRow, ...]
    absences: tuple[Interval, ...]
    busy: tuple[Interval, ...]
    last_contact_end: datetime | None
    sessions_per_week: tuple[tuple[int, int, int], ...]
