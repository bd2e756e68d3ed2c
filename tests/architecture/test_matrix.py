"""The authorisation matrix: every address says who may come in, and keeps to it.

The attribute `allowed` on a view is the row of the matrix (security.md 4); these tests read it
for every address there is, so a view that forgets to say so cannot go out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core.access.models import Region, Role
from core.access.permissions import BY_LINK, BY_SIGNATURE, PUBLIC, SIGNED_IN
from core.access.scope import region_scope
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

# Views that are not ours, and why each is open. What is not here does not exist: the addresses
# are listed one by one in core/access/account_urls.py.
OWN = "one's own account; the view asks for a signed-in person itself"
ENTRANCE = "the way in: for who is not signed in yet"
ON_THE_WAY = "between password and second step; the sign-in in progress opens it"
FOREIGN = {
    "account_logout": "ends one's own session",
    "account_inactive": "says that an account is closed",
    "account_signup": "says that one comes in by invitation only",
    "account_reauthenticate": OWN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "account_reset_password": ENTRANCE,
    "account_reset_password_done": ENTRANCE,
    "account_reset_password_from_key": "opened by a link of half an hour",
    "account_reset_password_from_key_done": ENTRANCE,
    "mfa_index": OWN,
    "mfa_authenticate": ON_THE_WAY,
    "mfa_reauthenticate": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN,
    "mfa_list_webauthn": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_remove_webauthn": OWN,
    "mfa_edit_webauthn": OWN,
    "mfa_login_webauthn": ENTRANCE,
    "usersessions_list": OWN,
    "set_language": "the language of the page, kept in a cookie",
}
ANYTHING = frozenset({200, 204, 301, 302, 304, 400, 403, 404, 405, 410, 422, 429})
NOT_FOR_YOU = frozenset({403, 404, 405})


@dataclass(frozen=True)
class Address:
    """One named address: its view, and sample values for what is variable in it."""

    name: str
    view: Callable[..., Any]
    samples: tuple[tuple[str, Any], ...]

    @property
    def allowed(self) -> frozenset[str]:
        return getattr(self.view, "allowed", frozenset())

    @property
    def path(self) -> str:
        return reverse(self.name, kwargs=dict(self.samples))


def sample(converter: Any) -> Any:
    """A value that fits the converter and belongs to nothing."""
    kind = type(converter).__name__
    if kind == "UUIDConverter":
        return uuid.UUID("7f3f6f62-0000-4000-8000-00000000dead")
    return 2_000_000_000 if kind == "IntConverter" else "nergens"


def addresses(
    patterns: list[URLPattern | URLResolver] | None = None,
    space: str = "",
    outer: tuple[tuple[str, Any], ...] = (),
) -> Iterator[Address]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        parts = {name: sample(kind) for name, kind in one.pattern.converters.items()}
        parts |= dict.fromkeys(one.pattern.regex.groupindex, "nergens") | parts
        found = (*outer, *parts.items())
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from addresses(one.url_patterns, inner, found)
        else:
            yield Address(f"{space}{one.name}", one.callback, found)


def test_every_address_has_a_name() -> None:
    assert [one for one in addresses() if one.name.endswith("None")] == []


def test_every_view_of_ours_says_who_may_come_in() -> None:
    silent = {one.name for one in addresses() if not one.allowed} - set(FOREIGN)

    assert silent == set()


def test_every_view_that_is_not_ours_is_listed_with_a_reason() -> None:
    there = {one.name for one in addresses() if not one.allowed}

    assert set(FOREIGN) - there == set()


def test_who_may_come_in_is_a_known_word() -> None:
    known = {PUBLIC, BY_LINK, BY_SIGNATURE, SIGNED_IN, *Role.values}

    assert [one.name for one in addresses() if not one.allowed <= known] == []


@pytest.fixture
def client_of(region: Region) -> Callable[[Role | None], Client]:
    def signed_in(role: Role | None) -> Client:
        if role is None:
            return Client(raise_request_exception=False)
        with region_scope(region.pk):
            make_region_profile()
            client = client_as(make_user("Iemand", role))
        client.raise_request_exception = False
        return client

    return signed_in


def is_login(answer: Any) -> bool:
    return bool(
        answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")
    )


def trouble(one: Address, role: Role | None, client: Client) -> str:
    """What is wrong with how `one` answers a GET of somebody with `role`; empty if nothing."""
    answer = client.get(one.path)
    told = f"{one.name} answers {role or 'a stranger'} with {answer.status_code}"
    if answer.status_code not in ANYTHING:
        return told
    if not one.allowed or one.allowed & {PUBLIC, BY_LINK, BY_SIGNATURE}:
        return ""
    if role is None:
        return "" if is_login(answer) or answer.status_code == 405 else told
    if SIGNED_IN in one.allowed or role in one.allowed:
        return f"{told}, the login page" if is_login(answer) else ""
    return "" if answer.status_code in NOT_FOR_YOU else told


@pytest.mark.parametrize("role", [None, *Role])
def test_every_address_answers_as_the_matrix_says(
    client_of: Callable[[Role | None], Client], role: Role | None
) -> None:
    client = client_of(role)

    # Leaving would end the session that the next address needs; readiness is a fact, not a right.
    left_out = {"account_logout", "core:quick-exit", "readyz"}
    stays = (one for one in addresses() if one.name not in left_out)
    found = [trouble(one, role, client) for one in stays]

    assert [told for told in found if told] == []
