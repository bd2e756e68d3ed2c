"""Support: who is late on which day, who was there, who may be asked all the same."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from core.access.models import Region, Role
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from pool import actions, queries
from pool.models import Expert, SupportContact, SupportOverride, SupportRhythm
from pool.queries import candidates, deployability, papers_of, support, who_owes_support
from pool.rules import Due, Rhythm, due_on, standing
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_active_expert, make_expert, require_vog

TODAY, DAY, WEEK = NOON.date(), timedelta(days=1), timedelta(weeks=1)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
pytestmark = pytest.mark.django_db


@pytest.fixture
def rea(in_region: Region) -> Any:  # noqa: ARG001
    return make_user("Rea Dijk", Role.REGIONAL_ADMIN)


@pytest.fixture
def ada(in_region: Region) -> Expert:  # noqa: ARG001
    return make_active_expert(first_name="Ada")


def ask(kind: str = "INTERVISION", every: int = 6, unit: str = "WEEKS", **fields: Any) -> None:
    SupportRhythm.objects.create(
        kind=kind, every=every, unit=unit, **{"valid_from": TODAY - 100 * WEEK} | fields
    )


def was_there(expert: Expert, on: date, kind: str = "INTERVISION", **fields: Any) -> None:
    SupportContact.objects.create(
        expert=expert,
        kind=kind,
        held_on=on,
        recorded_at=NOON,
        recorded_by=expert.coordinator,
        **{"attended": True} | fields,
    )


def began(expert: Expert, on: date) -> None:
    Expert.objects.filter(pk=expert.pk).update(started_on=on)


def is_late(expert: Expert, on: date = TODAY, **fields: Any) -> bool:
    return bool(who_owes_support([expert.pk], on=on, **fields))


# --- When it is due ---------------------------------------------------------------------------


@given(days, st.none() | days, st.none() | days, st.integers(1, 60))
def test_weeks_are_counted_from_the_latest_of_three_days(
    ruled: date, last: date | None, started: date | None, every: int
) -> None:
    rhythm = Rhythm("INTERVISION", every, "WEEKS", ruled)

    found = due_on(rhythm, last=last, started_on=started)

    latest = max(day for day in (ruled, last, started) if day)
    assert found == date.fromordinal(latest.toordinal() + 7 * every)


@pytest.mark.parametrize(
    ("last", "every", "due"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 28), 1, date(2026, 4, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(last: date, every: int, due: date) -> None:
    rhythm = Rhythm("ANNUAL_REVIEW", every, "MONTHS", date(2020, 1, 1))

    assert due_on(rhythm, last=last, started_on=None) == due


@pytest.mark.parametrize(
    ("shift", "how"),
    [(1, Due.OVERDUE), (0, Due.SOON), (-14, Due.SOON), (-15, Due.FINE)],
)
def test_the_last_day_is_in_time(shift: int, how: Due) -> None:
    assert standing(TODAY, on=TODAY + shift * DAY) == how


def test_late_means_after_the_last_day_of_the_work(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask()
    was_there(ada, TODAY - 6 * WEEK)

    assert not is_late(ada, TODAY)
    assert is_late(ada, TODAY + DAY)


def test_whoever_stayed_away_is_late(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask()
    was_there(ada, TODAY - DAY, attended=False)

    assert is_late(ada)


def test_what_is_planned_counts_until_its_day_has_passed(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask()
    was_there(ada, TODAY + 2 * DAY, attended=None)

    assert is_late(ada, TODAY + DAY, today=TODAY)
    assert not is_late(ada, TODAY + 3 * DAY, today=TODAY)
    assert is_late(ada, TODAY + 3 * DAY, today=TODAY + 3 * DAY)


@pytest.mark.usefixtures("in_region")
def test_nobody_is_late_before_the_first_day() -> None:
    ask()
    newcomer = make_expert()

    assert not is_late(newcomer, TODAY)
    (found,) = queries.support_of([newcomer], today=TODAY)
    assert not found.is_late


def test_a_new_rule_makes_nobody_late_overnight(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask(valid_from=TODAY)

    assert not is_late(ada, TODAY + 6 * WEEK)
    assert is_late(ada, TODAY + 6 * WEEK + DAY)


def test_who_has_just_begun_is_not_late(ada: Expert) -> None:
    ask()
    began(ada, TODAY)

    assert not is_late(ada, TODAY + 6 * WEEK)


def test_a_rule_that_ended_asks_nothing(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask(valid_to=TODAY)

    assert is_late(ada, TODAY - DAY)
    assert not is_late(ada, TODAY)


def test_the_database_and_the_rules_reckon_alike(ada: Expert, rea: Any) -> None:
    dice = Random(31)  # noqa: S311
    for _time in range(60):
        SupportRhythm.objects.all().delete()
        SupportContact.objects.all().delete()
        first = date(2024, 1, 1) + dice.randrange(900) * DAY
        unit = dice.choice(("WEEKS", "MONTHS"))
        ask(every=dice.randrange(1, 14), unit=unit, valid_from=first)
        began(ada, first + dice.randrange(-200, 200) * DAY)
        for _n in range(dice.randrange(3)):
            day = first + dice.randrange(-100, 400) * DAY
            actions.record_support(
                kind="INTERVISION", held_on=day, marks={ada.pk: True}, by=rea, now=NOON + 3000 * DAY
            )
        expert = Expert.objects.get(pk=ada.pk)
        today = first + dice.randrange(800) * DAY
        was = SupportContact.objects.filter(held_on__gt=today)
        was.delete()

        [found] = queries.support_of([expert], today=today)

        assert is_late(expert, today) == found.is_late


def test_many_are_read_as_few(ada: Expert, monkeypatch: pytest.MonkeyPatch) -> None:
    bes = make_active_expert(first_name="Bes")
    ask()
    for expert, weeks in ((ada, 7), (bes, 2)):
        began(expert, TODAY - 20 * WEEK)
        was_there(expert, TODAY - weeks * WEEK)

    few = queries.support_of([ada], today=TODAY)
    monkeypatch.setattr(support, "MANY_EXPERTS", 0)

    assert queries.support_of([ada], today=TODAY) == few
    assert few[0].moments[0].last == TODAY - 7 * WEEK


# --- The same judgement everywhere ------------------------------------------------------------


def judged(ada: Expert, **fields: Any) -> tuple[str, ...]:
    return deployability(
        ada, activity="BUDDY_1ON1", host_kind="LOCAL_TEAM", **{"on": TODAY} | fields
    ).problems


def test_who_is_late_gets_no_new_work_and_keeps_what_runs(ada: Expert) -> None:
    require_vog()
    began(ada, TODAY - 50 * WEEK)
    ask()

    assert judged(ada, starts_new=True) == ("SUPPORT_OVERDUE",)
    assert judged(ada, starts_new=False) == ()
    [seen] = candidates(activity="BUDDY_1ON1", host_kind="LOCAL_TEAM", on=TODAY, now=NOON)
    assert seen.papers.owes_support
    assert papers_of([ada.pk], on=TODAY)[ada.pk].owes_support


def test_an_exception_lets_somebody_be_asked_until_its_last_day(ada: Expert) -> None:
    began(ada, TODAY - 50 * WEEK)
    ask()

    override = actions.allow_without_support(
        expert_id=ada.pk, reason="PLANNED", until_on=TODAY + WEEK, by=ada.coordinator, now=NOON
    )

    assert not is_late(ada, TODAY + WEEK)
    assert is_late(ada, TODAY + WEEK + DAY)
    assert override.holds_on(TODAY + WEEK)
    actions.end_override(expert_id=ada.pk, by=ada.coordinator, now=NOON)
    assert is_late(ada)
    facts = AuditEntry.objects.get(event="support.overridden").facts
    assert facts == {"reason": "PLANNED", "until": str(TODAY + WEEK)}


@pytest.mark.parametrize("shift", [-1, 93])
def test_an_exception_ends_within_three_months(ada: Expert, shift: int) -> None:
    with pytest.raises(actions.TooLong):
        actions.allow_without_support(
            expert_id=ada.pk,
            reason="OTHER",
            until_on=TODAY + shift * DAY,
            by=ada.coordinator,
            now=NOON,
        )


def test_a_second_exception_ends_the_first(ada: Expert) -> None:
    for weeks in (1, 2):
        actions.allow_without_support(
            expert_id=ada.pk,
            reason="NEEDED",
            until_on=TODAY + weeks * WEEK,
            by=ada.coordinator,
            now=NOON,
        )

    assert SupportOverride.objects.filter(ended_at=None).get().until_on == TODAY + 2 * WEEK


# --- Writing down -----------------------------------------------------------------------------


def test_an_evening_is_written_down_for_many_at_once(ada: Expert) -> None:
    cas = ada.coordinator
    bes = make_expert(cas, first_name="Bes")
    marks = {ada.pk: True, bes.pk: False}

    n = actions.record_support(kind="INTERVISION", held_on=TODAY, marks=marks, by=cas, now=NOON)

    assert n == 2
    assert queries.evening(kind="INTERVISION", held_on=TODAY) == marks
    again = actions.record_support(
        kind="INTERVISION", held_on=TODAY, marks={**marks, bes.pk: True}, by=cas, now=NOON
    )
    assert again == 1
    assert AuditEntry.objects.filter(event="support.recorded").count() == 3


def test_nobody_was_there_on_a_day_to_come(ada: Expert) -> None:
    with pytest.raises(actions.NotYet):
        actions.record_support(
            kind="INTERVISION",
            held_on=TODAY + DAY,
            marks={ada.pk: True},
            by=ada.coordinator,
            now=NOON,
        )


def test_nobody_is_expected_on_a_day_past(ada: Expert) -> None:
    with pytest.raises(actions.Passed):
        actions.record_support(
            kind="INTERVISION",
            held_on=TODAY - DAY,
            marks={ada.pk: None},
            by=ada.coordinator,
            now=NOON,
        )


def test_somebody_of_nowhere_is_nobody_here(ada: Expert) -> None:
    stranger = Expert(pk="00000000-0000-4000-8000-000000000001")

    with pytest.raises(Expert.DoesNotExist):
        actions.record_support(
            kind="INTERVISION",
            held_on=TODAY,
            marks={ada.pk: True, stranger.pk: True},
            by=ada.coordinator,
            now=NOON,
        )
    assert not SupportContact.objects.exists()


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL])
def test_only_the_staff_writes_down_support(ada: Expert, role: Role) -> None:
    with pytest.raises(NotAllowed):
        actions.record_support(
            kind="INTERVISION",
            held_on=TODAY,
            marks={ada.pk: True},
            by=make_user("Som Body", role),
            now=NOON,
        )


def test_only_the_own_coordinator_makes_an_exception(ada: Expert, rea: Any) -> None:
    dee = make_user("Dee Vonk", Role.COORDINATOR)
    asked: dict[str, Any] = {
        "expert_id": ada.pk,
        "reason": "OTHER",
        "until_on": TODAY,
        "now": NOON,
    }

    with pytest.raises(NotAllowed):
        actions.allow_without_support(by=dee, **asked)
    assert actions.allow_without_support(by=rea, **asked).given_by == rea


def test_only_the_administrator_decides_how_often(ada: Expert) -> None:
    with pytest.raises(NotAllowed):
        actions.set_rhythm(
            kind="INTERVISION",
            every=6,
            unit="WEEKS",
            valid_from=TODAY,
            by=ada.coordinator,
            now=NOON,
        )
    with pytest.raises(NotAllowed):
        actions.adopt_usual_rhythms(by=ada.coordinator, now=NOON)


def test_a_new_rhythm_ends_the_one_before_it(rea: Any) -> None:
    ask()
    rule: dict[str, Any] = {"kind": "INTERVISION", "unit": "WEEKS", "by": rea, "now": NOON}
    actions.set_rhythm(every=8, valid_from=TODAY + WEEK, **rule)
    actions.set_rhythm(every=4, valid_from=TODAY + DAY, **rule)

    assert [(one.every, one.valid_from, one.valid_to) for one in _rules()] == [
        (6, TODAY - 100 * WEEK, TODAY + DAY),
        (4, TODAY + DAY, None),
    ]
    with pytest.raises(actions.TooLateToDecide):
        actions.set_rhythm(every=8, valid_from=TODAY - DAY, **rule)


def _rules() -> Any:
    return SupportRhythm.objects.filter(kind="INTERVISION").order_by("valid_from")


def test_what_is_usual_is_taken_over_where_nothing_was_decided(rea: Any) -> None:
    ask(every=9)

    assert actions.adopt_usual_rhythms(by=rea, now=NOON) == 2
    assert actions.adopt_usual_rhythms(by=rea, now=NOON) == 0
    assert {one.kind: one.every for one in queries.rhythms(on=TODAY)} == {
        "INTERVISION": 9,
        "SUPERVISION": 6,
        "ANNUAL_REVIEW": 12,
    }


def test_support_keeps_no_word_of_what_was_said() -> None:
    for model in (SupportContact, SupportOverride):
        texts = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, models.CharField | models.TextField)
        ]
        assert set(texts) <= {"kind", "reason", "what"}


def test_the_list_names_who_is_late_first(ada: Expert) -> None:
    cas = ada.coordinator
    bes = make_active_expert(cas, first_name="Bes")
    cem = make_active_expert(cas, first_name="Cem")
    ask()
    for expert, last in ((ada, TODAY - 5 * WEEK), (bes, TODAY - 7 * WEEK), (cem, TODAY)):
        began(expert, TODAY - 50 * WEEK)
        was_there(expert, last)

    found = queries.who_needs_support(Expert.objects.all(), today=TODAY)

    assert [(one.expert.pk, one.is_late) for one in found] == [(bes.pk, True), (ada.pk, False)]
