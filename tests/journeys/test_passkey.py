"""From invitation to passkey and back in, in a real browser with a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from core import clock
from core.access.actions import invite
from core.access.models import Membership, Region, Role, User
from core.access.scope import region_scope

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True, databases=["default", "denials"]),
]
PHONE = {"width": 360, "height": 780}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="nl-NL")  # type: ignore[arg-type]
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


@pytest.fixture
def invitation(region: Region) -> str:
    now = clock.now()
    cas = User.objects.create_user("cas@voorbeeld.example", name="Cas", region=region)
    with region_scope(region.pk):
        Membership.objects.create(user=cas, role=Role.COORDINATOR, started_at=now)
        _invitation, token = invite(
            email="fien@voorbeeld.example",
            name="Fien",
            role=Role.EXPERT,
            organisation=None,
            phone="",
            by=cas,
            now=now,
        )
    return f"/uitnodiging/{token}"


def test_a_newcomer_makes_a_passkey_and_signs_in_with_nothing_else(
    page: Page, live_server: LiveServer, invitation: str
) -> None:
    page.goto(live_server.url + invitation)
    page.get_by_label("Geen wachtwoord").check()
    page.get_by_role("button", name="Maak mijn account").click()
    page.get_by_role("link", name="Maak een passkey").click()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/**")
    page.get_by_role("link", name="Verder").click()
    page.goto(f"{live_server.url}/account/")

    page.get_by_role("button", name="Snel weg").click()
    assert page.inner_text("body").strip() == "Deze pagina is leeg"
    page.reload()
    assert page.inner_text("body").strip() == "Deze pagina is leeg"
    page.goto(f"{live_server.url}/account/")
    assert re.search("/accounts/login/", page.url)

    page.locator("#passkey_login").click()
    page.wait_for_url(f"{live_server.url}/account/")

    assert "fien@voorbeeld.example" in page.inner_text("main")
