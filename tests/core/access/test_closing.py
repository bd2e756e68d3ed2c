"""An account closes with the last role and is erased three months later, unless one comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.test import Client

from core.access import actions, links
from core.access.models import (
    Invitation,
    LinkPurpose,
    LinkToken,
    Membership,
    Organisation,
    Region,
    Role,
    User,
)
from core.access.permissions import membership_changed, roles_of
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.purge import purge_all
from tests.conftest import NOON, as_worker
from tests.core.access.conftest import PASSWORD
from tests.core.parts import sql

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "denials"])
DAY = timedelta(days=1)
TERM = 90 * DAY


def purge(now: datetime) -> int:
    with as_worker():
        return purge_all(now=now)


def end(user: User, region: Region, by: User, *, now: datetime = NOON) -> None:
    with region_scope(region.pk):
        running = Membership.objects.get(user=user, ended_at=None)
        actions.end_membership(membership_id=running.pk, by=by, now=now)


@pytest.fixture(autouse=True)
def long_here(bram: User, cas: User) -> None:
    User.objects.filter(pk__in=[bram.pk, cas.pk]).update(joined_at=NOON - 400 * DAY)


def test_the_last_role_closes_the_account(
    client: Client, region: Region, bram: User, cas: User
) -> None:
    client.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session

    end(bram, region, cas)

    bram.refresh_from_db()
    assert (bram.is_active, bram.closed_at) == (False, NOON)
    assert "_auth_user_id" not in client.session
    client.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(
            event="account.closed", target__endswith=str(bram.pk)
        ).exists()


def test_a_role_in_another_region_keeps_it_open(
    region: Region, other_region: Region, bram: User, cas: User
) -> None:
    with region_scope(other_region.pk):
        Membership.objects.create(user=bram, role=Role.AUDITOR, started_at=NOON)

    end(bram, region, cas)

    bram.refresh_from_db()
    assert (bram.is_active, bram.closed_at) == (True, None)


def test_the_purge_closes_who_left_in_another_way(region: Region, bram: User, cas: User) -> None:
    with region_scope(region.pk):
        Membership.objects.filter(user=bram).update(ended_at=NOON)

    purge(NOON + DAY)

    bram.refresh_from_db()
    cas.refresh_from_db()
    assert bram.closed_at == NOON + DAY
    assert cas.closed_at is None


def test_three_months_later_nothing_tells_who_it_was(
    client: Client, region: Region, bram: User, cas: User
) -> None:
    client.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})
    EmailAddress.objects.create(user=bram, email=bram.email, verified=True, primary=True)
    Authenticator.objects.create(user=bram, type="totp", data={"secret": "x"})
    with region_scope(region.pk):
        links.issue(purpose=LinkPurpose.FEED, subject=bram.pk, now=NOON, holder=bram)
        # Something of a longer term that points at the number.
        Invitation.objects.create(
            email="later@voorbeeld.example",
            role=Role.EXPERT,
            invited_at=NOON,
            invited_by=bram,
            expires_at=NOON + 400 * DAY,
        )
    end(bram, region, cas)

    purge(NOON + TERM)
    bram.refresh_from_db()
    assert bram.name == "Bram"

    purge(NOON + TERM + timedelta(seconds=1))

    bram.refresh_from_db()
    assert (bram.name, bram.email) == ("", f"{bram.pk}@erased.invalid")
    assert not bram.has_usable_password()
    assert bram.region_id is None
    assert bram.erased_at == NOON + TERM + timedelta(seconds=1)
    for model in (EmailAddress, Authenticator, UserSession):
        assert not model.objects.filter(user=bram).exists()
    assert not LinkToken.objects.filter(holder=bram).exists()
    for table in ("core_user", "account_emailaddress", "mfa_authenticator", "core_membership"):
        with region_scope(region.pk):
            told = str(sql(f"SELECT * FROM {table}")).lower()  # noqa: S608  (names from above)
        assert "bram@" not in told
        assert "'bram'" not in told


def test_the_bare_number_goes_when_nothing_points_at_it(
    region: Region, bram: User, cas: User
) -> None:
    end(bram, region, cas)

    purge(NOON + TERM + DAY)

    assert not User.objects.filter(pk=bram.pk).exists()
    assert User.objects.filter(pk=cas.pk).exists()


def test_who_comes_back_in_time_keeps_the_account(
    region: Region, bram: User, cas: User, organisation: Organisation
) -> None:
    end(bram, region, cas)
    later = NOON + 30 * DAY
    with region_scope(region.pk):
        _invitation, token = actions.invite(
            email=bram.email,
            name="Bram",
            role=Role.PROFESSIONAL,
            organisation=organisation,
            phone="",
            by=cas,
            now=later,
        )

    actions.accept_invitation(token=token, password=None, now=later)

    bram.refresh_from_db()
    assert (bram.is_active, bram.closed_at) == (True, None)
    assert bram.check_password(PASSWORD)
    purge(NOON + TERM + DAY)
    bram.refresh_from_db()
    assert bram.name == "Bram"
    with region_scope(region.pk):
        membership_changed(bram)
        assert roles_of(bram) == {"PROFESSIONAL"}


def test_a_new_account_is_not_closed_before_its_role_is_there(region: Region) -> None:
    fien = User.objects.create_user("fien@voorbeeld.example", region=region)
    User.objects.filter(pk=fien.pk).update(joined_at=NOON)

    purge(NOON + DAY)

    fien.refresh_from_db()
    assert fien.closed_at is None


@pytest.mark.database
@pytest.mark.parametrize(
    "wrong", [{"closed_at": NOON}, {"erased_at": NOON, "is_active": False}], ids=["open", "early"]
)
def test_the_database_refuses_a_closed_account_that_is_open(
    bram: User, wrong: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bram.pk).update(**wrong)
