"""How a person is reached: what this person chose, as it is at that moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access.models import Membership, User
from core.access.permissions import membership_changed
from core.outbox import Channel, MessageState, run_due, ways_of
from core.outbox.models import Message
from matching.models import Task
from matching.models.requests import TaskKind
from pool.models import Expert
from tests.conftest import NOON
from tests.core.sms_gateway import Answer, open_gateway
from tests.factories.matching import HOUR, Pool, ask, file_request, make_pool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


@pytest.fixture
def pool() -> Pool:
    return make_pool(1)


def reached(user: User) -> list[tuple[str, str]]:
    return [(str(way.channel), way.address) for way in ways_of(user, now=NOON)]


def expert() -> tuple[Expert, User]:
    found = Expert.objects.select_related("user", "data_key").get()
    assert found.user
    return found, found.user


@pytest.mark.parametrize("first", [None, False, True])
def test_an_expert_is_reached_in_the_chosen_order(pool: Pool, first: bool | None) -> None:  # noqa: ARG001, FBT001
    ada, user = expert()
    user.texts_first = first
    mail, text = ("EMAIL", ada.email), ("SMS", ada.phone)

    assert reached(user) == ([text, mail] if first else [mail, text])


def test_who_wants_no_text_messages_gets_none(pool: Pool) -> None:  # noqa: ARG001
    Expert.objects.update(wants_sms=False)
    ada, user = expert()

    assert reached(user) == [("EMAIL", ada.email)]


def test_staff_is_reached_at_work(pool: Pool) -> None:
    Membership.objects.filter(user=pool.cas).update(phone="088 000 12 34")
    membership_changed(pool.cas)
    assert reached(pool.cas) == [("EMAIL", pool.cas.email), ("SMS", "088 000 12 34")]

    Membership.objects.filter(user=pool.cas).update(phone="")
    membership_changed(pool.cas)
    assert reached(pool.cas) == [("EMAIL", pool.cas.email)]


def test_text_messages_wait_for_the_morning(pool: Pool) -> None:  # noqa: ARG001
    _ada, user = expert()
    midnight = NOON + 12 * HOUR

    found = {way.channel: way.at for way in ways_of(user, now=midnight)}

    assert found == {Channel.EMAIL: midnight, Channel.SMS: midnight + 7 * HOUR}


def test_a_refused_number_makes_one_task_and_the_question_still_arrives(pool: Pool) -> None:
    offer = ask(pool, file_request(pool))
    about = Message.objects.filter(about=offer.pk, template="matching/offer")

    with open_gateway() as sms:
        sms.script = [Answer(422, "{}")] * 9
        for minutes in range(3):
            run_due(now=NOON + timedelta(minutes=minutes))

    assert set(about.values_list("channel", "state")) == {
        ("EMAIL", MessageState.SENT),
        ("SMS", MessageState.FAILED),
    }
    task = Task.objects.get(kind=TaskKind.MESSAGE_FAILED, request=offer.seat.request)
    assert task.expert_id == offer.expert_id
