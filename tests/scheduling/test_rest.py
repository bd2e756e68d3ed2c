"""Load and rest at the date of the work: the same questions at offer, yes and session."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from matching.actions.answers import NotDeployable
from matching.queries import look
from pool import actions as pool
from pool.models import Block, Expert
from pool.rules import DayHours
from pool.states import BlockKind
from scheduling import actions
from scheduling.actions.sessions import NextTooSoon, Resting, WeekFull
from scheduling.models import Session
from scheduling.queries.planning import suggestions
from scheduling.states import SessionKind
from tests.conftest import NOON
from tests.factories.matching import accept, ask, file_request, make_pool, seat_of
from tests.factories.pool import make_region_profile
from tests.factories.scheduling import DAY, HOUR, PLANNING, SUNDAY, Scene, make_scene, role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
MINUTE = timedelta(minutes=1)
MEETING = {"kind": SessionKind.MEETING}


@pytest.fixture
def scene(in_region: object) -> Scene:  # noqa: ARG001  (first the region)
    return make_scene()


def heavy(expert: Expert, ended: datetime) -> None:
    """Somebody comes out of a heavy contact of an hour."""
    pool.book_all(
        [
            pool.Booking(
                expert,
                BlockKind.SESSION,
                ended - HOUR,
                ended,
                timedelta(0),
                expert.pk,
                is_heavy=True,
            )
        ]
    )


# --- Three moments ----------------------------------------------------------------------------


def test_one_who_rests_gets_no_offer() -> None:
    crowd = make_pool(2)
    # Longer than the ordinary rest of twelve hours, less than the one after a heavy contact.
    heavy(crowd.experts[0], NOON - 20 * HOUR)

    fit = look(seat_of(file_request(crowd)), now=NOON)

    assert fit.fitting == [crowd.ids[1]]
    ((expert_id, found),) = fit.excluded
    assert (expert_id, [one.code for one in found]) == (crowd.ids[0], ["RESTING"])


def test_one_who_rests_since_the_offer_cannot_say_yes() -> None:
    crowd = make_pool(1)
    offer = ask(crowd, file_request(crowd))
    heavy(crowd.experts[0], NOON - 20 * HOUR)

    with pytest.raises(NotDeployable):
        accept(offer)


def test_no_session_is_planned_in_the_rest_after_a_first_meeting(scene: Scene) -> None:
    scene.plan()

    with pytest.raises(Resting):
        scene.plan(start=SUNDAY + 25 * HOUR - MINUTE, **MEETING)
    rested = scene.plan(start=SUNDAY + 25 * HOUR, **MEETING)

    assert Session.objects.count() == 2
    assert [block.is_heavy for block in Block.objects.order_by("ends_at")] == [True, False]
    with pytest.raises(Resting):
        actions.move_session(
            session_id=rested.pk,
            start=SUNDAY + 20 * HOUR,
            end=SUNDAY + 21 * HOUR,
            place_id=None,
            by=scene.hanneke,
            now=PLANNING,
        )


def test_suggested_moments_leave_the_rest_alone_and_follow_the_days(scene: Scene) -> None:
    scene.plan()
    monday = DayHours((SUNDAY + DAY).date(), 0, 1440, is_there=False)
    pool.set_hours(expert_id=scene.ruben.pk, hours=monday, by=scene.ruben_user, now=PLANNING)

    found = suggestions(
        scene.request, [scene.ruben.pk], kind=SessionKind.MEETING, length=HOUR, now=SUNDAY + HOUR
    )

    assert found
    assert min(found) >= SUNDAY + 2 * DAY - 15 * HOUR
    called = suggestions(
        scene.request, [scene.ruben.pk], kind=SessionKind.PHONE, length=HOUR, now=SUNDAY + HOUR
    )
    assert min(called) < SUNDAY + DAY


# --- What is more and what is less ------------------------------------------------------------


def test_an_expert_may_ask_for_more_rest_and_the_region_for_none(scene: Scene) -> None:
    scene.plan()
    Expert.objects.filter(pk=scene.ruben.pk).update(heavy_rest_minutes=48 * 60)
    with pytest.raises(Resting):
        scene.plan(start=SUNDAY + 40 * HOUR, **MEETING)

    Expert.objects.filter(pk=scene.ruben.pk).update(heavy_rest_minutes=None)
    make_region_profile(heavy_rest_minutes=0)
    scene.plan(start=SUNDAY + 3 * HOUR, **MEETING)
    assert Session.objects.count() == 2


def test_a_call_on_the_phone_asks_for_no_rest(scene: Scene) -> None:
    scene.plan()

    scene.plan(start=SUNDAY + 3 * HOUR, kind=SessionKind.PHONE)
    assert Session.objects.count() == 2


def test_a_first_meeting_leaves_room_for_rest_before_what_follows(scene: Scene) -> None:
    scene.plan(start=SUNDAY + 10 * HOUR, **MEETING)

    with pytest.raises(NextTooSoon):
        scene.plan()


def test_a_first_meeting_can_be_moved_within_its_own_rest(scene: Scene) -> None:
    session = scene.plan()

    moved = actions.move_session(
        session_id=session.pk,
        start=SUNDAY + 3 * HOUR,
        end=SUNDAY + 4 * HOUR,
        place_id=None,
        by=scene.hanneke,
        now=PLANNING,
    )

    assert moved.starts_at == SUNDAY + 3 * HOUR


def test_nobody_rests_from_a_meeting_that_was_missed(scene: Scene) -> None:
    session = scene.plan()
    after = SUNDAY + HOUR

    actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=after)
    assert not Block.objects.get().is_heavy

    actions.mark_held(session_id=session.pk, by=scene.hanneke, now=after)
    assert Block.objects.get().is_heavy


def test_whoever_had_to_be_looked_for_rests(scene: Scene) -> None:
    session = scene.plan(**MEETING)
    role = role_of(session)
    actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY)

    for hours in (3, 6):
        actions.look_for(role_id=role.pk, now=SUNDAY + hours * HOUR)

    assert Block.objects.get().is_heavy


# --- Load -------------------------------------------------------------------------------------


def test_a_week_holds_as_many_sessions_as_agreed(scene: Scene) -> None:
    Expert.objects.filter(pk=scene.ruben.pk).update(max_per_week=1)
    # Sunday is the last day of its week, Monday the first of the next.
    session = scene.plan(**MEETING)
    monday = scene.plan(start=SUNDAY + DAY, **MEETING)

    with pytest.raises(WeekFull):
        scene.plan(start=SUNDAY + 2 * DAY, **MEETING)
    with pytest.raises(WeekFull):
        actions.move_session(
            session_id=session.pk,
            start=SUNDAY + 2 * DAY,
            end=SUNDAY + 2 * DAY + HOUR,
            place_id=None,
            by=scene.hanneke,
            now=PLANNING,
        )
    moved = actions.move_session(
        session_id=monday.pk,
        start=SUNDAY + 2 * DAY,
        end=SUNDAY + 2 * DAY + HOUR,
        place_id=None,
        by=scene.hanneke,
        now=PLANNING,
    )
    assert moved.starts_at == SUNDAY + 2 * DAY
