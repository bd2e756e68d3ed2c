"""Every date of a VOG that is not on the paper itself (domain.md 2.5 to 2.9).

All of them are local days. A day "until" is the first that no longer counts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from pool.rules.papers import LEGAL_START_MONTHS, Papers, add_months

# So many days before the region stops relying on a VOG, people are told.
NOTICE_DAYS = (90, 60, 30, 14)
# With this notice, sessions on the day and after it are listed for a decision.
LISTED_DAYS = 30
# A prepared application lapses when the expert does not send it (domain.md 2.2).
PREPARED_FOR = timedelta(days=30)
# Justis decides within four weeks, or within eight where it found something to weigh.
EXPECTED_AFTER = timedelta(weeks=4)
LATEST_AFTER = timedelta(weeks=8)
# Terms of the letters; what the letter itself says wins.
VIEW_WITHIN = timedelta(weeks=2)
OBJECTION_WITHIN = timedelta(weeks=6)
# A bridge carries running work that only the policy of the host asks a VOG for.
BRIDGE_AT_MOST = timedelta(weeks=8)
# Wmo 2015, 3.5: asked again, a new one is shown within ten weeks.
RECHECK_WITHIN = timedelta(weeks=10)

SATURDAY = 5


def notices(valid_until: date) -> dict[int, date]:
    """On which day each notice leaves, the earliest first."""
    return {days: valid_until - timedelta(days=days) for days in NOTICE_DAYS}


def notice_due(valid_until: date, *, today: date) -> int | None:
    """Which notice holds on this day: the last that came, None before the first or too late."""
    if today >= valid_until:
        return None
    return min((n for n, day in notices(valid_until).items() if day <= today), default=None)


def is_expiring(valid_until: date, *, today: date) -> bool:
    """Still relied on, and within the first notice of its end."""
    return notice_due(valid_until, today=today) is not None


def sent_terms(submitted_on: date) -> tuple[date, date]:
    """When an answer is to be expected, and the latest day on which it comes."""
    return submitted_on + EXPECTED_AFTER, submitted_on + LATEST_AFTER


def awb_term(day: date, term: timedelta, *, holidays: Collection[date] = ()) -> date:
    """The last day of a term of the Awb: never in a weekend or on a holiday, but after it.

    Here the Algemene termijnenwet does apply. Indicative: the letter itself says it.
    """
    last = day + term
    while last.weekday() >= SATURDAY or last in holidays:
        last += timedelta(days=1)
    return last


def bridge_begins(valid_until: date, *, today: date) -> date:
    """The first day that a bridge carries: when the VOG ends, or today where it has ended."""
    return max(valid_until, today)


def longest_bridge(begins: date) -> date:
    """The last day that a bridge may name as its end."""
    return begins + BRIDGE_AT_MOST


def recheck_due(asked_on: date) -> date:
    """The last day on which a new VOG is shown, when it was asked again."""
    return asked_on + RECHECK_WITHIN


def is_new_enough(issue_date: date, *, asked_on: date, seen_on: date) -> bool:
    """Does this VOG answer the question of `asked_on`: newer than it, at most three months old."""
    return asked_on <= issue_date >= add_months(seen_on, -LEGAL_START_MONTHS)


def standing(papers: Papers, *, today: date) -> str:
    """How the VOG that was seen stands today; empty where none was seen."""
    if papers.vog_issue is None or papers.vog_valid_until is None:
        return ""
    if papers.vog_asked_again:
        return "RECHECK"
    if today >= papers.vog_valid_until:
        return "EXPIRED"
    return "EXPIRING" if is_expiring(papers.vog_valid_until, today=today) else "VERIFIED"
