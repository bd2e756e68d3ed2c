"""Who fits a wish, found by asking everybody: slow, plain, and written without the site's rules.

It shares no line with `matching.rules` or `pool.rules`; only what the words mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.people import DAY, HOUR, NOW, TRAVEL, Person, Place, Wish

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EARTH_KM, ROAD_FACTOR, LEAST_KM = 6371.0088, 1.3, 2
REST = 12 * HOUR
# After a heavy contact; of the person more, where that is asked.
HEAVY_REST = 24 * HOUR
FIRST_CONTACT = 24 * HOUR
SHOWN = 20
TALKS = ("B1", "B2", "C", "NATIVE")
SHARE_OF_LEVEL = {"A2": 0.2, "B1": 0.5, "B2": 0.7, "C": 0.9, "NATIVE": 1.0}
STEP = 30  # minutes; all hours in the invented weeks begin and end on the half hour

Answer = list[tuple[UUID, int]]


class Oracle:
    """Everybody, and what of them does not depend on the wish."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._parts = [parts_of_week(one.week) for one in people]
        self._rests = [rests_of(one) for one in people]
        self._last = [
            max((end for _start, end in one.sessions if end <= NOW), default=None) for one in people
        ]

    def best(self, wish: Wish) -> Answer:
        """The first twenty who fit, with their points."""
        found = [
            (one.id, points(one, wish, last))
            for one, parts, last, rests in zip(
                self._people, self._parts, self._last, self._rests, strict=True
            )
            if not _rests(rests, wish) and _fits(one, wish, parts, last)
        ]
        return sorted(found, key=lambda pair: (-pair[1], str(pair[0])))[:SHOWN]


def _fits(  # noqa: PLR0911  (one no after the other)
    one: Person, wish: Wish, parts: frozenset[str], last: datetime | None
) -> bool:
    begins = wish.fixed[0] if wish.fixed else max(NOW, wish.earliest)
    day = begins.astimezone(AMSTERDAM).date()
    is_remote = wish.activity == "CONSULT"
    if one.state != "ACTIVE" or one.is_paused or wish.activity not in one.activities:
        return False
    if one.says_not_today:
        return False
    if wish.place.code in one.avoids or one.id in wish.conflicts:
        return False
    if wish.activity == "BUDDY_1ON1" and one.running >= one.max_running:
        return False
    if not any(code == wish.language and level in TALKS for code, level in one.languages):
        return False
    if "WOMAN" in wish.needs and "WOMAN" not in one.can_meet:
        return False
    if last is not None and begins - last < REST:
        return False
    if not is_remote:
        km = road_km(one.home, wish.place)
        if one.home == wish.place or km / ROAD_FACTOR < LEAST_KM or km > one.radius_km:
            return False
    return (
        _papers_do(one, day, asks_aspect=not is_remote)
        and _has_hours(one, wish, parts_from(one, day, parts), begins)
        and _sessions_in_week(one, day) < one.max_per_week
    )


def _papers_do(one: Person, day: date, *, asks_aspect: bool) -> bool:
    """Both agreements, a training, and a VOG in date.

    The region decided about meetings: aspect 85, by policy. About desk work it decided nothing,
    so the law counts at its strictest: at most three months old when this person began.
    """
    if len(one.agreements) < 2 or not one.is_trained:
        return False
    if one.vog_issued is None or one.vog_until is None or day >= one.vog_until:
        return False
    if asks_aspect:
        return "85" in one.vog_codes
    return one.vog_issued >= three_months_before(one.began)


