"""It was too heavy: rest from that moment, a coordinator calls, and nobody else hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import reverse

from core.access.models import Region, Role
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from core.outbox.models import Message
from core.states import IllegalMove
from insight.models import Fact
from matching import actions
from matching.actions.answers import NotDeployable
from matching.actions.reasons import give_reason
from matching.models import Request, Task
from matching.models.requests import TaskKind
from matching.queries import look
from matching.states import DeclineReason
from pool import actions as pool
from pool import queries
from pool.models import Debrief, Expert, Rest
from pool.states import DebriefState
from pool.vocabulary import DebriefOccasion
from tests.conftest import NOON
from tests.factories.matching import (
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_matched,
    make_pool,
    seat_of,
)
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
AT = NOON + HOUR


@pytest.fixture
def crowd(in_region: Region) -> Iterator[Pool]:  # noqa: ARG001
    crowd = make_pool(2)
    ada = crowd.experts[0]
    ada.user = make_user("Ada", Role.EXPERT)
    ada.save()
    with time_machine.travel(AT, tick=False):
        yield crowd


def talk(ada: Expert) -> Debrief:
    found = pool.offer_debrief(
        expert=ada, occasion=DebriefOccasion.FIRST_CONTACT, source=uuid4(), now=NOON
    )
    assert found is not None
    return found


def too_heavy(ada: Expert, debrief: Debrief, **fields: Any) -> Debrief:
    assert ada.user is not None
    given: dict[str, Any] = {"by": ada.user, "now": AT}
    return pool.say_too_heavy(debrief_id=debrief.pk, **given | fields)


def codes(request: Request, expert_id: UUID, *, now: Any = AT) -> set[str]:
    out = dict(look(seat_of(request), now=now, with_reasons=True).excluded)
    return {one.code for one in out.get(expert_id, ())}


def test_from_that_moment_on_somebody_rests(crowd: Pool) -> None:
    make_region_profile(heavy_rest_minutes=24 * 60)
    ada, request = crowd.experts[0], file_request(crowd)
    assert codes(request, ada.pk) == set()

    too_heavy(ada, talk(ada))

    assert codes(request, ada.pk) == {"RESTING"}
    late = AT + 24 * HOUR
    assert codes(request, ada.pk, now=late - MINUTE) == {"RESTING"}
    assert codes(request, ada.pk, now=late) == set()


def test_an_own_longer_rest_counts(crowd: Pool) -> None:
    ada, request = crowd.experts[0], file_request(crowd)
    Expert.objects.filter(pk=ada.pk).update(heavy_rest_minutes=48 * 60)

    too_heavy(ada, talk(ada))

    assert codes(request, ada.pk, now=AT + 47 * HOUR) == {"RESTING"}


def test_a_yes_in_that_rest_is_refused(crowd: Pool) -> None:
    ada = crowd.experts[0]
    offer = ask(crowd, file_request(crowd), ada)
    too_heavy(ada, talk(ada))

    with pytest.raises(NotDeployable):
        accept(offer, now=AT + MINUTE)


def test_one_task_for_the_coordinator_and_it_is_solved_by_the_talk(crowd: Pool) -> None:
    ada = crowd.experts[0]
    debrief = talk(ada)
    assert ada.user is not None
    pool.answer_debrief(debrief_id=debrief.pk, wants_call=True, by=ada.user, now=NOON + MINUTE)

    too_heavy(ada, debrief)

    (task,) = Task.objects.filter(done_at=None, expert=ada)
    assert (task.kind, task.request, task.due_at) == (TaskKind.TOO_HEAVY, None, AT + 24 * HOUR)
    page = client_as(crowd.cas).get("/").content.decode()
    assert f"/pool/bellen/{debrief.pk}/" in page
    pool.close_debrief(debrief_id=debrief.pk, reached=True, by=crowd.cas, now=AT + HOUR)
    assert not Task.objects.filter(done_at=None, expert=ada).exists()


def test_twice_is_one_rest_and_one_task(crowd: Pool) -> None:
    ada = crowd.experts[0]
    debrief = talk(ada)
    too_heavy(ada, debrief)

    too_heavy(ada, debrief, now=AT + HOUR)

    assert [one.began_at for one in Rest.objects.all()] == [AT]
    assert Task.objects.filter(kind=TaskKind.TOO_HEAVY).count() == 1


def test_nobody_says_it_for_somebody_else_nor_after_the_talk(crowd: Pool) -> None:
    ada = crowd.experts[0]
    debrief = talk(ada)
    with pytest.raises(NotAllowed):
        too_heavy(ada, debrief, by=crowd.cas)
    Debrief.objects.filter(pk=debrief.pk).update(
        state=DebriefState.HELD, closed_at=NOON, closed_by=crowd.cas
    )

    with pytest.raises(IllegalMove):
        too_heavy(ada, debrief)
    assert not Rest.objects.exists()


def test_a_no_because_it_is_too_heavy_now_begins_a_rest_too(crowd: Pool) -> None:
    ada, other = crowd.experts[0], file_request(crowd)
    offer = ask(crowd, file_request(crowd), ada)

    actions.decline_offer(
        offer_id=offer.pk,
        expert_id=ada.pk,
        reason=DeclineReason.TOO_HEAVY,
        now=AT,
        by_link=True,
    )

    assert codes(other, ada.pk) == {"RESTING"}
    assert Task.objects.get(kind=TaskKind.TOO_HEAVY).request is None


def test_a_reason_given_afterwards_does_the_same(crowd: Pool) -> None:
    ada, other = crowd.experts[0], file_request(crowd)
    offer = ask(crowd, file_request(crowd), ada)
    actions.decline_offer(offer_id=offer.pk, expert_id=ada.pk, now=NOON, by_link=True)
    assert codes(other, ada.pk) == set()

    give_reason(offer_id=offer.pk, expert_id=ada.pk, reason=DeclineReason.TOO_HEAVY, now=AT)

    assert codes(other, ada.pk) == {"RESTING"}


def test_a_no_that_is_taken_back_takes_its_rest_along(crowd: Pool) -> None:
    ada, other = crowd.experts[0], file_request(crowd)
    offer = ask(crowd, file_request(crowd), ada)
    actions.decline_offer(
        offer_id=offer.pk, expert_id=ada.pk, reason=DeclineReason.TOO_HEAVY, now=AT, by_link=True
    )

    actions.undo_decline(offer_id=offer.pk, expert_id=ada.pk, now=AT + MINUTE)

    assert codes(other, ada.pk) == set()


def test_who_asked_sees_reads_and_counts_nothing_of_it(crowd: Pool) -> None:
    request, _assignment = make_matched(crowd)
    ada = crowd.experts[0]
    debrief = talk(ada)
    bram = client_as(crowd.bram)
    pages = ("/", reverse("matching:request-status", args=[request.pk]))
    before = [_told(bram.get(page)) for page in pages]
    messages, facts = Message.objects.filter(recipient=crowd.bram), Fact.objects
    n_before = (messages.count(), facts.count())

    too_heavy(ada, debrief)

    assert [_told(bram.get(page)) for page in pages] == before
    assert (messages.count(), facts.count()) == n_before
    # Neither does the log say what it was: it outlives the rest by years.
    words = str(list(AuditEntry.objects.filter(subject=ada.pk).values_list("event", "facts")))
    assert "heavy" not in words.casefold()


def _told(answer: Any) -> tuple[int, str]:
    """What a page says, without the keys that differ at each look."""
    text = re.sub(r"[A-Za-z0-9+/=_-]{22,}", "", answer.content.decode())
    return answer.status_code, text


def test_the_page_offers_it_and_says_until_when(crowd: Pool) -> None:
    ada = crowd.experts[0]
    debrief = talk(ada)
    assert ada.user is not None
    browser, address = client_as(ada.user), f"/ik/bericht/{debrief.pk}/"
    assert 'value="heavy"' in browser.get(address).content.decode()

    page = browser.post(address, {"answer": "heavy"}, follow=True).content.decode()

    assert "Je hebt rust tot" in page
    assert 'value="heavy"' not in page
    found = queries.asked_rest_until(ada, source=debrief.pk, now=AT)
    assert found == AT + timedelta(hours=24)
