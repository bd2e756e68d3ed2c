"""What an expert tells and to whom; what is sealed, and whom one would rather not meet."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from core import approvals
from core.access.models import Membership, Region, Role, User
from core.access.permissions import membership_changed
from core.access.scope import region_scope
from core.approvals import Approval
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from pool import actions
from pool.avoiding import trace_of_name, traces_of_name
from pool.models import (
    Avoided,
    Expert,
    GuardedReader,
    GuardedSpecialism,
    LifeExperience,
    Specialism,
)
from pool.queries import specialisms as queries
from pool.specialisms import DEFINITIONS, GUARDED, KIND_OF, LABELS, VOCABULARY, Form
from tests.conftest import NOON
from tests.factories.people import client_as, make_organisation, make_user
from tests.factories.pool import make_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
SEALED = Form.SV_OTHER.value


@pytest.fixture
def ada(in_region: Region) -> Expert:  # noqa: ARG001
    make_region_profile()
    return make_expert(first_name="Ada")


@pytest.fixture
def cas(ada: Expert) -> User:
    return ada.coordinator


def account(expert: Expert) -> User:
    assert expert.user is not None
    return expert.user


def codes(expert: Expert, reader: User) -> list[str]:
    return [one.code for one in queries.told_by(expert, reader=reader)]


def admin(name: str = "Ria Boom") -> User:
    return make_user(name, Role.REGIONAL_ADMIN)


def give_right(user: User) -> None:
    ria, rob = admin(), admin("Rob Beuk")
    asked = actions.ask_to_read_guarded(user_id=user.pk, by=ria, now=NOON)
    approvals.approve(approval_id=asked.pk, by=rob, now=NOON)


# --- The vocabulary ---------------------------------------------------------------------------


def test_every_code_stands_in_one_list_with_a_label_and_a_definition() -> None:
    every = [code for words in VOCABULARY.values() for code in words.values]

    assert len(every) == len(set(every)) == len(KIND_OF)
    assert set(LABELS) == set(DEFINITIONS) == set(every)
    assert set(every) > GUARDED


def test_the_database_keeps_forms_for_coordinators_and_guarded_codes_out(ada: Expert) -> None:
    rows = [
        {"kind": "FORM", "code": "PARTNER", "visible_to": "REQUESTER"},
        {"kind": "FORM", "code": SEALED, "visible_to": "COORDINATOR"},
        {"kind": "PHASE", "code": "PARTNER", "visible_to": "COORDINATOR"},
        {"kind": "PHASE", "code": "AFTERCARE", "visible_to": "EVERYBODY"},
    ]
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            Specialism.objects.create(expert=ada, **row)


# --- Telling ----------------------------------------------------------------------------------


def test_what_is_told_replaces_what_was_told(ada: Expert) -> None:
    told = {"PARENT": "CLIENT", "LVB": "REQUESTER", "PARTNER": "COORDINATOR", SEALED: "COORDINATOR"}
    actions.tell(expert_id=ada.pk, told=told, by=account(ada), now=NOON)
    assert set(codes(ada, account(ada))) == set(told)

    actions.tell(expert_id=ada.pk, told={"LVB": "CLIENT"}, by=account(ada), now=NOON)

    assert queries.told_by(ada, reader=account(ada)) == [queries.Told("LVB", "CLIENT")]
    assert not GuardedSpecialism.objects.exists()
    assert not LifeExperience.objects.exists()


def test_a_coordinator_without_the_right_changes_the_rest_and_leaves_the_sealed(
    ada: Expert, cas: User
) -> None:
    actions.tell(
        expert_id=ada.pk,
        told={SEALED: "COORDINATOR", "DEBT": "CLIENT"},
        by=account(ada),
        now=NOON,
    )

    actions.tell(expert_id=ada.pk, told={"AFTERCARE": "REQUESTER"}, by=cas, now=NOON)

    assert codes(ada, cas) == ["AFTERCARE"]
    assert codes(ada, account(ada)) == [SEALED, "AFTERCARE"]


def test_nobody_chooses_what_is_not_offered_or_shows_a_form_to_others(
    ada: Expert, cas: User
) -> None:
    for who, told, refusal in (
        (cas, {SEALED: "COORDINATOR"}, actions.NotOffered),
        (cas, {"NOTHING": "COORDINATOR"}, actions.NotOffered),
        (cas, {"DEBT": "EVERYBODY"}, actions.NotOffered),
        (account(ada), {"PARTNER": "REQUESTER"}, actions.ForCoordinatorsOnly),
        (make_user("Bram de Wit", Role.PROFESSIONAL), {"DEBT": "CLIENT"}, NotAllowed),
    ):
        with pytest.raises(refusal):
            actions.tell(expert_id=ada.pk, told=told, by=who, now=NOON)


def test_a_professional_may_know_what_the_expert_allows_and_never_a_form(ada: Expert) -> None:
    told = {
        "PARENT": "REQUESTER",
        "DEBT": "COORDINATOR",
        "LVB": "CLIENT",
        "PARTNER": "COORDINATOR",
        SEALED: "COORDINATOR",
    }
    actions.tell(expert_id=ada.pk, told=told, by=account(ada), now=NOON)

    assert {one.code for one in queries.told_to_requester(ada)} == {"PARENT", "LVB"}


def test_the_log_says_that_something_was_told_and_never_what(ada: Expert) -> None:
    actions.tell(expert_id=ada.pk, told={SEALED: "COORDINATOR"}, by=account(ada), now=NOON)

    assert AuditEntry.objects.get(event="expert.told").facts == {}


# --- Sealed -----------------------------------------------------------------------------------


def test_the_sealed_code_is_no_text_in_the_database(ada: Expert) -> None:
    actions.tell(expert_id=ada.pk, told={SEALED: "COORDINATOR"}, by=account(ada), now=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(code, 'escape'), code_key FROM pool_guardedspecialism")
        [(box, trace)] = cursor.fetchall()
    assert SEALED not in box
    assert len(trace) == 64


def test_the_right_takes_two_and_ending_it_one(ada: Expert, cas: User) -> None:
    actions.tell(expert_id=ada.pk, told={SEALED: "COORDINATOR"}, by=account(ada), now=NOON)
    ria, rob = admin(), admin("Rob Beuk")

    asked = actions.ask_to_read_guarded(user_id=cas.pk, by=ria, now=NOON)
    assert codes(ada, cas) == []
    for who, refusal in ((ria, approvals.actions.SamePerson), (cas, actions.ForOneself)):
        with pytest.raises(refusal), transaction.atomic():
            approvals.approve(approval_id=asked.pk, by=who, now=NOON)
    approvals.approve(approval_id=asked.pk, by=rob, now=NOON)
    assert codes(ada, cas) == [SEALED]
    assert queries.known_codes([ada], reader=cas) == {ada.pk: frozenset({SEALED})}

    actions.end_reading_guarded(reader_id=GuardedReader.objects.get().pk, by=ria, now=NOON)
    assert codes(ada, cas) == []
    assert queries.known_codes([ada], reader=cas) == {}


def test_the_right_is_asked_by_an_administrator_and_for_somebody_else(
    ada: Expert, cas: User
) -> None:
    ria = admin()

    for who, about, refusal in (
        (cas, ria, NotAllowed),
        (ria, ria, actions.ForOneself),
        (ria, account(ada), actions.NoColleague),
    ):
        with pytest.raises(refusal):
            actions.ask_to_read_guarded(user_id=about.pk, by=who, now=NOON)


def test_who_is_no_coordinator_any_more_reads_nothing(ada: Expert, cas: User) -> None:
    actions.tell(expert_id=ada.pk, told={SEALED: "COORDINATOR"}, by=account(ada), now=NOON)
    give_right(cas)
    assert codes(ada, cas) == [SEALED]

    Membership.objects.filter(user=cas).update(ended_at=NOON)
    membership_changed(cas)

    assert codes(ada, cas) == []


def test_without_the_right_nothing_differs_by_whether_somebody_told(
    region: Region,
) -> None:
    """Neither a page, nor a number of questions to the database, of list, detail and form."""
    with region_scope(region.pk):
        make_region_profile()
        ada = make_expert(first_name="Ada")
        client = client_as(ada.coordinator)
    pages = (
        reverse("pool:expert-detail", args=[ada.pk]),
        reverse("pool:expert-told", args=[ada.pk]),
        reverse("pool:expert-list"),
        reverse("pool:vocabulary"),
    )
    before = [seen(client, page) for page in pages]

    with region_scope(region.pk):
        actions.tell(expert_id=ada.pk, told={SEALED: "COORDINATOR"}, by=account(ada), now=NOON)

    assert [seen(client, page) for page in pages] == before


def seen(client: Client, page: str) -> tuple[int, str, int]:
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  (only here)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(page)
    body = re.sub(r"[A-Za-z0-9_-]{20,64}", "secret", answer.content.decode())
    return answer.status_code, body, len(asked)


# --- What the region uses ---------------------------------------------------------------------


def test_a_code_that_is_switched_off_is_neither_offered_nor_shown_and_comes_back(
    ada: Expert, cas: User
) -> None:
    ria = admin()
    actions.tell(expert_id=ada.pk, told={"DEBT": "CLIENT", "LVB": "CLIENT"}, by=cas, now=NOON)

    actions.switch_code(code="DEBT", is_off=True, by=ria, now=NOON)
    assert "DEBT" not in queries.offered_codes(cas, ada)
    assert codes(ada, cas) == ["LVB"]
    actions.tell(expert_id=ada.pk, told={}, by=cas, now=NOON)

    actions.switch_code(code="DEBT", is_off=False, by=ria, now=NOON)
    assert codes(ada, cas) == ["DEBT"]


# --- The own list -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "person", "is_meant"),
    [
        ("Janneke de Vries", "J. de Vries", True),
        ("De Vries", "Janneke de Vries", True),
        ("mevr. Vries", "Janneke de Vries", True),
        ("Zoë Kâya", "zoe kaya", True),
        ("Karel de Vries", "Janneke de Vries", False),
        ("Janneke Bakker", "Janneke de Vries", False),
        ("Vries", "", False),
        # A case manager is often written down by the last name alone.
        ("Janneke de Vries", "De Vries", True),
        ("J. de Vries", "mevr. de Vries", True),
        ("Janneke de Vries", "Bakker", False),
        # Who signs with two names stands under each of them.
        ("Janneke Bakker", "Janneke Bakker-de Vries", True),
        ("Janneke de Vries", "Janneke Bakker-de Vries", True),
        ("De Vries", "J. Bakker - de Vries", True),
        ("Karel Bakker", "Janneke Bakker-de Vries", False),
    ],
)
def test_a_name_is_known_in_the_ways_in_which_people_write_it(
    written: str,
    person: str,
    is_meant: bool,  # noqa: FBT001
    in_region: Region,  # noqa: ARG001
) -> None:
    assert (trace_of_name(written) in traces_of_name(person)) is is_meant


def test_only_the_expert_sees_and_writes_the_own_list(ada: Expert, cas: User) -> None:
    row = actions.avoid_person(expert_id=ada.pk, name="J. de Vries", by=account(ada), now=NOON)

    assert queries.avoided_by(ada, reader=account(ada)) == [row]
    assert queries.avoided_by(ada, reader=cas) == []
    with pytest.raises(NotAllowed):
        actions.avoid_person(expert_id=ada.pk, name="P. Bakker", by=cas, now=NOON)
    for who in (cas, account(make_expert(cas, first_name="Bes", email="bes@voorbeeld.example"))):
        with pytest.raises(Avoided.DoesNotExist):
            actions.stop_avoiding(avoided_id=row.pk, by=who, now=NOON)
    for name, refusal in (("  ", actions.NotAName), ("Jan de Vries", actions.OnTheList)):
        with pytest.raises(refusal):
            actions.avoid_person(expert_id=ada.pk, name=name, by=account(ada), now=NOON)

    actions.stop_avoiding(avoided_id=row.pk, by=account(ada), now=NOON)
    assert not Avoided.objects.exists()


def test_no_page_of_a_coordinator_differs_by_whether_there_is_an_own_list(region: Region) -> None:
    with region_scope(region.pk):
        make_region_profile()
        ada = make_expert(first_name="Ada")
        office = make_organisation("Wijkteam Kade")
        client = client_as(ada.coordinator)
    names = ("pool:expert-detail", "pool:expert-told", "pool:expert-edit")
    pages = [reverse(name, args=[ada.pk]) for name in names]
    before = [seen(client, page) for page in pages]

    with region_scope(region.pk):
        actions.avoid_organisation(
            expert_id=ada.pk, organisation_id=office.pk, by=account(ada), now=NOON
        )

    assert [seen(client, page) for page in pages] == before


# --- In the browser ---------------------------------------------------------------------------


@pytest.fixture
def scene(region: Region) -> tuple[Expert, Client, Client]:
    """Ada, and clients of Ada and of her coordinator."""
    with region_scope(region.pk):
        make_region_profile()
        ada = make_expert(first_name="Ada")
        return ada, client_as(account(ada)), client_as(ada.coordinator)


def test_an_expert_tells_on_the_own_page_and_takes_it_back(
    region: Region, scene: tuple[Expert, Client, Client]
) -> None:
    ada, own, office = scene
    page = reverse("pool:my-told")
    told = {"PARENT": "REQUESTER", "PARTNER": "on", SEALED: "on"}

    assert own.get(page).status_code == 200
    assert own.post(page, told).status_code == 302
    with region_scope(region.pk):
        assert set(codes(ada, account(ada))) == {"PARENT", "PARTNER", SEALED}
    assert own.get(reverse("pool:my-profile")).status_code == 200
    detail = office.get(reverse("pool:expert-detail", args=[ada.pk])).content.decode()
    assert str(LABELS[SEALED]) not in detail

    assert own.post(page, {}).status_code == 302
    with region_scope(region.pk):
        assert codes(ada, account(ada)) == []


def test_a_wrong_choice_comes_back_as_it_was_filled_in(
    scene: tuple[Expert, Client, Client],
) -> None:
    _ada, own, _office = scene

    answer = own.post(reverse("pool:my-told"), {"PARENT": "EVERYBODY", "LVB": "CLIENT"})

    assert answer.status_code == 422
    assert answer.context["form"]["LVB"].value() == "CLIENT"


def test_the_own_list_is_kept_on_a_page_and_no_address_names_anybody(
    region: Region, scene: tuple[Expert, Client, Client]
) -> None:
    _ada, own, office = scene
    page = reverse("pool:my-avoided")

    assert own.post(page, {"name": "J. de Vries"}).status_code == 302
    assert "J. de Vries" in own.get(page).content.decode()
    refused = own.post(page, {"name": "Jan de Vries"})
    assert (refused.status_code, refused.context["form"]["name"].value()) == (422, "Jan de Vries")
    assert own.post(page, {}).status_code == 422
    assert office.get(page).status_code == 403
    with region_scope(region.pk):
        row = Avoided.objects.get()
    assert office.post(reverse("pool:my-avoided-remove", args=[row.pk])).status_code == 403
    assert own.post(reverse("pool:my-avoided-remove", args=[row.pk])).status_code == 302
    with region_scope(region.pk):
        assert not Avoided.objects.exists()


def test_the_administrator_changes_what_the_region_uses_on_one_page(
    region: Region, scene: tuple[Expert, Client, Client]
) -> None:
    ada, _own, office = scene
    with region_scope(region.pk):
        ria, rob = admin(), admin("Rob Beuk")
        boss, second = client_as(ria), client_as(rob)
    page = reverse("pool:vocabulary")

    assert office.get(page).status_code == boss.get(page).status_code == 200
    switched = {"code": "DEBT", "use": "no"}
    assert office.post(reverse("pool:code-switch"), switched).status_code == 403
    assert boss.post(reverse("pool:code-switch"), switched).status_code == 302
    assert boss.post(reverse("pool:reader-ask"), {"user": ""}).status_code == 422
    user = str(ada.coordinator_id)
    assert boss.post(reverse("pool:reader-ask"), {"user": user}).status_code == 302
    with region_scope(region.pk):
        assert queries.switched_off() == {"DEBT"}
        approval = Approval.objects.get()
    decide = reverse("pool:reader-decide", args=[approval.pk])
    assert second.post(decide, {"decision": "perhaps"}).status_code == 404
    assert second.get(page).status_code == 200
    assert second.post(decide, {"decision": "approve"}).status_code == 302
    with region_scope(region.pk):
        reader = GuardedReader.objects.get()
        assert reader.user_id == ada.coordinator_id
    assert boss.get(page).status_code == 200
    assert boss.post(reverse("pool:reader-end", args=[reader.pk])).status_code == 302
    with region_scope(region.pk):
        assert queries.guarded_readers() == []
