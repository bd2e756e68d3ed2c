"""The pool at a glance: who stands where, where the gaps are, what runs out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from core.access.models import Role, User
from pool import actions, queries
from pool.consent import CURRENT
from pool.models import Expert
from pool.queries import Board, Standing
from pool.queries.board import Cell
from pool.rules import WeekRow
from pool.states import BlockKind
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import EVENINGS, admit, make_active_expert, make_expert, require_vog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def everybody(_expert: Expert) -> bool:
    return True


def look(sees: Callable[[Expert], bool] = everybody) -> Board:
    return queries.board(sees_dates_of=sees, now=NOON)


def sentence(board: Board) -> str:
    source = "{% load pool_words %}{% pool_sentence board %}"
    with translation.override("en"):
        return Template(source).render(Context({"board": board}))


@pytest.fixture
def cas() -> User:
    require_vog()
    return make_user("Cas Verhoef", Role.COORDINATOR)


def test_each_person_stands_in_one_place(cas: User) -> None:
    make_active_expert(cas, first_name="Ready")
    pausing = make_active_expert(cas, first_name="Pausing")
    actions.pause(expert_id=pausing.pk, by=cas, now=NOON)
    stopped = make_active_expert(cas, first_name="Stopped")
    actions.suspend(expert_id=stopped.pk, reason="OTHER", by=cas, now=NOON)
    make_expert(cas, first_name="Invited")
    without = make_expert(cas, first_name="Without")
    admit(without)
    actions.activate(expert_id=without.pk, by=cas, now=NOON)
    full = make_active_expert(cas, first_name="Full", max_per_week=1)
    actions.book(
        expert=full,
        kind=BlockKind.SESSION,
        start=NOON + DAY,
        end=NOON + DAY + HOUR,
        travel=HOUR,
        source=full.pk,
    )
    left = make_active_expert(cas, first_name="Left")
    actions.leave(expert_id=left.pk, by=cas, now=NOON)

    board = look()

    assert {one.expert.first_name: one.standing for one in board.people} == {
        "Ready": Standing.READY,
        "Pausing": Standing.PAUSED,
        "Stopped": Standing.STOPPED,
        "Invited": Standing.TRAINING,
        "Without": Standing.STOPPED,
        "Full": Standing.FULL,
    }
    assert [one.expert.first_name for one in board.people] == sorted(
        one.expert.first_name for one in board.people
    )
    assert sentence(board) == "One of six can now"


def test_an_empty_pool_and_one_where_nobody_can_say_so(cas: User) -> None:
    empty = sentence(look())
    make_expert(cas)

    assert empty == "Nobody is in the pool yet"
    assert sentence(look()) == "Nobody can now"


def test_coverage_counts_who_has_an_hour_free_in_the_coming_week(cas: User) -> None:
    make_active_expert(cas, first_name="Evening", week=EVENINGS)
    away = make_active_expert(cas, first_name="Away", week=EVENINGS)
    actions.add_absence(expert_id=away.pk, starts_at=NOON, ends_at=NOON + 8 * DAY, by=cas, now=NOON)
    make_active_expert(cas, first_name="Night", week=(WeekRow(2, 23 * 60, 30 * 60),))

    (row,) = look().coverage

    assert (row.activity, [cell.n for cell in row.cells]) == ("BUDDY_1ON1", [0, 1, 1])
    assert look().gaps == [("BUDDY_1ON1", "DAYTIME")]


def test_coverage_follows_days_that_differ_from_the_week(cas: User) -> None:
    ada = make_active_expert(cas, week=EVENINGS)
    assert ada.user is not None
    today = NOON.date()
    for ahead in range(8):
        wanted = {(today + ahead * DAY, "EVENING"): False, (today + DAY, "DAYTIME"): True}
        actions.set_parts(expert_id=ada.pk, wanted=wanted, by=ada.user, now=NOON)

    (row,) = look().coverage

    assert [cell.n for cell in row.cells] == [1, 0, 0]


def test_work_that_waits_for_the_morning_has_no_gap_at_night(cas: User) -> None:
    require_vog(Activity.CONSULT, level=RequirementLevel.NONE)
    make_active_expert(cas, week=EVENINGS, activities=frozenset({"CONSULT"}))

    (row,) = look().coverage

    assert [cell.n for cell in row.cells] == [0, 1, None]


@pytest.mark.parametrize(
    ("n", "heat"),
    [
        (None, "hx"),
        (0, "h0"),
        (1, "h1"),
        (2, "h2"),
        (3, "h2"),
        (4, "h3"),
        (5, "h3"),
        (6, "h4"),
        (60, "h4"),
    ],
)
def test_the_colour_follows_the_number(n: int | None, heat: str) -> None:
    assert Cell("EVENING", n).heat == heat


def test_what_runs_out_stands_by_urgency_and_only_for_who_may_know(cas: User) -> None:
    mine = make_active_expert(cas)
    for days in (0, 14, 15, 61, 62):
        actions.record_agreement(
            expert_id=mine.pk,
            kind="VOLUNTEER",
            signed_on=NOON.date(),
            valid_until=NOON.date() + days * DAY,
            by=cas,
            now=NOON,
        )
    actions.record_vog(
        expert_id=mine.pk,
        issue_date=NOON.date() - 10 * DAY,
        seen_on=NOON.date(),
        profile_kind="ASPECT",
        profile_codes=["85"],
        authenticity_checked=True,
        policy_valid_until=NOON.date(),
        by=cas,
        now=NOON,
    )

    columns = {name: [(one.kind, one.code) for one in endings] for name, endings in look().endings}

    # Of one kind only the last day counts: agreements are renewed by signing again.
    assert columns == {
        "past": [("VOG", "VOG")],
        "soon": [],
        "later": [],
        "year": [("Agreement", "VOLUNTEER")],
    }
    assert not any(endings for _name, endings in look(lambda _expert: False).endings)


def test_an_agreement_without_an_end_never_runs_out(cas: User) -> None:
    mine = make_active_expert(cas)
    for until in (NOON.date() + DAY, None):
        actions.record_agreement(
            expert_id=mine.pk,
            kind="VOLUNTEER",
            signed_on=NOON.date(),
            valid_until=until,
            by=cas,
            now=NOON,
        )

    assert not any(endings for _name, endings in look().endings)


def test_who_owes_an_answer_can_be_asked_for_nothing(cas: User) -> None:
    ada = make_active_expert(cas, first_name="Ada")
    bes = make_active_expert(cas, first_name="Bes", email="bes@voorbeeld.example")
    assert ada.user is not None
    actions.give_consent(expert_id=ada.pk, version=CURRENT, language="nl", by=ada.user, now=NOON)
    before = {one.expert.pk: one.standing for one in look().people}
    actions.agree(
        kind="CONSENT",
        value=Decimal(1),
        valid_from=NOON.date(),
        by=make_user("Rie Admin", Role.REGIONAL_ADMIN),
        now=NOON,
    )

    after = {one.expert.pk: one for one in look().people}

    assert set(before.values()) == {Standing.READY}
    assert after[ada.pk].standing == Standing.READY
    assert after[bes.pk].standing == Standing.STOPPED
    assert after[bes.pk].problems == ("CONSENT_OPEN",)
    assert not any(after[bes.pk].hosts.values())
