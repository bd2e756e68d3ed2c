"""Mensen en organisaties: who works here, who was invited, and where a second person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from core.access import actions
from core.access.models import Invitation, Membership, Organisation, Region, Role, User
from core.access.permissions import roles_of
from core.access.scope import region_scope
from core.approvals import Approval
from core.outbox.models import Message
from tests.conftest import NOON
from tests.core.access.conftest import Make, SignIn
from tests.factories.people import client_as

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
FIEN = {"name": "Fien de Wit", "email": "fien@voorbeeld.example", "phone": "088 000 12 34"}
NEW = {"new_name": "Reclassering Oost", "new_kind": "PROBATION"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def coordinator(cas: User, sign_in: SignIn) -> Client:
    return sign_in(cas)


@pytest.fixture
def administrator(door: User, sign_in: SignIn) -> Client:
    return sign_in(door)


def words(client: Client, address: str = "/mensen/") -> str:
    page = client.get(address)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def open_invitations(region: Region) -> list[Invitation]:
    with region_scope(region.pk):
        unused = Invitation.objects.filter(used_at=None, withdrawn_at=None)
        return list(unused.select_related("organisation"))


def invited_staff(region: Region, by: User, role: Role = Role.COORDINATOR) -> Invitation:
    with region_scope(region.pk):
        return actions.invite(
            email="gijs@voorbeeld.example",
            name="Gijs Roos",
            role=role,
            organisation=None,
            phone="",
            by=by,
            now=NOON,
        )[0]


def pending(region: Region) -> Approval:
    with region_scope(region.pk):
        return Approval.objects.get()


# --- Who is here ------------------------------------------------------------------------------


@pytest.mark.usefixtures("bram")
def test_the_page_shows_organisations_with_their_people(coordinator: Client) -> None:
    page = words(coordinator)

    assert "Wijkteam Oost" in page
    assert "Wijkteam" in page
    assert "Bram" in page
    assert "Iedereen die is uitgenodigd, is binnen." in page


def test_experts_are_not_named_here(coordinator: Client, region: Region, make: Make) -> None:
    make("Ada", Role.EXPERT)
    with region_scope(region.pk):
        ada = Membership.objects.get(role=Role.EXPERT)

    assert "Ada" not in words(coordinator)
    assert coordinator.get(f"/mensen/{ada.pk}/").status_code == 404


def test_people_of_another_region_are_not_there(
    coordinator: Client, make: Make, other_region: Region
) -> None:
    stranger = make("Wessel", Role.COORDINATOR, where=other_region)
    with region_scope(other_region.pk):
        membership = Membership.objects.get(user=stranger)

    assert "Wessel" not in words(coordinator)
    assert coordinator.get(f"/mensen/{membership.pk}/").status_code == 404
    assert coordinator.post(f"/mensen/{membership.pk}/einde/").status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REGIONAL_ADMIN])
def test_the_menu_has_the_page_for_who_keeps_it(make: Make, sign_in: SignIn, role: Role) -> None:
    assert 'href="/mensen/"' in words(sign_in(make("Keet", role)), "/account/")


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_the_menu_has_it_for_nobody_else(make: Make, sign_in: SignIn, role: Role) -> None:
    assert 'href="/mensen/"' not in words(sign_in(make("Geen", role)), "/account/")


# --- Inviting ---------------------------------------------------------------------------------


def test_a_coordinator_invites_a_professional_of_an_organisation_that_is_there(
    coordinator: Client, region: Region, organisation: Organisation
) -> None:
    answer = coordinator.post("/mensen/nieuw/", {**FIEN, "organisation": organisation.pk})

    assert answer.headers["Location"] == "/mensen/"
    [invitation] = open_invitations(region)
    assert (invitation.role, invitation.organisation) == (Role.PROFESSIONAL, organisation)
    assert (invitation.name, invitation.phone) == ("Fien de Wit", "088 000 12 34")
    with region_scope(region.pk):
        assert Message.objects.get().about == invitation.pk
    page = words(coordinator)
    assert "Fien de Wit" in page
    assert "Uitgenodigd" in page
    assert "Eén persoon is uitgenodigd en nog niet binnen." in page


def test_the_organisation_is_added_on_the_same_page(coordinator: Client, region: Region) -> None:
    coordinator.post("/mensen/nieuw/", {**FIEN, **NEW, "new_phone": "0800 0000 000"})

    [invitation] = open_invitations(region)
    assert invitation.organisation is not None
    assert invitation.organisation.name == "Reclassering Oost"
    assert invitation.organisation.kind == "PROBATION"
    assert invitation.organisation.out_of_hours_phone == "0800 0000 000"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "Een professional werkt voor een organisatie."),
        ({"new_name": "Nieuw"}, "Kies wat voor organisatie dit is."),
        ({"new_name": "wijkteam OOST", "new_kind": "LOCAL_TEAM"}, "staat al in de lijst"),
        ({**NEW, "phone": "12"}, "minstens tien cijfers"),
        ({**NEW, "email": "bram@voorbeeld.example"}, "heeft deze rol hier al"),
        ({**NEW, "email": "geen adres"}, "geldig e-mailadres"),
    ],
)
@pytest.mark.usefixtures("bram")
def test_what_is_wrong_is_said_and_nothing_is_kept(
    coordinator: Client, region: Region, given: dict[str, str], fault: str
) -> None:
    page = coordinator.post("/mensen/nieuw/", {**FIEN, **given})

    assert page.status_code == 422
    assert fault in page.content.decode()
    assert open_invitations(region) == []
    with region_scope(region.pk):
        assert [one.name for one in Organisation.objects.all()] == ["Wijkteam Oost"]


def test_a_coordinator_cannot_choose_another_role(coordinator: Client, region: Region) -> None:
    coordinator.post("/mensen/nieuw/", {**FIEN, **NEW, "role": "COORDINATOR"})

    [invitation] = open_invitations(region)
    assert invitation.role == Role.PROFESSIONAL
    assert 'name="role"' not in words(coordinator, "/mensen/nieuw/")


def test_sending_again_ends_the_earlier_link(
    coordinator: Client, region: Region, cas: User, clock: time_machine.Traveller
) -> None:
    coordinator.post("/mensen/nieuw/", {**FIEN, **NEW})
    [earlier] = open_invitations(region)
    clock.shift(timedelta(hours=80))
    with region_scope(region.pk):
        coordinator = client_as(cas)
    assert "Uitnodiging vervallen" in words(coordinator)

    coordinator.post(f"/mensen/uitnodiging/{earlier.pk}/opnieuw/")

    [later] = open_invitations(region)
    assert later.pk != earlier.pk
    assert later.expires_at == NOON + timedelta(hours=152)
    with region_scope(region.pk):
        assert set(Message.objects.values_list("about", "state")) == {
            (earlier.pk, "WITHDRAWN"),
            (later.pk, "QUEUED"),
        }


def test_a_withdrawn_invitation_is_off_the_page(coordinator: Client, region: Region) -> None:
    coordinator.post("/mensen/nieuw/", {**FIEN, **NEW})
    [invitation] = open_invitations(region)

    coordinator.post(f"/mensen/uitnodiging/{invitation.pk}/intrekken/")

    assert open_invitations(region) == []
    assert "Fien" not in words(coordinator)
    assert coordinator.post(f"/mensen/uitnodiging/{invitation.pk}/opnieuw/").status_code == 410


def test_an_experts_invitation_is_kept_in_the_pool(
    coordinator: Client, region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        invitation, _token = actions.invite(
            email="ada@voorbeeld.example",
            name="",
            role=Role.EXPERT,
            organisation=None,
            phone="",
            by=cas,
            now=NOON,
        )

    assert "ada@voorbeeld.example" not in words(coordinator)
    for act in ("opnieuw", "intrekken"):
        answer = coordinator.post(f"/mensen/uitnodiging/{invitation.pk}/{act}/")
        assert answer.status_code == 404
    assert len(open_invitations(region)) == 1


# --- Two administrators -----------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.AUDITOR])
def test_an_administrator_asks_for_a_colleague_and_a_second_one_agrees(
    administrator: Client, eva: User, sign_in: SignIn, region: Region, role: Role
) -> None:
    administrator.post("/mensen/nieuw/", {**FIEN, "role": role})
    with region_scope(region.pk):
        assert not Message.objects.exists()
    assert "Dit vroeg je zelf" in words(administrator)
    second = sign_in(eva)
    assert "Eén vraag wacht op jou." in words(second)
    question = pending(region)

    second.post(f"/mensen/akkoord/{question.pk}/", {"answer": "yes"})

    [invitation] = open_invitations(region)
    assert invitation.role == role
    with region_scope(region.pk):
        assert Message.objects.get().about == invitation.pk
    assert "Uitgenodigd" in words(second)
    assert "Eén vraag" not in words(second)


@pytest.mark.usefixtures("eva")
def test_who_asked_does_not_decide(administrator: Client, region: Region, door: User) -> None:
    invited_staff(region, door)
    question = pending(region)

    answer = administrator.post(f"/mensen/akkoord/{question.pk}/", {"answer": "yes"})

    assert answer.status_code == 403
    assert pending(region).decision == "PENDING"


def test_a_refused_invitation_is_off(
    region: Region, door: User, eva: User, sign_in: SignIn
) -> None:
    invited_staff(region, door)
    question = pending(region)

    sign_in(eva).post(f"/mensen/akkoord/{question.pk}/", {"answer": "no"})

    assert pending(region).decision == "REJECTED"
    assert open_invitations(region) == []


def test_no_answer_within_a_day_lapses_and_can_be_asked_again(
    region: Region,
    door: User,
    eva: User,
    sign_in: SignIn,
    clock: time_machine.Traveller,
) -> None:
    invitation = invited_staff(region, door)
    clock.shift(timedelta(hours=25))
    first = sign_in(door)
    assert "Uitnodiging vervallen" in words(first)
    assert "vraag wacht" not in words(sign_in(eva))

    first.post(f"/mensen/uitnodiging/{invitation.pk}/opnieuw/")

    assert "Eén vraag wacht op jou." in words(sign_in(eva))


def test_a_coordinator_sees_no_question_and_answers_none(
    coordinator: Client, region: Region, door: User
) -> None:
    invitation = invited_staff(region, door)
    question = pending(region)

    assert "beslissen twee beheerders" not in words(coordinator)
    for address in (
        f"/mensen/akkoord/{question.pk}/",
        f"/mensen/uitnodiging/{invitation.pk}/intrekken/",
        f"/mensen/uitnodiging/{invitation.pk}/opnieuw/",
    ):
        assert coordinator.post(address, {"answer": "yes"}).status_code == 403
    assert pending(region).decision == "PENDING"


def test_a_question_of_another_kind_is_not_answered_here(
    administrator: Client, region: Region, eva: User
) -> None:
    with region_scope(region.pk):
        other = Approval.objects.create(
            kind="pool.lift_suspension",
            subject=eva.pk,
            fingerprint="x",
            asked_at=NOON,
            asked_by=eva,
            expires_at=NOON + timedelta(hours=1),
        )

    assert administrator.post(f"/mensen/akkoord/{other.pk}/", {"answer": "yes"}).status_code == 404


# --- A role that changes or ends --------------------------------------------------------------


@pytest.fixture
def brams(region: Region, bram: User) -> Membership:
    with region_scope(region.pk):
        return Membership.objects.get(user=bram)


def test_ending_asks_once_and_says_what_it_means(
    coordinator: Client, region: Region, bram: User, brams: Membership
) -> None:
    page = words(coordinator, f"/mensen/{brams.pk}/einde/")
    assert "overal uitgelogd" in page
    with region_scope(region.pk):
        assert roles_of(bram) == {"PROFESSIONAL"}

    coordinator.post(f"/mensen/{brams.pk}/einde/")

    with region_scope(region.pk):
        assert roles_of(bram) == set()
    assert "Bram" not in words(coordinator)
    assert coordinator.get(f"/mensen/{brams.pk}/").status_code == 404


def test_a_coordinator_ends_no_colleagues_role_and_nobody_the_own(
    coordinator: Client, region: Region, cas: User, door: User
) -> None:
    with region_scope(region.pk):
        own = Membership.objects.get(user=cas)
        other = Membership.objects.get(user=door)

    assert "Dit ben jij." in words(coordinator, f"/mensen/{own.pk}/")
    for one in (own, other):
        assert "Beëindig" not in words(coordinator, f"/mensen/{one.pk}/")
        assert coordinator.post(f"/mensen/{one.pk}/einde/").status_code == 403


def test_another_role_takes_two(
    administrator: Client, eva: User, sign_in: SignIn, region: Region, brams: Membership
) -> None:
    administrator.post(f"/mensen/{brams.pk}/rol/", {"role": "AUDITOR"})
    assert "Wacht op een tweede beheerder" in words(administrator, f"/mensen/{brams.pk}/")
    question = pending(region)
    second = sign_in(eva)
    assert "Bram de rol toezichthouder geven?" in words(second)

    second.post(f"/mensen/akkoord/{question.pk}/", {"answer": "yes"})

    with region_scope(region.pk):
        assert roles_of(brams.user) == {"AUDITOR"}


def test_a_coordinator_changes_no_role(
    coordinator: Client, region: Region, bram: User, brams: Membership
) -> None:
    assert "Andere rol" not in words(coordinator, f"/mensen/{brams.pk}/")

    answer = coordinator.post(f"/mensen/{brams.pk}/rol/", {"role": "COORDINATOR"})

    assert answer.status_code == 403
    with region_scope(region.pk):
        assert roles_of(bram) == {"PROFESSIONAL"}


def test_an_impossible_role_is_refused_with_words(
    administrator: Client, region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        membership = Membership.objects.get(user=cas)

    page = administrator.post(f"/mensen/{membership.pk}/rol/", {"role": "PROFESSIONAL"})

    assert page.status_code == 422
    assert "organisatie" in page.content.decode()
