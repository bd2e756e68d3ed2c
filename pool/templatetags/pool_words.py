"""Codes of the pool in words, for templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from django import template
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.access.models import OrganisationKind, Role
from core.clock import local
from core.templatetags.naast import badge
from core.ui import moments
from pool.models import Absence, DayChange, Expert
from pool.queries import Board, Cell, Person, PoolWeek, Standing, term_label
from pool.queries.weeks import Mark
from pool.rules import DAY_PARTS, MINUTES_A_DAY, Rule, WeekRow
from pool.specialisms import LABELS
from pool.states import ExpertState, VogStanding, VogState
from pool.vocabulary import (
    LANGUAGES,
    Activity,
    Audience,
    BridgeReason,
    DayPart,
    Experience,
    IntakeAnswer,
    IntakeOutcome,
    IntakeTopic,
    LanguageLevel,
    LeavingReason,
    Need,
    RequirementLevel,
    ScreeningKind,
    SuspensionReason,
)

register = template.Library()

WORDS: dict[str, dict[str, object]] = {
    "activity": dict(Activity.choices),
    "host": dict(OrganisationKind.choices),
    "language": dict(LANGUAGES),
    "level": dict(LanguageLevel.choices),
    "need": dict(Need.choices),
    "experience": dict(Experience.choices),
    "told": dict(LABELS),
    "audience": dict(Audience.choices),
    "part": dict(DayPart.choices),
    "screening": dict(ScreeningKind.choices),
    "reason": dict(SuspensionReason.choices),
    "intake topic": dict(IntakeTopic.choices),
    "intake answer": dict(IntakeAnswer.choices),
    "intake outcome": dict(IntakeOutcome.choices),
    "leaving": {**dict(LeavingReason.choices), "": _("not told")},
    "requirement": dict(RequirementLevel.choices),
    "cell": {
        "LEGAL": pgettext_lazy("short, in a table", "law"),
        "POLICY": pgettext_lazy("short, in a table", "policy"),
        "NONE": pgettext_lazy("short, in a table", "none"),
    },
    "short screening": {
        "ASPECT": pgettext_lazy("short, in a table", "aspect"),
        "PROFILE": pgettext_lazy("short, in a table", "profile"),
    },
    "state": dict(ExpertState.choices),
    "vog state": dict(VogState.choices),
    "vog standing": dict(VogStanding.choices),
    "bridge reason": dict(BridgeReason.choices),
    "role": dict(Role.choices),
    "look": {
        "profile": _("your profile"),
        "contact": _("your phone number and address"),
        "papers": _("your papers"),
        "hours": _("your hours"),
        "told": _("what you tell"),
        "intake": _("your first talks"),
        "work": _("what runs with you"),
        "avoided": _("your own list"),
        "support": _("your support"),
        "export": _("all your data"),
        "list": _("a list with your name"),
    },
    "look why": {
        "CHARGE": _("as your own coordinator"),
        "WORK": _("for a request"),
        "OVERVIEW": _("to keep the overview"),
        "": _("without a request"),
    },
}

# For who may know the dates: the own coordinator and the regional deputy.
PROBLEMS = {
    "SUSPENDED": _("stopped"),
    "NOT_ACTIVE": _("does not take part yet"),
    "LEAVING": _("is leaving: nothing new"),
    "PAUSED": _("pause"),
    "NO_CONSENT": _("consent withdrawn"),
    "CONSENT_OPEN": _("no answer yet about being in the pool"),
    "OTHER_WORK": _("chose other work"),
    "VOG_MISSING": _("no VOG seen"),
    "VOG_EXPIRED": _("VOG expired"),
    "VOG_PROFILE": _("VOG has another profile"),
    "VOG_RECHECK": _("a new VOG was asked for"),
    "VOG_TOO_OLD_AT_START": _("VOG older than three months at the start"),
    "NO_CONFIDENTIALITY": _("no confidentiality agreement"),
    "NO_CODE_OF_CONDUCT": _("no code of conduct signed"),
    "NO_TRAINING": _("no finished training seen"),
    "SUPPORT_OVERDUE": _("support is overdue"),
    "NO_WORK": _("no work chosen"),
    "NO_HOURS": _("no hours filled in"),
}
# For the own pages, on which somebody may look along: no telling word.
NEUTRAL = {
    "VOG_MISSING": _("your coordinator has not seen the certificate"),
    "VOG_EXPIRED": _("the certificate needs renewing"),
    "VOG_PROFILE": _("the certificate is for other work"),
    "VOG_RECHECK": _("a new certificate was asked for"),
    "VOG_TOO_OLD_AT_START": _("this needs a new certificate"),
    "SUPPORT_OVERDUE": _("first plan the next talk with your coordinator"),
}
PART_LETTERS = {
    "DAYTIME": pgettext_lazy("one letter: day", "D"),
    "EVENING": pgettext_lazy("one letter: evening", "E"),
    "NIGHT": pgettext_lazy("one letter: night", "N"),
}
PART_OF_HOURS = {(begins, until): part for part, begins, until in DAY_PARTS}
# Letter and words of why somebody cannot. Never the reason behind it.
MARKS = {
    "away": (pgettext_lazy("one letter: away", "a"), _("away")),
    "today": (pgettext_lazy("one letter: not today", "t"), _("not today")),
    "pause": (pgettext_lazy("one letter: pause", "p"), _("pause")),
    "rest": (pgettext_lazy("one letter: rest", "r"), _("rest")),
}
PAPERS = frozenset(PROBLEMS) - {
    "SUSPENDED",
    "NOT_ACTIVE",
    "LEAVING",
    "PAUSED",
    "NO_CONSENT",
    "CONSENT_OPEN",
    "OTHER_WORK",
    "NO_WORK",
    "NO_HOURS",
}

NUMBERS = (
    _("nobody"),
    pgettext_lazy("count of people", "one"),
    _("two"),
    _("three"),
    _("four"),
    _("five"),
    _("six"),
    _("seven"),
    _("eight"),
    _("nine"),
    _("ten"),
    _("eleven"),
    _("twelve"),
    _("thirteen"),
    _("fourteen"),
    _("fifteen"),
    _("sixteen"),
    _("seventeen"),
    _("eighteen"),
    _("nineteen"),
    _("twenty"),
)


@register.filter
def word(code: str, kind: str) -> str:
    """What a code says: `"CHAT"|word:"activity"`; a code of no list says itself."""
    return str(WORDS[kind].get(code, code))


@register.filter
def term(code: str) -> str:
    """What the region calls a training, an agreement or a kind of support."""
    return term_label(code)


@register.filter
def mail_words(address: str) -> SafeString:
    """An e-mail address that breaks behind its @ on a narrow screen, not in its last letter."""
    name, at, host = address.partition("@")
    return format_html("{}{}<wbr>{}", name, at, host)


@register.filter
def profile_words(profile: str) -> str:
    """What kind of profile it is and its code: "ASPECT:85" is function aspect 85."""
    kind, _colon, code = profile.partition(":")
    return f"{word(kind, 'screening')} {code}" if code else ""


@register.filter
def profile_short(profile: str) -> str:
    """The same where there is no room: "aspect 85"."""
    kind, _colon, code = profile.partition(":")
    return f"{word(kind, 'short screening')} {code}"


@register.filter
def rule_words(rule: Rule) -> str:
    """What one rule asks: "required by policy, function aspect 85"."""
    return ", ".join(filter(None, (word(rule.level, "requirement"), profile_words(rule.profile))))


@register.filter
def cell_heat(cell: Cell) -> str:
    """How dark a cell of the matrix is: the stricter, the darker; what is open has stripes."""
    return {"LEGAL": "h4", "POLICY": "h2", "NONE": "h1"}[cell.rule.level] if cell.rule else "h0"


@register.filter
def number(n: int) -> str:
    """A number in words up to twenty."""
    return str(NUMBERS[n]) if n < len(NUMBERS) else str(n)


@register.filter
def problems(codes: Iterable[str], audience: str) -> str:
    """Reasons in words, for `dates`, for `colleague` (no reason of a paper) or for `expert`."""
    words: dict[str, None] = {}
    for code in codes:
        if audience == "colleague" and code in PAPERS:
            words[gettext("papers are not complete")] = None
        elif audience == "expert":
            words[str(NEUTRAL.get(code, PROBLEMS[code]))] = None
        else:
            words[str(PROBLEMS[code])] = None
    return ", ".join(words)


@register.simple_tag
def pool_sentence(board: Board) -> str:
    """How the pool stands, in one sentence."""
    ready, everybody = board.count(Standing.READY), len(board.people)
    if not everybody:
        return gettext("Nobody is in the pool yet")
    if not ready:
        return gettext("Nobody can now")
    said = ngettext(
        "%(ready)s of %(everybody)s can now", "%(ready)s of %(everybody)s can now", ready
    )
    return capfirst(said % {"ready": number(ready), "everybody": number(everybody)})


@register.simple_tag
def gap_sentence(board: Board) -> str:
    """How many gaps there are, in one sentence."""
    n = len(board.gaps)
    said = ngettext("%(n)s gap.", "%(n)s gaps.", n) % {
        "n": number(n) if n > 1 else pgettext("count of gaps", "one")
    }
    return capfirst(said)


@register.filter
def gap_words(gaps: Iterable[tuple[str, str]]) -> str:
    """Where nobody can: "buddy: night; consult: evening"."""
    parts: dict[str, list[str]] = {}
    for activity, part in gaps:
        parts.setdefault(activity, []).append(word(part, "part"))
    return "; ".join(
        f"{word(activity, 'activity')}: {', '.join(found)}" for activity, found in parts.items()
    )


@register.simple_tag
def standing_badge(person: Person) -> SafeString:
    """Where somebody stands: word, pictogram and colour."""
    meaning, text, icon = {
        Standing.READY: ("goed", gettext("can be asked"), ""),
        Standing.FULL: ("weet", gettext("is full"), "vierkant"),
        Standing.PAUSED: ("stil", gettext("pause"), ""),
        Standing.STOPPED: ("wacht", gettext("may not now"), "slot"),
        Standing.LEAVING: ("wacht", _leaves(person.expert), "weg"),
        Standing.TRAINING: ("stil", word(person.expert.state, "state"), "leeg"),
    }[person.standing]
    return badge(meaning, text, icon)


def _leaves(expert: Expert) -> str:
    day = moments.day(expert.leaves_on) if expert.leaves_on else ""
    return gettext("leaves after %(day)s") % {"day": day}


@register.simple_tag
def state_badge(expert: Expert) -> SafeString:
    """The state of somebody."""
    meaning, icon = {
        ExpertState.ACTIVE: ("goed", ""),
        ExpertState.PAUSED: ("stil", ""),
        ExpertState.SUSPENDED: ("nu", "slot"),
        ExpertState.LEAVING: ("wacht", "weg"),
        ExpertState.LEFT: ("stil", "weg"),
    }.get(ExpertState(expert.state), ("stil", "leeg"))
    return badge(meaning, word(expert.state, "state"), icon)


@register.filter
def week_words(week: Iterable[WeekRow]) -> list[tuple[str, str]]:
    """Weekday and its hours in words, Monday first; days without hours are left out."""
    days: dict[int, list[str]] = {}
    for row in week:
        hours = pgettext("hours of a day", "%(from)s to %(until)s") % {
            "from": _clock(row.starts),
            "until": _clock(row.ends),
        }
        days.setdefault(row.weekday, []).append(hours)
    return [(capfirst(str(WEEKDAYS[day])), ", ".join(days[day])) for day in sorted(days)]


@register.filter
def absence_words(absence: Absence) -> str:
    """From when until when somebody is away; whole days have no hours."""
    begins, ends = local(absence.starts_at), local(absence.ends_at)
    if begins.time() != time.min or ends.time() != time.min:
        return pgettext("hours of a day", "%(from)s to %(until)s") % {
            "from": moments.moment(begins),
            "until": moments.moment(ends),
        }
    first, last = begins.date(), ends.date() - timedelta(days=1)
    if first == last:
        return moments.day(first)
    return gettext("%(first)s up to and including %(last)s") % {
        "first": moments.day(first),
        "last": moments.day(last),
    }


@register.filter
def change_words(change: DayChange) -> str:
    """A day that differs: "do 12 mrt: wel, 18:00 tot 23:00"."""
    told = _("%(day)s: there, %(hours)s") if change.is_there else _("%(day)s: not there, %(hours)s")
    whole = change.starts == 0 and change.ends == MINUTES_A_DAY
    part = PART_OF_HOURS.get((change.starts, change.ends))
    hours = pgettext("hours of a day", "%(from)s to %(until)s") % {
        "from": _clock(change.starts),
        "until": _clock(change.ends),
    }
    if whole:
        hours = gettext("the whole day")
    elif part:
        hours = word(part, "part")
    return str(told) % {"day": moments.day(change.day), "hours": hours}


@register.filter
def weekday_short(day: date) -> str:
    """Two letters on a phone: "ma"."""
    return str(WEEKDAYS_ABBR[day.weekday()])


@register.filter
def part_letter(part: str) -> str:
    """The letter of a part of the day."""
    return str(PART_LETTERS[part])


@register.filter
def mark_letter(state: str) -> str:
    """The letter of why somebody cannot, where that may be told."""
    return str(MARKS[state][0])


@register.filter
def mark_words(mark: Mark) -> str:
    """What a mark says, for who hears it."""
    if mark.state == "busy":
        return gettext("booked from %(time)s") % {"time": moments.clock(mark.starts[0])}
    if mark.state == "free":
        return gettext("can be asked")
    return str(MARKS[mark.state][1]) if mark.state else gettext("no hours given")


@register.filter
def mark_legend(_of: str) -> list[tuple[str, str]]:
    """Every letter with what it says, for under the page."""
    return [(state, str(words)) for state, (_letter, words) in MARKS.items()]


@register.simple_tag
def week_sentence(week: PoolWeek) -> str:
    """How a week of the pool stands, in one sentence."""
    if not week.people:
        return gettext("Nobody is in this week")
    n = len(week.holes)
    if not n:
        return gettext("In every part of this week somebody can")
    said = ngettext(
        "In %(n)s part of this week nobody can", "In %(n)s parts of this week nobody can", n
    )
    return said % {"n": number(n) if n > 1 else pgettext("count of gaps", "one")}


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