def three_months_before(day: date) -> date:
    """The same day of three months ago, or the last of that month."""
    first = day.replace(day=1)
    for _month in range(3):
        first = (first - timedelta(days=1)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _has_hours(one: Person, wish: Wish, parts: frozenset[str], begins: datetime) -> bool:
    if wish.fixed:
        start, end = wish.fixed
        around = (start - TRAVEL, end + TRAVEL)
        return (
            _is_open(one, start, end)
            and not any(_meet(around, away) for away in one.absences)
            and not any(_meet(around, (a - TRAVEL, b + TRAVEL)) for a, b in one.sessions)
        )
    # With a single absence: it either spans all of the time for a first contact, or leaves some.
    if any(away <= begins and begins + FIRST_CONTACT <= back for away, back in one.absences):
        return False
    return bool(parts & set(wish.day_parts)) if wish.day_parts else bool(parts)


def _meet(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _sessions_in_week(one: Person, day: date) -> int:
    return sum(
        start.astimezone(AMSTERDAM).date().isocalendar()[:2] == day.isocalendar()[:2]
        for start, _end in one.sessions
    )


Interval = tuple[datetime, datetime]


def rests_of(one: Person) -> list[Interval]:
    """When this person rests: from the end of a heavy contact on, that ended or is to come."""
    rest = HEAVY_REST if one.own_rest is None else max(HEAVY_REST, one.own_rest)
    return [(end, end + rest) for _start, end in one.heavy]


def _rests(rests: Iterable[Interval], wish: Wish) -> bool:
    """At the moment when contact may begin, or at any moment of fixed hours."""
    if wish.fixed:
        return any(_meet(wish.fixed, rest) for rest in rests)
    begins = max(NOW, wish.earliest)
    return any(away <= begins < back for away, back in rests)


def _is_open(one: Person, start: datetime, end: datetime) -> bool:
    """Every half hour of it is given: by a row of the week or of a day, and by none taken back."""
    at = start.astimezone(AMSTERDAM)
    while at < end:
        if not is_given(one, at.date(), at.hour * 60 + at.minute):
            return False
        at += timedelta(minutes=STEP)
    return True


def is_given(one: Person, day: date, minute: int) -> bool:
    """Is the half hour from this minute of the day on given? Rows may come from days before."""
    there = False
    for back in (0, 1, 2):
        since, reading = day - back * DAY, minute + back * 1440
        for that, starts, ends, is_there in one.changes:
            if that == since and starts <= reading < ends:
                if not is_there:
                    return False
                there = True
        there = there or any(
            weekday == since.weekday() and starts <= reading < ends
            for weekday, starts, ends in one.week
        )
    return there


def parts_from(one: Person, first: date, of_week: frozenset[str]) -> frozenset[str]:
    """The parts of the day of the seven days from `first` on, as they really are.

    Somebody with no other day near has those of every week.
    """
    if not any(-2 <= (day - first).days <= 7 for day, *_rest in one.changes):
        return of_week
    open_ = [is_given(one, first + n // 48 * DAY, n % 48 * STEP) for n in range(7 * 48)]

    def holds_an_hour(begins: int, until: int) -> bool:
        window = open_[max(0, begins) : max(0, until)]
        return any(a and b for a, b in pairwise(window))

    found = set()
    for day in range(-1, 7):
        midnight = day * 48
        for part, begins, until in (("DAYTIME", 8, 18), ("EVENING", 18, 23), ("NIGHT", 23, 32)):
            if holds_an_hour(midnight + begins * 2, midnight + until * 2):
                found.add(part)
        if (first + day * DAY).weekday() >= 5 and holds_an_hour(midnight, midnight + 48):
            found.add("WEEKEND")
    return frozenset(found)


def parts_of_week(week: Iterable[tuple[int, int, int]]) -> frozenset[str]:
    """The parts of the day, and the weekend, of which some row holds an hour in one go."""
    found = set()
    for weekday, starts, ends in week:
        run: dict[tuple[str, int], int] = {}
        for minute in range(starts, ends, STEP):
            hour = minute // 60
            of_day = hour % 24
            part = "DAYTIME" if 8 <= of_day < 18 else "EVENING" if 18 <= of_day < 23 else "NIGHT"
            # A night belongs to the evening before it.
            night = (hour - 8) // 24
            run[part, night] = run.get((part, night), 0) + STEP
            if 5 * 1440 <= weekday * 1440 + minute < 7 * 1440:
                run["WEEKEND", 0] = run.get(("WEEKEND", 0), 0) + STEP
        found |= {part for (part, _night), minutes in run.items() if minutes >= 60}
    return frozenset(found)


def points(one: Person, wish: Wish, last: datetime | None) -> int:
    """Needs 30, distance 20, load 20, continuity 15 (nobody is known here), rest 10, language 5."""
    meets = {*one.can_meet, *(["PARENT"] if one.is_parent else [])}
    needs = sum(need in meets for need in wish.needs) / len(wish.needs) if wish.needs else 1.0
    is_remote = wish.activity == "CONSULT"
    near = 1.0 if is_remote else max(0.0, 1 - road_km(one.home, wish.place) / one.radius_km)
    load = max(0.0, 1 - one.running / one.max_running)
    begins = wish.fixed[0] if wish.fixed else max(NOW, wish.earliest)
    rested = 1.0
    if last is not None:
        rested = min(1.0, (begins - last) / timedelta(days=7))
    level = dict(one.languages)[wish.language]
    return (
        round(30 * needs)
        + round(20 * near)
        + round(20 * load)
        + round(10 * rested)
        + round(5 * SHARE_OF_LEVEL[level])
    )


def road_km(a: Place, b: Place) -> float:
    """By the straight line through the earth between two points on it."""
    chord = math.dist(_on_sphere(a), _on_sphere(b))
    return 2 * EARTH_KM * math.asin(min(1.0, chord / 2)) * ROAD_FACTOR


def _on_sphere(place: Place) -> tuple[float, float, float]:
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
