"""What each page may show to whom. A page that is not listed may show no canary at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.urls import Resolver404, resolve

from matching.states import GateCode
from pool.views.imports import TYPES
from pool.views.papers import PAPERS
from tests.canary.evidence import URLS, Evidence, Finding, Page

PAPER = {"function on the VOG", "organisation on the VOG", "provider of the training"}
MINE = {"first name", "last name", "phone", "e-mail address", "home area", "life experience"}
MEASURE = {"kind of measure", "protected role", "relation"}
CALLED = {"case manager", "phone of the case manager"}
NUMBERS = CALLED | {"deputy", "phone of the deputy", "phone at night"}
TYPED = NUMBERS | {"case reference", "protected role"}
ASKED_BY = {"requester", "phone of the requester", "organisation"}
FITS = {"first name", "other expert", "first name of a newcomer"}
REACHED = {"phone", "phone of the other expert"}
PLACE = {"place", "address of the place"}
# A form offers every answer of its list; that tells nothing about anybody.
OFFERED = {"whether somebody is known"}
OF_REQUEST = NUMBERS | ASKED_BY | {"kind of measure", "relation", "protected role"}

# So do the filters of the list: words for what people told, and none that is guarded.
FILTERS = {"protected role", "life experience"}

# (who, page) -> what may stand there.
SHOWN: dict[tuple[str, str], set[str]] = {
    # The professional who asks sees what was typed, and after a yes a first name.
    ("requester", "step 1"): MEASURE,
    ("requester", "step 2"): MEASURE,
    ("requester", "step 3"): {"requester", "phone of the requester"},
    ("requester", "step 4"): {"answer about risk"},
    ("requester", "step refused"): {"answer about risk", "case reference"},
    ("requester", "check before sending"): TYPED | MEASURE,
    ("requester", "mine"): {"relation"},
    ("requester", "over"): {"relation"},
    ("requester", "complete"): {"answer about risk"},
    ("requester", "status"): TYPED,
    ("requester", "status, asked"): TYPED,
    ("requester", "status, matched"): TYPED | {"first name"},
    ("requester", "status, again"): TYPED,
    ("requester", "numbers"): NUMBERS,
    ("requester", "session"): {"first name"},
    ("requester", "session, place"): PLACE | {"first name"},
    ("requester", "agenda"): {"first name"},
    # An expert who is asked: how far and when, never who or where; more after a yes.
    ("expert", "question"): {"relation"},
    ("expert", "question, live"): {"relation"},
    ("expert", "answer"): {"relation"} | OFFERED,
    ("expert", "me"): MINE | PAPER | {"coordinator", "guarded specialism"},
    ("expert", "change me"): MINE - {"life experience"} | {"organisation"},
    ("expert", "own list"): {"whom one avoids", "organisation"},
    # What one may choose from is a list; what one chose comes back where it was refused.
    ("expert", "own paper, before"): {"coordinator", "how far a new VOG is"},
    ("expert", "own paper, refused"): {"coordinator", "how far a new VOG is"},
    ("expert", "own paper"): {"coordinator"},
    ("expert", "wish refused"): {"wish to put right"},
    ("expert", "work"): ASKED_BY,
    ("expert", "card"): NUMBERS | {"protected role"},
    ("expert", "session, place"): PLACE,
    ("other expert", "question"): {"relation"},
    ("other expert", "question, live"): {"relation"},
    ("other expert", "me"): {"other expert", "phone of the other expert", "coordinator"},
    # The coordinator: names where somebody has to choose, a telephone where somebody is asked.
    ("coordinator", "register"): {"coordinator", "organisation"},
    ("coordinator", "now"): {"organisation"},
    # Somebody asks to put something right: whom to call, and never what it is.
    ("coordinator", "now, with a wish"): {"organisation", "first name", "last name"},
    ("coordinator", "now, after a conflict"): {"organisation", "first name", "last name"},
    ("coordinator", "requests"): {"relation"},
    ("coordinator", "request, open"): OF_REQUEST,
    ("coordinator", "request, who fits"): OF_REQUEST | FITS,
    ("coordinator", "request, asked"): OF_REQUEST | FITS | REACHED,
    ("coordinator", "request, asked, live"): FITS | REACHED,
    ("coordinator", "request, matched"): OF_REQUEST | {"first name", "phone"},
    ("coordinator", "request, complete"): OF_REQUEST | {"first name", "phone"},
    ("coordinator", "request, case number"): OF_REQUEST | {"first name", "phone", "case reference"},
    ("coordinator", "first talk"): {"first name of a newcomer", "what a first talk goes through"},
    ("coordinator", "leaving"): {"first name", "last name", "why somebody leaves"},
    ("coordinator", "handing over"): {"first name", "last name"},
    ("expert", "my last day"): set(),
    ("coordinator", "pool"): FITS | FILTERS | {"last name", "coordinator"},
    ("coordinator", "pool, kept"): FITS | FILTERS | {"last name", "coordinator", "name of a view"},
    ("coordinator", "file"): {"row of a file"},
    ("coordinator", "expert"): {
        *("first name", "last name", "home area", "life experience", "coordinator"),
        *("why somebody was stopped", "wish to put right"),
        *PAPER,
    },
    ("coordinator", "reach"): {
        *("coordinator", "why somebody was stopped", "wish to put right"),
        *(MINE | PAPER),
    },
    # How far it is: the own coordinator only, also on the list, which holds the own people only.
    ("coordinator", "paper"): {"first name", "last name", "how far a new VOG is"},
    ("coordinator", "papers"): {
        *("first name", "last name", "how far a new VOG is"),
        "first name of a newcomer",
    },
    ("coordinator", "other expert"): {"other expert", "coordinator", "why somebody was stopped"},
    ("coordinator", "duty"): {"coordinator"},
    ("coordinator", "plan"): {"first name", "place"},
    ("coordinator", "move"): {"place"},
    ("coordinator", "session"): {"first name"},
    ("coordinator", "session, place"): PLACE | {"first name"},
    ("coordinator", "agenda"): {"first name", "other expert"},
    # Whoever holds a link: a question that could stand on a wall, and one's own address.
    ("link", "question"): OFFERED,
    ("newcomer", "invitation"): {"address of a newcomer"},
    ("newcomer", "refused"): {"address of a newcomer"},
}
# canary -> (who, page) where it has to be, or the journey would prove nothing about it.
MUST: dict[str, tuple[str, str]] = {
    "name of a view": ("coordinator", "pool, kept"),
    "row of a file": ("coordinator", "file"),
    "first name": ("requester", "status, matched"),
    "last name": ("coordinator", "expert"),
    "phone": ("coordinator", "reach"),
    "e-mail address": ("coordinator", "reach"),
    "life experience": ("expert", "me"),
    "guarded specialism": ("expert", "me"),
    "whom one avoids": ("expert", "own list"),
    "function on the VOG": ("coordinator", "expert"),
    "organisation on the VOG": ("coordinator", "expert"),
    "provider of the training": ("coordinator", "expert"),
    "how far a new VOG is": ("coordinator", "paper"),
    "wish to put right": ("coordinator", "expert"),
    "home area": ("coordinator", "expert"),
    "other expert": ("coordinator", "request, asked"),
    "phone of the other expert": ("coordinator", "request, asked"),
    "first name of a newcomer": ("coordinator", "request, who fits"),
    "address of a newcomer": ("newcomer", "invitation"),
    "place": ("expert", "session, place"),
    "address of the place": ("expert", "session, place"),
    "case reference": ("coordinator", "request, case number"),
    "case manager": ("coordinator", "request, open"),
    "phone of the case manager": ("coordinator", "request, open"),
    "deputy": ("expert", "card"),
    "phone of the deputy": ("expert", "card"),
    "phone at night": ("expert", "card"),
    "requester": ("expert", "work"),
    "phone of the requester": ("expert", "work"),
    "organisation": ("expert", "work"),
    "coordinator": ("expert", "me"),
    "kind of measure": ("coordinator", "request, open"),
    "protected role": ("expert", "card"),
    "relation": ("coordinator", "request, open"),
}
# Written down and shown on no page: the log, messages and the record of a paper.
SHOWN_NOWHERE = {
    "password",
    "phone of a newcomer",
    "phone of the coordinator",
}
# Only ever one choice among others on a page.
ONLY_OFFERED = {
    *("answer about risk", "whether somebody is known", "why somebody was stopped"),
    *("what a first talk goes through", "why somebody leaves"),
}
FLAGS = {"plek", "over", "check"}
GET_FORM = re.compile(r'<form[^>]*method="get".*?</form>', re.DOTALL | re.IGNORECASE)
TYPED_IN = re.compile(r'<(?:textarea|input(?![^>]*type="(?:hidden|checkbox|radio|submit)"))')


def shown_wrongly(page: Page, names: Iterable[str]) -> set[Finding]:
    """Those of `names`, which were found on a page, that may not stand there."""
    allowed = SHOWN.get((page.who, page.name), set())
    return {Finding(page.label, name) for name in set(names) - allowed}


def asks_in_the_address(page: Page) -> bool:
    """Whether somebody can type words here that then stand in an address."""
    return any(TYPED_IN.search(form) for form in GET_FORM.findall(page.text))


def addresses(evidence: Evidence, root: str) -> set[str]:
    """Every address of ours that somebody was shown or asked for."""
    found = {piece.text for piece in evidence.sinks[URLS]}
    ours = {one.removeprefix(root) for one in found}
    return {one for one in ours if one.startswith(("/", "?"))}


def says_more_than_ids(address: str) -> bool:
    """Whether an address holds anything but words of ours, ids and secrets of links."""
    parts = urlsplit(address)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if not (name in FLAGS and value in {"", "1"}) and not _is_day(value) and name != "v":
            return True
    if not parts.path or parts.path.startswith("/static/"):
        return False
    try:
        values = resolve(parts.path).kwargs.items()
    except Resolver404:
        return True
    known = {"token", "key", "uidb36"}
    return any(name not in known and not _is_id(value) for name, value in values)


def _is_id(value: object) -> bool:
    return isinstance(value, UUID | int) or value in {*GateCode.values, *PAPERS, *TYPES}


def _is_day(value: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
