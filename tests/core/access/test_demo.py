"""The demo: doors without keys, on this machine only."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope
from core.outbox import Channel, post
from tests.conftest import NOON
from tests.core.access.conftest import Make

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


@pytest.fixture
def hanneke(make: Make, demo: None) -> User:  # noqa: ARG001
    return make("Hanneke Vos", Role.COORDINATOR, email="hanneke@demo.naast.example")


@pytest.fixture
def membership(region: Region, hanneke: User) -> str:
    with region_scope(region.pk):
        return str(Membership.objects.get(user=hanneke).pk)


def test_a_button_signs_in_as_that_person_with_a_whole_session(
    client: Client, hanneke: User, membership: str
) -> None:
    page = client.get("/accounts/login/").content.decode()

    client.post("/demo/inloggen/", {"membership": membership})

    assert "Hanneke Vos" in page
    assert client.session["_auth_user_id"] == str(hanneke.pk)
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("hanneke")
def test_nobody_but_the_invented_people_has_a_button(
    client: Client, region: Region, bram: User
) -> None:
    with region_scope(region.pk):
        real = str(Membership.objects.get(user=bram).pk)

    assert client.post("/demo/inloggen/", {"membership": real}).status_code == 404
    assert "Bram" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("address", ["/demo/inloggen/", "/demo/berichten"])
def test_outside_the_demo_the_pages_do_not_exist(
    client: Client, membership: str, settings: Settings, address: str
) -> None:
    settings.DEMO = False

    assert client.get(address).status_code == 404
    assert client.post(address, {"membership": membership}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Hanneke" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("address", ["/demo/inloggen/", "/demo/berichten"])
def test_under_another_name_than_localhost_the_pages_do_not_exist(
    client: Client, membership: str, settings: Settings, address: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    answer = client.post(address, {"membership": membership}, headers={"Host": "naast.nl"})

    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("hosts", "starts"), [("localhost,127.0.0.1", True), ("naast.nl", False)])
def test_the_demo_starts_on_this_machine_only(hosts: str, starts: bool) -> None:  # noqa: FBT001
    told = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, "DEMO": "1", "ALLOWED_HOSTS": hosts},
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (told.returncode == 0) is starts
    assert starts or "It runs on localhost only" in told.stderr


def write(region: Region, hanneke: User) -> None:
    with region_scope(region.pk):
        post(
            "core/invitation",
            channel=Channel.EMAIL,
            address=hanneke.email,
            to=hanneke,
            once_per="proef",
            now=NOON,
            context={"url": "http://localhost:8000/uitnodiging/abc", "until": NOON},
        )


def test_messages_stand_as_their_recipient_sees_them(
    client: Client, region: Region, hanneke: User
) -> None:
    write(region, hanneke)

    page = client.get("/demo/berichten").content.decode()

    assert "Hanneke Vos" in page
    assert "Nieuw bericht in Naast" in page
    assert '<a href="http://localhost:8000/uitnodiging/abc"' in page


def test_a_poll_without_news_leaves_the_page_alone(
    client: Client, region: Region, hanneke: User
) -> None:
    write(region, hanneke)
    version = client.get("/demo/berichten").context["version"]

    same = client.get(f"/demo/berichten?versie={version}", headers={"HX-Request": "true"})
    older = client.get("/demo/berichten?versie=older", headers={"HX-Request": "true"})

    assert same.status_code == 204
    assert older.status_code == 200
    assert "<html" not in older.content.decode()


def test_a_filter_shows_one_phone(client: Client, region: Region, hanneke: User) -> None:
    write(region, hanneke)
    key = client.get("/demo/berichten").context["phones"][0].key

    assert len(client.get(f"/demo/berichten?wie={key}").context["phones"]) == 1
    assert len(client.get("/demo/berichten?wie=other").context["phones"]) == 0


@pytest.mark.usefixtures("hanneke")
def test_the_command_lists_the_people_of_the_demo(settings: Settings) -> None:
    told = StringIO()
    call_command("demo_logins", stdout=told)

    assert "Hanneke" in told.getvalue()
    assert "/accounts/login/" in told.getvalue()

    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_logins")
