"""The demo's past: the same dice tell the same year, and every course can have been."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import local
from insight import rules
from insight.models import Fact
from insight.queries import facts
from insight.rules import Course, Kind, facts_of, figures
from insight.simulation.year import courses, live_a_year
from matching.models import RequestNumber
from tests.factories.matching import file_request, make_pool

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
UNTIL = NOW - timedelta(days=5)
SINCE = date(2025, 1, 1)


def dice(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  (reproducible on purpose; nothing secret)


def year(seed: str = "1 VT99") -> list[Course]:
    return list(courses(110, until=UNTIL, now=NOW, dice=dice(seed)))


def facts_of_all(past: list[Course]) -> list[rules.Fact]:
    return [fact for course in past for fact in facts_of(course, now=NOW)]


def live() -> int:
    return live_a_year(110, until=UNTIL, now=NOW, dice=dice("1 VT99"))


def test_the_same_dice_tell_the_same_year() -> None:
    assert year() == year()
    assert year() != year("2 VT99")


def test_every_course_is_over_and_went_forward() -> None:
    for course in year():
        assert course.filed_at < UNTIL
        assert course.ended_at is not None
        assert course.ended_at < NOW
        told = [course.matched_at, course.contact_at, course.met_at]
        moments = [course.filed_at, *(at for at in told if at), course.ended_at]
        assert moments == sorted(moments)
        assert course.n_asked >= course.n_declined + course.n_silent


def test_nobody_is_called_at_night() -> None:
    hours = {
        local(at).hour
        for course in year()
        for at in (course.contact_at, course.met_at)
        if at is not None
    }

    assert hours <= set(range(9, 22))


def test_every_turn_that_a_request_can_take_was_taken() -> None:
    counted = figures(facts_of_all(year()))

    assert set(Kind) - {Kind.MATCHED, Kind.CONTACT, Kind.MEETING} == set(counted.n)
    assert 80 < counted.n_requests < 160
    assert counted.n[Kind.OUT_OF_HOURS] > counted.n_requests / 2
    assert counted.matched.waited
    assert counted.contact.waited


def test_the_same_month_of_last_year_is_whole() -> None:
    first = min(course.filed_at for course in year())

    assert first < datetime(2025, 10, 25, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_region")
class TestInTheRegion:
    def test_facts_are_told_as_they_were_made_in_few_queries(self) -> None:
        with CaptureQueriesContext(connection) as seen:
            n = live()

        assert figures(facts(since=SINCE, now=NOW)).n_requests == n == len(year())
        assert len(seen) < 10
        assert Counter(facts(since=SINCE, now=NOW)) == Counter(facts_of_all(year()))
        assert Fact.objects.count() > 5 * n

    def test_numbers_go_on_after_it(self) -> None:
        n = live()
        of_2026 = sum(
            course.filed_at >= datetime(2025, 12, 31, 23, tzinfo=UTC) for course in year()
        )

        request = file_request(make_pool(1), now=NOW)

        assert request.number == f"26-{of_2026 + 1:04d}"
        assert sum(RequestNumber.objects.values_list("last", flat=True)) == n + 1
