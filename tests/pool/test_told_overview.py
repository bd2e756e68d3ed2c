"""What experts told, in coverage and list; who may not read the guarded part sees no trace."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import approvals
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.crypto import SealedText
from insight.templatetags.log_words import event_words
from pool import actions, queries
from pool.models import Expert, GuardedReader, GuardedSpecialism, SavedView
from pool.queries import Facet, Wanted
from pool.queries.looks import looks_at
from pool.specialisms import GUARDED, Form
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import EVENINGS, make_active_expert, require_vog

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
COVERAGE, LIST = "pool:coverage-matrix", "pool:expert-list"
SEALED = Form.SV_OTHER.value


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        require_vog()
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def pool(region: Region, cas: User) -> tuple[Expert, Expert]:
    """Eva in the evening and Wim all day; each told something of one's own."""
    with region_scope(region.pk):
        eva = make_active_expert(cas, first_name="Eva", week=EVENINGS)
        wim = make_active_expert(cas, first_name="Wim")
        tell(eva, "STALKING", "AFTERCARE", "DEBT")
        tell(wim, "PARTNER", "LVB")
    return eva, wim


def tell(expert: Expert, *codes: str) -> None:
    assert expert.user is not None
    told = dict.fromkeys(codes, "COORDINATOR")
    actions.tell(expert_id=expert.pk, told=told, by=expert.user, now=NOON)


def may_read(user: User, region: Region) -> User:
    """The same coordinator, after two others gave the right."""
    with region_scope(region.pk):
        ria, rob = (make_user(name, Role.REGIONAL_ADMIN) for name in ("Ria Boom", "Rob Beuk"))
        asked = actions.ask_to_read_guarded(user_id=user.pk, by=ria, now=NOON)
        approvals.approve(approval_id=asked.pk, by=rob, now=NOON)
    return user


def rows(reader: User, facet: Facet) -> dict[str, list[int | None]]:
    people = queries.board(sees_dates_of=lambda _one: True, now=NOON).people
    (work,) = queries.coverage(people, facet=facet, reader=reader).works
    return {line.value: [cell.n for cell in line.cells] for line in work.lines}


def names(answer: Any) -> set[str]:
    return {one.expert.first_name for one in answer.context["page"].paginator.object_list}


def choose(user: User, code: str, **more: str) -> Any:
    return client_as(user).post(reverse(LIST), {"specialism": code, **more})


# --- Coverage ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("pool", "in_region")
@pytest.mark.parametrize(
    ("facet", "found"),
    [
        (Facet.FORM, {"PARTNER": [1, 1, 1], "STALKING": [0, 1, 0]}),
        (Facet.PHASE, {"AFTERCARE": [0, 1, 0]}),
        (Facet.APPROACH, {"LVB": [1, 1, 1]}),
        (Facet.EXPERIENCE, {"DEBT": [0, 1, 0]}),
    ],
)
def test_work_is_split_by_what_people_told(
    cas: User, facet: Facet, found: dict[str, list[int]]
) -> None:
    assert rows(cas, facet) == {"": [1, 2, 1], **found}


@pytest.mark.usefixtures("in_region")
def test_the_rows_of_a_list_stand_in_the_order_of_the_vocabulary(
    pool: tuple[Expert, Expert], cas: User
) -> None:
    tell(pool[1], "PHYS", "ELDER", "PARTNER")

    assert list(rows(cas, Facet.FORM)) == ["", "PARTNER", "ELDER", "STALKING", "PHYS"]


@pytest.mark.usefixtures("in_region")
def test_who_may_not_be_asked_covers_nothing_and_leaves_a_hole(
    pool: tuple[Expert, Expert], cas: User
) -> None:
    actions.pause(expert_id=pool[1].pk, by=cas, now=NOON)

    assert rows(cas, Facet.APPROACH) == {"": [0, 1, 0], "LVB": [0, 0, 0]}


@pytest.mark.usefixtures("pool", "in_region")
def test_what_the_region_does_not_use_is_no_row_and_no_gap(cas: User) -> None:
    people = queries.board(sees_dates_of=lambda _one: True, now=NOON).people
    before = queries.coverage(people, facet=Facet.PHASE, reader=cas)
    for code in ("AFTERCARE", "RECOVERY"):
        actions.switch_code(
            code=code, is_off=True, by=make_user("Ria Boom", Role.REGIONAL_ADMIN), now=NOON
        )

    after = queries.coverage(people, facet=Facet.PHASE, reader=cas)

    assert before.untold == ("PREVENTION", "SIGNALLING", "SAFETY", "RISK_CARE", "RECOVERY")
    assert after.untold == ("PREVENTION", "SIGNALLING", "SAFETY", "RISK_CARE")
    assert [line.value for line in after.works[0].lines] == [""]


