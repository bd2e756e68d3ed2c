"""An organisation stops: everybody of there is out at the next request, and nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.access import actions, links
from core.access.models import (
    Invitation,
    LinkPurpose,
    LinkToken,
    Membership,
    Organisation,
    OrganisationKind,
    Region,
    Role,
    User,
)
from core.errors import NotAllowed
from matching.models import Task
from matching.models.requests import TaskKind
from scheduling.actions import rotate_feed
from tests.conftest import NOON
from tests.factories.matching import Pool, file_request, make_pool
from tests.factories.people import client_as, make_organisation, make_user

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
HOUR = timedelta(hours=1)


@pytest.fixture
def pool(in_region: Region) -> Iterator[Pool]:  # noqa: ARG001
    with time_machine.travel(NOON + HOUR, tick=False):
        yield make_pool()


@pytest.fixture
def dewi(pool: Pool) -> User:
    """A colleague of Bram, who stands in for him."""
    user = make_user("Dewi Blom", Role.PROFESSIONAL, organisation=pool.office)
    actions.name_deputy(
        membership_id=Membership.objects.get(user=pool.bram).pk,
        stand_in_id=Membership.objects.get(user=user).pk,
        first_day=NOON.date(),
        last_day=None,
        by=pool.cas,
        now=NOON,
    )
    return user


def close(pool: Pool, **fields: Any) -> int:
    given: dict[str, Any] = {"organisation_id": pool.office.pk, "by": pool.cas}
    return actions.close_organisation(now=NOON + HOUR, **given | fields)


def is_open(user: User) -> bool:
    return Membership.objects.filter(user=user, ended_at=None).exists()


def test_everybody_of_there_is_out_at_the_next_request(pool: Pool, dewi: User) -> None:
    browsers = [client_as(one) for one in (pool.bram, dewi)]
    assert [one.get("/organisatie/").status_code for one in browsers] == [200, 200]

    assert close(pool) == 2

    for one in browsers:
        answer = one.get("/organisatie/")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert not is_open(pool.bram)
    assert not is_open(dewi)


def test_a_link_of_before_opens_nothing(pool: Pool) -> None:
    token = rotate_feed(pool.bram, now=NOON)
    browser = client_as(pool.cas)
    assert browser.get(f"/agenda/{token}.ics").status_code == 200

    close(pool)

    assert browser.get(f"/agenda/{token}.ics").status_code == 404


def test_whoever_is_something_else_here_keeps_that_and_loses_the_feed(pool: Pool) -> None:
    Membership.objects.create(user=pool.bram, role=Role.EXPERT, started_at=NOON)
    offer = links.issue(purpose=LinkPurpose.OFFER, subject=pool.bram.pk, now=NOON, holder=pool.bram)
    rotate_feed(pool.bram, now=NOON)

    close(pool)

    assert [one.role for one in Membership.objects.filter(user=pool.bram, ended_at=None)] == [
        Role.EXPERT
    ]
    assert links.find(offer, purpose=LinkPurpose.OFFER, now=NOON + HOUR)
    assert not LinkToken.objects.filter(purpose=LinkPurpose.FEED, revoked_at=None).exists()


def test_open_requests_go_to_the_coordinator_and_to_no_deputy(pool: Pool, dewi: User) -> None:
    request = file_request(pool)

    close(pool)

    request.refresh_from_db()
    assert request.requester == pool.bram
    assert Task.objects.get(kind=TaskKind.HANDOVER, done_at=None).request == request
    assert not is_open(dewi)


def test_an_invitation_of_before_opens_no_door(pool: Pool) -> None:
    _invitation, token = actions.invite(
        email="nieuw@voorbeeld.example",
        name="Noor Bos",
        role=Role.PROFESSIONAL,
        organisation=pool.office,
        phone="",
        by=pool.cas,
        now=NOON,
    )

    close(pool)

    with pytest.raises(actions.InvitationGone):
        actions.accept_invitation(token=token, password=None, now=NOON + 2 * HOUR)
    assert not Invitation.objects.filter(withdrawn_at=None, used_at=None).exists()


def test_nobody_is_invited_to_a_closed_organisation(pool: Pool) -> None:
    close(pool)

    with pytest.raises(actions.OrganisationClosed):
        actions.invite(
            email="nieuw@voorbeeld.example",
            name="Noor Bos",
            role=Role.PROFESSIONAL,
            organisation=pool.office,
            phone="",
            by=pool.cas,
            now=NOON + 2 * HOUR,
        )


def test_opening_again_gives_nobody_access(pool: Pool) -> None:
    close(pool)

    actions.reopen_organisation(organisation_id=pool.office.pk, by=pool.cas, now=NOON + 2 * HOUR)

    assert Organisation.objects.get(pk=pool.office.pk).closed_on is None
    assert not is_open(pool.bram)
    assert client_as(pool.bram).get("/organisatie/").status_code in {302, 403}


def test_all_or_nothing(pool: Pool, dewi: User, monkeypatch: pytest.MonkeyPatch) -> None:
    file_request(pool)

    def fails(*_args: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("matching.receivers.pass_on", fails)
    with pytest.raises(RuntimeError):
        close(pool)

    assert Organisation.objects.get(pk=pool.office.pk).closed_on is None
    assert is_open(pool.bram)
    assert is_open(dewi)


def test_twice_is_harmless(pool: Pool) -> None:
    close(pool)

    assert close(pool) == 0


@pytest.mark.parametrize("who", ["bram", "auditor"])
def test_only_who_keeps_the_accounts_closes(pool: Pool, who: str) -> None:
    user = pool.bram if who == "bram" else make_user("Aud Prins", Role.AUDITOR)

    with pytest.raises(NotAllowed):
        close(pool, by=user)
    assert client_as(user).post(f"/mensen/organisatie/{pool.office.pk}/sluiten/").status_code == 403


def test_the_host_of_the_pool_stays(pool: Pool) -> None:
    host = make_organisation("Gastheer Noord", OrganisationKind.POOL_HOST)

    with pytest.raises(actions.HostStays):
        close(pool, organisation_id=host.pk)


def test_the_page_says_first_what_happens_and_then_that_it_did(pool: Pool, dewi: User) -> None:
    browser, address = client_as(pool.cas), f"/mensen/organisatie/{pool.office.pk}/"
    assert is_open(dewi)

    asked = browser.get(f"{address}sluiten/").content.decode()
    answer = browser.post(f"{address}sluiten/", follow=True).content.decode()

    assert "2 mensen worden meteen uitgelogd" in asked
    assert "Gesloten op" in answer
    assert browser.get(f"{address}sluiten/").status_code == 404
    assert pool.office.name in browser.get("/mensen/").content.decode()
