"""Why somebody fits and why not, in words, for those who may know.

A coordinator sees every reason. An expert sees only what is about themself and can be changed
or asked about. A requester hears about needs, language and distance, never about a person's
papers, pauses or declared conflicts: for those the answer is the empty string.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.ui import moments
from matching.rules.points import Part
from matching.rules.wishes import Fact, Objection
from pool.vocabulary import LANGUAGES, LanguageLevel, Need

Facts = dict[str, Fact]


class Audience(StrEnum):
    COORDINATOR = "COORDINATOR"
    REQUESTER = "REQUESTER"
    EXPERT = "EXPERT"


PROBLEMS: dict[str, str | Promise] = {
    "VOG_MISSING": gettext_lazy("no certificate seen"),
    "VOG_EXPIRED": gettext_lazy("certificate too old by then"),
    "VOG_PROFILE": gettext_lazy("certificate for other work"),
    "VOG_RECHECK": gettext_lazy("a new certificate was asked for"),
    "VOG_TOO_OLD_AT_START": gettext_lazy("certificate older than three months at the start"),
    "NO_CONFIDENTIALITY": gettext_lazy("no confidentiality agreement"),
    "NO_CODE_OF_CONDUCT": gettext_lazy("no code of conduct"),
    "NO_TRAINING": gettext_lazy("no finished training"),
    "SUPPORT_OVERDUE": gettext_lazy("support is overdue by then"),
}


def why(part: Part, audience: Audience) -> str:
    """One part of a score as a sentence; empty where this audience may not know it."""
    if audience == Audience.REQUESTER and part.code not in {"needs", "language", "distance"}:
        return ""
    return _WHY[part.code](part.fact)


def why_not(objection: Objection, audience: Audience) -> str:
    """One objection as a sentence; empty where this audience may not know it."""
    if audience == Audience.REQUESTER:
        return ""
    if audience == Audience.EXPERT:
        own = _OWN.get(objection.code)
        return own(objection.facts) if own else ""
    return _WHY_NOT[objection.code](objection.facts)


# --- Why --------------------------------------------------------------------------------------


def _needs(fact: Facts) -> str:
    met, missing = _words(fact["met"], Need), _words(fact["missing"], Need)
    if not met and not missing:
        return _("No special needs were asked.")
    if not missing:
        return _("Can offer what was asked: %(needs)s.") % {"needs": met}
    if not met:
        return _("Did not say to offer: %(needs)s.") % {"needs": missing}
    return _("Can offer %(met)s; did not say to offer: %(missing)s.") % {
        "met": met,
        "missing": missing,
    }


def _distance(fact: Facts) -> str:
    if not fact["km"]:
        return _("No travel needed.")
    return _("About %(km)s km away.") % fact


def _load(fact: Facts) -> str:
    if not fact["running"]:
        return _("Has no running work now.")
    return _("Carries %(running)s of at most %(most)s.") % fact


def _rested(fact: Facts) -> str:
    days = int(str(fact["days"]))
    if days < 0:
        return _("No contact before.")
    return ngettext(
        "Last contact %(days)s day earlier.", "Last contact %(days)s days earlier.", days
    ) % {"days": days}


def _known(fact: Facts) -> str:
    if fact["known"]:
        return _("Stood beside this participant before.")
    return _("Has not met this participant.")


def _speaks(fact: Facts) -> str:
    language = _language(fact["language"])
    if not fact["level"]:
        return _("%(language)s with an interpreter.") % {"language": language}
    level = dict(LanguageLevel.choices).get(str(fact["level"]), "")
    return _("%(language)s: %(level)s.") % {"language": language, "level": level}


_WHY: dict[str, Callable[[Facts], str]] = {
    "needs": _needs,
    "distance": _distance,
    "load": _load,
    "continuity": _known,
    "rest": _rested,
    "language": _speaks,
}


# --- Why not ----------------------------------------------------------------------------------


def _papers(facts: Facts) -> str:
    problems = facts["problems"]
    words = [str(PROBLEMS[code]) for code in problems] if isinstance(problems, list) else []
    return _("Papers for this work: %(problems)s.") % {"problems": ", ".join(words)}


_WHY_NOT: dict[str, Callable[[Facts], str]] = {
    "NOT_ACTIVE": lambda facts: (
        _("Is leaving the pool.")
        if facts.get("state") in {"LEAVING", "LEFT"}
        else _("Is not active in the pool yet.")
    ),
    "SUSPENDED": lambda _facts: _("Is suspended."),
    "PAUSED": lambda _facts: _("Has a pause."),
    "CONSENT_OPEN": lambda _facts: _("Has not answered yet about being in the pool."),
    "OTHER_WORK": lambda _facts: _("Does not do this kind of work."),
    "PAPERS": _papers,
    "BUSY": lambda _facts: _("Is booked at that time."),
    "ABSENT": lambda _facts: _("Is away then."),
    "NOT_AVAILABLE": lambda _facts: _("Has not given hours at that time."),
    "NOT_TODAY": lambda _facts: _("Said: not today."),
    "QUIET": lambda _facts: _("Has quiet hours now."),
    "MAX_RUNNING": lambda facts: _("Carries %(running)s, and at most %(most)s at a time.") % facts,
    "MAX_PER_WEEK": lambda facts: (
        _("Has %(sessions)s sessions that week, and at most %(most)s.") % facts
    ),
    "REST": lambda facts: _("Needs %(hours)s hours of rest after the last contact.") % facts,
    "RESTING": lambda facts: _("Rests after a heavy contact until %(moment)s.") % _rest(facts),
    "EXCLUDED_AREA": lambda facts: _("Chose not to work in area %(area)s.") % facts,
    "OWN_CHOICE": lambda _facts: _("Chose not to take this request. No reason is asked."),
    "TOO_NEAR": lambda facts: (
        _("Lives too near: %(km)s km, and at least %(least)s is agreed.") % _with_comma(facts)
    ),
    "TOO_FAR": lambda facts: _("Too far: %(km)s km, and travels at most %(most)s.") % facts,
    "LANGUAGE": lambda facts: (
        _("No talk in this language: %(language)s.") % {"language": _language(facts["language"])}
    ),
    "NEEDS": lambda facts: (
        _("Did not say to offer: %(needs)s.") % {"needs": _words(facts["needs"], Need)}
    ),
    "CONFLICT_DECLARED": lambda _facts: _("Knows somebody in this request."),
    "ALREADY_OFFERED": lambda _facts: _("Was asked for this request already."),
}

# To the expert, about the expert: what one can change, or whom to call. Nothing about others.
_OWN: dict[str, Callable[[Facts], str]] = {
    "NOT_ACTIVE": lambda facts: (
        _("You are leaving the pool. Call your coordinator.")
        if facts.get("state") in {"LEAVING", "LEFT"}
        else _("Your membership is not complete yet. Call your coordinator.")
    ),
    "SUSPENDED": lambda _facts: _("You cannot take work now. Call your coordinator."),
    "PAUSED": lambda _facts: _("You have a pause. End it first, if you want to."),
    "CONSENT_OPEN": lambda _facts: _("First say whether you want to be in the pool. See My data."),
    "OTHER_WORK": lambda _facts: _("You do not do this kind of work."),
    "PAPERS": lambda _facts: _("Your papers for this work need a look. Call your coordinator."),
    "BUSY": lambda _facts: _("You have another appointment at that time."),
    "ABSENT": lambda _facts: _("You said that you are away then."),
    "NOT_AVAILABLE": lambda _facts: _("These are not hours that you gave."),
    "NOT_TODAY": lambda _facts: _("You said: not today."),
    "QUIET": lambda _facts: _("You have quiet hours now."),
    "MAX_RUNNING": lambda facts: (
        _("You carry %(running)s already; %(most)s is your limit.") % facts
    ),
    "MAX_PER_WEEK": lambda facts: (
        _("You have %(sessions)s sessions that week; %(most)s is your limit.") % facts
    ),
    "REST": lambda facts: _("Take your rest first: %(hours)s hours after a contact.") % facts,
    "RESTING": lambda facts: _("Take your rest first, until %(moment)s.") % _rest(facts),
    "EXCLUDED_AREA": lambda _facts: _("You chose not to work in this area."),
    "OWN_CHOICE": lambda _facts: _("You chose not to take this one."),
    "CONFLICT_DECLARED": lambda _facts: _("You said that you know somebody in this matter."),
}


def _rest(facts: Facts) -> dict[str, str]:
    return {"moment": moments.moment(datetime.fromisoformat(str(facts["until"])))}


def _words(codes: Fact, vocabulary: type[Need]) -> str:
    labels = dict(vocabulary.choices)
    return (
        ", ".join(str(labels.get(code, code)) for code in codes) if isinstance(codes, list) else ""
    )


def _with_comma(facts: Facts) -> Facts:
    """The same facts, with numbers as the language of the reader writes them."""
    return {
        name: number_format(value, 1) if isinstance(value, float) else value
        for name, value in facts.items()
    }


def _language(code: Fact) -> str:
    return str(dict(LANGUAGES).get(str(code), code))
