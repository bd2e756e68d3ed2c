"""The page of figures: what may be shown to whoever may not open a request, and be passed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from core.clock import local
from insight.pages import words
from insight.pages.bars import Bar
from insight.pages.months import months_back, year_of
from insight.queries import facts
from insight.rules import DAY, THREE_DAYS, Fact, Figures, Kind, figures, told
from matching.states import Urgency
from pool.vocabulary import Activity


@dataclass(frozen=True)
class Line:
    """One line of a table: what it is of, counts, and how fast it went."""

    label: str
    requests: str
    asked: str
    matched: str
    contact: str
    contact_day: str
    contact_days: str
    meeting_days: str


@dataclass(frozen=True)
class Tile:
    """One figure of the year, told in a word."""

    label: str
    value: str
    icon: str


@dataclass(frozen=True)
class Report:
    """Everything of the page."""

    sentence: str
    since: str
    until: str
    tiles: list[Tile]
    bars: list[Bar]
    bars_told: str
    months: list[Line]
    year: Line
    before: Line
    works: list[Line]
    happened: list[tuple[str, str]]


def report(*, now: datetime) -> Report:
    """The page as it stands at `now`."""
    today = local(now).date()
    months, year = months_back(today), year_of(today)
    found = facts(since=months[-1], now=now)
    by_month = {day: figures(fact for fact in found if fact.month == day) for day in months}
    in_year = [fact for fact in found if fact.month in year]
    whole = figures(in_year)
    filed = [by_month[day].n_requests for day in year]
    asked = [by_month[day].n[Kind.ASKED] for day in year]
    return Report(
        sentence=words.requests(filed),
        since=words.month(year[-1]),
        until=words.month(year[0]),
        tiles=_tiles(whole),
        bars=_bars(months[:-1], by_month),
        bars_told=gettext("Requests a month, the newest at the right."),
        months=[_counted(by_month[day], words.month(day)) for day in year],
        year=_line(
            whole,
            gettext("Twelve months"),
            requests=words.total(filed),
            asked=words.total(asked),
        ),
        before=_counted(by_month[months[-1]], words.month(months[-1])),
        works=_works(in_year),
        happened=_happened(whole),
    )


def _tiles(whole: Figures) -> list[Tile]:
    return [
        Tile(gettext("Half had a yes within"), words.middle(whole.matched), "goed"),
        Tile(gettext("Half had contact within"), words.middle(whole.contact), "bel"),
        Tile(
            gettext("Contact within 24 hours"),
            words.share(whole.contact.within(DAY), exact=False),
            "wacht",
        ),
        Tile(
            gettext("First meeting within 72 hours"),
            words.share(whole.meeting.within(THREE_DAYS), exact=False),
            "agenda",
        ),
        Tile(gettext("Nobody could at that moment"), words.count(whole.n[Kind.NOBODY]), "nu"),
    ]


def _bars(months: list[date], by_month: dict[date, Figures]) -> list[Bar]:
    return [
        Bar(
            words.month(day),
            *told(by_month[day].n_requests),
            short=words.month_only(day),
            wide=place % 2 == 1,
            is_open=place == 0,
        )
        for place, day in enumerate(months)
    ][::-1]


def _counted(of: Figures, label: str) -> Line:
    return _line(
        of,
        label,
        requests=words.count(of.n_requests),
        asked=words.count(of.n[Kind.ASKED]),
    )


def _line(of: Figures, label: str, *, requests: str = "", asked: str = "") -> Line:
    return Line(
        label=label,
        requests=requests,
        asked=asked,
        matched=words.middle(of.matched),
        contact=words.middle(of.contact),
        contact_day=words.share(of.contact.within(DAY), exact=False),
        contact_days=words.share(of.contact.within(THREE_DAYS), exact=False),
        meeting_days=words.share(of.meeting.within(THREE_DAYS), exact=False),
    )


def _works(in_year: list[Fact]) -> list[Line]:
    """How fast it went by urgency and by work, without counts: a part and its rest add up."""
    of_urgency = [(Urgency(code).label, _of(in_year, urgency=code)) for code in Urgency.values]
    of_work = [(Activity(code).label, _of(in_year, activity=code)) for code in Activity.values]
    lines = [_line(figures(some), str(label)) for label, some in (*of_urgency, *of_work)]
    return [line for line in lines if line.matched != words.NOTHING]


def _of(found: Iterable[Fact], *, urgency: str = "", activity: str = "") -> list[Fact]:
    return [
        fact
        for fact in found
        if fact.urgency == (urgency or fact.urgency)
        and fact.activity == (activity or fact.activity)
    ]


def _happened(whole: Figures) -> list[tuple[str, str]]:
    """What is told of the whole year only: in a month it would be a handful."""
    return [
        (label, words.count(whole.n[kind]))
        for label, kind in (
            (gettext("came in at night, in the evening or in the weekend"), Kind.OUT_OF_HOURS),
            (gettext("nobody could at that moment"), Kind.NOBODY),
            (gettext("withdrawn by who asked"), Kind.WITHDRAWN),
            (gettext("the measure was extended"), Kind.EXTENDED),
            (gettext("the measure ended early or was suspended"), Kind.ENDED_EARLY),
            (gettext("questions that got a no"), Kind.DECLINED),
            (gettext("questions that got no answer"), Kind.SILENT),
        )
    ]
