"""A talk afterwards: offered once, both answers equal, silence makes somebody call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.outbox.models import DueWork, Message
from core.outbox.states import MessageState, WorkState
from core.states import IllegalMove
from matching.models import Task
from matching.models.requests import TaskKind
from pool import actions, queries
from pool.models import Debrief, Expert, SupportContact
from pool.states import BlockKind, DebriefState
from pool.vocabulary import DebriefOccasion
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def ada(region: Region) -> Expert:
    with region_scope(region.pk):
        return make_active_expert(first_name="Ada")


@pytest.fixture
def inside(region: Region, ada: Expert) -> Any:  # noqa: ARG001
    with region_scope(region.pk):
        yield


def account(expert: Expert) -> User:
    assert expert.user is not None
    return expert.user


def offer(
    ada: Expert,
    occasion: DebriefOccasion = DebriefOccasion.FIRST_CONTACT,
    *,
    now: datetime = NOON,
    **fields: Any,
) -> Debrief | None:
    return actions.offer_debrief(
        expert=ada, occasion=occasion, now=now, **{"source": uuid4()} | fields
    )


def offered(ada: Expert) -> Debrief:
    found = offer(ada)
    assert found is not None
    return found


def answer(debrief: Debrief, *, wants: bool, by: User, now: datetime = NOON + HOUR) -> Debrief:
    return actions.answer_debrief(debrief_id=debrief.pk, wants_call=wants, by=by, now=now)


def calls() -> list[Task]:
    return list(Task.objects.filter(kind=TaskKind.DEBRIEF, done_at=None))


@pytest.mark.usefixtures("inside")
def test_the_message_says_that_there_is_something_and_nothing_more(ada: Expert) -> None:
    offered(ada)

    (message,) = Message.objects.filter(template="pool/care")
    text = message.content["subject"] + message.content["text"]
    assert "Nieuw bericht in Naast" in text
    for telling in ("contact", "gesprek", "Ada", "Kaars"):
        assert telling not in text


@pytest.mark.usefixtures("inside")
def test_an_offer_alone_asks_nothing_of_a_coordinator(ada: Expert) -> None:
    offered(ada)

    assert calls() == []


@pytest.mark.usefixtures("inside")
def test_no_thanks_ends_it_and_is_counted_nowhere(ada: Expert) -> None:
    debrief = answer(offered(ada), wants=False, by=account(ada))

    assert debrief.state == DebriefState.DECLINED
    assert calls() == []
    assert not actions.take_silence_for_yes(debrief_id=debrief.pk, now=NOON + 2 * DAY)
    assert not SupportContact.objects.exists()
    facts = AuditEntry.objects.get(event="debrief.answered").facts
    assert facts == {}


@pytest.mark.usefixtures("inside")
def test_an_answer_stops_what_was_still_to_be_sent_and_asked(ada: Expert) -> None:
    debrief = answer(offered(ada), wants=False, by=account(ada))

    assert Message.objects.get(about=debrief.pk).state == MessageState.WITHDRAWN
    assert DueWork.objects.get(subject=debrief.pk, kind="pool.debrief_silence").state == (
        WorkState.CANCELLED
    )


@pytest.mark.usefixtures("inside")
def test_yes_makes_one_task_to_call_within_a_day(ada: Expert) -> None:
    debrief = offered(ada)

    for _time in range(2):
        answer(debrief, wants=True, by=account(ada))

    (task,) = calls()
    assert (task.expert_id, task.due_at, task.request) == (ada.pk, NOON + HOUR + DAY, None)


@pytest.mark.usefixtures("inside")
def test_whoever_thinks_again_may_say_so(ada: Expert) -> None:
    debrief, me = offered(ada), account(ada)

    answer(debrief, wants=True, by=me)
    answer(debrief, wants=False, by=me, now=NOON + 2 * HOUR)
    assert calls() == []
    answer(debrief, wants=True, by=me, now=NOON + 3 * HOUR)

    assert len(calls()) == 1


@pytest.mark.usefixtures("inside")
def test_a_day_of_silence_makes_somebody_call(ada: Expert) -> None:
    debrief = offered(ada)
    (work,) = DueWork.objects.filter(kind="pool.debrief_silence")
    assert (work.subject, work.not_before) == (debrief.pk, NOON + DAY)

    assert not actions.take_silence_for_yes(debrief_id=debrief.pk, now=NOON + DAY - HOUR)
    assert actions.take_silence_for_yes(debrief_id=debrief.pk, now=NOON + DAY)
    assert not actions.take_silence_for_yes(debrief_id=debrief.pk, now=NOON + DAY)

    (task,) = calls()
    assert task.due_at == NOON + 2 * DAY
    answer(debrief, wants=False, by=account(ada), now=NOON + DAY + HOUR)
    assert calls() == []


@pytest.mark.usefixtures("inside")
def test_having_talked_is_kept_as_attendance_and_ends_the_task(ada: Expert) -> None:
    debrief = answer(offered(ada), wants=True, by=account(ada))

    actions.close_debrief(debrief_id=debrief.pk, reached=True, by=ada.coordinator, now=NOON + DAY)

    assert calls() == []
    row = SupportContact.objects.get()
    assert (row.kind, row.attended, row.held_on) == ("DEBRIEF", True, (NOON + DAY).date())
    with pytest.raises(IllegalMove):
        answer(debrief, wants=False, by=account(ada))


@pytest.mark.usefixtures("inside")
def test_not_reached_is_held_against_nobody(ada: Expert) -> None:
    debrief = answer(offered(ada), wants=True, by=account(ada))

    actions.close_debrief(debrief_id=debrief.pk, reached=False, by=ada.coordinator, now=NOON)

    assert calls() == []
    assert not SupportContact.objects.exists()


@pytest.mark.usefixtures("inside")
def test_one_talk_is_offered_at_a_time_and_each_occasion_once(ada: Expert) -> None:
    source = uuid4()
    first = offer(ada, source=source)
    assert first is not None
    assert offer(ada, DebriefOccasion.ALARM) is None

    answer(first, wants=False, by=account(ada))

    assert offer(ada, source=source) is None
    assert offer(ada, DebriefOccasion.ALARM) is not None


@pytest.mark.usefixtures("inside")
def test_nobody_answers_for_somebody_else(ada: Expert) -> None:
    debrief = offered(ada)
    bes = make_active_expert(ada.coordinator, first_name="Bes")

    for somebody in (account(bes), ada.coordinator):
        with pytest.raises(NotAllowed):
            answer(debrief, wants=True, by=somebody)


@pytest.mark.usefixtures("inside")
def test_only_the_staff_says_that_they_talked(ada: Expert) -> None:
    debrief = answer(offered(ada), wants=True, by=account(ada))

    with pytest.raises(NotAllowed):
        actions.close_debrief(debrief_id=debrief.pk, reached=True, by=account(ada), now=NOON)


# --- Pages ------------------------------------------------------------------------------------


@pytest.fixture
def talk(region: Region, ada: Expert) -> Debrief:
    with region_scope(region.pk):
        return offered(ada)


def state_of(region: Region, talk: Debrief) -> str:
    with region_scope(region.pk):
        return Debrief.objects.get(pk=talk.pk).state


@pytest.mark.parametrize(("said", "state"), [("yes", "WANTED"), ("no", "DECLINED")])
def test_both_answers_are_one_tap(
    region: Region, ada: Expert, talk: Debrief, said: str, state: str
) -> None:
    me, address = client_as(account(ada)), reverse("pool:my-debrief", args=[talk.pk])
    page = me.get(address).content.decode()
    assert page.count('class="naast-pair"') == 1

    answered = me.post(address, {"answer": said}, follow=True)

    assert answered.status_code == 200
    assert state_of(region, talk) == state


def test_the_page_of_a_talk_is_for_one_expert(region: Region, talk: Debrief) -> None:
    address = reverse("pool:my-debrief", args=[talk.pk])
    with region_scope(region.pk):
        bes = make_active_expert(first_name="Bes")
        dee = make_user("Dee Vonk", Role.COORDINATOR)

    assert client_as(account(bes)).get(address).status_code == 404
    assert client_as(dee).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_the_day_of_an_expert_asks_whether_a_call_is_welcome(ada: Expert, talk: Debrief) -> None:
    page = client_as(account(ada)).get(reverse("matching:today")).content.decode()

    assert reverse("pool:my-debrief", args=[talk.pk]) in page


def test_a_coordinator_calls_and_writes_down_that_they_talked(
    region: Region, ada: Expert, talk: Debrief
) -> None:
    with region_scope(region.pk):
        answer(talk, wants=True, by=account(ada))
    cas = client_as(ada.coordinator)
    address = reverse("pool:debrief-close", args=[talk.pk])
    assert address in cas.get(reverse("home")).content.decode()
    assert "06 1234 5678" in cas.get(address).content.decode()

    cas.post(address, {"answer": "yes"})

    assert state_of(region, talk) == DebriefState.HELD
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(event="contact.read", subject=ada.pk).exists()


def test_whom_to_call_asks_again_who_you_are_when_the_sign_in_is_old(
    region: Region, ada: Expert
) -> None:
    with region_scope(region.pk):
        talk = offered(ada)
        answer(talk, wants=True, by=account(ada))
    ada.coordinator.set_password("a word of one's own")
    ada.coordinator.save()
    with time_machine.travel(NOON, tick=False):
        client = client_as(ada.coordinator)
    with time_machine.travel(NOON + timedelta(minutes=12), tick=False):
        page = client.get(reverse("pool:debrief-close", args=[talk.pk]))

    assert page.status_code == 302
    assert "reauthenticate" in page.headers["Location"]


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_what_a_coordinator_reads_of_a_talk_is_for_coordinators(
    region: Region, talk: Debrief, role: Role
) -> None:
    with region_scope(region.pk):
        somebody = make_user("Ans Bos", role)

    answered = client_as(somebody).get(reverse("pool:debrief-close", args=[talk.pk]))

    assert answered.status_code == 403


# --- What somebody carries --------------------------------------------------------------------


def book(ada: Expert, start: datetime, hours: float) -> None:
    actions.book(
        expert=ada,
        kind=BlockKind.SESSION,
        start=start,
        end=start + hours * HOUR,
        travel=HOUR / 2,
        source=uuid4(),
    )


@pytest.mark.usefixtures("inside")
def test_load_counts_hours_of_this_week_and_four_weeks_without_travel(ada: Expert) -> None:
    monday = datetime(2026, 3, 8, 23, 0, tzinfo=UTC)
    book(ada, monday - HOUR, 2)
    book(ada, NOON + DAY, 1.5)
    book(ada, monday - 21 * DAY, 1)
    book(ada, monday - 21 * DAY - 3 * HOUR, 1)
    book(ada, monday + 7 * DAY, 1)

    load = queries.own_load(ada, now=NOON)

    assert (load.sessions, load.week, load.four_weeks) == (1, 2.5 * HOUR, 4.5 * HOUR)
    assert (load.running, load.is_full) == (0, False)


@pytest.mark.usefixtures("inside")
def test_a_week_with_a_clock_change_counts_the_hours_that_passed(ada: Expert) -> None:
    # From one to four on the wall: two hours, because the clock goes forward in between.
    book(ada, datetime(2026, 3, 29, 0, 0, tzinfo=UTC), 2)

    load = queries.own_load(ada, now=datetime(2026, 3, 27, 12, 0, tzinfo=UTC))

    assert load.week == 2 * HOUR


def test_an_expert_sees_the_own_load_and_support(ada: Expert) -> None:
    page = client_as(account(ada)).get(reverse("pool:my-profile")).content.decode()

    assert 'id="belasting"' in page
    assert 'id="h-support"' in page
