"""People with a role in a region, and a client that is signed in as one of them."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client

from core.access.login import FACTOR
from core.access.models import Membership, Organisation, OrganisationKind, Region, Role, User
from core.access.permissions import membership_changed
from core.access.scope import current_region
from tests.conftest import NOON


def make_user(name: str, role: Role, *, organisation: Organisation | None = None) -> User:
    """A person with one role in the region of this scope; a professional gets an organisation."""
    if role == Role.PROFESSIONAL and organisation is None:
        organisation = make_organisation()
    first = name.partition(" ")[0].lower()
    user = User.objects.create_user(
        f"{first}.{uuid4().hex[:8]}@voorbeeld.example",
        name=name,
        region=Region.objects.get(pk=current_region()),
    )
    Membership.objects.create(user=user, role=role, organisation=organisation, started_at=NOON)
    membership_changed(user)
    return user


def make_organisation(
    name: str = "", kind: OrganisationKind = OrganisationKind.LOCAL_TEAM
) -> Organisation:
    return Organisation.objects.create(name=name or f"Wijkteam {uuid4().hex[:6]}", kind=kind)


def client_as(user: User) -> Client:
    """A client with a whole session of `user`, second factor included."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[FACTOR] = str(user.pk)
    session.save()
    return client
