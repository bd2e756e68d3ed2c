"""The personal feed: a secret address, the same answer until something changes, nobody named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from core.access.models import LinkToken, Region
from core.access.scope import region_scope
from scheduling import actions
from scheduling.models import Session
from scheduling.states import SessionKind
from tests.factories.people import client_as
from tests.factories.scheduling import DAY, HOUR, PLANNING, SUNDAY, Scene, make_scene

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
NOW = PLANNING + HOUR


@pytest.fixture
def scene(region: Region) -> Scene:
    with region_scope(region.pk):
        return make_scene()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def address(scene: Scene, region: Region, clock: object) -> str:  # noqa: ARG001  (first the clock)
    with region_scope(region.pk):
        scene.plan()
        return f"/agenda/{actions.rotate_feed(scene.ruben_user, now=NOW)}.ics"


def events(body: bytes) -> list[tuple[str, datetime, str]]:
    found: list[Any] = list(Calendar.from_ical(body.decode()).walk("VEVENT"))
    return [(str(one["SUMMARY"]), one["DTSTART"].dt, str(one["STATUS"])) for one in found]


def test_a_stranger_with_the_address_sees_hours_and_one_word(address: str, scene: Scene) -> None:
    answer = Client().get(address)

    assert answer.status_code == 200
    assert events(answer.content) == [("Afspraak", SUNDAY, "CONFIRMED")]
    body = answer.content.decode()
    for word in ("ATTENDEE", "Ruben", "Bram", scene.request.number, "voorbeeld.example"):
        assert word not in body
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'inline; filename="afspraken.ics"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies


def test_the_same_feed_is_not_sent_twice(
    address: str, scene: Scene, region: Region, clock: time_machine.Traveller
) -> None:
    first = Client().get(address)
    clock.shift(3 * HOUR)

    same = Client().get(address, headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert same["Cache-Control"] == "private, no-cache"

    with region_scope(region.pk):
        session = Session.objects.get()
        actions.move_session(
            session_id=session.pk,
            start=SUNDAY + DAY,
            end=SUNDAY + DAY + HOUR,
            place_id=None,
            by=scene.hanneke,
            now=NOW + 3 * HOUR,
        )
    changed = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)
    assert events(changed.content) == [("Afspraak", SUNDAY + DAY, "CONFIRMED")]


def test_head_answers_without_a_body(address: str) -> None:
    answer = Client().head(address)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == Client().get(address)["ETag"]


def test_unknown_replaced_and_stopped_links_look_the_same(
    address: str, scene: Scene, region: Region
) -> None:
    with region_scope(region.pk):
        second = f"/agenda/{actions.rotate_feed(scene.ruben_user, now=NOW)}.ics"
        assert Client().get(second).status_code == 200
        actions.revoke_feed(scene.ruben_user, now=NOW)

    unknown = f"/agenda/{'A' * 43}.ics"
    answers = [Client().get(one) for one in (address, second, unknown)]

    # As long as each other: only what is random on every page differs.
    assert {(one.status_code, len(one.content)) for one in answers} == {
        (404, len(answers[0].content))
    }


def test_the_window_is_a_week_back_and_ninety_days_ahead(
    address: str, scene: Scene, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        scene.plan(start=NOW + 90 * DAY, kind=SessionKind.PHONE)
        scene.plan(start=NOW + 90 * DAY - 3 * HOUR)

    assert len(events(Client().get(address).content)) == 2

    clock.move_to(SUNDAY + HOUR + 7 * DAY + timedelta(seconds=1))
    starts = [start for _title, start, _status in events(Client().get(address).content)]
    assert SUNDAY not in starts
    assert len(starts) == 2


def test_what_is_unsure_shows_so_and_what_is_cancelled_goes(
    address: str, scene: Scene, region: Region
) -> None:
    with region_scope(region.pk):
        session = Session.objects.get()
        actions.unsettle([session], why="GATE_VOIDED", now=NOW)
    assert events(Client().get(address).content) == [("Afspraak", SUNDAY, "TENTATIVE")]

    with region_scope(region.pk):
        actions.cancel_session(session_id=session.pk, by=scene.hanneke, now=NOW)
    assert events(Client().get(address).content) == []


def test_another_region_s_session_cookie_changes_nothing(
    address: str, other_region: Region, region: Region
) -> None:
    with region_scope(other_region.pk):
        stranger = make_scene().hanneke
    assert stranger.region_id == other_region.pk != region.pk

    answer = client_as(stranger).get(address)

    assert events(answer.content) == [("Afspraak", SUNDAY, "CONFIRMED")]


def test_sixty_an_hour_is_enough(address: str, clock: time_machine.Traveller) -> None:
    client = Client()
    assert {client.get(address).status_code for _fetch in range(60)} == {200}

    refused = client.get(address)

    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    clock.shift(HOUR)
    assert client.get(address).status_code == 200


def test_a_link_that_nobody_uses_for_ninety_days_stops(
    address: str, clock: time_machine.Traveller
) -> None:
    clock.shift(60 * DAY)
    assert Client().get(address).status_code == 200
    clock.shift(90 * DAY)
    assert Client().get(address).status_code == 200
    clock.shift(90 * DAY + timedelta(seconds=1))
    assert Client().get(address).status_code == 404


def test_only_the_hash_of_a_token_is_kept(address: str) -> None:
    token = address.removeprefix("/agenda/").removesuffix(".ics")

    kept = LinkToken.objects.get(purpose="FEED")

    assert token.encode() not in bytes(kept.digest)
    assert len(token) >= 43
    assert kept.created_at == NOW.astimezone(UTC)


def test_making_replacing_and_stopping_on_the_page(scene: Scene, clock: object) -> None:  # noqa: ARG001
    client = client_as(scene.ruben_user)

    made = client.post("/agenda/koppeling/")
    found = re.search(r"/agenda/[\w-]{43}\.ics", made.content.decode())

    assert found is not None
    assert "webcal://" in made.content.decode()
    assert Client().get(found.group()).status_code == 200
    assert client.post("/agenda/koppeling/stop/").status_code == 302
    assert Client().get(found.group()).status_code == 404
    assert client.get("/agenda/koppeling/").status_code == 405
