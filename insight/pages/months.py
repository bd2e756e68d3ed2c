"""Months counted back from a day: thirteen, so that the same month of last year is one of them."""

from __future__ import annotations

from datetime import date, timedelta

from insight.rules import month_of

MONTHS = 12


def months_back(today: date) -> list[date]:
    """The first days of this month and of the twelve before it, the newest first."""
    months = [month_of(today)]
    for _month in range(MONTHS):
        months.append(month_of(months[-1] - timedelta(days=1)))
    return months


def first_month(today: date) -> date:
    """The same month of last year."""
    return months_back(today)[-1]


def year_of(today: date) -> list[date]:
    """This month and the eleven before it, the newest first."""
    return months_back(today)[:MONTHS]
