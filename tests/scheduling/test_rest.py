"""Load and rest at the date of the work: the same questions at offer, yes and session."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from core.access.models import User
from core.errors import NotAllowed
from matching.actions.answers import NotDeployable
from matching.models import Request
from matching.queries import late_objections, look
from pool import actions as pool
from pool.models import Block, Expert, SupportOverride, SupportRhythm
from pool.queries import who_owes_support
from pool.rules import DayHours
from pool.states import BlockKind
from scheduling import actions
from scheduling.actions.needs import NextTooSoon, Resting, WeekFull
from scheduling.models import Session
from scheduling.queries.planning import suggestions
from scheduling.states import SessionKind
from tests.conftest import NOON
from tests.factories.matching import accept, ask, file_request, make_pool, seat_of
from tests.factories.people import client_as
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


# --- An exception, for one request ------------------------------------------------------------


def make_exception(expert: Expert, request: Request, until: datetime, *, by: User) -> None:
    pool.allow_despite_rest(
        expert_id=expert.pk, request_id=request.pk, reason="WANTS", until_at=until, by=by, now=NOON
    )


def test_an_exception_lets_an_offer_go_out_for_that_request_and_that_moment() -> None:
    crowd = make_pool(1)
    ada = crowd.experts[0]
    heavy(ada, NOON - HOUR)
    asked, other = file_request(crowd), file_request(crowd)
    assert look(seat_of(asked), now=NOON).fitting == []

    make_exception(ada, asked, NOON + 5 * HOUR, by=crowd.cas)

    assert look(seat_of(asked), now=NOON).fitting == [ada.pk]
    assert look(seat_of(other), now=NOON).fitting == []
    assert look(seat_of(asked), now=NOON + 5 * HOUR).fitting == []


def test_an_exception_lets_a_yes_stand_and_its_end_does_not() -> None:
    crowd = make_pool(1)
    ada, asked = crowd.experts[0], file_request(crowd)
    offer = ask(crowd, asked)
    heavy(ada, NOON - HOUR)
    make_exception(ada, asked, NOON + 5 * HOUR, by=crowd.cas)
    pool.end_rest_override(expert_id=ada.pk, request_id=asked.pk, by=crowd.cas, now=NOON)
    assert [one.code for one in late_objections(seat_of(asked), ada.pk, now=NOON)] == [
        "REST",
        "RESTING",
    ]

    make_exception(ada, asked, NOON + 5 * HOUR, by=crowd.cas)

    assert accept(offer).expert == ada


def test_an_exception_lets_a_session_be_planned_until_its_moment(scene: Scene) -> None:
    scene.plan()
    start = SUNDAY + 10 * HOUR
    with pytest.raises(Resting):
        scene.plan(start=start, **MEETING)
    pool.allow_despite_rest(
        expert_id=scene.ruben.pk,
        request_id=scene.request.pk,
        reason="KNOWN",
        until_at=start + MINUTE,
        by=scene.hanneke,
        now=PLANNING,
    )
    with pytest.raises(Resting):
        scene.plan(start=start + MINUTE, **MEETING)

    scene.plan(start=start, **MEETING)

    assert Session.objects.count() == 2


def test_an_exception_is_for_who_coordinates_within_a_week_and_for_a_reason() -> None:
    crowd = make_pool(1)
    ada, asked = crowd.experts[0], file_request(crowd)

    with pytest.raises(NotAllowed):
        make_exception(ada, asked, NOON + HOUR, by=crowd.bram)
    for until in (NOON, NOON + 7 * DAY + MINUTE):
        with pytest.raises(pool.RestTooLong):
            make_exception(ada, asked, until, by=crowd.cas)
    with pytest.raises(pool.OtherReason):
        pool.allow_despite_rest(
            expert_id=ada.pk,
            request_id=asked.pk,
            reason="NO_OFFER",
            until_at=NOON + HOUR,
            by=crowd.cas,
            now=NOON,
        )
    assert not SupportOverride.objects.exists()


def test_an_exception_to_rest_is_none_to_support() -> None:
    crowd = make_pool(1)
    ada, asked = crowd.experts[0], file_request(crowd)
    SupportRhythm.objects.create(
        kind="INTERVISION", every=1, unit="WEEKS", valid_from=(NOON - 90 * DAY).date()
    )
    Expert.objects.filter(pk=ada.pk).update(started_on=(NOON - 90 * DAY).date())

    make_exception(ada, asked, NOON + HOUR, by=crowd.cas)

    assert who_owes_support([ada.pk], on=NOON.date()) == {ada.pk}


def test_the_page_of_a_request_offers_it_where_only_rest_is_in_the_way() -> None:
    crowd = make_pool(1)
    ada, asked = crowd.experts[0], file_request(crowd)
    heavy(ada, NOON - HOUR)
    browser, address = client_as(crowd.cas), f"/aanvragen/{asked.pk}/rust/{ada.pk}/"
    with time_machine.travel(NOON, tick=False):
        browser.post(f"/aanvragen/{asked.pk}/zoek/")
        assert address in browser.get(f"/aanvragen/{asked.pk}/").content.decode()
        given = {"act": "allow", "reason": "WANTS", "day": str(NOON.date()), "clock": "17:00"}

        assert browser.post(address, given | {"reason": ""}).status_code == 422
    with time_machine.travel(NOON + MINUTE, tick=False):
        assert browser.post(address, given).status_code == 302

        page = browser.get(f"/aanvragen/{asked.pk}/").content.decode()
        assert "Mag gevraagd worden tijdens rust" in page
        assert look(seat_of(asked), now=NOON).fitting == [ada.pk]
        assert browser.post(address, {"act": "end"}).status_code == 302
        assert look(seat_of(asked), now=NOON).fitting == []


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
