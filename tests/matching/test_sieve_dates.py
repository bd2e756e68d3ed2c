"""The database reckons months as the rules do, on every day of 2024 to 2032.

The sieve and the count of late support do their dates in SQL, where `interval` has its own idea of
the end of a month. These are the very words of those questions, asked of every day at once.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from matching.queries import sieve
from pool.queries import support
from pool.rules import LEGAL_START_MONTHS, Rhythm, add_months, due_on

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
DAY = timedelta(days=1)
DAYS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
# Who began on a day, and each paper of the hundred days before it.
OLDEST = """
SELECT e.started_on, min(x.issue_date) FROM (
  SELECT day::date AS started_on FROM generate_series(%(first)s, %(last)s, interval '1 day') day
) e, LATERAL (
  SELECT day::date AS issue_date
  FROM generate_series(e.started_on - 100, e.started_on, interval '1 day') day
) x WHERE true {at_start} GROUP BY 1
"""


def oldest(at_start: str) -> dict[date, date]:
    """The oldest paper with which the database lets somebody begin, for each first day."""
    with connection.cursor() as cursor:
        cursor.execute(
            OLDEST.format(at_start=at_start), {"first": FIRST, "last": LAST, "on": date(2000, 1, 1)}
        )
        return dict(cursor.fetchall())


def test_the_start_rule_of_the_sieve_is_that_of_the_rules_on_every_day() -> None:
    found = oldest(sieve.VOG_AT_START)

    assert found == {day: add_months(day, -LEGAL_START_MONTHS) for day in DAYS}


@pytest.mark.parametrize("wrong", ["90 days", "3 months 1 day"])
def test_ninety_days_are_no_three_months(wrong: str) -> None:
    other = sieve.VOG_AT_START.replace(f"{LEGAL_START_MONTHS} months", wrong)

    assert other != sieve.VOG_AT_START
    assert oldest(other) != oldest(sieve.VOG_AT_START)


TERM = "CASE r.unit WHEN 'WEEKS' THEN make_interval(weeks => r.every)"


@pytest.mark.parametrize("unit", ["WEEKS", "MONTHS"])
@pytest.mark.parametrize("every", [1, 6, 11, 12])
def test_support_is_due_on_the_day_of_the_rules_whatever_day_it_was_last(
    unit: str, every: int
) -> None:
    begins = support.OWES_SUPPORT.index("CASE r.unit")
    ends = support.OWES_SUPPORT.index("::date", begins)
    # The term as the question has it, up to the bracket that closes the sum.
    term = support.OWES_SUPPORT[begins:ends].rstrip().removesuffix(")")
    assert " ".join(term.split()).startswith(TERM)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day::date, (day::date + {term})::date"  # noqa: S608  (our own words)
            " FROM generate_series(%(first)s, %(last)s, interval '1 day') day,"
            " (SELECT %(unit)s::text AS unit, %(every)s::int AS every) r",
            {"first": FIRST, "last": LAST, "unit": unit, "every": every},
        )
        found = dict(cursor.fetchall())

    rhythm = Rhythm("INTERVISION", every, unit, date(2000, 1, 1))
    assert found == {day: due_on(rhythm, last=day, started_on=None) for day in DAYS}
