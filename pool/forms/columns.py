"""The columns of a file with people: their heads, the words in them, and what may be wrong."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from pool.vocabulary import LANGUAGES, LanguageLevel

# The head of a file is Dutch for everybody, so that one file serves two people.
COLUMNS = {
    "first_name": "voornaam",
    "last_name": "achternaam",
    "phone": "telefoon",
    "email": "e-mail",
    "home_area": "postcodegebied",
    "travel_radius_km": "reist tot km",
    "activities": "werk",
    "languages": "talen",
    "can_meet": "kan bieden",
    "max_running": "mensen tegelijk",
    "max_per_week": "sessies per week",
    "coordinator": "coördinator",
    "confidentiality_on": "geheimhouding getekend op",
    "conduct_on": "gedragscode getekend op",
}
NEEDED = ("first_name", "last_name", "phone", "email", "home_area", "languages")
# What a returned file says about itself, and an export about who took it out: read past.
ROW, MEND, MARK, STATE = "rij", "aan te passen", "opgehaald", "stand"
PASSED_BY = frozenset({ROW, MEND, MARK, STATE})
USUAL = {"travel_radius_km": "20", "max_running": "2", "max_per_week": "4"}
# The two agreements that all work needs (`pool.rules.NEEDED_AGREEMENTS`).
SIGNED = {
    "confidentiality_on": "CONFIDENTIALITY",
    "conduct_on": "CODE_OF_CONDUCT",
}

UNREADABLE = {
    "TOO_BIG": _("The file is larger than 2 MB. Split it and send the parts one by one."),
    "EMPTY": _("There are no people in this file. Put one person on each row, below the head."),
    "OLD": _("This is an old or locked spreadsheet. Save it as .xlsx without a password."),
    "TOO_MANY": _("The file has more than 500 rows. Split it and send the parts one by one."),
    "TOO_WIDE": _("The file has more than 40 columns. Keep those of the example."),
    "TOO_LONG": _("A cell holds more than 500 signs. Shorten it and send the file again."),
    "ENCODING": _("The signs cannot be read. Save the file as CSV UTF-8 and send it again."),
    "NO_TABLE": _("This is no CSV or XLSX file. Save the list as one of those two."),
    "BROKEN": _("The file is damaged. Open it, save it anew and send it again."),
    "BOMB": _("The file is not a plain spreadsheet. Copy the cells to a new file and send that."),
    "MACRO": _("The file holds a macro or a link. Copy the cells to a new file and send that."),
    "LOCKED": _("The file has a password. Save it without and send it again."),
}


def plain(head: str) -> str:
    """A head without capitals, spaces and signs, to be recognised by."""
    return re.sub(r"[^a-z]", "", head.casefold().replace("ö", "o"))


HEADS = {plain(title): key for key, title in COLUMNS.items()}
HEADS |= {plain(key): key for key in COLUMNS}


def vocabulary(choices: Any) -> dict[str, str]:
    """What people write -> code: the code itself, and its words in both languages."""
    found: dict[str, str] = {}
    for language in ("en", "nl"):
        with override(language):
            found |= {wording(str(label)): str(code) for code, label in choices}
    return found | {wording(str(code)): str(code) for code, _label in choices}


def wording(text: str) -> str:
    """A word without capitals and double spaces, to be recognised by."""
    return " ".join(text.casefold().split())


class WordsField(forms.CharField):
    """Codes or words of a vocabulary, with a semicolon or comma between."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.known_words = choices
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        words = vocabulary(self.known_words)
        found: dict[str, None] = {}
        for part in _parts(super().clean(value)):
            if wording(part) not in words:
                message = _("“%(word)s” is not on our list. The example has the words.")
                raise forms.ValidationError(message, params={"word": part})
            found[words[wording(part)]] = None
        return list(found)


class LanguagesField(forms.CharField):
    """Languages with how well: "Nederlands: moedertaal; Engels: goed"."""

    default_error_messages: ClassVar = {
        "required": _("Write at least one language and how well, such as nl: NATIVE.")
    }

    def clean(self, value: Any) -> list[tuple[str, str]]:
        languages, levels = vocabulary(LANGUAGES), vocabulary(LanguageLevel.choices)
        found: dict[str, str] = {}
        for part in _parts(super().clean(value)):
            name, _colon, level = (one.strip() for one in part.partition(":"))
            if wording(name) not in languages:
                message = _("“%(word)s” is not on our list. The example has the words.")
                raise forms.ValidationError(message, params={"word": name})
            if wording(level) not in levels:
                message = _("Write how well after %(word)s, such as %(word)s: B2.")
                raise forms.ValidationError(message, params={"word": name})
            found[languages[wording(name)]] = levels[wording(level)]
        return list(found.items())


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
