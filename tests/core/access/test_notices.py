"""A person hears it when a way into the account changes; and one thing has one name."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from core.access.adapters import NOTICES
from core.access.models import Region, User
from core.access.scope import region_scope
from core.outbox.models import Message
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD

# Factors are announced after commit, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "denials"])
ANOTHER = "een heel andere lange zin"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bram_in(client: Client, bram: User) -> Client:
    client.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(page.context["form"].secret, int(time.time()) // 30))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    return client


def told(region: Region) -> list[tuple[str, str]]:
    with region_scope(region.pk):
        mails = Message.objects.filter(template="core/account_changed").order_by("created_at")
        return [(one.address, one.content["text"]) for one in mails]


@pytest.mark.usefixtures("bram_in")
def test_adding_a_factor_is_told(region: Region) -> None:
    [(address, text)] = told(region)

    assert address == "bram@voorbeeld.example"
    assert text.startswith("Er is een app met codes toegevoegd aan je account.")
    assert "Was jij dat niet?" in text


def test_removing_a_factor_is_told(
    bram_in: Client, region: Region, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    bram_in.post("/accounts/2fa/totp/deactivate/")

    assert "De app met codes is verwijderd van je account." in told(region)[-1][1]


def test_another_password_is_told(
    bram_in: Client, bram: User, region: Region, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    bram_in.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER},
    )

    bram.refresh_from_db()
    assert bram.check_password(ANOTHER)
    assert "Het wachtwoord van je account is gewijzigd." in told(region)[-1][1]


@pytest.mark.parametrize("prefix", sorted(NOTICES))
def test_every_notice_is_neutral_and_says_what_changed(
    bram: User, region: Region, prefix: str
) -> None:
    get_adapter().send_notification_mail(prefix, bram)

    with region_scope(region.pk):
        content = Message.objects.get().content
    assert content["subject"] == "Nieuw bericht in Naast"
    assert "account" in content["text"].splitlines()[0]
    assert "Bram" not in content["text"] + content["html"]
    assert content["text"].splitlines()[0] in content["html"]


def test_a_changed_address_is_told_at_the_old_one(bram: User, region: Region) -> None:
    get_adapter().send_notification_mail(
        "account/email/email_changed", bram, email="oud@voorbeeld.example"
    )

    assert told(region) == [("oud@voorbeeld.example", told(region)[0][1])]
    assert "e-mailadres" in told(region)[0][1]


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/webauthn/keys/{key}/edit/",
        "/accounts/2fa/webauthn/keys/{key}/remove/",
        "/accounts/reauthenticate/",
    ],
)
def test_a_passkey_is_called_a_passkey(bram_in: Client, bram: User, address: str) -> None:
    if "{key}" in address or "reauthenticate" in address:
        data = {"name": "telefoon", "credential": {}}
        key = Authenticator.objects.create(user=bram, type="webauthn", data=data)
        address = address.format(key=key.pk)

    page = bram_in.get(address, follow=True)
    seen = re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.DOTALL)

    assert page.status_code == 200
    assert "sleutel" not in seen.lower()
    assert "security key" not in seen.lower()
    assert "passkey" in seen.lower()


@pytest.mark.usefixtures("bram_in")
def test_the_second_step_offers_a_passkey_by_its_name(bram: User) -> None:
    another = Client()
    another.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})

    page = another.get("/accounts/2fa/authenticate/").content.decode()

    assert "Gebruik een passkey" in page
    assert "sleutel" not in page.lower()
