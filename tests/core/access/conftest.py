"""People with names and roles, and a client that is signed in as one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.access.login import FACTOR
from core.access.models import Membership, Organisation, OrganisationKind, Region, Role, User
from core.access.scope import region_scope
from tests.conftest import NOON

PASSWORD = "vier gewone woorden samen"

CSRF = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"')

Make = Callable[..., User]


def without_token(page: str) -> str:
    """The words of a page without the token that differs at every look."""
    return CSRF.sub("", page)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Limits of one test must not reach the next."""
    cache.clear()


@pytest.fixture
def organisation(region: Region) -> Organisation:
    with region_scope(region.pk):
        return Organisation.objects.create(name="Wijkteam Oost", kind=OrganisationKind.LOCAL_TEAM)


@pytest.fixture
def make(region: Region, organisation: Organisation) -> Make:
    def made(name: str, role: Role, **fields: Any) -> User:
        """A person with one role in the region."""
        where = fields.pop("where", region)
        user = User.objects.create_user(
            fields.pop("email", f"{name.lower()}@voorbeeld.example"),
            fields.pop("password", PASSWORD),
            name=name,
            region=where,
            **fields,
        )
        with region_scope(where.pk):
            Membership.objects.create(
                user=user,
                role=role,
                organisation=organisation if role == Role.PROFESSIONAL else None,
                started_at=NOON,
            )
        return user

    return made


@pytest.fixture
def ada(make: Make) -> User:
    return make("Ada", Role.EXPERT)


@pytest.fixture
def bram(make: Make) -> User:
    return make("Bram", Role.PROFESSIONAL)


@pytest.fixture
def cas(make: Make) -> User:
    return make("Cas", Role.COORDINATOR)


@pytest.fixture
def door(make: Make) -> User:
    return make("Door", Role.REGIONAL_ADMIN)


@pytest.fixture
def eva(make: Make) -> User:
    return make("Eva", Role.REGIONAL_ADMIN)


SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        """A client with a whole session of `user`, second factor included."""
        client = Client()
        client.force_login(user)
        session = client.session
        session[FACTOR] = str(user.pk)
        session.save()
        return client

    return signed_in