@pytest.mark.usefixtures("pool")
def test_the_page_says_what_somebody_knows_and_what_nobody_does(cas: User) -> None:
    text = client_as(cas).get(reverse(COVERAGE), {"per": "form"}).content.decode()
    main = text.partition("<main")[2]

    for word in ("(ex-)partnerstalking", "eergerelateerd geweld"):
        assert word in main


# --- The guarded part -------------------------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_guarded_code_counts_for_who_was_given_the_right_and_for_nobody_else(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    tell(pool[1], "PARTNER", SEALED)
    plain = rows(cas, Facet.FORM)

    assert set(plain) == {"", "PARTNER", "STALKING"}
    assert rows(may_read(cas, region), Facet.FORM) == {**plain, SEALED: [1, 1, 1]}


LOOKS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("get", COVERAGE, {}),
    ("get", COVERAGE, {"per": "form"}),
    ("get", COVERAGE, {"per": "phase"}),
    ("get", COVERAGE, {"per": "form", "host": "LOCAL_TEAM"}),
    ("get", LIST, {}),
    ("post", LIST, {"specialism": "PARTNER"}),
    ("post", LIST, {"specialism": SEALED}),
    ("post", LIST, {"specialism": SEALED, "act": "keep", "view_name": "x", "is_shared": "on"}),
)


def seen(client: Client, how: str, name: str, given: dict[str, str]) -> tuple[int, str, int]:
    with CaptureQueriesContext(connection) as asked:
        answer = getattr(client, how)(reverse(name), given)
    body = re.sub(r"[A-Za-z0-9_-]{20,64}", "secret", answer.content.decode())
    return answer.status_code, body, len(asked)


def lines(region: Region) -> list[tuple[str, int, dict[str, Any], list[Any]]]:
    with region_scope(region.pk):
        found = AuditEntry.objects.filter(event__endswith="listed").order_by("pk")
        return [(one.event, one.fields_class, one.facts, one.subjects or []) for one in found]


def looks(client: Client, region: Region) -> list[Any]:
    """Every page, status, number of questions to the database, and the lines of the log."""
    n = len(lines(region))
    return [*(seen(client, *look) for look in LOOKS), lines(region)[n:]]


@pytest.mark.parametrize("given", [False, True], ids=["without", "with"])
def test_without_the_right_no_page_differs_by_whether_a_guarded_code_was_told(
    region: Region,
    pool: tuple[Expert, Expert],
    cas: User,
    given: bool,  # noqa: FBT001
) -> None:
    """Body, status, questions to the database, log. With the right the same look does differ."""
    client = client_as(may_read(cas, region) if given else cas)
    looks(client, region)
    before = looks(client, region)

    with region_scope(region.pk):
        tell(pool[1], "PARTNER", "LVB", SEALED)

    assert (looks(client, region) == before) is not given


@pytest.mark.usefixtures("pool")
def test_without_the_right_nothing_sealed_is_opened(
    region: Region, pool: tuple[Expert, Expert], cas: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with region_scope(region.pk):
        tell(pool[1], SEALED)
    opened: list[str] = []
    really = SealedText.open

    def watched(field: Any, row: Any, box: Any) -> Any:
        if isinstance(row, GuardedSpecialism):
            opened.append(field.name)
        return really(field, row, box)

    monkeypatch.setattr(SealedText, "open", watched)
    for look in LOOKS:
        seen(client_as(cas), *look)
    assert opened == []

    client = client_as(may_read(cas, region))
    for per in ("phase", "approach", "experience", "language"):
        client.get(reverse(COVERAGE), {"per": per})
    choose(cas, "PARTNER")
    assert opened == [], "nothing asks for it"
    client.get(reverse(COVERAGE), {"per": "form"})
    assert opened == ["code"]


def test_who_reads_the_guarded_part_leaves_a_line_of_its_weight(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    client = client_as(may_read(cas, region))
    client.get(reverse(COVERAGE), {"per": "form"})
    choose(cas, SEALED)

    everybody = sorted(one.pk for one in pool)
    assert [
        (event, level, sorted(who)) for event, level, _facts, who in lines(region) if level == 4
    ] == [("told.listed", 4, everybody), ("told.listed", 4, everybody)]
    assert SEALED not in str(lines(region))
    assert event_words("told.listed") != "told.listed"


# --- The list ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("STALKING", {"Eva"}),
        ("AFTERCARE", {"Eva"}),
        ("DEBT", {"Eva"}),
        ("LVB", {"Wim"}),
        ("HONOUR", set()),
    ],
)
def test_the_list_shows_who_told_it(cas: User, code: str, found: set[str]) -> None:
    assert names(choose(cas, code)) == found


