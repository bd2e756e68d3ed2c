"""Every pair of states of a talk and of hours that are booked: possible where the table says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from core.errors import Refusal
from pool import actions
from pool.models import Block, Debrief, Expert
from pool.states import BLOCK, DEBRIEF, BlockKind, BlockState, DebriefState
from pool.vocabulary import DebriefOccasion
from tests.conftest import NOON
from tests.factories.matching import HOUR
from tests.factories.pool import make_active_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
LATER = NOON + timedelta(hours=30)
OVER = {DebriefState.HELD, DebriefState.MISSED}


@pytest.fixture
def ada() -> Expert:
    return make_active_expert(first_name="Ada")


def a_talk(ada: Expert, state: DebriefState) -> Debrief:
    """A talk that is in this state, as if it had come there."""
    talk = actions.offer_debrief(
        expert=ada, occasion=DebriefOccasion.FIRST_CONTACT, source=uuid4(), now=NOON
    )
    assert talk is not None
    talk.state, talk.answered_at = state, NOON
    if state in OVER:
        talk.closed_at, talk.closed_by = NOON, ada.coordinator
    talk.save()
    return talk


def answers(*, wants: bool) -> Callable[[Debrief, Expert], object]:
    def answer(talk: Debrief, ada: Expert) -> object:
        assert ada.user is not None
        return actions.answer_debrief(debrief_id=talk.pk, wants_call=wants, by=ada.user, now=LATER)

    return answer


def closes(*, reached: bool) -> Callable[[Debrief, Expert], object]:
    def close(talk: Debrief, ada: Expert) -> object:
        return actions.close_debrief(
            debrief_id=talk.pk, reached=reached, by=ada.coordinator, now=LATER
        )

    return close


def is_silent(talk: Debrief, _ada: Expert) -> object:
    return actions.take_silence_for_yes(debrief_id=talk.pk, now=LATER)


WAYS: dict[str, Callable[[Debrief, Expert], object]] = {
    DebriefState.DECLINED: answers(wants=False),
    DebriefState.WANTED: answers(wants=True),
    DebriefState.SILENT: is_silent,
    DebriefState.HELD: closes(reached=True),
    DebriefState.MISSED: closes(reached=False),
}


def test_each_state_but_the_first_has_a_way_in() -> None:
    assert {*WAYS, DebriefState.OFFERED} == {*DebriefState.values}


@pytest.mark.parametrize("old", DebriefState.values)
@pytest.mark.parametrize("new", WAYS)
def test_a_talk_moves_exactly_where_the_table_says(ada: Expert, old: str, new: str) -> None:
    talk = a_talk(ada, DebriefState(old))

    with suppress(Refusal):
        WAYS[new](talk, ada)

    talk.refresh_from_db()
    assert talk.state == (new if new in DEBRIEF.moves[old] else old)


def test_hours_are_released_and_never_come_back(ada: Expert) -> None:
    source = uuid4()
    actions.book(
        expert=ada,
        kind=BlockKind.SESSION,
        start=NOON,
        end=NOON + HOUR,
        travel=timedelta(0),
        source=source,
    )
    assert BLOCK.moves == {
        BlockState.LIVE: frozenset({BlockState.RELEASED}),
        BlockState.RELEASED: frozenset(),
    }

    for _time in range(2):
        actions.release(source=source)

    assert Block.objects.get(source=source).state == BlockState.RELEASED
