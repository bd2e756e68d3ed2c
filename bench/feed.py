"""The personal feed of a thousand events, against the bare library and against plain strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from icalendar import Calendar, Event, Timezone, vCalAddress

from bench import floor
from bench.figures import ROUNDS, Figure, figure, interleaved, milliseconds, n_queries
from core import clock
from core.access.models import RateBucket, Region, User
from core.access.scope import region_scope
from scheduling import actions, ics
from scheduling.actions.telling import organizer, words
from scheduling.models import Session, SessionRole
from scheduling.queries import feed_entries
from scheduling.states import RoleKind
from tests.factories.scheduling import make_scene

N_EVENTS, N_REPEATS = 1000, 20
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WALL = "%Y%m%dT%H%M%S"


def run(
    *, n_events: int = N_EVENTS, n_repeats: int = N_REPEATS, rounds: int = ROUNDS
) -> list[Figure]:
    """Text alone, the whole answer, and the answer to whoever has it already."""
    address, region, user = lay_out(n_events)
    with region_scope(region.pk):
        entries = feed_entries(user, now=clock.now())
    said, sender = words("nl"), organizer()
    zone = Timezone.from_tzid(
        "Europe/Amsterdam", first_date=date(2026, 1, 1), last_date=date(2028, 1, 1)
    )
    client = Client(headers={"host": "localhost"})

    def ask(**headers: str) -> Any:
        answer = client.get(address, headers=headers)
        if answer.status_code >= 400:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return answer

    whole = ask()
    known = {"if-none-match": whole["ETag"]}
    times = interleaved(
        {
            "whole": lambda: milliseconds(ask),
            "text": lambda: milliseconds(lambda: ics.feed(entries, words=said, organizer=sender)),
            "library": lambda: milliseconds(lambda: by_library(entries, said, sender, zone)),
            "strings": lambda: milliseconds(lambda: by_hand(entries, said, sender, zone)),
        },
        rounds=2 * rounds - 1,
    )
    with floor.rows():
        rates = interleaved(
            {
                "site": lambda: per_second(lambda: ask(**known), n_repeats),
                "floor": lambda: _bare_304(n_repeats),
            },
            rounds=rounds,
        )
    plain = by_library(entries, said, sender, zone)
    name = f"feed: {n_events:,} events"
    library, strings = times["library"], times["strings"]
    return [
        figure(
            f"{name}, whole answer / bare icalendar",
            times["whole"],
            "ms",
            baseline=library,
            most=1.3,
        ),
        figure(f"{name}, text / bare icalendar", times["text"], "ms", baseline=library, most=1.3),
        figure(f"{name}, text / plain strings", times["text"], "ms", baseline=strings, most=2),
        figure(f"{name}, whole answer / plain strings", times["whole"], "ms", baseline=strings),
        figure(
            f"{name}, the same when read back",
            n_same(whole.content.decode(), plain),
            "events",
            least=n_events,
        ),
        figure(f"{name}, queries", n_queries(ask), "queries", most=4),
        figure("feed: 304 / bare 304", rates["site"], "/s", baseline=rates["floor"], least=0.5),
        figure("feed: 304, queries", n_queries(lambda: ask(**known)), "queries", most=1),
    ]


def lay_out(n_events: int) -> tuple[str, Region, User]:
    """Somebody with `n_events` sessions in the coming months, and the address of the feed."""
    region = Region.objects.create(code="FEED", name="Waterstreek")
    now = clock.now()
    with region_scope(region.pk):
        scene = make_scene()
        step = 80 * DAY / n_events
        sessions = Session.objects.bulk_create(
            Session(
                starts_at=start,
                ends_at=start + HOUR,
                changed_at=now,
                planned_at=now,
                planned_by=scene.hanneke,
            )
            for number in range(n_events)
            for start in [(now + DAY + number * step).replace(second=0, microsecond=0)]
        )
        SessionRole.objects.bulk_create(
            SessionRole(session=one, kind=RoleKind.EXPERT, assignment=scene.assignment)
            for one in sessions
        )
        token = actions.rotate_feed(scene.ruben_user, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return f"/agenda/{token}.ics", region, scene.ruben_user


def per_second(act: Callable[[], object], n_repeats: int) -> float:
    """How often a second, one after the other; tries of the feed are counted anew each time."""
    RateBucket.objects.all().delete()
    took = milliseconds(lambda: [act() for _number in range(n_repeats)])
    return n_repeats * 1000 / took


def _bare_304(n_repeats: int) -> float:
    with floor.client() as bare:
        known = {"if-none-match": bare.get("/same/")["ETag"]}
        return per_second(lambda: bare.get("/same/", headers=known), n_repeats)


def n_same(text: str, other: str) -> int:
    """How many events say the same in both, when a calendar program has read them."""
    return len(set(_facts(text)) & set(_facts(other)))


def _facts(text: str) -> list[tuple[object, ...]]:
    events: list[Any] = list(Calendar.from_ical(text).walk("VEVENT"))
    return [
        (
            str(one["UID"]),
            one["DTSTART"].dt.timestamp(),
            one["DTEND"].dt.timestamp(),
            str(one["SUMMARY"]),
            str(one["LOCATION"]),
            str(one["DESCRIPTION"]),
            str(one["STATUS"]),
            int(one["SEQUENCE"]),
        )
        for one in events
    ]


def by_library(entries: Sequence[ics.Entry], said: ics.Words, sender: str, zone: Timezone) -> str:
    """As one writes it with icalendar: times on the wall, with one time zone made beforehand."""
    calendar = Calendar()
    calendar.add("prodid", ics.PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(zone)
    for one in entries:
        event = Event()
        event.add("uid", str(one.uid))
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.changed_at)
        event.add("dtstart", one.start.astimezone(AMSTERDAM))
        event.add("dtend", one.end.astimezone(AMSTERDAM))
        event.add("status", one.status.value)
        event.add("summary", said.title)
        event.add("location", said.where)
        event.add("description", said.text)
        event.add("organizer", vCalAddress(f"mailto:{sender}"))
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text


def by_hand(entries: Sequence[ics.Entry], said: ics.Words, sender: str, zone: Timezone) -> str:
    """The same as strings, each text escaped and each long line folded."""
    lines = ["BEGIN:VCALENDAR", f"PRODID:{ics.PRODUCT}", "VERSION:2.0"]
    lines += zone.to_ical().decode().split("\r\n")[:-1]
    for one in entries:
        start, end = one.start.astimezone(AMSTERDAM), one.end.astimezone(AMSTERDAM)
        lines += [
            "BEGIN:VEVENT",
            _folded(f"SUMMARY:{_escaped(said.title)}"),
            f"DTSTART;TZID=Europe/Amsterdam:{start.strftime(WALL)}",
            f"DTEND;TZID=Europe/Amsterdam:{end.strftime(WALL)}",
            f"DTSTAMP:{one.changed_at.strftime(WALL)}Z",
            f"UID:{one.uid}",
            f"SEQUENCE:{one.sequence}",
            f"STATUS:{one.status.value}",
            _folded(f"LOCATION:{_escaped(said.where)}"),
            _folded(f"DESCRIPTION:{_escaped(said.text)}"),
            _folded(f"ORGANIZER:mailto:{sender}"),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _escaped(text: str) -> str:
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, safe)
    return text


def _folded(line: str) -> str:
    parts = [line[:74]]
    parts += [" " + line[start : start + 73] for start in range(74, len(line), 73)]
    return "\r\n".join(parts)
