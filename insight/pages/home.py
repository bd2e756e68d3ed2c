"""Figures on the coordinator's home: this month, the same of last year, the year, the weeks.

Exact, because its reader may open every request that is counted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.clock import local
from insight.pages import words
from insight.pages.bars import Bar
from insight.pages.months import first_month, year_of
from insight.queries import facts
from insight.rules import DAY, THREE_DAYS, Figures, Kind, figures, month_of, per_week, week_of

WEEKS = 53
WEEK = timedelta(days=7)
# On a phone there is room for the name of every third month.
WIDE_MONTHS = 3


@dataclass(frozen=True)
class Row:
    """One figure over three periods."""

    label: str
    values: list[str]
    part: bool = False


@dataclass(frozen=True)
class HomeFigures:
    """The whole block."""

    periods: list[str]
    rows: list[Row]
    weeks: list[Bar]
    weeks_told: str


def home_figures(*, now: datetime) -> HomeFigures:
    """The block as it stands at `now`."""
    today = local(now).date()
    this, last_year = month_of(today), first_month(today)
    monday = week_of(today) - (WEEKS - 1) * WEEK
    found = facts(since=min(monday, last_year), now=now)
    periods = [
        figures(fact for fact in found if fact.month == this),
        figures(fact for fact in found if fact.month == last_year),
        figures(fact for fact in found if fact.month in year_of(today)),
    ]
    counted = per_week(found)
    mondays = [monday + n * WEEK for n in range(WEEKS)]
    return HomeFigures(
        periods=[
            gettext("%(month)s so far") % {"month": words.month_only(this)},
            f"{words.month_only(last_year)} {last_year.year}",
            gettext("12 months"),
        ],
        rows=_rows(periods),
        weeks=_bars(mondays, counted),
        weeks_told=gettext("The busiest week had %(most)d, this week has %(last)d so far.")
        % {
            "most": max(counted[day] for day in mondays),
            "last": counted[mondays[-1]],
        },
    )


def _rows(periods: list[Figures]) -> list[Row]:
    def n(kind: Kind) -> list[str]:
        return [str(one.n[kind]) for one in periods]

    return [
        Row(gettext("Requests"), n(Kind.FILED)),
        Row(gettext("From request to a yes"), [words.middle(one.matched) for one in periods]),
        Row(gettext("To the first contact"), [words.middle(one.contact) for one in periods]),
        Row(
            gettext("within 24 hours"),
            [words.share(one.contact.within(DAY), exact=True) for one in periods],
            part=True,
        ),
        Row(
            gettext("within 72 hours"),
            [words.share(one.contact.within(THREE_DAYS), exact=True) for one in periods],
            part=True,
        ),
        Row(gettext("Nobody could at that moment"), n(Kind.NOBODY)),
        Row(gettext("Questions to the pool"), n(Kind.ASKED)),
        Row(gettext("a no"), n(Kind.DECLINED), part=True),
        Row(gettext("no answer"), n(Kind.SILENT), part=True),
    ]


def _bars(mondays: list[date], counted: dict[date, int]) -> list[Bar]:
    bars, n_months = [], 0
    for day in mondays:
        # A month stands under the first Monday in it.
        begins = day.day <= WEEK.days
        n_months += begins
        bars.append(
            Bar(
                label=gettext("week of %(day)s") % {"day": date_format(day, "j F Y")},
                least=counted[day],
                most=counted[day],
                short=words.month_only(day) if begins else "",
                wide=n_months % WIDE_MONTHS != 1,
                is_open=day == mondays[-1],
            )
        )
    return bars


def render_home(now: datetime) -> SafeString:
    """The block as HTML, for the page of the layer below."""
    return render_to_string("insight/_home.html", {"figures": home_figures(now=now)})
