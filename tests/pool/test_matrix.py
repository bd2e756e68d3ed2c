"""The matrix of the region on its pages: who reads it, who decides, and what changes for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.access.models import OrganisationKind, Region, Role, User
from core.access.scope import region_scope
from pool import actions, queries
from pool.models import Expert, Requirement
from pool.rules import Rule
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, require_vog

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

LIST = "pool:requirement-list"
BUDDY, TEAM = "BUDDY_1ON1", "LOCAL_TEAM"


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def door(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Door Smit", Role.REGIONAL_ADMIN)


@pytest.fixture
def ruben(region: Region, cas: User) -> Expert:
    """Somebody who does buddy work with a VOG of aspect 85."""
    with region_scope(region.pk):
        return make_active_expert(cas)


@pytest.fixture
def admin(door: User) -> Client:
    return client_as(door)


def url(activity: str = BUDDY, host_kind: str = TEAM) -> str:
    return reverse("pool:requirement-edit", args=[activity, host_kind])


def given(**changes: str) -> dict[str, str]:
    today = clock.local(clock.now()).date()
    return {"level": "NONE", "profile_code": "", "valid_from": str(today)} | changes


def rules(region: Region) -> list[tuple[str, str]]:
    with region_scope(region.pk):
        return list(Requirement.objects.values_list("level", "profile_code"))


# --- Reading ----------------------------------------------------------------------------------


def test_what_nobody_decided_stands_out_and_says_that_the_strictest_counts(
    region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        require_vog()

    page = client_as(cas).get(reverse(LIST))

    all_cells = len(Activity) * len(OrganisationKind)
    assert f"{all_cells - 1} van de {all_cells} vakken zijn niet ingevuld" in page.content.decode()
    assert "Daar telt het strengste" in page.content.decode()
    [buddy] = [row for row in page.context["rows"] if row.activity == BUDDY]
    assert {cell.host_kind for cell in buddy.cells if cell.rule} == {TEAM}


def test_a_coordinator_reads_and_only_the_administrator_can_change(
    region: Region, cas: User, admin: Client
) -> None:
    reading = client_as(cas)

    assert url() not in reading.get(reverse(LIST)).content.decode()
    assert url() in admin.get(reverse(LIST)).content.decode()
    assert [reading.get(one).status_code for one in (url(), reverse("pool:requirement-adopt"))] == [
        403,
        403,
    ]
    assert reading.post(url(), given()).status_code == 403
    assert reading.post(reverse("pool:requirement-adopt")).status_code == 403
    assert rules(region) == []


def test_a_cell_of_no_known_work_or_host_is_not_there(admin: Client) -> None:
    assert [admin.get(url(*one)).status_code for one in ((BUDDY, "MOON"), ("SING", TEAM))] == [
        404,
        404,
    ]


def test_a_cell_tells_what_counts_since_when_and_what_comes(region: Region) -> None:
    today = NOON.date()
    with region_scope(region.pk):
        require_vog()
        actions.set_requirement(
            activity=BUDDY,
            host_kind=TEAM,
            level="NONE",
            valid_from=today + timedelta(days=9),
            by=None,
            now=NOON,
        )
        cell = queries.matrix_cell(activity=BUDDY, host_kind=TEAM, on=today)
        later = queries.matrix_cell(activity=BUDDY, host_kind=TEAM, on=today + timedelta(days=9))

    assert cell.rule == Rule("POLICY", "ASPECT:85")
    assert cell.coming == (Rule("NONE"), today + timedelta(days=9))
    assert (later.rule, later.coming) == (Rule("NONE"), None)


@pytest.mark.parametrize("n_experts", [1, 12])
def test_what_changes_asks_as_many_queries_for_twelve_as_for_one(
    region: Region, cas: User, n_experts: int, django_assert_max_num_queries: object
) -> None:
    with region_scope(region.pk):
        for n in range(n_experts):
            make_active_expert(cas, first_name=f"Ruben{n}")
        every = {(one.value, TEAM): Rule("NONE") for one in Activity}

        with django_assert_max_num_queries(9):  # type: ignore[operator]
            queries.effects(every, on=NOON.date())


# --- Deciding ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("ruben")
def test_first_it_says_for_whom_it_changes_and_only_then_it_is_saved(
    region: Region, admin: Client
) -> None:
    asked = given(level="POLICY", profile_kind="ASPECT", profile_code="84")

    looked = admin.post(url(), asked)
    before = rules(region)
    saved = admin.post(url(), asked | {"seen": looked.context["seen"]})

    assert before == []
    assert saved.status_code == 302
    assert rules(region) == [("POLICY", "84")]


@pytest.mark.usefixtures("ruben")
def test_somebody_may_no_longer_do_it(region: Region, admin: Client) -> None:
    with region_scope(region.pk):
        require_vog()

    page = admin.post(url(), given(level="POLICY", profile_kind="ASPECT", profile_code="84"))

    assert "1 persoon mag dit dan niet meer doen: buddy" in page.content.decode()
    assert (len(page.context["effect"].lost), len(page.context["effect"].gained)) == (1, 0)


@pytest.mark.usefixtures("ruben")
def test_somebody_may_do_it_from_then_on(region: Region, admin: Client) -> None:
    with region_scope(region.pk):
        actions.set_requirement(
            activity=BUDDY,
            host_kind=TEAM,
            level="POLICY",
            profile_kind="PROFILE",
            profile_code="85",
            valid_from=NOON.date() - timedelta(days=400),
            by=None,
            now=NOON,
        )

    page = admin.post(url(), given())

    assert "1 persoon mag dit dan wel doen: buddy" in page.content.decode()


def test_the_papers_of_the_day_it_begins_count(region: Region, ruben: Expert) -> None:
    with region_scope(region.pk):
        require_vog(level=RequirementLevel.NONE)
        over = NOON.date() + timedelta(days=4 * 365)
        asked = {(BUDDY, TEAM): Rule("POLICY", "ASPECT:85")}
        [now], [later] = (queries.effects(asked, on=day) for day in (NOON.date(), over))

    assert (now.lost, later.lost) == (frozenset(), frozenset({ruben.pk}))


@pytest.mark.usefixtures("ruben")
def test_what_was_changed_after_looking_is_shown_again(region: Region, admin: Client) -> None:
    looked = admin.post(url(), given())

    page = admin.post(url(), given(level="LEGAL") | {"seen": looked.context["seen"]})

    assert page.status_code == 200
    assert "Dit is niet bewaard" in page.content.decode()
    assert rules(region) == []


def test_less_than_the_law_usually_asks_is_said(admin: Client) -> None:
    free = admin.post(url(BUDDY, "VEILIG_THUIS"), given()).content.decode()
    asked = admin.post(url(BUDDY, "VEILIG_THUIS"), given(level="LEGAL")).content.decode()

    assert "Meestal vraagt de wet hier een VOG" in free
    assert "Meestal vraagt de wet hier een VOG" not in asked


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"valid_from": "2020-01-01"}, "valid_from", "Kies vandaag of een latere dag."),
        (
            {"level": "POLICY", "profile_kind": "ASPECT"},
            "profile_code",
            "Schrijf de code van dit profiel op.",
        ),
        (
            {"level": "POLICY", "profile_code": "85"},
            "profile_kind",
            "Kies bij welk soort profiel deze code hoort.",
        ),
        (
            {"level": "POLICY", "profile_kind": "ASPECT", "profile_code": "8a"},
            "profile_code",
            "Een code is twee cijfers, zoals 85.",
        ),
    ],
)
def test_a_fault_says_what_to_do_and_keeps_what_was_typed(
    region: Region, admin: Client, changes: dict[str, str], field: str, says: str
) -> None:
    page = admin.post(url(), given(**changes))

    assert page.status_code == 422
    assert page.context["form"].errors[field] == [says]
    assert all(page.context["form"][name].value() == typed for name, typed in changes.items())
    assert rules(region) == []


def test_where_no_vog_is_needed_no_profile_is_kept(region: Region, admin: Client) -> None:
    asked = given(profile_kind="ASPECT", profile_code="85")
    looked = admin.post(url(), asked)

    admin.post(url(), asked | {"seen": looked.context["seen"]})

    assert rules(region) == [("NONE", "")]


def test_nobody_decides_about_what_was(region: Region, door: User) -> None:
    with region_scope(region.pk), pytest.raises(actions.TooLateToDecide):
        actions.set_requirement(
            activity=BUDDY,
            host_kind=TEAM,
            level="NONE",
            valid_from=NOON.date() - timedelta(days=1),
            by=door,
            now=NOON,
        )


# --- What is usual ----------------------------------------------------------------------------


@pytest.mark.usefixtures("ruben")
def test_what_is_usual_is_shown_first_and_taken_over_with_one_tap(
    region: Region, admin: Client
) -> None:
    with region_scope(region.pk):
        require_vog(level=RequirementLevel.NONE)
    address = reverse("pool:requirement-adopt")

    shown = admin.get(address)
    before = len(rules(region))
    admin.post(address)
    again = admin.get(address)

    all_cells = len(Activity) * len(OrganisationKind)
    assert f"{all_cells - 1} vakken worden ingevuld" in shown.content.decode()
    assert (before, len(rules(region))) == (1, all_cells)
    assert "Alles is al ingevuld" in again.content.decode()
    with region_scope(region.pk):
        rule = queries.requirement(
            activity=BUDDY, host_kind=TEAM, on=clock.local(clock.now()).date()
        )
    assert rule == Rule("NONE")
    assert "Neem over wat gebruikelijk is" not in admin.get(reverse(LIST)).content.decode()
