"""The pool from a distance: where the holes are, what runs out, who came and went."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access.models import OrganisationKind, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.crypto import new_data_key
from pool import actions, queries
from pool.models import (
    Agreement,
    Direction,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    Training,
    Turnover,
    VogEvidence,
    WeekAvailability,
)
from pool.queries import Facet
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import EVENINGS, make_active_expert, make_expert, require_vog

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
DAY = timedelta(days=1)
PAGES = ("pool:coverage-matrix", "pool:expiry-board", "pool:turnover")


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        require_vog()
        require_vog(Activity.CONSULT, level=RequirementLevel.NONE)
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def dina(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Dina Maas", Role.COORDINATOR)


def rows(reader: User, **asked: Any) -> dict[tuple[str, str], list[int | None]]:
    people = queries.board(sees_dates_of=lambda _one: True, now=NOON).people
    return {
        (work.activity, line.value): [cell.n for cell in line.cells]
        for work in queries.coverage(people, reader=reader, **asked).works
        for line in work.lines
    }


# --- Coverage ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_cell_counts_who_may_be_asked_and_has_an_hour(cas: User) -> None:
    make_active_expert(cas, week=EVENINGS)
    paused = make_active_expert(cas)
    actions.pause(expert_id=paused.pk, by=cas, now=NOON)
    make_expert(cas)

    assert rows(cas, facet=Facet.NONE) == {("BUDDY_1ON1", ""): [0, 1, 0]}


@pytest.mark.usefixtures("in_region")
def test_the_judge_is_that_of_matching(cas: User) -> None:
    both = frozenset({"BUDDY_1ON1", "CONSULT"})
    for expert in (make_active_expert(cas, activities=both), make_active_expert(cas)):
        VogEvidence.objects.filter(expert=expert).delete()
    make_active_expert(cas, activities=both)
    experts = list(Expert.objects.all())

    for host in OrganisationKind.values:
        found = rows(cas, facet=Facet.NONE, host=host)
        for activity in both:
            judged = sum(
                queries.deployability(
                    one, activity=activity, host_kind=host, on=NOON.date(), starts_new=True
                ).is_deployable
                for one in experts
            )
            assert found[activity, ""][0] == judged, (host, activity)


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(
    ("facet", "found"),
    [
        (Facet.LANGUAGE, {"": [2, 2, 2], "nl": [1, 1, 1], "pl": [1, 1, 1]}),
        (Facet.NEED, {"": [2, 2, 2], "PARENT": [1, 1, 1]}),
        (Facet.EXPERIENCE, {"": [2, 2, 2], "DEBT": [1, 1, 1]}),
    ],
)
def test_rows_can_be_split_by_what_people_offer(
    cas: User, facet: Facet, found: dict[str, list[int]]
) -> None:
    make_active_expert(cas, can_meet=("PARENT",), experiences=(("DEBT", "COORDINATOR"),))
    make_active_expert(cas, languages=(("pl", "NATIVE"),))

    assert rows(cas, facet=facet) == {
        ("BUDDY_1ON1", value): cells for value, cells in found.items()
    }


def test_the_page_marks_holes_and_takes_what_is_asked_from_the_address(
    region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        make_active_expert(cas, week=EVENINGS, languages=(("pl", "NATIVE"),))
    client = client_as(cas)

    answer = client.get(reverse(PAGES[0]), {"per": "language", "host": "LOCAL_TEAM"})
    nonsense = client.get(reverse(PAGES[0]), {"per": "x", "host": "x"})

    assert answer.context["matrix"].n_holes == 4
    assert "<b>0</b>" in answer.content.decode()
    assert "Pools" in answer.content.decode()
    assert nonsense.context["matrix"].n_holes == 2


def test_counting_people_opens_no_name(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_active_expert(cas)
    client = client_as(cas)

    for name, n in ((PAGES[0], 0), ("pool:expert-list", 1)):
        client.get(reverse(name), {"per": "language"} if name == PAGES[0] else {})
        with region_scope(region.pk):
            lines = AuditEntry.objects.filter(subjects__len=1)
            assert len(lines) == n, name


@pytest.mark.usefixtures("in_region")
def test_the_papers_of_everybody_are_those_of_each(cas: User) -> None:
    """Also of who is only just invited, whose papers ran out, and whose count later."""
    experts = [make_active_expert(cas) for _number in range(4)] + [make_expert(cas)]
    VogEvidence.objects.filter(expert=experts[1]).delete()
    Agreement.objects.filter(expert=experts[2]).update(
        signed_on=NOON.date() - 2 * DAY, valid_until=NOON.date() - DAY
    )
    Training.objects.filter(expert=experts[3]).update(certificate_seen_on=None)

    for day in (NOON.date(), NOON.date() - 4000 * DAY):
        everybody = queries.papers_of(None, on=day)
        assert everybody == queries.papers_of([one.pk for one in experts], on=day)
        assert len({*everybody.values()}) == (5 if day == NOON.date() else 3)


# --- What runs out ----------------------------------------------------------------------------


def test_the_list_shows_the_first_that_run_out_and_how_many_more(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        for days in range(10):
            runs_out(make_active_expert(cas, first_name=f"Ruben{days}"), NOON.date() + days * DAY)

    (soon,) = [
        one
        for one in client_as(cas).get(reverse("pool:expert-list")).context["columns"]
        if one["meaning"] == "wacht"
    ]

    assert (soon["n"], soon["n_more"]) == (9, 1)
    assert [one.on - NOON.date() for one in soon["endings"]] == [n * DAY for n in range(1, 9)]


def runs_out(expert: Expert, day: date) -> None:
    VogEvidence.objects.filter(expert=expert).update(policy_valid_until=day)


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(
    ("days", "column"),
    [
        (-400, "past"),
        (0, "past"),
        (1, "soon"),
        (14, "soon"),
        (15, "month"),
        (30, "month"),
        (31, "later"),
        (60, "later"),
        (61, "horizon"),
        (120, "horizon"),
        (121, None),
    ],
)
def test_a_paper_stands_in_the_column_of_its_day(cas: User, days: int, column: str | None) -> None:
    ruben = make_active_expert(cas)
    today = NOON.date()
    VogEvidence.objects.filter(expert=ruben).update(issue_date=today - 900 * DAY)
    runs_out(ruben, today + days * DAY)

    board = queries.expiry(sees_dates_of=lambda _one: True, today=today)

    assert [name for name, endings in board.columns if endings] == ([column] if column else [])


def test_of_people_of_colleagues_only_that_there_is_a_paper(
    region: Region, cas: User, dina: User
) -> None:
    with region_scope(region.pk):
        ruben = make_active_expert(cas)
        runs_out(ruben, NOON.date() + 9 * DAY)

    own = client_as(cas).get(reverse(PAGES[1]))
    colleague = client_as(dina).get(reverse(PAGES[1]))

    assert own.context["board"].n == 1
    assert colleague.context["board"].n == 0
    assert [one.pk for one in colleague.context["board"].others] == [ruben.pk]
    main = colleague.content.decode().partition("<main")[2]
    assert "VOG" not in main
    assert "19 mrt" not in main
    with region_scope(region.pk):
        looked = AuditEntry.objects.filter(subjects__contains=[ruben.pk])
        assert {(one.event, one.actor, one.fields_class) for one in looked} == {
            ("papers.listed", cas.pk, 4),
            ("expiry.listed", dina.pk, 3),
        }


def test_the_deputy_of_the_region_sees_all_dates(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        runs_out(make_active_expert(cas), NOON.date() + 9 * DAY)
        admin = make_user("Ada Bos", Role.REGIONAL_ADMIN)

    assert client_as(admin).get(reverse(PAGES[1])).context["board"].n == 1


# --- In and out -------------------------------------------------------------------------------


def moved(direction: Direction, month: date, *reasons: str) -> None:
    Turnover.objects.bulk_create(
        Turnover(direction=direction, month=month, reason=reason) for reason in reasons
    )


@pytest.mark.usefixtures("in_region")
def test_months_and_quarters_of_a_year_and_nothing_before() -> None:
    moved(Direction.IN, date(2026, 3, 1), "", "")
    moved(Direction.OUT, date(2026, 1, 1), "")
    moved(Direction.IN, date(2025, 12, 1), "")
    moved(Direction.IN, date(2025, 4, 1), "")
    moved(Direction.IN, date(2025, 3, 1), "")

    flow = queries.flow(date(2026, 3, 31))

    assert (len(flow.months), flow.n_in, flow.n_out) == (12, 4, 1)
    assert [(one.first, one.n_in, one.n_out) for one in flow.quarters] == [
        (date(2026, 1, 1), 2, 1),
        (date(2025, 10, 1), 1, 0),
        (date(2025, 7, 1), 0, 0),
        (date(2025, 4, 1), 1, 0),
    ]


@pytest.mark.usefixtures("in_region")
@pytest.mark.parametrize(("n", "shown"), [(4, ()), (5, (("MOVED", 4), ("NO_PAPERS", 1)))])
def test_reasons_show_only_where_five_left(n: int, shown: tuple[tuple[str, int], ...]) -> None:
    moved(Direction.OUT, date(2026, 2, 1), *["MOVED"] * (n - 1), "NO_PAPERS")

    assert queries.flow(NOON.date()).reasons == shown


def test_who_leaves_is_asked_why_and_may_keep_it(region: Region, cas: User) -> None:
    codes = []
    for reason in ("MOVED", "", "A STORY"):
        with region_scope(region.pk):
            ruben = make_active_expert(cas)
        address = reverse("pool:expert-leave", args=[ruben.pk])
        said = {"act": "now", "last_day": "2026-11-30", "reason": reason}
        codes.append(client_as(cas).post(address, said).status_code)

    with region_scope(region.pk):
        left = Turnover.objects.filter(direction=Direction.OUT)
        assert sorted(left.values_list("reason", flat=True)) == ["", "MOVED"]
    # A story is no reason that was offered.
    assert codes == [302, 302, 422]


# --- For whom ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_the_overview_is_for_coordinators(region: Region, name: str, role: Role) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)

    assert client_as(user).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", [*PAGES, "pool:expert-list"])
def test_another_region_changes_nothing_on_the_page(
    other_region: Region, cas: User, name: str
) -> None:
    client = client_as(cas)

    def look() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captured:
            text = client.get(reverse(name)).content.decode()
        return text.partition("<main")[2].partition("csrfmiddlewaretoken")[0], len(captured)

    before = look()
    with region_scope(other_region.pk):
        require_vog()
        gone = make_active_expert(make_user("Els Berg", Role.COORDINATOR))
        runs_out(gone, NOON.date())
        actions.leave(expert_id=gone.pk, by=gone.coordinator, now=NOON, reason="MOVED")

    assert look() == before


@pytest.mark.parametrize("name", [*PAGES, "pool:expert-list"])
def test_ten_and_sixty_people_cost_as_many_queries_as_one(
    region: Region, cas: User, name: str
) -> None:
    client, found = client_as(cas), []
    for n in (1, 9, 50):
        with region_scope(region.pk):
            multiply(make_active_expert(cas), n - 1)
        found.append(n_queries(client, name))

    assert len(set(found)) == 1, found


def multiply(expert: Expert, n: int) -> None:
    """The same person `n` times more, in rows: quick enough for sixty."""
    for k in range(n):
        fields = {
            one.attname: getattr(expert, one.attname)
            for one in Expert._meta.concrete_fields
            if one.name not in {"id", "user", "data_key", "last_name"}
        }
        more = Expert(**fields, last_name=f"Kaars {k}", data_key=new_data_key(now=NOON))
        more.save(force_insert=True)
        models: tuple[Any, ...] = (
            Agreement,
            ExpertActivity,
            ExpertLanguage,
            Training,
            VogEvidence,
            WeekAvailability,
        )
        for model in models:
            own = list(model.objects.filter(expert=expert))
            for row in own:
                row.pk, row.expert, row._state.adding = Expert().pk, more, True
            model.objects.bulk_create(own)


def n_queries(client: Any, name: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name)).status_code == 200
    # What the page writes about each person whose papers it shows is no part of the list.
    return sum("INSERT" not in one["sql"] for one in captured.captured_queries)
