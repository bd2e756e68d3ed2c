"""The call chain: what cannot wait climbs the rota until somebody has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import outbox
from core.access.models import Membership, Role, User
from core.errors import NotAllowed
from core.outbox.models import Message
from matching import actions
from matching.models import Call, CallChain, Task
from matching.models.requests import TaskKind
from matching.rules import opens_by
from matching.states import ChainState
from pool.actions import plan_on_call
from tests.conftest import NOON
from tests.factories.matching import HOUR, MINUTE, Pool, ask, file_request, make_pool, seat_of
from tests.factories.people import client_as, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

QUARTER = timedelta(minutes=15)


@pytest.fixture
def pool() -> Pool:
    """Cas has duty first and Coba second; Mare runs the region."""
    pool = make_pool(1, climb_after=60, climb_every=15)
    coba = make_user("Coba Tuinman", Role.COORDINATOR)
    make_user("Mare Visser", Role.REGIONAL_ADMIN)
    for place, user in enumerate((pool.cas, coba), start=1):
        plan_on_call(
            user=user,
            starts_at=NOON - HOUR,
            ends_at=NOON + 24 * HOUR,
            place_in_chain=place,
            by=pool.cas,
            now=NOON - HOUR,
        )
    return pool


def user(name: str) -> User:
    return User.objects.get(name__startswith=name)


def chain_of(pool: Pool) -> CallChain:
    """The chain of a new request at noon."""
    request = file_request(pool, earliest_contact_at=NOON)
    return CallChain.objects.get(task__request=request, task__kind=TaskKind.NEW_REQUEST)


def called(chain: CallChain) -> list[str]:
    rows = Call.objects.filter(chain=chain).order_by("step", "user__name")
    return [call.user.name.split()[0] for call in rows.select_related("user")]


def climb(chain: CallChain, at: datetime) -> list[str]:
    actions.climb(chain_id=chain.pk, now=at)
    return called(chain)


def test_the_first_on_the_rota_is_called_at_once_and_nobody_else(pool: Pool) -> None:
    chain = chain_of(pool)

    assert called(chain) == ["Cas"]
    assert chain.state == ChainState.CLIMBING


def test_the_next_is_called_at_its_moment_and_not_before(pool: Pool) -> None:
    chain = chain_of(pool)

    assert climb(chain, NOON + HOUR - MINUTE) == ["Cas"]
    assert climb(chain, NOON + HOUR) == ["Cas", "Coba"]
    # The same bell twice calls nobody twice.
    assert climb(chain, NOON + HOUR) == ["Cas", "Coba"]
    assert climb(chain, NOON + HOUR + QUARTER) == ["Cas", "Coba", "Mare"]


def test_when_all_were_called_all_are_called_again_every_hour(pool: Pool) -> None:
    chain = chain_of(pool)
    for at in (NOON + HOUR, NOON + HOUR + QUARTER):
        climb(chain, at)

    after = climb(chain, NOON + HOUR + 2 * QUARTER)
    assert after[3:] == ["Cas", "Coba", "Mare"]
    chain.refresh_from_db()
    assert chain.next_at == NOON + HOUR + 2 * QUARTER + HOUR


def test_without_a_rota_every_coordinator_is_called() -> None:
    pool = make_pool(1)
    make_user("Coba Tuinman", Role.COORDINATOR)

    assert called(chain_of(pool)) == ["Cas", "Coba"]


def test_somebody_has_it_and_nobody_else_is_called(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.take_call(task_id=chain.task_id, by=pool.cas, now=NOON + MINUTE)

    assert climb(chain, NOON + HOUR) == ["Cas"]
    chain.refresh_from_db()
    assert (chain.state, chain.answered_by) == (ChainState.ANSWERED, pool.cas)


def test_what_stays_open_all_the_same_climbs_on(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.take_call(task_id=chain.task_id, by=pool.cas, now=NOON + MINUTE)
    chain.refresh_from_db()
    assert chain.next_at == NOON + MINUTE + HOUR

    assert climb(chain, NOON + MINUTE + HOUR) == ["Cas", "Coba"]
    chain.refresh_from_db()
    assert (chain.state, chain.answered_by) == (ChainState.CLIMBING, None)


def test_another_takes_it_over(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.take_call(task_id=chain.task_id, by=pool.cas, now=NOON + MINUTE)
    actions.take_call(task_id=chain.task_id, by=user("Coba"), now=NOON + 2 * MINUTE)

    chain.refresh_from_db()
    assert chain.answered_by == user("Coba")


def test_who_cannot_passes_it_on_at_once(pool: Pool) -> None:
    chain = chain_of(pool)

    actions.pass_call(task_id=chain.task_id, by=pool.cas, now=NOON + MINUTE)
    assert called(chain) == ["Cas", "Coba"]
    assert Call.objects.get(chain=chain, user=pool.cas).passed_at == NOON + MINUTE


def test_passing_on_what_another_has_calls_nobody(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.take_call(task_id=chain.task_id, by=user("Coba"), now=NOON + MINUTE)

    actions.pass_call(task_id=chain.task_id, by=pool.cas, now=NOON + 2 * MINUTE)
    assert called(chain) == ["Cas"]


def test_opening_the_request_is_having_it(pool: Pool) -> None:
    chain = chain_of(pool)

    actions.see_request(request_id=chain.task.request.pk, by=user("Coba"), now=NOON + MINUTE)
    chain.refresh_from_db()
    assert chain.answered_by == user("Coba")


def test_asking_somebody_ends_the_chain(pool: Pool) -> None:
    chain = chain_of(pool)
    climb(chain, NOON + HOUR)

    ask(pool, chain.task.request, *pool.experts, now=NOON + HOUR + MINUTE)

    chain.refresh_from_db()
    assert (chain.state, chain.next_at) == (ChainState.ENDED, None)
    solved = Message.objects.filter(template="matching/solved", channel="EMAIL")
    assert {message.recipient.name.split()[0] for message in solved if message.recipient} == {
        "Cas",
        "Coba",
    }


def test_a_task_that_was_done_meanwhile_calls_nobody(pool: Pool) -> None:
    """Security.md I14: asked again at its moment. The twin: the row says that nothing was done."""
    chain, twin = chain_of(pool), chain_of(pool)
    Task.objects.filter(pk=chain.task_id).update(done_at=NOON + MINUTE)

    assert climb(chain, NOON + HOUR) == ["Cas"]
    assert climb(twin, NOON + HOUR) == ["Cas", "Coba"]


def test_a_call_about_what_is_over_does_not_leave(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.finish_task(task_id=chain.task_id, by=pool.cas, now=NOON)

    while outbox.run_due(now=NOON + MINUTE):
        pass
    sent = Message.objects.filter(template="matching/needs_you", state="SENT", about=chain.pk)
    assert not sent.exists()


def test_a_call_that_does_not_arrive_calls_the_next_at_once(pool: Pool) -> None:
    chain = chain_of(pool)

    actions.hurry(chain_id=chain.pk, now=NOON + MINUTE)
    assert climb(chain, NOON + MINUTE) == ["Cas", "Coba"]


def test_nobody_found_is_a_chain_of_its_own(pool: Pool) -> None:
    request = file_request(pool, earliest_contact_at=NOON)
    for expert in pool.experts:
        type(expert).objects.filter(pk=expert.pk).update(state="PAUSED", paused_at=NOON)
    actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON + HOUR)

    states = dict(
        CallChain.objects.filter(task__request=request).values_list("task__kind", "state")
    )
    assert states == {
        TaskKind.NEW_REQUEST: ChainState.ENDED,
        TaskKind.NOBODY_FITS: ChainState.CLIMBING,
    }
    # It did not become solved; it became another question.
    assert not Message.objects.filter(template="matching/solved").exists()


@pytest.mark.parametrize("who", ["expert", "professional"])
def test_only_those_who_are_called_answer(pool: Pool, who: str) -> None:
    chain = chain_of(pool)
    by = pool.bram if who == "professional" else pool.experts[0].user
    assert by is not None

    with pytest.raises(NotAllowed):
        actions.take_call(task_id=chain.task_id, by=by, now=NOON)
    with pytest.raises(NotAllowed):
        actions.pass_call(task_id=chain.task_id, by=by, now=NOON)


def test_what_is_over_cannot_be_taken(pool: Pool) -> None:
    chain = chain_of(pool)
    actions.finish_task(task_id=chain.task_id, by=pool.cas, now=NOON)

    with pytest.raises(actions.ChainOver):
        actions.take_call(task_id=chain.task_id, by=pool.cas, now=NOON + MINUTE)


def test_the_page_shows_who_was_called_and_takes_an_answer(pool: Pool) -> None:
    chain = chain_of(pool)
    client = client_as(pool.cas)

    page = client.get("/oproepen/")
    assert "Cas V." in page.content.decode()
    taken = client.post(f"/oproepen/{chain.task_id}/ik/", follow=True)
    assert taken.status_code == 200
    chain.refresh_from_db()
    assert chain.answered_by == pool.cas


def test_who_runs_the_region_answers_and_opens_no_request(pool: Pool) -> None:
    chain = chain_of(pool)
    client = client_as(user("Mare"))

    page = client.get("/oproepen/").content.decode()
    assert chain.task.request.number in page
    assert f"/aanvragen/{chain.task.request.pk}/" not in page


@pytest.mark.parametrize(
    ("contact_in", "begins_in"),
    [
        # At once: within the hour.
        (timedelta(0), HOUR),
        # Somebody is held until noon: early enough is two hours, a whole term, before it.
        (13 * HOUR, 11 * HOUR),
        (2 * HOUR, HOUR),
    ],
)
def test_when_somebody_should_have_begun(contact_in: timedelta, begins_in: timedelta) -> None:
    filed = datetime(2026, 9, 4, 21, 15, tzinfo=UTC)

    found = opens_by(filed, filed + contact_in, climb_after=HOUR, term=2 * HOUR)
    assert found == filed + begins_in


def test_a_membership_that_ended_is_called_no_more(pool: Pool) -> None:
    chain = chain_of(pool)
    Membership.objects.filter(user=user("Coba")).update(ended_at=NOON)

    assert climb(chain, NOON + HOUR) == ["Cas", "Mare"]
