"""How long trainings and agreements count: month ends, leap days, nights when the clock jumps."""

from __future__ import annotations

from calendar import Calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.clock import local
from core.errors import NotAllowed
from pool import actions, queries
from pool.models import Agreement, Expert, Term, Training
from pool.queries import papers_of
from pool.rules import Stage, last_day, stage
from pool.vocabulary import Vocabulary
from pool.words import FIRST_WORDS
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_expert

WALL = ZoneInfo("Europe/Amsterdam")
TODAY, DAY = NOON.date(), timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
months = st.integers(1, 96)
# The nights on which a clock change makes a day of 23 or 25 hours, and leap days.
CHANGES = (date(2024, 3, 31), date(2024, 10, 27), date(2026, 3, 29), date(2026, 10, 25))


def oracle_months(day: date, n: int) -> date:
    """The same day `n` months on or back, found by leafing through a calendar."""
    year, month = day.year, day.month
    for _leaf in range(abs(n)):
        month += 1 if n > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        elif month == 0:
            year, month = year - 1, 12
    leaf = [one for one in Calendar().itermonthdays(year, month) if one]
    return date(year, month, max(one for one in leaf if one <= day.day))


def oracle_stage(start: date, last: date, window: int, at: datetime) -> str:
    """Where it stands at an instant, with bounds as instants on the Dutch wall clock."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=WALL).astimezone(UTC)

    if at < midnight(start):
        return "RUNNING"
    if at >= midnight(last + DAY):
        return "EXPIRED"
    return "RENEWABLE" if at >= midnight(oracle_months(last, -window)) else "ACTIVE"


@given(days, months)
@example(date(2024, 2, 29), 12)
@example(date(2024, 1, 31), 1)
@example(date(2023, 8, 31), 6)
@example(date(2031, 12, 31), 2)
def test_a_first_certificate_counts_for_its_months(day: date, n: int) -> None:
    found = last_day(finished_on=day, validity_months=n, renew_months=min(3, n), earlier=None)

    assert found == oracle_months(day, n)


@given(days, months, st.integers(0, 12), st.integers(-400, 400))
@example(date(2028, 2, 29), 12, 3, 0)
@example(date(2028, 2, 29), 12, 3, -1)
def test_renewing_in_time_costs_no_day_and_never_takes_one(
    earlier: date, n: int, window: int, shift: int
) -> None:
    finished = earlier + shift * DAY

    found = last_day(finished_on=finished, validity_months=n, renew_months=window, earlier=earlier)

    in_time = oracle_months(earlier, -window) <= finished <= earlier
    counted = oracle_months(earlier if in_time else finished, n)
    assert found == max(counted, earlier)


@given(days, st.none() | days)
def test_a_kind_without_months_never_ends(day: date, earlier: date | None) -> None:
    assert last_day(finished_on=day, validity_months=None, renew_months=3, earlier=earlier) is None


instants = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001  (the strategy adds the zone)
    datetime(2032, 12, 31, 23, 59),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(days, months, st.integers(0, 12), instants)
@example(CHANGES[0], 1, 1, datetime(2024, 4, 29, 22, 0, tzinfo=UTC))
@example(CHANGES[2] - 366 * DAY, 12, 3, datetime(2026, 3, 28, 23, 0, tzinfo=UTC))
@example(CHANGES[3] - 365 * DAY, 12, 3, datetime(2026, 10, 25, 22, 59, tzinfo=UTC))
@example(CHANGES[3] - 365 * DAY, 12, 3, datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
def test_each_instant_lies_in_one_stage(day: date, n: int, window: int, at: datetime) -> None:
    window = min(window, n)
    last = oracle_months(day, n)

    found = stage(finished_on=day, seen_on=day, last=last, renew_months=window, on=local(at).date())

    assert found == oracle_stage(day, last, window, at)


@pytest.mark.parametrize(
    ("finished", "seen", "found"),
    [(None, None, Stage.RUNNING), (TODAY, None, Stage.UNSEEN), (TODAY, TODAY, Stage.ACTIVE)],
)
def test_only_a_certificate_that_was_seen_counts(
    finished: date | None, seen: date | None, found: Stage
) -> None:
    assert found == stage(finished_on=finished, seen_on=seen, last=None, renew_months=3, on=TODAY)


# --- Writing down -----------------------------------------------------------------------------


@pytest.fixture
def ada(in_region: Region) -> Expert:  # noqa: ARG001
    return make_expert(first_name="Ada")


def valid_for(code: str, n: int | None, *, window: int = 3) -> None:
    Term.objects.filter(code=code).update(validity_months=n, renew_months=window)


def train(expert: Expert, **fields: Any) -> Training:
    plain: dict[str, Any] = {
        "kind": "HEE",
        "started_on": TODAY - 100 * DAY,
        "by": expert.coordinator,
        "now": NOON,
    }
    return actions.record_training(expert_id=expert.pk, **plain | fields)


@pytest.mark.django_db
def test_finishing_a_course_issues_its_certificate(ada: Expert) -> None:
    valid_for("HEE", 24)
    begun = train(ada)
    assert not papers_of([ada.pk], on=TODAY)[ada.pk].has_training

    done = actions.finish_training(
        training_id=begun.pk,
        completed_on=TODAY,
        certificate_seen_on=TODAY,
        by=ada.coordinator,
        now=NOON,
    )

    assert done.expires_on == date(2028, 3, 10)
    assert papers_of([ada.pk], on=date(2028, 3, 10))[ada.pk].has_training
    assert not papers_of([ada.pk], on=date(2028, 3, 11))[ada.pk].has_training


@pytest.mark.django_db
def test_a_course_that_is_done_again_in_time_prolongs(ada: Expert) -> None:
    valid_for("HEE", 12, window=3)
    first = {"completed_on": TODAY - 90 * DAY, "certificate_seen_on": TODAY}
    train(ada, expires_on=TODAY + 30 * DAY, **first)

    again = train(ada, completed_on=TODAY, certificate_seen_on=TODAY)

    assert again.expires_on == date(2027, 4, 9)


@pytest.mark.django_db
def test_a_certificate_is_seen_once(ada: Expert) -> None:
    done = train(ada, completed_on=TODAY, certificate_seen_on=TODAY)

    with pytest.raises(actions.SeenAlready):
        actions.finish_training(
            training_id=done.pk, completed_on=TODAY, by=ada.coordinator, now=NOON
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "dates",
    [
        {"completed_on": TODAY - 101 * DAY},
        {"completed_on": TODAY, "certificate_seen_on": TODAY - DAY},
        {"completed_on": TODAY, "expires_on": TODAY - DAY},
        {"certificate_seen_on": TODAY},
        {"expires_on": TODAY},
    ],
)
def test_dates_that_do_not_follow_each_other_are_refused(
    ada: Expert, dates: dict[str, date]
) -> None:
    with pytest.raises(actions.DatesOutOfOrder):
        train(ada, **dates)


@pytest.mark.django_db
def test_nobody_finishes_tomorrow(ada: Expert) -> None:
    with pytest.raises(actions.NotSeenYet):
        train(ada, completed_on=TODAY + DAY)


@pytest.mark.django_db
def test_signing_anew_renews_the_agreement_before_it(ada: Expert) -> None:
    valid_for("CODE_OF_CONDUCT", 12)
    signed: dict[str, Any] = {"kind": "CODE_OF_CONDUCT", "by": ada.coordinator, "now": NOON}
    old = actions.record_agreement(
        expert_id=ada.pk, signed_on=TODAY - 350 * DAY, valid_until=TODAY + 15 * DAY, **signed
    )

    new = actions.record_agreement(expert_id=ada.pk, signed_on=TODAY, **signed)

    assert Agreement.objects.get(pk=old.pk).renewed_on == TODAY
    assert (new.renewed_on, new.valid_until) == (None, date(2027, 3, 25))


@pytest.mark.django_db
def test_another_coordinator_finishes_nothing(ada: Expert) -> None:
    begun = train(ada)
    dee = make_user("Dee Vonk", Role.COORDINATOR)

    with pytest.raises(NotAllowed):
        actions.finish_training(training_id=begun.pk, completed_on=TODAY, by=dee, now=NOON)


# --- Words ------------------------------------------------------------------------------------


@pytest.fixture
def rea(in_region: Region) -> Any:  # noqa: ARG001
    return make_user("Rea Dijk", Role.REGIONAL_ADMIN)


def add(rea: Any, **fields: Any) -> Term:
    plain: dict[str, Any] = {
        "vocabulary": Vocabulary.TRAINING,
        "label_nl": "Kunst van luisteren",
        "label_en": "Art of listening",
    }
    return actions.add_term(by=rea, now=NOON, **plain | fields)


@pytest.mark.django_db
def test_each_region_begins_with_the_same_words(region: Region, other_region: Region) -> None:
    for one in (region, other_region):
        with region_scope(one.pk):
            assert set(Term.objects.values_list("code", flat=True)) == {
                word.code for word in FIRST_WORDS
            }


@pytest.mark.django_db
def test_a_new_word_may_be_chosen_at_once(rea: Any, ada: Expert) -> None:
    term = add(rea)

    assert term.code == "ART_OF_LISTENING"
    assert ("ART_OF_LISTENING", "Kunst van luisteren") in queries.term_choices(Vocabulary.TRAINING)
    assert train(ada, kind=term.code).kind == term.code


@pytest.mark.django_db
def test_another_name_leaves_the_code_and_its_rows(rea: Any, ada: Expert) -> None:
    term = add(rea)
    row = train(ada, kind=term.code)

    actions.change_term(
        code=term.code, label_nl="Luisteren", label_en="Listening", by=rea, now=NOON
    )

    assert Training.objects.get(pk=row.pk).kind == term.code
    assert queries.term_label(term.code) == "Luisteren"


@pytest.mark.django_db
def test_a_retired_word_is_read_and_never_chosen(rea: Any, ada: Expert) -> None:
    term = add(rea)
    train(ada, kind=term.code)

    actions.retire_term(code=term.code, by=rea, now=NOON)

    assert queries.term_label(term.code) == "Kunst van luisteren"
    assert term.code not in dict(queries.term_choices(Vocabulary.TRAINING))
    with pytest.raises(actions.UnknownTerm):
        train(ada, kind=term.code)
    actions.restore_term(code=term.code, by=rea, now=NOON)
    assert train(ada, kind=term.code).kind == term.code


@pytest.mark.django_db
def test_the_code_of_a_retired_word_gets_no_other_meaning(rea: Any) -> None:
    first = add(rea)
    actions.retire_term(code=first.code, by=rea, now=NOON)

    assert add(rea).code == "ART_OF_LISTENING_2"


@pytest.mark.django_db
def test_two_words_of_one_list_never_have_one_name(rea: Any) -> None:
    with pytest.raises(actions.NameTaken):
        add(rea, label_nl="howie the harp")


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["CONFIDENTIALITY", "CODE_OF_CONDUCT", "DEBRIEF"])
def test_a_word_that_the_rules_ask_for_stays(rea: Any, code: str) -> None:
    with pytest.raises(actions.StillNeeded):
        actions.retire_term(code=code, by=rea, now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EXPERT, Role.PROFESSIONAL])
@pytest.mark.usefixtures("in_region")
def test_only_the_administrator_changes_words(role: Role) -> None:
    somebody = make_user("Som Body", role)

    with pytest.raises(NotAllowed):
        add(somebody)
    with pytest.raises(NotAllowed):
        actions.change_term(code="HEE", label_nl="x", label_en="y", by=somebody, now=NOON)
    with pytest.raises(NotAllowed):
        actions.retire_term(code="HEE", by=somebody, now=NOON)
    with pytest.raises(NotAllowed):
        actions.restore_term(code="HEE", by=somebody, now=NOON)


@pytest.mark.django_db
def test_every_change_of_a_word_is_in_the_log(rea: Any) -> None:
    code = add(rea).code
    actions.change_term(code=code, label_nl="Luisteren", label_en="Listening", by=rea, now=NOON)
    actions.retire_term(code=code, by=rea, now=NOON)
    actions.restore_term(code=code, by=rea, now=NOON)

    events = AuditEntry.objects.filter(event__startswith="term.").values_list("event", flat=True)
    assert set(events) == {"term.added", "term.changed", "term.retired", "term.restored"}


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.usefixtures("in_region")
def test_the_database_keeps_words_and_their_codes() -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Term.objects.filter(code="HEE").update(code="OTHER")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Term.objects.filter(code="HEE").delete()


@pytest.mark.django_db
@pytest.mark.database
def test_the_database_knows_every_kind(ada: Expert) -> None:
    with pytest.raises(IntegrityError, match="kind_has_a_word"), transaction.atomic():
        Training.objects.create(expert=ada, kind="NOBODY_KNOWS", started_on=TODAY)
