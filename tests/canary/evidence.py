"""What left Naast and what it kept, as text per sink, and the search for markers in it."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote_plus

from core.outbox.messages import FORBIDDEN, TOKEN
from tests.canary.markers import Canary

MAIL, SMS, FEED = "mail", "text messages", "feeds"
URLS, HEADERS, COOKIES = "addresses", "headers", "cookies"
LOGS, CELERY, REDIS = "logs", "Celery", "Redis"
AUDIT, DUE_WORK, SESSIONS, DATABASE = "audit", "due work", "sessions", "database"
OUTGOING = (MAIL, SMS, FEED)
SINKS = (
    *OUTGOING,
    URLS,
    HEADERS,
    COOKIES,
    LOGS,
    CELERY,
    REDIS,
    AUDIT,
    DUE_WORK,
    SESSIONS,
    DATABASE,
)
# The message that brings a link carries its token, and the browser asks for it.
TOKENS_IN = frozenset({MAIL, SMS, URLS})
TABLES = {
    "core_auditentry": AUDIT,
    "core_denial": AUDIT,
    "core_duework": DUE_WORK,
    "django_session": SESSIONS,
}
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
HEX = re.compile(r"(?:[0-9a-f]{2}){8,}", re.IGNORECASE)
ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[\"\\nrt/])", re.IGNORECASE)
DEEPEST = 3


@dataclass(frozen=True)
class Piece:
    """A text in a sink, and where it came from: a column, a file, a recipient."""

    where: str
    text: str


@dataclass(frozen=True)
class Page:
    """What somebody was shown."""

    who: str
    name: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.who}: {self.name}"


@dataclass(frozen=True)
class Finding:
    """A marker in a sink where it may not be."""

    sink: str
    canary: str
    where: str = ""


@dataclass
class Evidence:
    """Everything that was gathered, per sink, and the pages."""

    sinks: dict[str, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    pages: list[Page] = field(default_factory=list)

    def add(self, sink: str, where: str, text: str) -> None:
        self.sinks[sink].append(Piece(where, text))

    def only(self, sink: str) -> Evidence:
        """One sink, without the others."""
        return Evidence({sink: self.sinks.get(sink, [])})

    def planted(self, sink: str, text: str, where: str = "planted") -> Evidence:
        """The same evidence with one more text in one sink."""
        more = {**self.sinks, sink: [*self.sinks.get(sink, []), Piece(where, text)]}
        return replace(self, sinks=more)

    def add_mail(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Headers and decoded parts of one mail, without its own address where that belongs."""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        own = recipients[0] if len(recipients) == 1 else ""
        where = f"{MAIL} {parsed['Message-ID']}"
        for name, value in parsed.items():
            self.add(MAIL, where, f"{name}: {_without(own, value) if name == 'To' else value}")
        for part in parsed.walk():
            if not part.is_multipart():
                text = part.get_content()
                self.add(MAIL, where, _invitation(own, text) if _is_calendar(part) else str(text))
                self.add(MAIL, where, str(part.get_filename()))

    def add_row(self, table: str, row: str) -> None:
        """One row of a dump, as JSON."""
        for column, value in json.loads(row).items():
            if value is not None:
                text = value if isinstance(value, str) else json.dumps(value)
                self.add(TABLES.get(table, DATABASE), f"{table}.{column}", text)

    def add_command(self, line: str) -> None:
        """One line of Redis' MONITOR: a task on its way, or a key of the cache."""
        text = ESCAPED.sub(lambda one: json.loads(f'"{_as_json(one.group())}"'), line)
        key = line.partition("] ")[2]
        self.add(REDIS if re.match(r'"\w+" "naast:\d+:', key) else CELERY, key[:60], text)


def _as_json(escape: str) -> str:
    return f"\\u00{escape[2:]}" if escape[1] in "xX" else escape


def _is_calendar(part: EmailMessage) -> bool:
    return part.get_content_type() == "text/calendar"


def _without(own: str, value: str) -> str:
    return value.replace(own, "<recipient>") if own else value


def _invitation(own: str, text: str) -> str:
    """A calendar on whole lines; its one attendee is whom the mail goes to."""
    lines = unfolded(text).splitlines()
    return "\n".join(_without(own, one) if one.startswith("ATTENDEE") else one for one in lines)


def unfolded(text: str) -> str:
    """A calendar whose lines are no longer broken off after 75 octets."""
    return re.sub(r"\r?\n[ \t]", "", text)


# --- Reading --------------------------------------------------------------------------------


def readings(text: str, depth: int = DEEPEST) -> Iterator[tuple[str, bool]]:
    """`text` and all that is wrapped in it; False beside what is bytes rather than text."""
    seen: set[str] = set()
    waiting = [(text, True, depth)]
    while waiting:
        one, is_text, left = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one, is_text
        if left:
            waiting += [(more, whole, left - 1) for more, whole in _unwrapped(one)]


def _unwrapped(text: str) -> Iterator[tuple[str, bool]]:
    for plain in (html.unescape(text), unquote_plus(text)):
        if plain != text:
            yield plain, True
    for found in HEX.findall(text):
        yield from _text_of(bytes.fromhex(found))
    for found in BASE64.findall(text):
        whole = found.rstrip("=").replace("-", "+").replace("_", "/")
        with suppress(binascii.Error, ValueError):
            yield from _text_of(base64.b64decode(whole + "=" * (-len(whole) % 4)))


def _text_of(raw: bytes) -> Iterator[tuple[str, bool]]:
    with suppress(zlib.error):
        raw = zlib.decompress(raw)
    try:
        yield raw.decode(), True
    except UnicodeDecodeError:
        yield raw.decode("latin-1"), False


def found_in(canaries: Iterable[Canary], text: str) -> set[Canary]:
    """The canaries that `text` holds, however they are wrapped."""
    found: set[Canary] = set()
    wanted = list(canaries)
    for one, is_text in readings(text):
        # Random bytes spell short words now and then; they never spell a marker.
        found |= {c for c in wanted if (is_text or not c.is_code) and c.pattern.search(one)}
    return found


def findings(
    evidence: Evidence, canaries: Iterable[Canary], tokens: Iterable[Canary] = ()
) -> set[Finding]:
    """Every marker that stands in a sink where it may not stand."""
    names, links = tuple(canaries), tuple(tokens)
    secret = set(links)
    found: set[Finding] = set()
    for sink, pieces in evidence.sinks.items():
        wanted = names if sink in TOKENS_IN else (*names, *links)
        for piece in _distinct(pieces):
            for canary in found_in(wanted, piece.text):
                if canary in secret or piece.where not in canary.columns:
                    found.add(Finding(sink, canary.name, piece.where))
    return found


def telling_words(evidence: Evidence, sinks: Iterable[str]) -> set[Finding]:
    """Words that no stranger should read, in what left."""
    found: set[Finding] = set()
    for sink in sinks:
        for piece in _distinct(evidence.sinks.get(sink, [])):
            for text, is_text in readings(piece.text):
                word = FORBIDDEN.search(TOKEN.sub("", text)) if is_text else None
                if word:
                    found.add(Finding(sink, word.group().lower(), piece.where))
    return found


def _distinct(pieces: Iterable[Piece]) -> list[Piece]:
    return list(dict.fromkeys(pieces))
