"""Everybody who might do some work, as matching sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.access.models import OrganisationKind, Region, Role
from core.access.scope import region_scope
from pool import actions, queries
from pool.models import Expert
from pool.rules import UNDECIDED, Candidate, Rule, add_months, paper_problems
from pool.states import BlockKind
from pool.vocabulary import Activity, RequirementLevel
from tests.conftest import NOON
from tests.factories.people import make_organisation, make_user
from tests.factories.pool import (
    EVENINGS,
    admit,
    give_papers,
    make_active_expert,
    make_area,
    make_expert,
    make_profile,
    require_vog,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(**changes: Any) -> list[Candidate]:
    plain: dict[str, Any] = {
        "activity": "BUDDY_1ON1",
        "host_kind": "LOCAL_TEAM",
        "on": NOON.date(),
        "now": NOON,
    }
    return queries.candidates(**plain | changes)


def session(expert: Expert, hours_from_now: int) -> None:
    start = NOON + hours_from_now * HOUR
    actions.book(
        expert=expert,
        kind=BlockKind.SESSION,
        start=start,
        end=start + HOUR,
        travel=HOUR / 2,
        source=uuid4(),
    )


def test_a_candidate_holds_all_facts_and_no_name() -> None:
    organisation = make_organisation()
    make_area("3312")
    require_vog()
    expert = make_active_expert(
        week=EVENINGS,
        languages=(("nl", "NATIVE"), ("ar", "B2")),
        can_meet=("PARENT",),
        experiences=(("DEBT", "COORDINATOR"),),
        excluded_areas=frozenset({"3312"}),
        excluded_organisations=frozenset({organisation.pk}),
        travel_radius_km=12,
    )
    actions.add_absence(
        expert_id=expert.pk,
        starts_at=NOON + DAY,
        ends_at=NOON + 2 * DAY,
        by=expert.coordinator,
        now=NOON,
    )

    (found,) = ask()

    assert found.expert_id == expert.pk
    assert found.languages == (("ar", "B2"), ("nl", "NATIVE"))
    assert (found.can_meet, found.experiences) == (frozenset({"PARENT"}), frozenset({"DEBT"}))
    assert (found.area, found.point, found.travel_radius_km) == ("3311", (51.81, 4.67), 12)
    assert found.excluded_areas == frozenset({"3312"})
    assert found.excluded_organisations == frozenset({organisation.pk})
    assert found.week == EVENINGS
    assert found.absences == ((NOON + DAY, NOON + 2 * DAY),)
    assert found.rule == Rule("POLICY", "ASPECT:85")
    assert found.papers.vog_codes == frozenset({"ASPECT:85"})
    assert found.papers.has_training
    assert (found.state, found.is_paused, found.is_suspended) == ("ACTIVE", False, False)
    assert "Ruben" not in repr(found)


def test_bookings_count_as_hours_as_load_and_as_rest() -> None:
    expert = make_active_expert()
    session(expert, -3)  # Tuesday 09:00
    session(expert, 24)
    session(expert, 7 * 24)

    (found,) = ask()

    assert found.busy[0] == (NOON - 3.5 * HOUR, NOON - 1.5 * HOUR)
    assert len(found.busy) == 3
    assert found.last_contact_end == NOON - 2 * HOUR
    assert found.sessions_per_week == ((2026, 11, 2), (2026, 12, 1))


def test_hours_of_more_than_two_days_ago_are_over() -> None:
    expert = make_active_expert()
    session(expert, -50)

    (found,) = ask()

    assert found.busy == ()
    assert found.last_contact_end == NOON - 49 * HOUR
    assert found.sessions_per_week == ()


def test_released_hours_count_for_nothing() -> None:
    expert = make_active_expert()
    block = actions.book(
        expert=expert,
        kind=BlockKind.SESSION,
        start=NOON,
        end=NOON + HOUR,
        travel=HOUR,
        source=uuid4(),
    )
    actions.release(source=block.source)

    (found,) = ask()

    assert (found.busy, found.sessions_per_week) == ((), ())


def test_who_left_is_out_and_who_is_stopped_or_pauses_is_shown_as_such() -> None:
    left, stopped, pausing, learning = (
        make_active_expert(first_name=name) for name in ("Ab", "Bo", "Cis", "Di")
    )
    by = left.coordinator
    actions.leave(expert_id=left.pk, by=by, now=NOON)
    actions.suspend(expert_id=stopped.pk, reason="OTHER", by=by, now=NOON)
    actions.pause(expert_id=pausing.pk, by=by, now=NOON)
    actions.start_training(expert_id=learning.pk, by=by, now=NOON)

    found = {one.expert_id: (one.state, one.is_suspended, one.is_paused) for one in ask()}

    assert found == {
        stopped.pk: ("SUSPENDED", True, False),
        pausing.pk: ("PAUSED", False, True),
        learning.pk: ("IN_TRAINING", False, False),
    }


def test_who_was_invited_counts_once_there_is_work() -> None:
    make_expert(first_name="Ab", activities=frozenset())
    known = make_expert(first_name="Bo")

    assert [one.expert_id for one in ask()] == [known.pk]


def test_the_rule_of_the_day_counts() -> None:
    make_active_expert()
    admin = make_user("Door Smit", Role.REGIONAL_ADMIN)
    require_vog(level=RequirementLevel.NONE)
    actions.set_requirement(
        activity="BUDDY_1ON1",
        host_kind="LOCAL_TEAM",
        level="LEGAL",
        valid_from=NOON.date() + DAY,
        by=admin,
        now=NOON,
    )

    rules = [ask(on=NOON.date() + n * DAY)[0].rule for n in (0, 1)]

    assert rules == [Rule("NONE"), Rule("LEGAL")]
    assert ask(host_kind="POLICE")[0].rule == UNDECIDED
    # The agenda asks for hours only and names no host.
    assert ask(host_kind="")[0].rule == UNDECIDED


def test_agreements_and_training_count_on_their_days() -> None:
    expert = make_expert()
    give_papers(expert)
    actions.record_agreement(
        expert_id=expert.pk,
        kind="VOLUNTEER",
        signed_on=NOON.date(),
        valid_until=NOON.date() + 10 * DAY,
        by=expert.coordinator,
        now=NOON,
    )

    kinds = [
        "VOLUNTEER"
        in queries.papers_of([expert.pk], on=NOON.date() + n * DAY)[expert.pk].agreements
        for n in (-1, 0, 10, 11)
    ]

    assert kinds == [False, True, True, False]
    before = queries.papers_of([expert.pk], on=NOON.date() - 21 * DAY)[expert.pk]
    assert not before.has_training


def test_other_regions_are_not_seen(other_region: Region) -> None:
    with region_scope(other_region.pk):
        make_active_expert()

    assert ask() == []


@pytest.mark.parametrize("n_experts", [1, 30])
def test_thirty_cost_as_many_queries_as_one(n_experts: int, django_assert_num_queries: Any) -> None:
    by = make_user("Cas Verhoef", Role.COORDINATOR)
    for n in range(n_experts):
        session(make_active_expert(by, first_name=f"Ruben{n}"), n)

    with django_assert_num_queries(2):
        found = ask()

    assert len(found) == n_experts


# --- One expert -------------------------------------------------------------------------------


def test_deployability_and_the_work_matrix_agree() -> None:
    require_vog()
    require_vog(host_kind=OrganisationKind.VEILIG_THUIS, level=RequirementLevel.LEGAL)
    require_vog(Activity.CHAT)
    expert = make_expert()
    give_papers(expert, issue_date=NOON.date() - 200 * DAY)
    admit(expert)
    expert = actions.activate(expert_id=expert.pk, by=expert.coordinator, now=NOON)

    matrix = queries.work_matrix(expert, on=NOON.date())
    works = queries.works_of(expert, on=NOON.date())

    assert [(activity, host, verdict.problems) for activity, host, verdict in matrix] == [
        ("BUDDY_1ON1", host, () if host == "LOCAL_TEAM" else ("VOG_TOO_OLD_AT_START",))
        for host in OrganisationKind.values
    ]
    assert [(one.activity, one.hosts, one.problems) for one in works] == [
        ("BUDDY_1ON1", ("LOCAL_TEAM",), ("VOG_TOO_OLD_AT_START",))
    ]
    for activity, host, verdict in matrix:
        assert verdict == queries.deployability(
            expert, activity=activity, host_kind=host, on=NOON.date(), starts_new=True
        )
    other_work = queries.deployability(
        expert, activity="CHAT", host_kind="LOCAL_TEAM", on=NOON.date()
    )
    assert other_work.problems == ("OTHER_WORK",)


@pytest.mark.parametrize(
    ("months_old", "may"), [(1, True), (7, False)], ids=["at the start", "too old at the start"]
)
def test_what_is_undecided_counts_as_law_for_matching_the_board_and_the_person(
    months_old: int,
    may: bool,  # noqa: FBT001
) -> None:
    expert = make_expert()
    give_papers(expert, issue_date=add_months(NOON.date(), -months_old))
    admit(expert)
    actions.activate(expert_id=expert.pk, by=expert.coordinator, now=NOON)
    expert.refresh_from_db()

    (work,) = queries.works_of(expert, on=NOON.date())
    (person,) = queries.board(sees_dates_of=lambda _one: True, now=NOON).people
    asked = ask(host_kind="POLICE")[0]

    assert (work.undecided, work.is_decided) == (tuple(OrganisationKind.values), False)
    assert bool(work.hosts) is may
    assert person.works == (("BUDDY_1ON1", may),)
    assert asked.rule == UNDECIDED
    assert may is not bool(
        paper_problems(asked.papers, asked.rule, on=NOON.date(), starts_new=True)
    )


def test_the_board_reckons_with_hosts_on_which_nothing_was_decided() -> None:
    # Elsewhere another profile is asked; at the others the VOG alone will do.
    actions.set_requirement(
        activity="BUDDY_1ON1",
        host_kind="LOCAL_TEAM",
        level="POLICY",
        profile_kind="PROFILE",
        profile_code="45",
        valid_from=NOON.date(),
        by=None,
        now=NOON,
    )
    expert = make_active_expert()

    (work,) = queries.works_of(expert, on=NOON.date())
    (person,) = queries.board(sees_dates_of=lambda _one: True, now=NOON).people

    assert [host for host, _codes in work.refused] == ["LOCAL_TEAM"]
    assert set(work.undecided) == set(work.hosts)
    assert person.may_do == ("BUDDY_1ON1",)


def test_contact_speaks_the_language_of_the_account() -> None:
    expert = make_expert()
    stranger = actions.register_expert(
        profile=make_profile(expert.coordinator, email="ander@voorbeeld.example"),
        by=expert.coordinator,
        now=NOON,
        sends_invitation=False,
    )
    assert expert.user is not None
    expert.user.language = "en"

    assert queries.contact(expert) == queries.Contact(
        phone="06 1234 5678",
        email="ruben@voorbeeld.example",
        wants_sms=True,
        language="en",
        user=expert.user,
    )
    assert queries.contact(stranger).language == "nl"
    assert queries.expert_of(expert.user) == expert
    assert queries.expert_of(expert.coordinator) is None
