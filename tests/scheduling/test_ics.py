"""Calendar files: read back by another hand, and safe for any text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from scheduling import ics
from scheduling.ics import Entry, Status, Words

UID = UUID("3b1421e7-18d3-4129-9e28-02f4c8da719c")
START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 02:30 of that night
WORDS = Words("Afspraak", "zie Naast", "https://naast.example/accounts/login/")
FROM, TO = "afspraak@naast.example", "ruben@voorbeeld.example"


def entry(**changes: Any) -> Entry:
    plain: dict[str, Any] = {
        "uid": UID,
        "sequence": 0,
        "start": START,
        "end": START + timedelta(hours=1),
        "changed_at": datetime(2026, 10, 20, 9, tzinfo=UTC),
    }
    return Entry(**plain | changes)


moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  (the zone comes with it)
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, ZoneInfo("Europe/Amsterdam")]),
)


def only_event(text: str) -> tuple[Calendar, Any]:
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_says_when_and_nothing_else() -> None:
    text = ics.request(entry(sequence=3), words=WORDS, organizer=FROM, attendee=TO)

    calendar, event = only_event(text)
    assert calendar["METHOD"] == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (str(UID), 3, "CONFIRMED")
    assert "DTSTART:20261025T003000Z" in text
    assert "DTEND:20261025T013000Z" in text
    assert "TZID" not in text
    assert (event["SUMMARY"], event["LOCATION"]) == ("Afspraak", "zie Naast")
    assert event["DESCRIPTION"] == WORDS.text
    assert (event["ORGANIZER"], event["ATTENDEE"]) == (f"mailto:{FROM}", f"mailto:{TO}")
    assert not [name for name in event if name.startswith("X-") or name in {"RRULE", "URL"}]


def test_cancelling_repeats_who_and_when_with_a_higher_sequence() -> None:
    invited = ics.request(entry(), words=WORDS, organizer=FROM, attendee=TO)
    ended = ics.cancel(
        entry(sequence=1, status=Status.CANCELLED), words=WORDS, organizer=FROM, attendee=TO
    )

    (_, before), (calendar, after) = only_event(invited), only_event(ended)
    assert (calendar["METHOD"], after["STATUS"]) == ("CANCEL", "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    for name in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART"):
        assert after[name] == before[name]


def test_only_what_is_cancelled_is_cancelled() -> None:
    with pytest.raises(ValueError, match="cancelled"):
        ics.cancel(entry(), words=WORDS, organizer=FROM, attendee=TO)


def test_a_feed_names_nobody_and_is_the_same_every_time() -> None:
    entries = [entry(), entry(uid=UUID(int=7), status=Status.TENTATIVE)]

    text = ics.feed(entries, words=WORDS, organizer=FROM)

    assert text == ics.feed(entries, words=WORDS, organizer=FROM)
    assert "ATTENDEE" not in text
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [one["STATUS"] for one in events] == ["CONFIRMED", "TENTATIVE"]


def test_an_empty_feed_is_a_calendar() -> None:
    assert Calendar.from_ical(ics.feed([], words=WORDS, organizer=FROM)).walk("VEVENT") == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    entries=st.lists(
        st.builds(
            Entry,
            uid=st.uuids(),
            sequence=st.integers(0, 10**6),
            start=moments,
            end=moments,
            changed_at=moments,
            status=st.sampled_from(Status),
        ),
        max_size=5,
    ),
    title=st.text(max_size=200),
)
def test_a_feed_is_letter_for_letter_what_the_library_writes(
    entries: list[Entry], title: str
) -> None:
    words = Words(title, "100% %(UID)s\nUID:7", "https://naast.example/accounts/login/")
    calendar = Calendar.from_ical(ics.feed([], words=words, organizer=FROM))
    for one in entries:
        calendar.add_component(ics._event(one, words, FROM))

    assert ics.feed(entries, words=words, organizer=FROM) == calendar.to_ical().decode()


@pytest.mark.parametrize(
    "address", ["a@b.nl\r\nX-EVIL:1", "a b@c.nl", "nobody", "a@b@c.nl", "<a@b.nl>"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        ics.request(entry(), words=WORDS, organizer=FROM, attendee=address)


any_text = st.text(max_size=300)
nasty = st.lists(
    st.sampled_from(
        ["\r", "\n", "\\n", "\\", ";", ",", '"', ":", "\x00", "\u2028", "\u202e", "é😀"]
    ),
    max_size=40,
).map("".join)


# A busy machine takes long to think of text; that says nothing about calendars.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=any_text | nasty, where=any_text | nasty, text=any_text | nasty)
def test_any_text_comes_back_as_it_went_and_adds_no_property(
    title: str, where: str, text: str
) -> None:
    plain = ics.request(entry(), words=Words("a", "b", "c"), organizer=FROM, attendee=TO)

    made = ics.request(entry(), words=Words(title, where, text), organizer=FROM, attendee=TO)

    _calendar, event = only_event(made)
    assert event["SUMMARY"] == ics.clean_text(title)
    assert event["LOCATION"] == ics.clean_text(where)
    assert event["DESCRIPTION"] == ics.clean_text(text)
    assert set(event) == set(only_event(plain)[1])
    assert all(len(line.encode()) <= 75 for line in made.split("\r\n"))
    assert "\r" not in made.replace("\r\n", "")
    assert "\n" not in made.replace("\r\n", "")


def test_a_mail_program_ends_in_the_truth_whatever_arrives_first() -> None:
    moved = START + timedelta(days=1)
    history = [
        ics.request(entry(), words=WORDS, organizer=FROM, attendee=TO),
        ics.request(
            entry(sequence=1, start=moved, end=moved + timedelta(hours=1)),
            words=WORDS,
            organizer=FROM,
            attendee=TO,
        ),
        ics.request(entry(sequence=3), words=WORDS, organizer=FROM, attendee=TO),
        ics.cancel(
            entry(sequence=4, status=Status.CANCELLED), words=WORDS, organizer=FROM, attendee=TO
        ),
    ]

    ends = set()
    for arrival in permutations(history):
        kept: dict[str, tuple[int, str]] = {}
        for text in arrival:
            _calendar, event = only_event(text)
            known = kept.get(event["UID"], (-1, ""))
            if event["SEQUENCE"] > known[0]:
                kept[event["UID"]] = (int(event["SEQUENCE"]), str(event["STATUS"]))
        ends.add(tuple(kept.items()))

    assert ends == {((str(UID), (4, "CANCELLED")),)}
