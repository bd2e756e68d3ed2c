"""Keyed traces of people and organisations, so that a private list is compared and never opened.

Names are written in many ways: "Janneke de Vries", "J. de Vries", "De Vries". A trace holds the
last word of a name and the first letter, or the last word alone where no more was written. It may
so leave out somebody of the same name, which costs one question less and tells nothing. Of a
professional every such way counts: where the first letter was not written, each may be meant, and
who has two last names stands under both.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase
from uuid import UUID

from core.crypto import blind_index

# Before a Dutch last name, or a title: no word by which one is called.
PREFIXES = frozenset(
    {
        *("aan", "al", "de", "den", "der", "dhr", "dr", "drs", "el", "het", "ing", "ir", "la"),
        *("le", "meneer", "mevr", "mevrouw", "mr", "mw", "op", "t", "te", "ten", "ter", "van"),
        "von",
    }
)


def trace_of_name(name: str) -> str:
    """The trace of a name as somebody wrote it on the own list."""
    first, last = _parts(name)
    return _trace("person", first, last)


def traces_of_name(name: str) -> frozenset[str]:
    """Every trace under which this person may stand on a list; none of an empty name."""
    first, _last = _parts(name)
    lasts = {_parts(part)[1] for part in name.split("-")} - {""}
    letters = {first, ""} if first else {"", *ascii_lowercase}
    return frozenset(_trace("person", letter, last) for letter in letters for last in lasts)


def trace_of_organisation(organisation_id: UUID) -> str:
    """The trace of an organisation."""
    return _trace("organisation", str(organisation_id))


def trace_of_code(expert_id: UUID, code: str) -> str:
    """The trace of a guarded code; another one for each expert."""
    return _trace("guarded", str(expert_id), code)


def _trace(kind: str, *parts: str) -> str:
    # Without the region: what somebody avoids counts for work in another region, too.
    return blind_index("pool", kind, *parts).hex()


def _parts(name: str) -> tuple[str, str]:
    """First letter and last word, without accents, capitals and titles: ("j", "vries")."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain)
    if not words:
        return "", ""
    # "De Vries" is a last name alone; "Janneke de Vries" has somebody in front of it.
    in_front = [word for word in words[:-1] if word not in PREFIXES]
    return (in_front[0][0] if in_front else ""), words[-1]
