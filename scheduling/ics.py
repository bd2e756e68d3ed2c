"""Calendar files: invitations (iTIP) and the personal feed. Plain values, no database.

What a stranger may see on a calendar is here and nothing else: "Afspraak", a begin and an
end in UTC, and where to sign in. Every entry is one VEVENT with its own UID, never a series:
cancelling one of a series has emptied whole calendars elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//Naast//Agenda//NL"
LIMIT = 200
# Controls, line and paragraph separators, halves of surrogate pairs, and marks that turn the
# direction of text: each has put properties or wrong words into somebody's calendar.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# A folded line goes on with a space, so only the names of properties begin one.
VARYING = re.compile(
    r"^(UID|SEQUENCE|DTSTAMP|LAST-MODIFIED|DTSTART|DTEND|STATUS):[^\r\n]*", re.MULTILINE
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ADDRESS = re.compile(r"[^\s<>\"';:,@]+@[^\s<>\"';:,@]+")


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Entry:
    """One session as a calendar knows it.

    Attributes:
        uid: random, made with the session, the same for ever.
        sequence: stored; higher after every change that others can see.
        start, end: aware, half-open. changed_at: when it got this sequence.
    """

    uid: UUID
    sequence: int
    start: datetime
    end: datetime
    changed_at: datetime
    status: Status = Status.CONFIRMED


@dataclass(frozen=True)
class Words:
    """The few texts on a calendar, in the language of the reader."""

    title: str
    where: str
    text: str


def clean_text(text: str) -> str:
    """`text` on one line, without anything that could end it or turn it around."""
    one_line = UNSAFE.sub(" ", unicodedata.normalize("NFC", text))
    return " ".join(one_line.split())[:LIMIT].rstrip()


def request(entry: Entry, *, words: Words, organizer: str, attendee: str) -> str:
    """An invitation, or a changed one, to one person. Nobody else is named."""
    return _itip("REQUEST", entry, words, organizer, attendee)


def cancel(entry: Entry, *, words: Words, organizer: str, attendee: str) -> str:
    """The end of an invitation: same UID, people and start, and a higher SEQUENCE."""
    if entry.status is not Status.CANCELLED:
        raise ValueError("only a cancelled session is cancelled")
    return _itip("CANCEL", entry, words, organizer, attendee)


def feed(entries: Iterable[Entry], *, words: Words, organizer: str) -> str:
    """What a calendar program reads again and again: all entries, and no people."""
    calendar = _calendar("PUBLISH")
    # A program asks as often as it likes; this is what we would like it to be.
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    head, end, foot = _text(calendar).rpartition("END:VCALENDAR")
    pattern = shape(words, organizer)
    return "".join((head, *(pattern % _values(entry) for entry in entries), end, foot))


def _itip(method: str, entry: Entry, words: Words, organizer: str, attendee: str) -> str:
    calendar = _calendar(method)
    event = _event(entry, words, organizer)
    recipient = _person(attendee)
    recipient.params["ROLE"] = "REQ-PARTICIPANT"
    recipient.params["PARTSTAT"] = "NEEDS-ACTION"
    # Nobody reads the answers: somebody who cannot come calls.
    recipient.params["RSVP"] = "FALSE"
    event.add("attendee", recipient, encode=False)
    calendar.add_component(event)
    return _text(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry, words: Words, organizer: str) -> Event:
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.sequence)
    # Stored values only: a clock here would give the same feed another ETag every second.
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.start.astimezone(UTC))
    event.add("dtend", entry.end.astimezone(UTC))
    event.add("status", entry.status.value)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("summary", clean_text(words.title))
    event.add("location", clean_text(words.where))
    event.add("description", clean_text(words.text))
    event.add("organizer", _person(organizer), encode=False)
    return event


@lru_cache(maxsize=16)
def shape(words: Words, organizer: str) -> str:
    """One VEVENT as the library writes it, with a gap for each value that an entry brings.

    A feed of a thousand entries repeats the same texts a thousand times; the library would
    escape and fold them anew each time. What fills the gaps holds nothing to escape or fold.
    """
    some = Entry(UUID(int=0), 0, EPOCH, EPOCH, EPOCH)
    text = _event(some, words, organizer).to_ical().decode().replace("%", "%%")
    return VARYING.sub(r"\1:%(\1)s", text)


def _values(entry: Entry) -> dict[str, object]:
    changed = _stamp(entry.changed_at)
    return {
        "UID": entry.uid,
        "SEQUENCE": entry.sequence,
        "DTSTAMP": changed,
        "LAST-MODIFIED": changed,
        "DTSTART": _stamp(entry.start),
        "DTEND": _stamp(entry.end),
        "STATUS": entry.status.value,
    }


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _person(address: str) -> vCalAddress:
    if not ADDRESS.fullmatch(address):
        raise ValueError("not a plain e-mail address")
    return vCalAddress(f"mailto:{address}")


def _text(calendar: Calendar) -> str:
    text: str = calendar.to_ical().decode()
    return text
