"""Invented experts and wishes as plain values; `bench.rows` writes them into the real tables.

Whoever needs to know what is true asks the plain values; whoever is measured reads the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

# Tuesday noon in Amsterdam. No clock changes in the weeks around it.
NOW = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Eight on the wall of tomorrow: until then nobody asks who said "not today".
MORNING = NOW + 20 * HOUR
TRAVEL = timedelta(minutes=30)
N_SESSIONS = 8

LEVELS = ("A2", "B1", "B2", "C", "NATIVE")
OTHER_LANGUAGES = ("en", "ar", "tr", "pl", "uk", "es", "ti")
NEEDS = ("PARENT", "PHONE_FIRST", "SIMPLE_LANGUAGE", "WOMAN")


@dataclass(frozen=True)
class Place:
    """An area: a code and a point."""

    code: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Person:
    """One expert, as anybody could say it in words. Intervals are half-open."""

    id: UUID
    home: Place
    state: str
    is_paused: bool
    activities: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    can_meet: tuple[str, ...]
    is_parent: bool
    radius_km: int
    avoids: tuple[str, ...]
    max_running: int
    max_per_week: int
    running: int
    vog_issued: date | None
    vog_until: date | None
    vog_codes: tuple[str, ...]
    agreements: tuple[str, ...]
    is_trained: bool
    began: date
    # Weekday, and minutes after its midnight.
    week: tuple[tuple[int, int, int], ...]
    absences: tuple[tuple[datetime, datetime], ...]
    sessions: tuple[tuple[datetime, datetime], ...]
    # Those of the sessions after which this person rests; for longer than agreed, or None.
    heavy: tuple[tuple[datetime, datetime], ...]
    own_rest: timedelta | None
    # Days that differ: the day, minutes after its midnight, and there or not.
    changes: tuple[tuple[date, int, int, bool], ...]
    says_not_today: bool


@dataclass(frozen=True)
class Wish:
    """One seat to fill, in words."""

    activity: str
    place: Place
    language: str
    needs: tuple[str, ...]
    day_parts: tuple[str, ...]
    earliest: datetime
    fixed: tuple[datetime, datetime] | None
    conflicts: tuple[UUID, ...]


def draw_places(dice: Random, *, prefix: int, n: int = 120) -> list[Place]:
    """Areas all over a country of 250 by 200 kilometres; areas are shared by all regions."""
    return [
        Place(
            str(1000 * prefix + number),
            round(dice.uniform(51.2, 53.2), 3),
            round(dice.uniform(4.2, 6.9), 3),
        )
        for number in range(n)
    ]


def draw_people(dice: Random, n: int, places: Sequence[Place]) -> list[Person]:
    """`n` experts of whom some have a reason against nearly everything."""
    return [_person(dice, places) for _number in range(n)]


def _person(dice: Random, places: Sequence[Place]) -> Person:
    issued = TODAY - timedelta(days=dice.randrange(20, 1300))
    weekdays = dice.sample(range(7), dice.randint(2, 5))
    begins = dice.choice((8 * 60, 9 * 60, 17 * 60 + 30, 18 * 60, 20 * 60))
    lasts = dice.choice((4, 5, 8, 12)) * 60
    away = NOW + dice.randrange(-5, 20) * DAY
    extra = dice.sample(OTHER_LANGUAGES, dice.choice((0, 0, 1, 2)))
    sessions = tuple(_session(dice, day) for day in sorted(dice.sample(range(-7, 14), N_SESSIONS)))
    return Person(
        id=UUID(int=dice.getrandbits(128), version=4),
        home=dice.choice(places),
        state=_one_of(dice, ACTIVE=85, IN_TRAINING=6, SUSPENDED=3, APPLICANT=3, LEFT=3),
        is_paused=dice.random() < 0.05,
        activities=tuple(
            one
            for one, share in (("BUDDY_1ON1", 0.6), ("AT_TABLE", 0.3), ("CONSULT", 0.08))
            if dice.random() < share
        ),
        languages=(
            ("nl", dice.choice(("B2", "C", "NATIVE", "NATIVE", "NATIVE"))),
            *((one, dice.choice(LEVELS)) for one in sorted(extra)),
        ),
        can_meet=tuple(one for one in NEEDS if dice.random() < 0.4),
        is_parent=dice.random() < 0.5,
        radius_km=dice.choice((15, 20, 30, 40, 60)),
        avoids=tuple(place.code for place in dice.sample(places, dice.choice((0, 0, 0, 2)))),
        max_running=dice.randint(1, 3),
        max_per_week=dice.randint(2, 5),
        running=_one_of(dice, **{"0": 6, "1": 3, "2": 1}, as_number=True),
        vog_issued=issued if dice.random() < 0.93 else None,
        vog_until=issued + timedelta(days=1095),
        vog_codes=dice.choice((("85",), ("84", "85"), ("84",), ("85",))),
        agreements=tuple(
            one for one in ("CONFIDENTIALITY", "CODE_OF_CONDUCT") if dice.random() < 0.97
        ),
        is_trained=dice.random() < 0.9,
        began=issued + timedelta(days=dice.randrange(0, 140)),
        week=tuple((one, begins, begins + lasts) for one in sorted(weekdays)),
        absences=((away, away + dice.randrange(1, 12) * DAY),) if dice.random() < 0.3 else (),
        sessions=sessions,
        heavy=tuple(one for one in sessions if dice.random() < 0.25),
        own_rest=dice.choice((None, None, None, 0 * HOUR, 36 * HOUR, 72 * HOUR)),
        changes=_changes(dice) if dice.random() < 0.35 else (),
        says_not_today=dice.random() < 0.04,
    )


def _changes(dice: Random) -> tuple[tuple[date, int, int, bool], ...]:
    """Some days of the coming two weeks, and yesterday, whose night may last into today."""
    found = []
    for ahead in sorted(dice.sample(range(-1, 16), dice.randint(1, 5))):
        for begins in dice.sample(range(48), dice.choice((1, 1, 2))):
            lasts = dice.choice((1, 2, 3, 8, 20, 48))
            minutes = (begins * 30, (begins + lasts) * 30)
            found.append((TODAY + ahead * DAY, *minutes, dice.random() < 0.5))
    return tuple(found)


def _session(dice: Random, day: int) -> tuple[datetime, datetime]:
    start = datetime(NOW.year, NOW.month, NOW.day, dice.randrange(7, 20), tzinfo=UTC) + day * DAY
    return start, start + HOUR


def _one_of(dice: Random, *, as_number: bool = False, **shares: int) -> Any:
    (found,) = dice.choices(list(shares), weights=list(shares.values()))
    return int(found) if as_number else found


def able(one: Person) -> Person:
    """The same person, with nothing that could speak against work at a table or as a buddy."""
    return replace(
        one,
        state="ACTIVE",
        is_paused=False,
        activities=("BUDDY_1ON1", "AT_TABLE"),
        avoids=(),
        radius_km=200,
        max_running=30_000,
        running=1,
        vog_issued=TODAY,
        vog_until=date(2060, 1, 1),
        vog_codes=("85",),
        agreements=("CONFIDENTIALITY", "CODE_OF_CONDUCT"),
        is_trained=True,
        week=tuple((weekday, 0, 1440) for weekday in range(7)),
        absences=(),
        sessions=(),
        heavy=(),
        own_rest=None,
        changes=(),
        says_not_today=False,
    )


def brought_to(one: Person, today: date) -> Person:
    """The same person around `today`: all dates moved by the same whole weeks."""
    weeks = timedelta(weeks=(today - TODAY).days // 7)
    return replace(
        one,
        vog_issued=one.vog_issued and one.vog_issued + weeks,
        vog_until=one.vog_until and one.vog_until + weeks,
        began=one.began + weeks,
        absences=tuple((a + weeks, b + weeks) for a, b in one.absences),
        sessions=tuple((a + weeks, b + weeks) for a, b in one.sessions),
        heavy=tuple((a + weeks, b + weeks) for a, b in one.heavy),
        changes=tuple((day + weeks, a, b, there) for day, a, b, there in one.changes),
        # That row stands at `NOW`, and says nothing of any other day.
        says_not_today=False,
    )


def draw_wishes(
    dice: Random, n: int, places: Sequence[Place], people: Sequence[Person]
) -> list[Wish]:
    """`n` seats: half of them beside somebody from the neighbourhood, half from a desk."""
    return [_wish(dice, places, people, is_remote=bool(number % 2)) for number in range(n)]


def _wish(
    dice: Random, places: Sequence[Place], people: Sequence[Person], *, is_remote: bool
) -> Wish:
    start = datetime(2026, 3, 4, dice.randrange(8, 20), tzinfo=UTC) + dice.randrange(14) * DAY
    return Wish(
        activity="CONSULT" if is_remote else dice.choice(("BUDDY_1ON1", "AT_TABLE")),
        place=dice.choice(places),
        language="nl" if dice.random() < 0.9 else dice.choice(OTHER_LANGUAGES),
        needs=tuple(sorted(dice.sample(NEEDS, dice.choice((0, 0, 1, 2))))),
        day_parts=tuple(
            sorted(dice.sample(("DAYTIME", "EVENING", "NIGHT", "WEEKEND"), dice.randint(0, 2)))
        ),
        earliest=NOW + dice.choice((-3, 0, 6, 30)) * HOUR,
        fixed=(start, start + HOUR) if dice.random() < 0.4 else None,
        conflicts=tuple(
            one.id for one in dice.sample(people, 1 if people and dice.random() < 0.2 else 0)
        ),
    )
