"""The list of the pool: what can be asked of it, what is kept of that, and its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from core.access.models import OrganisationKind, Region, Role, User
from core.access.scope import region_scope
from pool import actions
from pool.models import SavedView, VogEvidence
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import (
    EVENINGS,
    admit,
    make_active_expert,
    make_area,
    make_expert,
    make_region_profile,
    require_vog,
)

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
LIST = "pool:expert-list"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        make_region_profile()
        require_vog()
        require_vog(Activity.CONSULT, level=RequirementLevel.NONE)
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def dina(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Dina Maas", Role.COORDINATOR)


@pytest.fixture
def pool(region: Region, cas: User, dina: User) -> None:
    """Four people, each with something of their own."""
    with region_scope(region.pk):
        make_area("1012", latitude="52.370", longitude="4.900")
        make_active_expert(cas, first_name="Eva", week=EVENINGS)
        away = make_active_expert(dina, first_name="Wim", languages=(("pl", "B2"),))
        actions.add_absence(
            expert_id=away.pk, starts_at=NOON - HOUR, ends_at=NOON + DAY, by=dina, now=NOON
        )
        make_expert(cas, first_name="New", home_area="1012")
        bare = make_expert(cas, first_name="Bare", activities=frozenset({"CONSULT", "BUDDY_1ON1"}))
        admit(bare)
        actions.activate(expert_id=bare.pk, by=cas, now=NOON)


def names(answer: Any) -> set[str]:
    return {one.expert.first_name for one in answer.context["page"].paginator.object_list}


def ask(user: User, **wanted: str) -> set[str]:
    return names(client_as(user).post(reverse(LIST), wanted))


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"Eva", "Wim", "New", "Bare"}),
        ({"standing": "READY"}, {"Eva", "Wim"}),
        ({"standing": "STOPPED"}, {"Bare"}),
        ({"standing": "APPLICANT"}, {"New"}),
        ({"activity": "CONSULT"}, {"Bare"}),
        ({"host": "LOCAL_TEAM"}, {"Eva", "Wim"}),
        ({"host": "LOCAL_TEAM", "activity": "CONSULT"}, set()),
        ({"part": "EVENING"}, {"Eva", "Wim"}),
        ({"part": "NIGHT"}, {"Wim"}),
        ({"language": "pl"}, {"Wim"}),
        ({"training": "HEE"}, {"Eva", "Wim"}),
        ({"training": "NONE"}, {"New", "Bare"}),
        ({"away": "NOW"}, {"Wim"}),
        ({"away": "WEEK"}, {"Wim"}),
        ({"away": "NOT"}, {"Eva", "New", "Bare"}),
        ({"area": "1012", "within_km": "10"}, {"New"}),
        ({"area": "1012", "within_km": "200"}, {"Eva", "Wim", "New", "Bare"}),
        ({"area": "1012"}, {"New"}),
        ({"q": "ev kaa"}, {"Eva"}),
        ({"q": "eva", "language": "pl"}, set()),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_the_list_shows_who_fits_all_that_was_asked(
    cas: User, wanted: dict[str, str], found: set[str]
) -> None:
    assert ask(cas, **wanted) == found


@pytest.mark.usefixtures("pool")
def test_whose_people_they_are_can_be_asked(cas: User, dina: User) -> None:
    assert ask(cas, coordinator=str(dina.pk)) == {"Wim"}


@pytest.mark.usefixtures("pool")
def test_an_area_we_do_not_know_is_told_and_nothing_is_lost(cas: User) -> None:
    answer = client_as(cas).post(reverse(LIST), {"area": "9999", "language": "pl"})

    assert answer.status_code == 422
    assert "9999" in answer.content.decode()
    assert names(answer) == {"Wim"}


def test_somebody_without_vog_may_work_where_none_is_asked(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_active_expert(cas, activities=frozenset({"CONSULT", "BUDDY_1ON1"}))
        VogEvidence.objects.all().delete()

    host = OrganisationKind.LOCAL_TEAM.value
    assert ask(cas, host=host, activity="CONSULT") == {"Ruben"}
    assert ask(cas, host=host, activity="BUDDY_1ON1") == set()


# --- Pages ------------------------------------------------------------------------------------


def test_fifty_stand_on_a_page_and_the_search_goes_along(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        for n in range(53):
            make_expert(cas, first_name=f"Ruben{n:02}")
        make_expert(cas, first_name="Zoe")
    client = client_as(cas)

    first = client.post(reverse(LIST), {"q": "ruben"})
    second = client.post(reverse(LIST), {"q": "ruben", "page": "2"})

    assert len(first.context["page"].object_list) == 50
    assert [one.expert.first_name for one in second.context["page"]] == [
        "Ruben50",
        "Ruben51",
        "Ruben52",
    ]
    assert 'value="ruben"' in second.content.decode()


@pytest.mark.parametrize("page", ["0", "99", "x"])
def test_a_page_that_is_not_there_shows_one_that_is(cas: User, page: str) -> None:
    assert client_as(cas).post(reverse(LIST), {"page": page}).status_code == 200


# --- Kept views -------------------------------------------------------------------------------


def keep(user: User, **given: str) -> Any:
    plain = {"act": "keep", "view_name": "Evenings", "part": "EVENING"}
    return client_as(user).post(reverse(LIST), plain | given)


@pytest.mark.usefixtures("pool")
def test_a_view_is_kept_under_a_name_and_opens_again(region: Region, cas: User) -> None:
    answer = keep(cas, language="pl")
    again = client_as(cas).get(answer["Location"].partition("#")[0])

    assert names(again) == {"Wim"}
    assert again.context["filters"].wanted().part == "EVENING"
    with region_scope(region.pk):
        kept = SavedView.objects.get()
        assert (kept.name, kept.filters) == ("Evenings", {"part": "EVENING", "language": "pl"})


def test_a_name_that_was_searched_for_is_kept_nowhere(region: Region, cas: User) -> None:
    answer = keep(cas, q="malika")

    assert "malika" not in answer["Location"]
    with region_scope(region.pk):
        assert SavedView.objects.get().filters == {"part": "EVENING"}


def test_a_view_without_a_name_is_asked_for_one(region: Region, cas: User) -> None:
    answer = keep(cas, view_name="")

    assert answer.status_code == 422
    assert answer.context["filters"].wanted().part == "EVENING"
    with region_scope(region.pk):
        assert not SavedView.objects.exists()


def test_an_own_view_is_for_oneself_and_a_shared_one_for_colleagues(
    other_region: Region, cas: User, dina: User
) -> None:
    own, shared = (keep(cas)["Location"], keep(cas, is_shared="on")["Location"])
    with region_scope(other_region.pk):
        els = make_user("Els Berg", Role.COORDINATOR)

    def status(user: User, address: str) -> int:
        return client_as(user).get(address.partition("#")[0]).status_code

    assert [status(who, own) for who in (cas, dina, els)] == [200, 404, 404]
    assert [status(who, shared) for who in (cas, dina, els)] == [200, 200, 404]


@pytest.mark.parametrize(
    ("whose", "is_shared", "status"),
    [("own", "", 302), ("own", "on", 302), ("other", "", 404), ("other", "on", 403)],
)
def test_who_made_a_view_throws_it_away(  # noqa: PLR0913, PLR0917  (the table)
    region: Region, cas: User, dina: User, whose: str, is_shared: str, status: int
) -> None:
    keep(cas, is_shared=is_shared)
    with region_scope(region.pk):
        view = SavedView.objects.get()
    who = cas if whose == "own" else dina

    answer = client_as(who).post(reverse("pool:view-remove", args=[view.pk]))

    assert answer.status_code == status
    with region_scope(region.pk):
        assert SavedView.objects.exists() is (status != 302)


@pytest.mark.usefixtures("in_region")
def test_the_administrator_clears_a_shared_view(cas: User) -> None:
    admin = make_user("Ada Bos", Role.REGIONAL_ADMIN)
    view = actions.save_view(name="x", filters={}, is_shared=True, by=cas, now=NOON)

    actions.remove_view(view_id=view.pk, by=admin, now=NOON)

    assert not SavedView.objects.exists()


@pytest.mark.usefixtures("in_region")
def test_twenty_views_are_enough(cas: User) -> None:
    for n in range(20):
        actions.save_view(name=str(n), filters={}, is_shared=False, by=cas, now=NOON)

    with pytest.raises(actions.TooManyViews):
        actions.save_view(name="x", filters={}, is_shared=False, by=cas, now=NOON)


@pytest.mark.usefixtures("in_region")
def test_looking_at_a_view_keeps_it_and_writes_once_a_day(cas: User) -> None:
    view = actions.save_view(name="x", filters={}, is_shared=False, by=cas, now=NOON)
    used = []
    for later in (HOUR, 2 * DAY, 2 * DAY + HOUR):
        actions.use_view(view_id=view.pk, now=NOON + later)
        view.refresh_from_db()
        used.append(view.used_at - NOON)

    assert used == [timedelta(0), 2 * DAY, 2 * DAY]
