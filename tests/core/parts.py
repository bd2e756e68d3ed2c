"""People and rows that the tests of core share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from core.access.models import Membership, Organisation, OrganisationKind, Region, Role, User
from core.access.permissions import membership_changed
from core.access.scope import current_region
from tests.conftest import NOON


def person(name: str, *roles: Role, **fields: Any) -> User:
    """Somebody with `roles` in the region of this scope, working there since NOON."""
    user = User.objects.create_user(f"{name}@naast.example", name=name.title(), **fields)
    user.region_id = current_region()
    user.save(update_fields=["region"])
    for role in roles:
        organisation = host() if role == Role.PROFESSIONAL else None
        Membership.objects.create(user=user, role=role, organisation=organisation, started_at=NOON)
    membership_changed(user)
    return user


def host(name: str = "Veilig Thuis Waterstreek") -> Organisation:
    """An organisation of the region of this scope."""
    found: Organisation = Organisation.objects.get_or_create(
        name=name, defaults={"kind": OrganisationKind.VEILIG_THUIS}
    )[0]
    return found


def sql(statement: str, *values: Any) -> list[Any]:
    """The rows that a raw statement returns; none where it returns none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def setting(**values: Any) -> Iterator[None]:
    """Settings as they should be for a while."""
    old = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in old.items():
            setattr(settings, name, value)


def two_regions() -> tuple[Region, Region]:
    """Two regions, for tests that commit."""
    return (
        Region.objects.create(code="VT99", name="Waterstreek"),
        Region.objects.create(code="VT98", name="Duinrand"),
    )
