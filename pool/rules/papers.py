"""Who may do which work: what was seen on paper, and what the work asks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

Level = Literal["LEGAL", "POLICY", "NONE"]

# The law asks for a VOG that is at most so old at the start of the work (Wmo 2015, 4.2.4).
LEGAL_START_MONTHS = 3
# While a VOG counts, work of the weeks after it may be planned: the longest that a new one takes.
RENEWAL_WINDOW = timedelta(weeks=8)
# All work needs these two, whatever the host asks (domain.md 3.4).
NEEDED_AGREEMENTS = (
    ("CONFIDENTIALITY", "NO_CONFIDENTIALITY"),
    ("CODE_OF_CONDUCT", "NO_CODE_OF_CONDUCT"),
)


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
        owes_support: some support is overdue on that day and no coordinator made an exception.
        vog_asked_again: two persons asked for a new one; until it was seen, none counts.
        bridged: decisions of the region (`Rule.ground`) for which running work goes on without
            a VOG on that day.
    """

    vog_issue: date | None
    vog_valid_until: date | None
    vog_codes: frozenset[str]
    agreements: frozenset[str]
    has_training: bool
    started_on: date | None = None
    owes_support: bool = False
    vog_asked_again: bool = False
    bridged: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Rule:
    """What one kind of work asks at one kind of host; `profile` is "ASPECT:85" or empty.

    `ground` is the decision of the region that says so, where there is one; two rules that ask
    the same are equal, whatever their ground.
    """

    level: Level
    profile: str = ""
    ground: UUID | None = field(default=None, compare=False)


# Where the region decided nothing, the strictest counts: nobody works by an oversight.
UNDECIDED = Rule("LEGAL")


def paper_problems(
    papers: Papers, rule: Rule, *, on: date, starts_new: bool, planned_on: date | None = None
) -> list[str]:
    """Every reason why these papers do not carry this work on day `on`; empty means they do.

    `on` is the local date of the work: the rules and papers of that day count. With `starts_new`
    the start rule of the law applies as well: the VOG was at most three months old when the
    expert began, on `papers.started_on` or else on that day; and support may not be overdue,
    which never stops what runs. Running work that is only planned,
    on `planned_on`, may lie in the renewal window: somebody decides before it takes place.
    """
    problems: list[str] = []
    if rule.level != "NONE":
        problems += _vog_problems(papers, rule, on, starts_new=starts_new, planned_on=planned_on)
    problems += [code for kind, code in NEEDED_AGREEMENTS if kind not in papers.agreements]
    if not papers.has_training:
        problems.append("NO_TRAINING")
    if starts_new and papers.owes_support:
        problems.append("SUPPORT_OVERDUE")
    return problems


def _vog_problems(
    papers: Papers, rule: Rule, on: date, *, starts_new: bool, planned_on: date | None
) -> list[str]:
    if papers.vog_issue is None or papers.vog_valid_until is None:
        return ["VOG_MISSING"]
    problems = []
    if papers.vog_asked_again:
        problems.append("VOG_RECHECK")
    waits = planned_on is not None and planned_on < papers.vog_valid_until
    may_still_come = waits and on < papers.vog_valid_until + RENEWAL_WINDOW
    # The law knows no bridge, and no bridge carries work that begins.
    bridged = rule.level == "POLICY" and rule.ground in papers.bridged
    carried = not starts_new and (may_still_come or bridged)
    if on >= papers.vog_valid_until and not carried:
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


def is_member(state: str, leaves_on: date | None, *, on: date, starts_new: bool) -> bool:
    """Whether somebody takes part on day `on`; of who leaves nothing new is asked."""
    if state == "LEAVING":
        return not starts_new and leaves_on is not None and on <= leaves_on
    return state in {"ACTIVE", "PAUSED"}


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
    planned_on: date | None = None,
    leaves_on: date | None = None,
) -> Deployability:
    """Judge one expert for one kind of work; all reasons are given, not only the first.

    `leaves_on` is the last day of somebody who leaves: what runs goes on up to and with it.
    """
    problems = []
    if is_suspended:
        problems.append("SUSPENDED")
    elif not is_member(state, leaves_on, on=on, starts_new=starts_new):
        problems.append("LEAVING" if state == "LEAVING" else "NOT_ACTIVE")
    if is_paused:
        problems.append("PAUSED")
    if not does_this_work:
        problems.append("OTHER_WORK")
    problems += paper_problems(papers, rule, on=on, starts_new=starts_new, planned_on=planned_on)
    return Deployability(not problems, tuple(problems))
