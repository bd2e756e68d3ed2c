"""After which meetings an expert is offered a talk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pool.actions import answer_debrief
from pool.models import Debrief
from scheduling import actions
from scheduling.models import Session, SessionRole
from tests.factories.scheduling import HOUR, SUNDAY, Scene, make_scene, role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def offered() -> list[str]:
    return list(Debrief.objects.order_by("offered_at").values_list("occasion", flat=True))


def hold(scene: Scene, session: Session) -> SessionRole:
    role = role_of(session)
    actions.check_in(role_id=role.pk, by=scene.ruben_user, now=session.starts_at)
    return actions.check_out(role_id=role.pk, by=scene.ruben_user, now=session.ends_at)


def say_no(scene: Scene) -> None:
    for one in Debrief.objects.filter(state="OFFERED"):
        answer_debrief(debrief_id=one.pk, wants_call=False, by=scene.ruben_user, now=SUNDAY + DAY)


def test_the_first_meeting_offers_a_talk_and_the_next_does_not(scene: Scene) -> None:
    hold(scene, scene.plan())
    assert offered() == ["FIRST_MEETING"]
    say_no(scene)

    hold(scene, scene.plan(start=SUNDAY + 2 * DAY))

    assert offered() == ["FIRST_MEETING"]


def test_checking_out_twice_offers_one_talk(scene: Scene) -> None:
    role = hold(scene, scene.plan())
    say_no(scene)

    actions.check_out(role_id=role.pk, by=scene.ruben_user, now=SUNDAY + 2 * HOUR)
    actions.mark_held(session_id=role.session_id, by=scene.hanneke, now=SUNDAY + 2 * HOUR)

    assert offered() == ["FIRST_MEETING"]


def test_whoever_was_looked_for_is_offered_a_talk_once_out(scene: Scene) -> None:
    hold(scene, scene.plan())
    say_no(scene)
    second = scene.plan(start=SUNDAY + 2 * DAY)
    role = actions.check_in(role_id=role_of(second).pk, by=scene.ruben_user, now=second.starts_at)
    for minutes in (30, 45):
        actions.look_for(role_id=role.pk, now=second.ends_at + minutes * MINUTE)
    assert offered() == ["FIRST_MEETING"]

    actions.check_out(role_id=role.pk, by=scene.ruben_user, now=second.ends_at + HOUR)

    assert offered() == ["FIRST_MEETING", "ALARM"]


def test_where_nobody_came_a_talk_is_offered(scene: Scene) -> None:
    session = scene.plan()

    actions.mark_missed(session_id=session.pk, by=scene.hanneke, now=session.ends_at)

    assert offered() == ["NOBODY_CAME"]
