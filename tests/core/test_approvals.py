"""Two persons: never one, never late, never about something that changed, never twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from core.access.models import Membership, Organisation, OrganisationKind, Region, Role, User
from core.access.permissions import membership_changed
from core.access.scope import region_scope
from core.approvals import Approval, approve, ask, effect, reject
from core.approvals.actions import (
    EFFECTS,
    AlreadyAsked,
    AlreadyDecided,
    AskerLeft,
    SamePerson,
    SomethingChanged,
    TooLate,
)
from core.approvals.models import Decision
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from tests.conftest import NOON
from tests.core.parts import person, two_regions

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SUBJECT = uuid.UUID(int=7)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def shown() -> Iterator[dict[str, str]]:
    """What the thing looks like now; approving adds an organisation, so that effects count."""
    looks = {"state": "asked"}

    @effect("test.act", roles=(Role.COORDINATOR,), fingerprint=lambda _subject: looks["state"])
    def act(_subject: uuid.UUID, by: User, _now: datetime) -> None:
        Organisation.objects.create(name=f"by {by.name}", kind=OrganisationKind.POLICE)

    yield looks
    del EFFECTS["test.act"]


@pytest.fixture
def ada(in_region: Region) -> User:  # noqa: ARG001
    return person("ada", Role.COORDINATOR)


@pytest.fixture
def bram(in_region: Region) -> User:  # noqa: ARG001
    return person("bram", Role.COORDINATOR)


@pytest.fixture
def asked(ada: User) -> Approval:
    return ask("test.act", subject=SUBJECT, by=ada, now=NOON)


def effects() -> list[str]:
    return list(Organisation.objects.values_list("name", flat=True))


def test_a_second_person_approves_and_it_happens(asked: Approval, bram: User) -> None:
    approve(approval_id=asked.pk, by=bram, now=NOON + SECOND)

    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by, asked.decided_at) == (
        Decision.APPROVED,
        bram,
        NOON + SECOND,
    )
    assert effects() == ["by Bram"]
    assert list(AuditEntry.objects.order_by("id").values_list("event", flat=True)) == [
        "approval.asked",
        "approval.approved",
    ]


def test_a_second_person_says_no_and_nothing_happens(asked: Approval, bram: User) -> None:
    reject(approval_id=asked.pk, by=bram, now=NOON)

    asked.refresh_from_db()
    assert asked.decision == Decision.REJECTED
    assert effects() == []


@pytest.mark.parametrize("decide", [approve, reject])
def test_who_asked_does_not_decide(asked: Approval, ada: User, decide: object) -> None:
    assert callable(decide)

    with pytest.raises(SamePerson):
        decide(approval_id=asked.pk, by=ada, now=NOON)

    assert effects() == []


def test_the_database_refuses_one_person_twice(asked: Approval, ada: User) -> None:
    one_person = pytest.raises(IntegrityError, match="approval_two_different_people")
    with one_person, transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            decision=Decision.APPROVED, decided_by=ada, decided_at=NOON
        )


@pytest.mark.parametrize(
    "half", [{"decided_at": NOON}, {"decision": Decision.APPROVED}], ids=["moment", "decision"]
)
def test_the_database_refuses_half_a_decision(asked: Approval, half: dict[str, object]) -> None:
    refused = pytest.raises(IntegrityError, match="approval_decided_at_with_by")
    with refused, transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(**half)


@pytest.mark.parametrize("lateness", [timedelta(0), SECOND])
def test_a_question_lives_a_day(asked: Approval, bram: User, lateness: timedelta) -> None:
    with pytest.raises(TooLate):
        approve(approval_id=asked.pk, by=bram, now=NOON + Approval.LIFETIME + lateness)

    assert effects() == []


def test_just_within_a_day_is_in_time(asked: Approval, bram: User) -> None:
    approve(approval_id=asked.pk, by=bram, now=NOON + Approval.LIFETIME - SECOND)

    assert effects() == ["by Bram"]


def test_what_changed_since_must_be_asked_again(
    asked: Approval, bram: User, shown: dict[str, str]
) -> None:
    shown["state"] = "changed"

    with pytest.raises(SomethingChanged):
        approve(approval_id=asked.pk, by=bram, now=NOON)

    assert effects() == []


def test_a_decision_is_taken_once(asked: Approval, bram: User) -> None:
    approve(approval_id=asked.pk, by=bram, now=NOON)

    with pytest.raises(AlreadyDecided):
        approve(approval_id=asked.pk, by=bram, now=NOON)

    assert effects() == ["by Bram"]


def test_both_must_have_the_right_at_that_moment(asked: Approval, ada: User, bram: User) -> None:
    cas = person("cas", Role.EXPERT)
    with pytest.raises(NotAllowed):
        approve(approval_id=asked.pk, by=cas, now=NOON)
    with pytest.raises(NotAllowed):
        ask("test.act", subject=SUBJECT, by=cas, now=NOON)

    Membership.objects.filter(user=ada).update(ended_at=NOON)
    membership_changed(ada)
    with pytest.raises(AskerLeft):
        approve(approval_id=asked.pk, by=bram, now=NOON)

    assert effects() == []


def test_who_left_altogether_cannot_have_asked(asked: Approval, ada: User, bram: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)

    with pytest.raises(AskerLeft):
        approve(approval_id=asked.pk, by=bram, now=NOON)


def test_the_same_is_not_asked_twice_at_a_time(asked: Approval, bram: User) -> None:
    with pytest.raises(AlreadyAsked):
        ask("test.act", subject=SUBJECT, by=bram, now=NOON)

    later = asked.expires_at
    again = ask("test.act", subject=SUBJECT, by=bram, now=later)

    assert again.pk != asked.pk
    assert Approval.objects.count() == 1


def race(region: Region, people: list[User], act: object) -> list[str]:
    """`act(by)` by each person at the same moment; the names of what came of it."""
    assert callable(act)
    line = Barrier(len(people))

    def run(by: User) -> str:
        line.wait(5)
        try:
            with region_scope(region.pk):
                act(by)
        except Exception as refusal:  # noqa: BLE001  (the name is the outcome)
            return type(refusal).__name__
        else:
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(people)) as runners:
        return sorted(runners.map(run, people))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(5))
def test_two_approvals_at_once_have_one_effect(_round: int) -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        ada, bram, cas = (person(name, Role.COORDINATOR) for name in ("ada", "bram", "cas"))
        asked = ask("test.act", subject=SUBJECT, by=ada, now=NOON)

    outcomes = race(here, [bram, cas], lambda by: approve(approval_id=asked.pk, by=by, now=NOON))

    assert outcomes == ["AlreadyDecided", "done"]
    with region_scope(here.pk):
        assert len(effects()) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_approvals_would_have_two_effects() -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        ada, bram, cas = (person(name, Role.COORDINATOR) for name in ("ada", "bram", "cas"))
        asked = ask("test.act", subject=SUBJECT, by=ada, now=NOON)
    looked = Barrier(2)

    def look_then_act(by: User) -> None:  # the twin
        approval = Approval.objects.get(pk=asked.pk)
        looked.wait(5)
        if approval.decision == Decision.PENDING:
            EFFECTS["test.act"].run(SUBJECT, by, NOON)

    assert race(here, [bram, cas], look_then_act) == ["done", "done"]
    with region_scope(here.pk):
        assert len(effects()) == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_is_asking_once() -> None:
    here, _there = two_regions()
    with region_scope(here.pk):
        people = [person(name, Role.COORDINATOR) for name in ("ada", "bram")]

    outcomes = race(here, people, lambda by: ask("test.act", subject=SUBJECT, by=by, now=NOON))

    assert outcomes == ["AlreadyAsked", "done"]