@pytest.mark.usefixtures("pool")
def test_it_goes_with_the_other_filters(cas: User) -> None:
    assert names(choose(cas, "STALKING", part="NIGHT")) == set()
    assert names(choose(cas, "LVB", part="NIGHT")) == {"Wim"}


def test_a_guarded_code_is_a_choice_for_who_may_read_it_only(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    with region_scope(region.pk):
        tell(pool[1], SEALED)
    refused, nonsense = (choose(cas, code) for code in (SEALED, "NOTHING"))

    assert refused.status_code == nonsense.status_code == 422
    assert names(refused) == names(nonsense) == {"Eva", "Wim"}
    assert f'value="{SEALED}"' not in refused.content.decode()
    assert not any(code in refused.content.decode().replace(SEALED, "") for code in GUARDED)

    answer = choose(may_read(cas, region), SEALED)
    assert names(answer) == {"Wim"}
    assert f'value="{SEALED}" selected' in answer.content.decode()


@pytest.mark.usefixtures("in_region")
def test_the_question_itself_finds_nobody_by_a_guarded_code_without_the_right(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    """Whatever a form lets through."""
    tell(pool[1], SEALED)
    people = queries.board(sees_dates_of=lambda _one: True, now=NOON).people

    def found() -> int:
        wanted = Wanted(specialism=SEALED)
        return len(queries.matching_people(people, wanted, reader=cas, now=NOON))

    assert found() == 0
    may_read(cas, region)
    assert found() == 1


def test_the_right_that_ends_ends_at_the_next_look(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    with region_scope(region.pk):
        tell(pool[1], SEALED)
    assert names(choose(may_read(cas, region), SEALED)) == {"Wim"}

    with region_scope(region.pk):
        ria = make_user("Rie Berk", Role.REGIONAL_ADMIN)
        actions.end_reading_guarded(reader_id=GuardedReader.objects.get().pk, by=ria, now=NOON)

    assert choose(cas, SEALED).status_code == 422
    assert SEALED not in client_as(cas).get(reverse(COVERAGE), {"per": "form"}).content.decode()


# --- Kept views -------------------------------------------------------------------------------


@pytest.mark.usefixtures("pool")
def test_a_view_keeps_what_was_told_and_colleagues_open_it(region: Region, cas: User) -> None:
    kept = choose(cas, "STALKING", act="keep", view_name="Stalking", is_shared="on")
    with region_scope(region.pk):
        dina = make_user("Dina Maas", Role.COORDINATOR)
        assert SavedView.objects.get().filters == {"specialism": "STALKING"}

    again = client_as(dina).get(kept["Location"].partition("#")[0])

    assert names(again) == {"Eva"}


@pytest.mark.parametrize("shared", ["", "on"])
def test_no_view_keeps_a_guarded_code(
    region: Region, pool: tuple[Expert, Expert], cas: User, shared: str
) -> None:
    """Not even the own one: the right may end, and the view stays."""
    may_read(cas, region)
    with region_scope(region.pk):
        tell(pool[1], SEALED)

    answer = choose(cas, SEALED, act="keep", view_name="x", is_shared=shared)

    assert answer.status_code == 422
    assert names(answer) == {"Wim"}
    assert "Dit woord bewaren we niet" in answer.content.decode()
    with region_scope(region.pk):
        assert not SavedView.objects.exists()


@pytest.mark.usefixtures("pool")
def test_the_list_costs_as_many_queries_with_it_whoever_told(region: Region, cas: User) -> None:
    client, found = client_as(cas), []
    for _round in range(3):
        with region_scope(region.pk):
            tell(make_active_expert(cas), "PARTNER", "DEBT")
        for name, given in ((COVERAGE, {"per": "form"}), (LIST, {"specialism": "PARTNER"})):
            how = "get" if name == COVERAGE else "post"
            found.append((name, seen(client, how, name, given)[2]))

    assert len(set(found)) == 2, found


def test_an_expert_reads_that_somebody_looked_at_what_was_told(
    region: Region, pool: tuple[Expert, Expert], cas: User
) -> None:
    choose(may_read(cas, region), SEALED)

    with region_scope(region.pk):
        assert {one.part for one in looks_at(pool[0])} == {"told", "list"}
