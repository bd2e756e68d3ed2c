"""Sentences on top of pages: how many, who is next, and by when."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext

from core.ui import moments
from matching.models import Request
from matching.states import AgeBand, Relation
from pool.vocabulary import LANGUAGES, Activity, DayPart, Need

LANGUAGE = dict(LANGUAGES)


def number(n: int) -> str:
    """A count as one says it: words up to twelve, figures beyond."""
    words = [
        pgettext("number", "no"),
        pgettext("number", "one"),
        pgettext("number", "two"),
        pgettext("number", "three"),
        pgettext("number", "four"),
        pgettext("number", "five"),
        pgettext("number", "six"),
        pgettext("number", "seven"),
        pgettext("number", "eight"),
        pgettext("number", "nine"),
        pgettext("number", "ten"),
        pgettext("number", "eleven"),
        pgettext("number", "twelve"),
    ]
    return words[n] if n < len(words) else str(n)


def _said(text: str, n: int) -> str:
    whole = text % {"number": number(n)}
    # Dutch writes no accent on a capital: "één" at the start of a sentence is "Eén".
    first = unicodedata.normalize("NFD", whole[:1])[:1]
    return first.upper() + whole[1:]


def needs_you(n: int) -> str:
    """How many tasks wait for the coordinator."""
    if n == 0:
        return gettext("Nobody needs you now. Everything runs.")
    return _said(ngettext("%(number)s thing needs you.", "%(number)s things need you.", n), n)


def clocks_run(n: int) -> str:
    """How many measures run."""
    return _said(ngettext("%(number)s clock runs", "%(number)s clocks run", n), n)


def offers_run(n: int) -> str:
    """How many offers wait for an answer."""
    return _said(ngettext("%(number)s offer runs", "%(number)s offers run", n), n)


def cannot_now(n: int) -> str:
    """How many people were left out, for reasons told below it."""
    return _said(ngettext("%(number)s person cannot now", "%(number)s people cannot now", n), n)


def more_fit(n: int) -> str:
    """How many more fit than the first ones."""
    return _said(ngettext("%(number)s more fits", "%(number)s more fit", n), n)


def needed_of_you(n: int) -> str:
    """How many points wait for the professional."""
    said = ngettext("%(number)s thing needed from you", "%(number)s things needed from you", n)
    return _said(said, n)


def without_these(n: int) -> str:
    """Why those points matter."""
    said = ngettext(
        "Without this one the first meeting cannot go on.",
        "Without these %(number)s the first meeting cannot go on.",
        n,
    )
    return _said(said, n)


def points_confirmed(n: int) -> str:
    """How many points of the safety check are done."""
    said = ngettext("%(number)s point is confirmed", "%(number)s points are confirmed", n)
    return _said(said, n)


def requests_run(n: int) -> str:
    """How many requests of the region run."""
    return _said(ngettext("%(number)s request runs", "%(number)s requests run", n), n)


def your_requests_run(n: int) -> str:
    """How many requests of the professional run."""
    if n == 0:
        return gettext("No request of yours runs now.")
    said = ngettext("%(number)s request of yours runs.", "%(number)s requests of yours run.", n)
    return _said(said, n)


def asked(n: int, *, since: datetime, now: datetime) -> str:
    """How many people were asked, and when."""
    said = ngettext(
        "%(number)s expert by experience asked at %(moment)s.",
        "%(number)s experts by experience asked at %(moment)s.",
        n,
    )
    # Two steps, because the number comes in words and the moment does not.
    return _said(said.replace("%(moment)s", at(since, now=now)), n)


def at(value: datetime, *, now: datetime) -> str:
    """A moment, without the day where that is today."""
    today = moments.wall(value).date() == moments.wall(now).date()
    return moments.clock(value) if today else moments.moment(value)


# --- What a request is about ------------------------------------------------------------------


def listed(words: Iterable[object]) -> str:
    """Words with commas between them."""
    return ", ".join(str(word) for word in words)


def day_parts(codes: Iterable[str]) -> str:
    """Parts of the day, in the order of the vocabulary."""
    return listed(DayPart(code).label for code in DayPart.values if code in set(codes))


def needs(codes: Iterable[str]) -> str:
    """What helps, in the order of the vocabulary."""
    return listed(Need(code).label for code in Need.values if code in set(codes))


def age(band: str) -> str:
    """An age band in words."""
    label = AgeBand(band).label
    if band in {AgeBand.UNDER_20, AgeBand.SIXTY_PLUS}:
        return str(label)
    return gettext("%(ages)s years") % {"ages": label}


def language(code: str) -> str:
    """The name of a language."""
    return str(LANGUAGE.get(code, code))


def work(request: Request) -> str:
    """What is asked for: "Buddy"."""
    # Not get_..._display: that hashes the words of every choice, for every row of a list.
    return capfirst(str(Activity(request.activity).label))


def relation(request: Request) -> str:
    """Who the other is to the participant: "partner"."""
    return str(Relation(request.relation).label)


def around(distance_km: float) -> str:
    """How far, told so roughly that it says nothing about where: "within 10 km"."""
    tens = (int(distance_km) // 10 + 1) * 10
    return gettext("within %(n)d km") % {"n": tens}
