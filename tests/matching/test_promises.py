"""A promised call: kept, nobody hears of it; passed, who waits is told that there is news."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.utils import translation

from core.models import Message
from core.outbox import run_due
from matching import actions
from matching.models import Request, Task
from matching.models.requests import TaskKind
from matching.pages.status import Status, status_of
from matching.states import RequestState
from tests.conftest import NOON
from tests.factories.matching import HOUR, MINUTE, Pool, file_request, make_pool, seat_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

# What the region promises: a call within two hours.
PROMISED = NOON + 2 * HOUR


@pytest.fixture
def pool() -> Pool:
    return make_pool(2)


@pytest.fixture
def request_(pool: Pool) -> Request:
    """Nobody in the pool speaks Polish: at noon a call before two o'clock was promised."""
    request = file_request(pool, language="pl")
    assert actions.start_wave(seat_id=seat_of(request).pk, by=pool.cas, now=NOON) is None
    request.refresh_from_db()
    assert request.state == RequestState.UNFILLED
    return request


def call_to_make(request: Request) -> Task:
    return Task.objects.get(request=request, kind=TaskKind.NOBODY_FITS)


def news_at(moment: datetime, pool: Pool) -> int:
    """How many mails about news who asked was written, once the clock did what is due."""
    with time_machine.travel(moment, tick=False):
        while run_due(now=moment):
            pass
    return Message.objects.filter(template="matching/news", recipient=pool.bram).count()


def page(request: Request, moment: datetime) -> Status:
    request.refresh_from_db()
    with translation.override("en"):
        return status_of(request, now=moment)


def test_who_waits_is_told_once_that_the_promised_call_is_late(
    pool: Pool, request_: Request
) -> None:
    assert news_at(PROMISED - MINUTE, pool) == 1  # that nobody can, at noon

    assert news_at(PROMISED, pool) == 2
    assert news_at(PROMISED + HOUR, pool) == 2
    late = page(request_, PROMISED)
    assert late.sentence == (
        "Nobody can now. We should have called you before 14:00. Please call us."
    )
    assert late.phone


def test_a_call_that_was_made_in_time_needs_no_mail(pool: Pool, request_: Request) -> None:
    actions.finish_task(task_id=call_to_make(request_).pk, by=pool.cas, now=PROMISED - MINUTE)

    assert news_at(PROMISED, pool) == 1
    assert (
        page(request_, PROMISED).sentence
        == "Nobody can now. We called you about it on Tue 10 Mar 13:59."
    )


def test_a_request_that_went_on_breaks_no_promise(pool: Pool, request_: Request) -> None:
    actions.withdraw_request(request_id=request_.pk, by=pool.bram, now=PROMISED - MINUTE)

    before = news_at(PROMISED - MINUTE, pool)
    assert news_at(PROMISED, pool) == before


def test_the_same_look_twice_or_too_early_tells_nothing(pool: Pool, request_: Request) -> None:
    task = call_to_make(request_)

    said = [
        actions.admit_promise_passed(task_id=task.pk, now=moment)
        for moment in (PROMISED - MINUTE, PROMISED, PROMISED)
    ]

    assert said == [False, True, True]
    assert news_at(PROMISED, pool) == 2


def test_the_page_repeats_no_promise_that_passed(request_: Request) -> None:
    said = [str(step.text) for step in page(request_, PROMISED).steps]

    assert not [one for one in said if "calls you before 14:00" in one]
