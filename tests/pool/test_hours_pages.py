"""The pages on which people say when they can: taps, faults, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from pool import actions
from pool.models import Absence, DayChange, Expert
from pool.rules import WeekRow
from pool.states import AbsenceKind
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

DAY = timedelta(days=1)
TODAY, THURSDAY = date(2026, 3, 10), date(2026, 3, 12)
EVENING = (18 * 60, 23 * 60)
WEEK = tuple(WeekRow(weekday, *EVENING) for weekday in range(5))


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        make_region_profile()
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def ada(region: Region, cas: User) -> Expert:
    with region_scope(region.pk):
        return make_active_expert(cas, first_name="Ada", week=WEEK)


@pytest.fixture
def own(ada: Expert) -> Client:
    assert ada.user is not None
    return client_as(ada.user)


def as_shown(changed: dict[date, list[str]] | None = None) -> dict[str, object]:
    """The form of the coming days as the page shows it, with some days ticked otherwise."""
    plain: dict[str, object] = {"first": TODAY.isoformat()}
    for n in range(14):
        day = TODAY + n * DAY
        plain[f"day_{day}"] = ["EVENING"] if day.weekday() < 5 else []
    return plain | {f"day_{day}": parts for day, parts in (changed or {}).items()}


def changes(region: Region) -> list[tuple[date, int, int, bool]]:
    with region_scope(region.pk):
        return list(DayChange.objects.values_list("day", "starts", "ends", "is_there"))


# --- Days -------------------------------------------------------------------------------------


def test_a_form_sent_as_it_was_shown_changes_nothing(
    region: Region, ada: Expert, own: Client
) -> None:
    answer = own.post(reverse("pool:days-set", args=[ada.pk]), as_shown())

    assert answer.headers["Location"] == reverse("pool:my-week")
    assert changes(region) == []


def test_one_tap_takes_one_evening_away(region: Region, ada: Expert, own: Client) -> None:
    own.post(reverse("pool:days-set", args=[ada.pk]), as_shown({THURSDAY: []}))

    assert changes(region) == [(THURSDAY, *EVENING, False)]
    page = own.get(reverse("pool:my-week")).content.decode()
    assert "do 12 mrt: niet, avond" in page
    assert "anders dan je week" in page


def test_a_form_that_is_sent_after_midnight_means_the_days_that_were_seen(
    region: Region, ada: Expert, own: Client
) -> None:
    with time_machine.travel(NOON + DAY, tick=False):
        own.post(reverse("pool:days-set", args=[ada.pk]), as_shown({TODAY: []}))

    # Yesterday is over, and the fifteenth day was not on the page.
    assert changes(region) == []


@pytest.mark.parametrize("first", ["", "gisteren", "2031-01-01"])
def test_a_form_without_its_first_day_comes_back(
    region: Region, ada: Expert, own: Client, first: str
) -> None:
    answer = own.post(
        reverse("pool:days-set", args=[ada.pk]), {"first": first, "day_2031-01-01": ["NIGHT"]}
    )

    assert answer.status_code == 422
    assert changes(region) == []


def test_exact_hours_of_one_day_and_back(region: Region, ada: Expert, own: Client) -> None:
    data = {"day": "12-3-2026", "there": "YES", "starts": "22:00", "ends": "01:30"}
    own.post(reverse("pool:day-add", args=[ada.pk]), data)
    assert changes(region) == [(THURSDAY, 22 * 60, 25 * 60 + 30, True)]

    with region_scope(region.pk):
        change = DayChange.objects.get()
    url = reverse("pool:day-clear", args=[ada.pk, change.pk])
    assert own.post(url).status_code == 302
    assert own.post(url).status_code == 404
    assert changes(region) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day": "31-2-2026"}, "5-9-2026"),
        ({"there": ""}, "Kies of het dan kan."),
        ({"starts": "19:00"}, "beide tijden"),
        ({"day": "2026-03-09"}, "Kies een dag vanaf vandaag"),
    ],
)
def test_a_fault_says_what_to_do_and_loses_nothing(
    region: Region, ada: Expert, own: Client, changed: dict[str, str], told: str
) -> None:
    data = {"day": "2026-03-12", "there": "NO", "starts": "", "ends": ""} | changed
    answer = own.post(reverse("pool:day-add", args=[ada.pk]), data)

    words = answer.content.decode()
    assert answer.status_code == 422
    assert told in words
    assert answer.context["exact"]["day"].value() == data["day"]
    assert changes(region) == []


# --- Today ------------------------------------------------------------------------------------


def test_not_today_is_one_tap_and_back_is_another(region: Region, ada: Expert, own: Client) -> None:
    own.post(reverse("pool:my-today"))
    page = own.get(reverse("pool:my-week")).content.decode()
    with region_scope(region.pk):
        assert Absence.objects.get(expert=ada).kind == AbsenceKind.TODAY
    assert "Geen vragen vóór wo 11 mrt 08:00" in page

    own.post(reverse("pool:my-today"), {"move": "resume"})
    with region_scope(region.pk):
        assert not Absence.objects.exists()


# --- Limits -----------------------------------------------------------------------------------


def test_limits_are_filled_in_and_kept(region: Region, ada: Expert, own: Client) -> None:
    data = {"max_per_week": "2", "max_running": "1", "quiet_from": "20:30", "quiet_until": "9:00"}
    answer = own.post(reverse("pool:my-limits"), data | {"rest_hours": "48"})

    assert answer.headers["Location"] == reverse("pool:my-week")
    with region_scope(region.pk):
        ada.refresh_from_db()
    assert actions.limits_of(ada) == actions.Limits(
        1, 2, time(20, 30), time(9), urgent_wakes=False, heavy_rest_minutes=2880
    )
    assert "stil van 20:30 tot 09:00" in own.get(reverse("pool:my-week")).content.decode()


def test_half_of_quiet_hours_comes_back(own: Client) -> None:
    data = {"max_per_week": "2", "max_running": "1", "quiet_from": "20:30", "rest_hours": "9"}
    answer = own.post(reverse("pool:my-limits"), data)

    assert answer.status_code == 422
    assert "beide tijden" in answer.content.decode()
    assert 'value="20:30"' in answer.content.decode()


# --- Whose ------------------------------------------------------------------------------------


POSTS = ("pool:days-set", "pool:day-add")


@pytest.mark.parametrize("name", POSTS)
def test_hours_of_somebody_else_look_like_none(
    region: Region, ada: Expert, cas: User, name: str
) -> None:
    with region_scope(region.pk):
        bram = make_active_expert(cas, first_name="Bram")
    assert bram.user is not None

    assert client_as(bram.user).post(reverse(name, args=[ada.pk])).status_code == 404


@pytest.mark.parametrize("name", [*POSTS, "pool:expert-limits"])
def test_another_region_finds_nobody(other_region: Region, ada: Expert, name: str) -> None:
    with region_scope(other_region.pk):
        stranger = make_user("Wil Smit", Role.COORDINATOR)

    assert client_as(stranger).post(reverse(name, args=[ada.pk])).status_code == 404


def test_a_coordinator_changes_days_and_limits_for_who_asked(
    region: Region, ada: Expert, cas: User
) -> None:
    client = client_as(cas)
    answer = client.post(
        reverse("pool:days-set", args=[ada.pk]), as_shown({THURSDAY: ["EVENING", "NIGHT"]})
    )
    assert answer.headers["Location"] == reverse("pool:expert-week", args=[ada.pk])
    assert changes(region) == [(THURSDAY, 23 * 60, 32 * 60, True)]

    page = client.get(reverse("pool:expert-limits", args=[ada.pk])).content.decode()
    assert "Hoeveel is genoeg voor Ada?" in page
