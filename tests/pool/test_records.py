"""Papers that were seen, the region's matrix, hours, and the rota."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.access.actions import end_membership
from core.access.models import Membership, OrganisationKind, Role, User
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from pool import actions, queries
from pool.models import Absence, Expert, OnCallShift, Requirement, VogEvidence, WeekAvailability
from pool.rules import Rule, WeekRow
from pool.vocabulary import Activity
from tests.conftest import NOON
from tests.factories.people import make_user
from tests.factories.pool import make_expert, make_region_profile, require_vog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.date()


def vog(expert: Expert, *, by: User | None = None, **changes: Any) -> VogEvidence:
    plain: dict[str, Any] = {
        "issue_date": TODAY - 10 * DAY,
        "seen_on": TODAY,
        "profile_kind": "ASPECT",
        "profile_codes": ["85", "84", "85"],
        "authenticity_checked": True,
    }
    by = by or expert.coordinator
    return actions.record_vog(expert_id=expert.pk, by=by, now=NOON, **plain | changes)


# --- VOG --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issue", "months", "until"),
    [
        (date(2023, 11, 12), 36, date(2026, 11, 12)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
    ],
)
def test_policy_counts_calendar_months(issue: date, months: int, until: date) -> None:
    make_region_profile(vog_policy_months=months)

    evidence = vog(make_expert(), issue_date=issue)

    assert evidence.policy_valid_until == until


def test_the_date_of_the_policy_can_be_changed() -> None:
    make_region_profile()

    evidence = vog(make_expert(), policy_valid_until=TODAY + 5 * DAY)

    assert evidence.policy_valid_until == TODAY + 5 * DAY
    assert evidence.profile_codes == ["84", "85"]


def test_a_new_vog_replaces_the_one_before_it() -> None:
    make_region_profile()
    expert = make_expert()

    first, second = vog(expert), vog(expert)

    first.refresh_from_db()
    assert first.replaced_on == TODAY
    assert VogEvidence.objects.get(replaced_on=None) == second
    said = AuditEntry.objects.filter(event="paper.recorded").values_list("facts", flat=True)
    assert list(said) == [{"kind": "VOG"}, {"kind": "VOG"}]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"seen_on": TODAY + DAY}, actions.NotSeenYet),
        ({"seen_on": TODAY - 11 * DAY}, actions.DatesOutOfOrder),
        ({"policy_valid_until": TODAY - 10 * DAY}, actions.DatesOutOfOrder),
        ({"profile_codes": []}, actions.CodesMissing),
    ],
)
def test_a_vog_that_cannot_be_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    make_region_profile()

    with pytest.raises(refusal):
        vog(make_expert(), **changes)


def test_the_deputy_of_the_region_records_as_well_and_a_colleague_does_not() -> None:
    make_region_profile()
    expert = make_expert()

    vog(expert, by=make_user("Door Smit", Role.REGIONAL_ADMIN))
    with pytest.raises(NotAllowed):
        vog(expert, by=make_user("Dina Prins", Role.COORDINATOR))
    assert expert.user is not None
    with pytest.raises(NotAllowed):
        vog(expert, by=expert.user)


# --- Training and agreements ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"completed_on": TODAY - 2 * DAY}, actions.DatesOutOfOrder),
        ({"certificate_seen_on": TODAY}, actions.DatesOutOfOrder),
        ({"completed_on": TODAY, "certificate_seen_on": TODAY + DAY}, actions.NotSeenYet),
    ],
)
def test_a_training_that_cannot_be_is_refused(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    expert = make_expert()

    with pytest.raises(refusal):
        actions.record_training(
            expert_id=expert.pk,
            kind="HEE",
            started_on=TODAY - DAY,
            by=expert.coordinator,
            now=NOON,
            **changes,
        )


@pytest.mark.parametrize(
    ("signed_on", "valid_until", "refusal"),
    [
        (TODAY + DAY, None, actions.NotSeenYet),
        (TODAY, TODAY - DAY, actions.DatesOutOfOrder),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(
    signed_on: date, valid_until: date | None, refusal: type[Exception]
) -> None:
    expert = make_expert()

    with pytest.raises(refusal):
        actions.record_agreement(
            expert_id=expert.pk,
            kind="VOLUNTEER",
            signed_on=signed_on,
            valid_until=valid_until,
            by=expert.coordinator,
            now=NOON,
        )


# --- The matrix -------------------------------------------------------------------------------


def set_cell(level: str, valid_from: date, by: User | None = None, **profile: str) -> Requirement:
    return actions.set_requirement(
        activity=Activity.CHAT,
        host_kind=OrganisationKind.POLICE,
        level=level,
        valid_from=valid_from,
        by=by,
        now=NOON,
        **profile,
    )


def rule(on: date) -> Rule:
    return queries.requirement(activity="CHAT", host_kind="POLICE", on=on)


def test_one_rule_counts_on_each_day() -> None:
    admin = make_user("Door Smit", Role.REGIONAL_ADMIN)
    set_cell("NONE", TODAY, admin)
    set_cell("POLICY", TODAY + 10 * DAY, admin, profile_kind="ASPECT", profile_code="85")

    assert rule(TODAY - DAY) == Rule("LEGAL")
    assert rule(TODAY + 9 * DAY) == Rule("NONE")
    assert rule(TODAY + 10 * DAY) == Rule("POLICY", "ASPECT:85")


def test_a_rule_replaces_later_ones() -> None:
    set_cell("NONE", TODAY + 10 * DAY)
    set_cell("LEGAL", TODAY)

    assert rule(TODAY + 20 * DAY) == Rule("LEGAL")
    assert Requirement.objects.count() == 1


def test_the_matrix_is_for_the_administrator() -> None:
    cas = make_user("Cas Verhoef", Role.COORDINATOR)

    with pytest.raises(NotAllowed):
        set_cell("NONE", TODAY, cas)
    with pytest.raises(NotAllowed):
        actions.adopt_usual_requirements(valid_from=TODAY, by=cas, now=NOON)
    with pytest.raises(actions.CodesMissing):
        set_cell("POLICY", TODAY, profile_kind="ASPECT")


def test_the_usual_matrix_leaves_alone_what_was_decided() -> None:
    require_vog(Activity.POLICY)
    admin = make_user("Door Smit", Role.REGIONAL_ADMIN)

    made = actions.adopt_usual_requirements(valid_from=TODAY, by=admin, now=NOON)

    matrix = queries.requirements(on=TODAY)
    assert made == len(Activity) * len(OrganisationKind) - 1
    assert matrix["POLICY", "LOCAL_TEAM"] == Rule("POLICY", "ASPECT:85")
    assert matrix["POLICY", "VEILIG_THUIS"] == Rule("NONE")
    assert matrix["BUDDY_1ON1", "VEILIG_THUIS"] == Rule("LEGAL", "ASPECT:85")
    assert matrix["BUDDY_1ON1", "LOCAL_TEAM"] == Rule("POLICY", "ASPECT:85")


# --- Hours ------------------------------------------------------------------------------------


def test_a_new_week_replaces_the_old_one() -> None:
    expert = make_expert()
    assert expert.user is not None
    for rows in ([WeekRow(0, 60, 120)], [WeekRow(1, 60, 120), WeekRow(1, 120, 180)]):
        actions.set_week(expert_id=expert.pk, rows=rows, by=expert.user, now=NOON)

    stored = WeekAvailability.objects.values_list("weekday", "starts", "ends")
    assert list(stored) == [(1, 60, 180)]


def test_somebody_elses_hours_are_left_alone() -> None:
    expert, bram = make_expert(), make_user("Bram Bos", Role.PROFESSIONAL)

    with pytest.raises(NotAllowed):
        actions.set_week(expert_id=expert.pk, rows=[], by=bram, now=NOON)
    with pytest.raises(NotAllowed):
        actions.add_absence(
            expert_id=expert.pk, starts_at=NOON, ends_at=NOON + DAY, by=bram, now=NOON
        )


def test_an_absence_ends_after_it_begins() -> None:
    expert = make_expert()

    with pytest.raises(actions.EndsBeforeStart):
        actions.add_absence(
            expert_id=expert.pk, starts_at=NOON, ends_at=NOON, by=expert.coordinator, now=NOON
        )


def test_an_absence_of_somebody_else_is_not_found() -> None:
    mine, theirs = make_expert(), make_expert(first_name="Malika")
    absence = actions.add_absence(
        expert_id=theirs.pk, starts_at=NOON, ends_at=NOON + DAY, by=theirs.coordinator, now=NOON
    )
    assert mine.user is not None

    with pytest.raises(Absence.DoesNotExist):
        actions.remove_absence(absence_id=absence.pk, expert_id=mine.pk, by=mine.user, now=NOON)


# --- The rota ---------------------------------------------------------------------------------


def duty(user: User, *, start: int = 0, hours: int = 8, place: int = 1) -> OnCallShift:
    return actions.plan_on_call(
        user=user,
        starts_at=NOON + start * HOUR,
        ends_at=NOON + (start + hours) * HOUR,
        place_in_chain=place,
        by=user,
        now=NOON,
    )


def test_the_chain_is_called_in_its_order() -> None:
    cas, dina, eva = (
        make_user(name, Role.COORDINATOR) for name in ("Cas Verhoef", "Dina Prins", "Eva Kok")
    )
    duty(cas, place=2)
    duty(dina)
    duty(dina, start=1, place=3)
    duty(eva, start=8)

    chain = [one.user for one in queries.on_call(at=NOON + 2 * HOUR)]

    assert chain == [dina, cas]
    assert [one.user for one in queries.on_call(at=NOON + 8 * HOUR)] == [eva, dina]


def test_an_empty_rota_calls_every_coordinator() -> None:
    cas, dina = (make_user(name, Role.COORDINATOR) for name in ("Cas Verhoef", "Dina Prins"))
    make_user("Door Smit", Role.REGIONAL_ADMIN)

    assert {one.user for one in queries.on_call(at=NOON)} == {cas, dina}


def test_who_stopped_coordinating_is_called_no_more() -> None:
    cas, dina = (make_user(name, Role.COORDINATOR) for name in ("Cas Verhoef", "Dina Prins"))
    duty(cas)
    end_membership(
        membership_id=Membership.objects.get(user=cas).pk,
        by=make_user("Door Smit", Role.REGIONAL_ADMIN),
        now=NOON,
    )

    assert [one.user for one in queries.on_call(at=NOON)] == [dina]


def test_duty_is_for_coordinators_and_has_a_length() -> None:
    cas, bram = make_user("Cas Verhoef", Role.COORDINATOR), make_user("Bram", Role.PROFESSIONAL)

    with pytest.raises(actions.NoCoordinatorOnDuty):
        actions.plan_on_call(user=bram, starts_at=NOON, ends_at=NOON + HOUR, by=cas, now=NOON)
    with pytest.raises(NotAllowed):
        duty(bram)
    with pytest.raises(actions.EndsBeforeStart):
        duty(cas, hours=0)


def test_duty_that_is_over_stays_on_the_rota() -> None:
    cas = make_user("Cas Verhoef", Role.COORDINATOR)
    shift = duty(cas, start=-8)

    with pytest.raises(NotAllowed):
        actions.remove_on_call(shift_id=shift.pk, by=cas, now=NOON)


@pytest.mark.parametrize(
    ("moment", "phone"),
    [
        (NOON, "088 000 1234"),
        (NOON.replace(hour=8), "088 000 1234"),  # nine o'clock in Amsterdam
        (NOON.replace(hour=7, minute=59), "088 000 5678"),
        (NOON.replace(hour=16), "088 000 5678"),
        (NOON + 4 * DAY, "088 000 5678"),  # Saturday
        (NOON.replace(month=12, day=25), "088 000 5678"),
    ],
)
def test_the_number_to_call_follows_office_hours(moment: Any, phone: str) -> None:
    make_region_profile()

    assert queries.coordinator_phone(at=moment) == phone
