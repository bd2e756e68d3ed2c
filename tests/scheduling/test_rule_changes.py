"""The region asks more, or less, of work that is planned for: somebody decides in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access.models import Role, User
from core.outbox.models import DueWork
from matching.models import Task
from matching.models.requests import TaskKind
from pool import actions as pool
from pool.models import Expert
from scheduling.actions import plan_session, stop_undecided
from scheduling.models import Session
from scheduling.queries import sessions_to_decide
from scheduling.states import SessionState
from tests.conftest import NOON
from tests.factories.matching import DAY, HOUR, Pool, make_matched, make_pool
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
START = NOON + 10 * DAY
TODAY = NOON.date()


@pytest.fixture
def rea() -> User:
    return make_user("Rea Kroon", Role.REGIONAL_ADMIN)


@pytest.fixture
def planned() -> Pool:
    """Ada stands beside somebody; in ten days they call."""
    pool_ = make_pool(1)
    _request, assignment = make_matched(pool_)
    plan_session(
        assignment_id=assignment.pk,
        kind="PHONE",
        start=START,
        end=START + HOUR,
        by=pool_.cas,
        now=NOON + HOUR,
    )
    return pool_


def ask_for(code: str, *, by: User, activity: str = "BUDDY_1ON1", in_days: int = 0) -> None:
    """Her VOG carries aspect 85."""
    pool.set_requirement(
        activity=activity,
        host_kind="LOCAL_TEAM",
        level="POLICY",
        profile_kind="ASPECT",
        profile_code=code,
        valid_from=TODAY + timedelta(days=in_days),
        by=by,
        now=NOON + 2 * HOUR,
    )


def open_questions() -> list[Task]:
    return list(Task.objects.filter(kind=TaskKind.PAPERS_END, done_at=None))


@pytest.mark.parametrize("in_days", [0, 5])
def test_sessions_that_papers_carry_no_more_are_listed_at_once(
    planned: Pool, rea: User, in_days: int
) -> None:
    ada = Expert.objects.get(pk=planned.ids[0])

    ask_for("84", by=rea, in_days=in_days)

    [question] = open_questions()
    assert question.expert_id == ada.pk
    assert NOON < question.due_at <= START - DAY
    assert [one.session.starts_at for one in sessions_to_decide(ada, now=NOON + 3 * HOUR)] == [
        START
    ]
    # Nothing is called off by a rule: a person decides.
    assert Session.objects.get().state == SessionState.PLANNED


def test_what_nobody_decided_on_does_not_go_on(planned: Pool, rea: User) -> None:
    ask_for("84", by=rea)
    [work] = DueWork.objects.filter(kind="scheduling.undecided")
    assert (work.subject, work.not_before) == (planned.ids[0], START - DAY)

    stop_undecided(expert_id=work.subject, now=START - DAY - HOUR)
    early = Session.objects.get().state
    stop_undecided(expert_id=work.subject, now=START - DAY)

    assert early == SessionState.PLANNED
    assert Session.objects.get().state == SessionState.TO_CONFIRM


def test_what_was_decided_on_goes_on(planned: Pool, rea: User) -> None:
    ask_for("84", by=rea)
    ask_for("85", by=rea)

    stop_undecided(expert_id=planned.ids[0], now=START - DAY)

    assert Session.objects.get().state == SessionState.PLANNED


def test_a_session_before_the_day_of_the_rule_stays_out(planned: Pool, rea: User) -> None:
    assert planned.ids

    ask_for("84", by=rea, in_days=11)

    assert open_questions() == []


def test_other_work_asks_nobody(planned: Pool, rea: User) -> None:
    assert planned.ids

    ask_for("84", by=rea, activity="CHAT")

    assert open_questions() == []


def test_asking_less_again_leaves_no_question(planned: Pool, rea: User) -> None:
    assert planned.ids
    ask_for("84", by=rea)
    assert len(open_questions()) == 1

    ask_for("85", by=rea)

    assert open_questions() == []


def test_two_changes_on_one_day_make_one_question(planned: Pool, rea: User) -> None:
    assert planned.ids
    ask_for("84", by=rea)

    ask_for("60", by=rea)

    assert len(open_questions()) == 1
