"""Coming in: by invitation, once, within three days, through one link for one purpose."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from core import approvals
from core.access import actions, links
from core.access.models import Invitation, LinkPurpose, Membership, Organisation, Region, Role, User
from core.access.permissions import roles_of
from core.access.scope import region_scope
from core.access.signals import invitation_accepted
from core.approvals.actions import SamePerson
from core.errors import NotAllowed
from core.outbox.models import Message
from tests.conftest import NOON
from tests.core.access.conftest import PASSWORD, without_token

pytestmark = pytest.mark.django_db(databases=["default", "denials"])


def invited(by: User, role: Role = Role.EXPERT, **more: object) -> tuple[Invitation, str]:
    told: dict[str, object] = {
        "email": "Fien@voorbeeld.example",
        "name": "Fien de Wit",
        "role": role,
        "organisation": None,
        "phone": "",
        "by": by,
        "now": NOON,
    }
    return actions.invite(**{**told, **more})  # type: ignore[arg-type]


@pytest.fixture
def token(region: Region, cas: User) -> str:
    """Made in its region, opened by a visitor without one."""
    with region_scope(region.pk):
        return invited(cas)[1]


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_signing_up_without_an_invitation_is_closed(client: Client) -> None:
    client.post(
        "/accounts/signup/",
        {"email": "vreemd@voorbeeld.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert not User.objects.filter(email="vreemd@voorbeeld.example").exists()


def test_invitation_mail_says_nothing_to_a_stranger(region: Region, token: str) -> None:
    with region_scope(region.pk):
        content = Message.objects.get().content

    assert content["subject"] == "Nieuw bericht in Naast"
    assert f"/uitnodiging/{token}" in content["text"]
    assert "Fien" not in content["text"] + content["html"]


@pytest.mark.usefixtures("at_noon")
def test_looking_at_an_invitation_changes_nothing(
    client: Client, region: Region, token: str
) -> None:
    client.get(f"/uitnodiging/{token}")

    page = client.get(f"/uitnodiging/{token}")

    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page["Cache-Control"] == "no-store"
    assert not User.objects.filter(email="fien@voorbeeld.example").exists()
    with region_scope(region.pk):
        assert Invitation.objects.get().used_at is None


@pytest.mark.usefixtures("at_noon")
def test_accepting_makes_account_membership_and_session(
    client: Client, region: Region, token: str
) -> None:
    told: list[tuple[str, str]] = []

    def tie(invitation: Invitation, user: User, **_signal: object) -> None:
        told.append((invitation.email, user.email))

    invitation_accepted.connect(tie)

    answer = client.post(f"/uitnodiging/{token}", {"password": PASSWORD, "again": PASSWORD})

    invitation_accepted.disconnect(tie)
    fien = User.objects.get(email="fien@voorbeeld.example")
    assert answer.status_code == 302
    assert fien.check_password(PASSWORD)
    assert fien.name == "Fien de Wit"
    with region_scope(region.pk):
        assert roles_of(fien) == {"EXPERT"}
    assert told == [("fien@voorbeeld.example", "fien@voorbeeld.example")]
    assert client.session["_auth_user_id"] == str(fien.pk)
    assert client.get("/").headers["Location"] == "/account/tweede-stap/"


@pytest.mark.usefixtures("at_noon")
def test_an_invitation_works_once(client: Client, token: str) -> None:
    actions.accept_invitation(token=token, password=PASSWORD, now=NOON)

    page = client.post(f"/uitnodiging/{token}", {"password": PASSWORD, "again": PASSWORD})

    assert page.status_code == 404
    with pytest.raises(actions.InvitationGone):
        actions.accept_invitation(token=token, password=PASSWORD, now=NOON)


@pytest.mark.parametrize(
    ("later", "open_"), [(timedelta(hours=71, minutes=59), True), (timedelta(hours=72), False)]
)
def test_an_invitation_lives_three_days(
    client: Client,
    token: str,
    later: timedelta,
    open_: bool,  # noqa: FBT001
) -> None:
    with time_machine.travel(NOON + later, tick=False):
        assert client.get(f"/uitnodiging/{token}").status_code == (200 if open_ else 404)


def test_a_link_for_another_purpose_opens_no_invitation(
    client: Client, region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        invitation, _token = invited(cas)
        other = links.issue(purpose=LinkPurpose.OFFER, subject=invitation.pk, now=NOON)

    with time_machine.travel(NOON, tick=False):
        assert client.get(f"/uitnodiging/{other}").status_code == 404
    with pytest.raises(actions.InvitationGone):
        actions.accept_invitation(token=other, password=PASSWORD, now=NOON)


def test_a_withdrawn_invitation_is_dead_and_its_mail_stays(
    client: Client, region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        invitation, token = invited(cas)

        actions.withdraw_invitation(invitation_id=invitation.pk, by=cas, now=NOON)

        assert Message.objects.get().state == "WITHDRAWN"
    with time_machine.travel(NOON, tick=False):
        assert client.get(f"/uitnodiging/{token}").status_code == 404


@pytest.mark.usefixtures("in_region")
def test_inviting_again_ends_the_earlier_link(cas: User) -> None:
    _first, old = invited(cas)

    _second, new = invited(cas)

    assert actions.open_invitation(old, now=NOON) is None
    assert actions.open_invitation(new, now=NOON) is not None


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("password", "again", "fault"),
    [
        ("kort", "kort", "te kort"),
        ("vier gewone woorden samen", "iets heel anders", "niet gelijk"),
        ("", "", "Kies een wachtwoord"),
        ("fiendewit@voorbeeld", "fiendewit@voorbeeld", "lijkt te veel op"),
    ],
)
def test_a_weak_password_is_refused_with_words(
    client: Client, token: str, password: str, again: str, fault: str
) -> None:
    page = client.post(f"/uitnodiging/{token}", {"password": password, "again": again})

    assert page.status_code == 200
    assert fault in page.content.decode()
    assert not User.objects.filter(email="fien@voorbeeld.example").exists()


@pytest.mark.usefixtures("at_noon")
def test_who_chooses_a_passkey_needs_no_password(client: Client, token: str) -> None:
    client.post(f"/uitnodiging/{token}", {"passkey": "on"})

    assert not User.objects.get(email="fien@voorbeeld.example").has_usable_password()
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200


@pytest.mark.usefixtures("at_noon")
def test_an_existing_account_gets_a_role_and_keeps_its_password(
    client: Client, region: Region, cas: User, ada: User, organisation: Organisation
) -> None:
    with region_scope(region.pk):
        _invitation, token = invited(
            cas, Role.PROFESSIONAL, email="ADA@voorbeeld.example", organisation=organisation
        )

    answer = client.post(f"/uitnodiging/{token}", {"password": "een ander wachtwoord"})

    ada.refresh_from_db()
    assert answer.headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session
    assert ada.check_password(PASSWORD)
    assert User.objects.filter(email__iexact="ada@voorbeeld.example").count() == 1
    with region_scope(region.pk):
        assert roles_of(ada) == {"EXPERT", "PROFESSIONAL"}


@pytest.mark.usefixtures("in_region")
def test_a_closed_account_does_not_come_back_by_invitation(
    cas: User, ada: User, organisation: Organisation
) -> None:
    _invitation, token = invited(cas, Role.PROFESSIONAL, email=ada.email, organisation=organisation)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    with pytest.raises(actions.AccountClosed):
        actions.accept_invitation(token=token, password=None, now=NOON)

    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.COORDINATOR])
@pytest.mark.usefixtures("in_region")
def test_an_expert_and_a_professional_invite_nobody(
    ada: User, bram: User, organisation: Organisation, role: Role
) -> None:
    for by in (ada, bram):
        with pytest.raises(NotAllowed):
            invited(by, role, organisation=organisation)


@pytest.mark.usefixtures("in_region")
def test_a_coordinator_invites_no_coordinator(cas: User) -> None:
    with pytest.raises(NotAllowed):
        invited(cas, Role.COORDINATOR)


@pytest.mark.usefixtures("in_region")
def test_a_professional_needs_an_organisation(cas: User) -> None:
    with pytest.raises(actions.OrganisationMissing):
        invited(cas, Role.PROFESSIONAL)


@pytest.mark.usefixtures("in_region")
def test_inviting_a_coordinator_takes_two(door: User, eva: User) -> None:
    invitation, token = invited(door, Role.COORDINATOR)

    assert token == ""
    assert not Message.objects.exists()

    approval = approvals.Approval.objects.get()
    with pytest.raises(SamePerson):
        approvals.approve(approval_id=approval.pk, by=door, now=NOON)
    approvals.approve(approval_id=approval.pk, by=eva, now=NOON + timedelta(hours=20))

    invitation.refresh_from_db()
    assert Message.objects.get().about == invitation.pk
    assert invitation.expires_at == NOON + timedelta(hours=92)


@pytest.mark.usefixtures("in_region")
def test_granting_coordinator_takes_two_and_signs_out(door: User, eva: User, bram: User) -> None:
    theirs = Client()
    theirs.post("/accounts/login/", {"login": bram.email, "password": PASSWORD})
    assert "_auth_user_id" in theirs.session
    membership = Membership.objects.get(user=bram)

    question = actions.change_role(
        membership_id=membership.pk, role=Role.COORDINATOR, by=door, now=NOON
    )

    assert isinstance(question, approvals.Approval)
    assert question.kind == "core.grant_coordinator"
    assert roles_of(bram) == {"PROFESSIONAL"}

    approvals.approve(approval_id=question.pk, by=eva, now=NOON)

    assert roles_of(bram) == {"COORDINATOR"}
    membership.refresh_from_db()
    assert membership.ended_at == NOON
    assert "_auth_user_id" not in theirs.session


@pytest.mark.usefixtures("in_region")
def test_nobody_changes_their_own_role(door: User) -> None:
    own = Membership.objects.get(user=door)

    with pytest.raises(actions.OwnMembership):
        actions.change_role(membership_id=own.pk, role=Role.AUDITOR, by=door, now=NOON)
    with pytest.raises(actions.OwnMembership):
        actions.end_membership(membership_id=own.pk, by=door, now=NOON)


@pytest.mark.usefixtures("in_region")
def test_ending_a_membership_closes_the_door(cas: User, bram: User) -> None:
    membership = Membership.objects.get(user=bram)
    later = NOON + timedelta(days=30)

    actions.end_membership(membership_id=membership.pk, by=cas, now=later)

    assert roles_of(bram) == set()
    with pytest.raises(actions.NotRunning):
        actions.end_membership(membership_id=membership.pk, by=cas, now=later)


def test_an_invitation_of_another_region_is_not_there(
    region: Region, other_region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        invitation, _token = invited(cas)

    with region_scope(other_region.pk), pytest.raises(Invitation.DoesNotExist):
        actions.withdraw_invitation(invitation_id=invitation.pk, by=cas, now=NOON)


def test_an_unknown_token_and_a_dead_one_look_alike(client: Client, token: str) -> None:
    unknown = client.get(f"/uitnodiging/{uuid.uuid4().hex}")
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        dead = client.get(f"/uitnodiging/{token}")

    assert unknown.status_code == dead.status_code == 404
    addresses = [unknown.request["PATH_INFO"], dead.request["PATH_INFO"]]
    pages = [without_token(one.content.decode()) for one in (unknown, dead)]
    assert pages[0].replace(addresses[0], "") == pages[1].replace(addresses[1], "")
