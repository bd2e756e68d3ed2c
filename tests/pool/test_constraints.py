"""What must never be false, the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.access.models import OrganisationKind, Region
from pool.models import (
    Absence,
    Agreement,
    Block,
    Carried,
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    Intake,
    LifeExperience,
    OnCallShift,
    RegionProfile,
    Requirement,
    Suspension,
    Training,
    VogApplication,
    VogAttempt,
    VogBridge,
    VogBridgeWork,
    VogEvidence,
    WeekAvailability,
)
from pool.states import BlockKind, BlockState, ExpertState
from tests.conftest import NOON
from tests.factories.people import make_organisation
from tests.factories.pool import make_area, make_expert, make_region_profile
from tests.pool.overview_rows import OVERVIEW_REFUSED
from tests.pool.person_rows import PERSON_REFUSED
from tests.pool.support_rows import SUPPORT_REFUSED
from tests.pool.test_lending_constraints import REFUSED as LENDING

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.date()
Break = Callable[[Expert], object]


def hours(start: int, end: int) -> DateTimeTZRange:
    return DateTimeTZRange(NOON + start * HOUR, NOON + end * HOUR, "[)")


def block(expert: Expert, **fields: Any) -> Block:
    plain: dict[str, Any] = {
        "kind": BlockKind.SESSION,
        "period": hours(0, 1),
        "occupied": hours(0, 1),
        "source": uuid4(),
    }
    row = Block(expert=expert, **plain | fields)
    row.save()
    return row


def vog(expert: Expert, **fields: Any) -> VogEvidence:
    plain: dict[str, Any] = {
        "issue_date": TODAY - DAY,
        "seen_on": TODAY,
        "seen_by": expert.coordinator,
        "profile_kind": "ASPECT",
        "profile_codes": ["85"],
        "policy_valid_until": TODAY + DAY,
    }
    return VogEvidence.objects.create(expert=expert, **plain | fields)


def suspension(expert: Expert, **fields: Any) -> Suspension:
    return Suspension.objects.create(
        expert=expert,
        **{
            "reason": "OTHER",
            "came_from": "ACTIVE",
            "started_at": NOON,
            "started_by": expert.coordinator,
            **fields,
        },
    )


def requirement(**fields: Any) -> Requirement:
    plain: dict[str, Any] = {
        "activity": "CHAT",
        "host_kind": OrganisationKind.POLICE,
        "level": "NONE",
        "valid_from": TODAY,
    }
    return Requirement.objects.create(**plain | fields)


def week(expert: Expert, weekday: int, starts: int, ends: int) -> WeekAvailability:
    return WeekAvailability.objects.create(expert=expert, weekday=weekday, starts=starts, ends=ends)


def shift(expert: Expert, length: timedelta = HOUR, place: int = 1) -> OnCallShift:
    return OnCallShift.objects.create(
        user=expert.coordinator, starts_at=NOON, ends_at=NOON + length, place_in_chain=place
    )


def training(expert: Expert, **fields: Any) -> Training:
    return Training.objects.create(expert=expert, kind="HEE", started_on=TODAY, **fields)


def twice(make: Break) -> Break:
    def made(expert: Expert) -> None:
        make(expert)
        make(expert)

    return made


def change(**fields: Any) -> Break:
    return lambda expert: Expert.objects.filter(pk=expert.pk).update(**fields)


def change_profile(**fields: Any) -> Break:
    def changed(expert: Expert) -> None:  # noqa: ARG001
        make_region_profile()
        RegionProfile.objects.update(**fields)

    return changed


def second_profile(expert: Expert) -> None:  # noqa: ARG001
    first = make_region_profile()
    RegionProfile(coordinator_phone="1", picket_phone="2", host=first.host).save()


def same_organisation(expert: Expert) -> None:
    organisation = make_organisation()
    for _time in range(2):
        ExcludedOrganisation.objects.create(expert=expert, organisation=organisation)


def application(expert: Expert, **fields: Any) -> VogApplication:
    row = VogApplication(expert=expert, data_key=expert.data_key)
    row.progress = {"state": "NEEDED"}
    row.changed_at, row.keep_until = NOON, NOON + 183 * DAY
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def intake(expert: Expert, **fields: Any) -> Intake:
    row = Intake(expert=expert, data_key=expert.data_key)
    row.said = {"answers": {}, "outcome": "GOES_ON"}
    plain = {
        "talked_on": TODAY,
        "talked_by": expert.coordinator,
        "written_at": NOON,
        "keep_until": NOON + 366 * DAY,
    }
    for name, value in {**plain, **fields}.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def left_with_a_reason(expert: Expert) -> None:
    expert.leaving_reason, expert.state = "MOVED", ExpertState.LEFT
    expert.left_at = expert.keep_until = NOON
    expert.save()


def bridge(expert: Expert, **fields: Any) -> VogBridge:
    plain: dict[str, Any] = {
        "reason": "NO_OTHER",
        "starts_on": TODAY,
        "ends_on": TODAY + 56 * DAY,
        "asked_at": NOON,
        "asked_by": expert.coordinator,
    }
    if "vog" not in fields:
        plain["vog"] = vog(expert)
    return VogBridge.objects.create(expert=expert, **plain | fields)


REFUSED: dict[str, Break] = (
    {
        "expert_state_known": change(state="ELSEWHERE"),
        "expert_left_at_iff_left": change(state=ExpertState.LEFT),
        "expert_kept_three_months_at_most": change(
            state=ExpertState.LEFT, admitted_on=TODAY, left_at=NOON, keep_until=NOON + 92 * DAY
        ),
        "expert_not_admitted_kept_four_weeks_at_most": change(
            state=ExpertState.LEFT, left_at=NOON, keep_until=NOON + 29 * DAY
        ),
        "expert_paused_at_iff_paused": change(paused_at=NOON),
        "expert_takes_part_once_admitted": change(state=ExpertState.ACTIVE),
        "expert_leaving_has_a_last_day": change(state=ExpertState.LEAVING, admitted_on=TODAY),
        "expert_left_without_reason": left_with_a_reason,
        "suspension_came_from_known": lambda expert: suspension(expert, came_from="LEFT"),
        "intake_one_per_expert": twice(intake),
        "intake_kept_a_year_at_most": lambda expert: intake(expert, keep_until=NOON + 367 * DAY),
        "expert_travel_radius_between_1_and_200_km": change(travel_radius_km=0),
        "expert_activity_once": twice(
            lambda expert: ExpertActivity.objects.create(expert=expert, activity="CHAT")
        ),
        "expert_language_once": twice(
            lambda expert: ExpertLanguage.objects.create(expert=expert, language="pl", level="B1")
        ),
        "life_experience_once": twice(
            lambda expert: LifeExperience.objects.create(expert=expert, code="DEBT")
        ),
        "excluded_area_once": twice(
            lambda expert: ExcludedArea.objects.create(expert=expert, area=make_area("3312"))
        ),
        "excluded_organisation_once": same_organisation,
        "suspension_one_running": twice(suspension),
        "suspension_lifted_at_with_by": lambda expert: suspension(expert, lifted_at=NOON),
        "vog_one_current_per_expert": twice(vog),
        "vog_seen_not_before_issue": lambda expert: vog(expert, seen_on=TODAY - 2 * DAY),
        "vog_valid_after_issue": lambda expert: vog(expert, policy_valid_until=TODAY - DAY),
        "training_level_0_to_5": lambda expert: training(expert, level=6),
        "training_completed_after_start": lambda expert: training(expert, completed_on=TODAY - DAY),
        "agreement_ends_after_signing": lambda expert: Agreement.objects.create(
            expert=expert, kind="VOLUNTEER", signed_on=TODAY, valid_until=TODAY - DAY
        ),
        "requirement_once": twice(lambda _expert: requirement()),
        "requirement_ends_after_start": lambda _expert: requirement(valid_to=TODAY),
        "region_profile_one_per_region": second_profile,
        "region_day_base_0_or_1": change_profile(day_base=2),
        "week_weekday_0_to_6": lambda expert: week(expert, 7, 0, 60),
        "week_starts_within_day": lambda expert: week(expert, 0, 1440, 1500),
        "week_ends_after_start_within_24_hours": lambda expert: week(expert, 0, 60, 1501),
        "week_row_once": twice(lambda expert: week(expert, 0, 60, 120)),
        "absence_ends_after_start": lambda expert: Absence.objects.create(
            expert=expert, starts_at=NOON, ends_at=NOON
        ),
        "block_no_overlap": twice(block),
        "block_period_within_occupied": lambda expert: block(expert, occupied=hours(0, 0)),
        "block_period_not_empty": lambda expert: Block.objects.filter(pk=block(expert).pk).update(
            period=hours(1, 1)
        ),
        "carried_once": lambda expert: [
            Carried.objects.create(expert=expert, source=expert.pk) for _twice in range(2)
        ],
        "on_call_ends_after_start": lambda expert: shift(expert, timedelta(0)),
        "on_call_place_from_one": lambda expert: shift(expert, place=0),
        "vog_recheck_at_with_by": lambda expert: vog(expert, recheck_at=NOON),
        "vog_application_one_per_expert": twice(application),
        "vog_application_kept_six_months_at_most": lambda expert: application(
            expert, keep_until=NOON + 184 * DAY
        ),
        "vog_attempt_one_per_expert": twice(
            lambda expert: VogAttempt.objects.create(
                expert=expert, from_on=TODAY, written_at=NOON, written_by=expert.coordinator
            )
        ),
        "vog_bridge_ends_after_start": lambda expert: bridge(expert, ends_on=TODAY),
        "vog_bridge_eight_weeks_at_most": lambda expert: bridge(expert, ends_on=TODAY + 57 * DAY),
        "vog_bridge_granted_at_with_by": lambda expert: bridge(expert, granted_at=NOON),
        "vog_bridge_two_different_people": lambda expert: bridge(
            expert, granted_at=NOON, granted_by=expert.coordinator
        ),
        "vog_bridge_one_per_vog": lambda expert: [
            bridge(expert, vog=one, granted_at=NOON, granted_by=expert.user)
            for one in [vog(expert)] * 2
        ],
        "vog_bridge_work_once": lambda expert: [
            VogBridgeWork.objects.create(bridge=carried, requirement=asked)
            for carried, asked in [(bridge(expert), requirement(level="POLICY"))] * 2
        ],
        "vog_bridge_never_for_the_law": lambda expert: VogBridgeWork.objects.create(
            bridge=bridge(expert), requirement=requirement(level="LEGAL"), level="LEGAL"
        ),
    }
    | PERSON_REFUSED
    | SUPPORT_REFUSED
    | OVERVIEW_REFUSED
)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.usefixtures("in_region")
def test_database_refuses(name: str) -> None:
    expert = make_expert()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name](expert)


def test_every_constraint_of_the_pool_is_tried() -> None:
    named = {
        constraint.name
        for model in apps.get_app_config("pool").get_models()
        for constraint in model._meta.constraints
    }

    assert named == set(REFUSED) | set(LENDING)


@pytest.mark.parametrize("level", ["LEGAL", "NONE"])
@pytest.mark.usefixtures("in_region")
def test_a_bridge_cannot_rest_on_what_the_law_asks_whatever_it_says_itself(level: str) -> None:
    carried, asked = bridge(make_expert()), requirement(level=level)

    with pytest.raises(IntegrityError, match="level_in_region"), transaction.atomic():
        VogBridgeWork.objects.create(bridge=carried, requirement=asked, level="POLICY")


@pytest.mark.usefixtures("in_region")
def test_a_decision_that_a_bridge_rests_on_cannot_become_the_law() -> None:
    asked = requirement(level="POLICY")
    VogBridgeWork.objects.create(bridge=bridge(make_expert()), requirement=asked)

    with pytest.raises(IntegrityError, match="level_in_region"), transaction.atomic():
        Requirement.objects.filter(pk=asked.pk).update(level="LEGAL")


@pytest.mark.usefixtures("in_region")
def test_released_hours_may_be_given_away_again() -> None:
    expert = make_expert()
    block(expert, state=BlockState.RELEASED)

    assert block(expert).state == BlockState.LIVE


def test_a_row_of_one_region_cannot_point_at_an_expert_of_another(
    in_region: Region, other_region: Region
) -> None:
    expert = make_expert()
    row = Absence(expert=expert, starts_at=NOON, ends_at=NOON + HOUR)
    row.region = other_region

    assert in_region.pk != other_region.pk
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)
