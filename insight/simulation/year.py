"""The year before: courses of requests that are over, thrown with dice, told by the same facts.

No total is written by hand. Each course goes through `insight.rules.facts_of`, as a real one does
when it ends; what is left are facts, as after a purge (in life a purge comes six months later).

What is known (domain.md 1.5 and 1.8): Amsterdam imposes about 200 measures a year; of all, some
40 % are extended and 8 % withdrawn early; about six in ten are not free in the first days.

What is assumed, because nobody has counted it: that half of the measures around Amsterdam lead to
a request; more of them in December, January and summer, in the evening, the night and the weekend;
that six of ten questions get a yes, three a no and one nothing; that for one request in fourteen
there is nobody at first; and that one in twelve is withdrawn. These figures prove nothing about a
region; they are there so that a page has something to show.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core import clock
from insight.actions import write_facts
from insight.rules import Course, facts_of
from matching.models import RequestNumber

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# So far back that the same month of last year is whole.
PAST = 400
# By month, January first; the mean is about 1.
SEASON = (1.25, 0.95, 0.9, 0.9, 0.95, 1.0, 1.15, 1.15, 0.9, 0.85, 0.95, 1.3)
# Monday first.
WEEK = (1.0, 0.85, 0.85, 0.9, 1.1, 1.25, 1.2)
# Of each two hours from midnight: the day at the desk, and the evening with its night.
HOURS = (7, 4, 2, 1, 6, 8, 7, 7, 7, 8, 9, 9)
YES, NO = 0.6, 0.9  # below the first a yes, below the second a no, and else nothing
MOST_ASKED = 4


def live_a_year(a_year: int, *, until: datetime, now: datetime, dice: random.Random) -> int:
    """Let a region of `a_year` requests have lived until `until`. Returns how many there were.

    The counter of request numbers goes on where that past left it.
    """
    past = list(courses(a_year, until=until, now=now, dice=dice))
    write_facts(fact for course in past for fact in facts_of(course, now=now))
    numbers = Counter(clock.local(course.filed_at).year for course in past)
    for year, last in sorted(numbers.items()):
        RequestNumber.objects.create(year=year, last=last)
    return len(past)


def courses(
    a_year: int, *, until: datetime, now: datetime, dice: random.Random
) -> Iterator[Course]:
    """Requests in the order of filing; each is over before `now`."""
    last = clock.local(until).date()
    for back in range(PAST, -1, -1):
        day = last - timedelta(days=back)
        rate = a_year / 365 * SEASON[day.month - 1] * WEEK[day.weekday()]
        for filed_at in sorted(_moment(day, dice) for _ in range(_times(rate, dice))):
            if filed_at < until:
                yield _course(filed_at, now=now, dice=dice)


def _times(rate: float, dice: random.Random) -> int:
    """How often something of this rate happens in a day (Poisson)."""
    n, left, limit = 0, dice.random(), math.exp(-rate)
    while left > limit:
        n, left = n + 1, left * dice.random()
    return n


def _moment(day: date, dice: random.Random) -> datetime:
    (part,) = dice.choices(range(len(HOURS)), HOURS)
    return _wall(day, time(2 * part + dice.randrange(2), dice.randrange(60)))


def _wall(day: date, at: time) -> datetime:
    return datetime.combine(day, at, clock.AMSTERDAM).astimezone(UTC)


def _course(filed_at: datetime, *, now: datetime, dice: random.Random) -> Course:
    is_urgent = dice.random() < 0.85  # noqa: PLR2004
    is_held = dice.random() < 0.5  # noqa: PLR2004  (some are out again when somebody asks)
    course = Course(
        filed_at=filed_at,
        reachable_at=_awake(filed_at + dice.uniform(6, 56) * HOUR) if is_held else filed_at,
        activity="BUDDY_1ON1" if dice.random() < 0.88 else "AT_TABLE",  # noqa: PLR2004
        urgency="URGENT" if is_urgent else "NORMAL",
        was_extended=dice.random() < 0.4,  # noqa: PLR2004
    )
    if not course.was_extended:
        course = replace(course, ended_early=dice.random() < 0.13)  # noqa: PLR2004  (8 % of all)
    course = _asked(course, dice)
    if course.matched_at is not None:
        course = _met(course, dice)
    return _over(course, now=now, dice=dice)


def _asked(course: Course, dice: random.Random) -> Course:
    """A coordinator looks and asks one after the other, until somebody says yes."""
    term = 2 * HOUR if course.urgency == "URGENT" else DAY
    at = _looked(course.filed_at, dice)
    had_nobody = dice.random() < 1 / 14
    if had_nobody:
        # The coordinator calls; the next day somebody is back, or nobody is.
        at = _awake(at + dice.uniform(8, 40) * HOUR)
    n_asked = n_declined = n_silent = 0
    while n_asked < MOST_ASKED:
        n_asked += 1
        thrown = dice.random()
        if thrown < YES:
            at += min(dice.expovariate(1 / 45) * MINUTE, term)
            return replace(
                course,
                matched_at=at,
                had_nobody=had_nobody,
                n_asked=n_asked,
                n_declined=n_declined,
                n_silent=n_silent,
            )
        if thrown < NO:
            n_declined += 1
            at += min(dice.expovariate(1 / 40) * MINUTE, term)
        else:
            n_silent += 1
            at += term
    return replace(
        course, had_nobody=True, n_asked=n_asked, n_declined=n_declined, n_silent=n_silent
    )


def _met(course: Course, dice: random.Random) -> Course:
    """A call as soon as it can be, and a meeting a day or two after it."""
    assert course.matched_at is not None  # noqa: S101  (asked by the caller)
    free = max(course.matched_at, course.reachable_at)
    contact = _awake(free + dice.expovariate(1 / 7) * HOUR)
    met = _awake(contact + dice.uniform(10, 50) * HOUR)
    # Now and then nobody writes the call down, or the meeting never is.
    return replace(
        course,
        contact_at=contact if dice.random() < 0.97 else None,  # noqa: PLR2004
        met_at=met if dice.random() < 0.9 else None,  # noqa: PLR2004
    )


def _over(course: Course, *, now: datetime, dice: random.Random) -> Course:
    """Every course has an end, and no moment of it lies after that."""
    was_withdrawn = dice.random() < 1 / 12
    if was_withdrawn:
        wished = course.filed_at + dice.uniform(2, 40) * HOUR
    elif course.matched_at is None:
        wished = course.filed_at + dice.uniform(1, 5) * DAY
    else:
        wished = course.filed_at + dice.uniform(11, 60) * DAY
    ended_at = min(wished, now - HOUR)

    def kept(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= ended_at else None

    return replace(
        course,
        matched_at=kept(course.matched_at),
        contact_at=kept(course.contact_at),
        met_at=kept(course.met_at),
        ended_at=ended_at,
        was_withdrawn=was_withdrawn,
    )


def _looked(filed_at: datetime, dice: random.Random) -> datetime:
    """Duty looks soon, and at night in the morning."""
    return _awake(filed_at + dice.uniform(5, 60) * MINUTE, opens=7)


def _awake(at: datetime, opens: int = 9) -> datetime:
    """`at`, or the morning after it: nobody is called at night."""
    local = clock.local(at)
    if opens <= local.hour < 22:  # noqa: PLR2004
        return at
    day = local.date() + timedelta(days=local.hour >= 22)  # noqa: PLR2004
    return _wall(day, time(opens, local.minute))
