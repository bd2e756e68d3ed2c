"""Somebody checked in and does not check out: asked, then looked for, with nobody signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.access.models import Role
from core.errors import NotAllowed
from core.outbox.models import DueWork, Message
from matching.models import Call, CallChain, Task
from matching.models.requests import TaskKind
from matching.states import ChainState
from scheduling import actions
from scheduling.models import Session, SessionRole
from scheduling.rules import overdue_at
from scheduling.states import SessionKind
from tests.factories.people import client_as, make_user
from tests.factories.scheduling import HOUR, SUNDAY, Scene, make_scene, role_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

MINUTE = timedelta(minutes=1)
OUT_BY = SUNDAY + HOUR
ASKED = OUT_BY + 30 * MINUTE
CALLED = OUT_BY + 45 * MINUTE


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def inside(scene: Scene) -> SessionRole:
    """Ruben, checked in at the start of an hour."""
    role = role_of(scene.plan())
    return actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY)


def look(role: SessionRole, at: datetime) -> int:
    return actions.look_for(role_id=role.pk, now=at)


def asked() -> list[str]:
    rows = Message.objects.filter(template="scheduling/check_out").order_by("channel")
    return [message.channel for message in rows]


def test_checking_in_writes_the_moment_to_look(inside: SessionRole) -> None:
    (row,) = DueWork.objects.filter(kind="scheduling.overdue")
    assert (row.subject, row.not_before) == (inside.pk, ASKED)


def test_half_an_hour_late_the_person_is_asked_and_nobody_else(inside: SessionRole) -> None:
    assert look(inside, ASKED - MINUTE) == 0
    assert look(inside, ASKED) == 1

    assert asked() == ["EMAIL", "SMS"]
    assert not Task.objects.filter(kind=TaskKind.OVERDUE).exists()


def test_a_step_is_taken_once_however_often_the_bell_rings(inside: SessionRole) -> None:
    assert [look(inside, ASKED), look(inside, ASKED), look(inside, ASKED + MINUTE)] == [1, 0, 0]
    assert asked() == ["EMAIL", "SMS"]


def test_then_the_own_coordinator_is_called(scene: Scene, inside: SessionRole) -> None:
    make_user("Jorrit Bakker", Role.COORDINATOR)
    look(inside, ASKED)
    assert look(inside, CALLED) == 2

    task = Task.objects.get(kind=TaskKind.OVERDUE)
    assert (task.due_at, task.expert, task.request) == (CALLED, scene.ruben, scene.request)
    chain = CallChain.objects.get(task=task)
    assert [call.user for call in Call.objects.filter(chain=chain)] == [scene.hanneke]
    # A quarter of an hour later the rota climbs by itself.
    assert chain.next_at == CALLED + 15 * MINUTE
    assert look(inside, CALLED + HOUR) == 0


def test_whoever_is_out_is_not_looked_for(scene: Scene, inside: SessionRole) -> None:
    """The twin stays inside and is."""
    actions.check_out(role_id=inside.pk, by=scene.ruben_user, now=OUT_BY)

    assert look(inside, ASKED) == 0
    assert asked() == []


def test_checking_out_late_ends_the_alarm(scene: Scene, inside: SessionRole) -> None:
    look(inside, ASKED)
    look(inside, CALLED)
    actions.check_out(role_id=inside.pk, by=scene.ruben_user, now=CALLED + MINUTE)

    task = Task.objects.get(kind=TaskKind.OVERDUE)
    assert task.done_at == CALLED + MINUTE
    assert CallChain.objects.get(task=task).state == ChainState.ENDED


def test_a_coordinator_who_spoke_to_them_checks_them_out(scene: Scene, inside: SessionRole) -> None:
    look(inside, ASKED)
    look(inside, CALLED)
    client = client_as(scene.hanneke)
    page = client.get(f"/afspraken/{inside.session_id}/").content.decode()
    assert f"/afspraken/deel/{inside.pk}/uit/" in page

    actions.check_out(role_id=inside.pk, by=scene.hanneke, now=CALLED + MINUTE)
    assert not Task.objects.filter(kind=TaskKind.OVERDUE, done_at=None).exists()


def test_all_is_well_and_it_takes_longer(scene: Scene, inside: SessionRole) -> None:
    look(inside, ASKED)
    look(inside, CALLED)
    role = actions.need_longer(
        role_id=inside.pk, minutes=30, by=scene.ruben_user, now=CALLED + MINUTE
    )

    assert role.expected_out_at == CALLED + 31 * MINUTE
    assert not Task.objects.filter(kind=TaskKind.OVERDUE, done_at=None).exists()
    # The alarm is not off: it begins anew from the new moment, with its own messages and task.
    assert look(role, CALLED + 31 * MINUTE + 29 * MINUTE) == 0
    assert look(role, CALLED + 31 * MINUTE + 30 * MINUTE) == 1
    assert look(role, CALLED + 31 * MINUTE + 45 * MINUTE) == 2
    assert asked() == ["EMAIL", "EMAIL", "SMS", "SMS"]
    assert Task.objects.filter(kind=TaskKind.OVERDUE).count() == 2


def test_longer_counts_from_the_planned_end_while_that_is_to_come(
    scene: Scene, inside: SessionRole
) -> None:
    role = actions.need_longer(role_id=inside.pk, minutes=30, by=scene.ruben_user, now=SUNDAY)
    assert role.expected_out_at == OUT_BY + 30 * MINUTE


def test_longer_has_its_bounds(scene: Scene, inside: SessionRole) -> None:
    with pytest.raises(actions.TooMuchLonger):
        actions.need_longer(role_id=inside.pk, minutes=121, by=scene.ruben_user, now=SUNDAY)
    with pytest.raises(NotAllowed):
        actions.need_longer(role_id=inside.pk, minutes=30, by=scene.bram, now=SUNDAY)
    actions.check_out(role_id=inside.pk, by=scene.ruben_user, now=SUNDAY + MINUTE)
    with pytest.raises(actions.NotInside):
        actions.need_longer(role_id=inside.pk, minutes=30, by=scene.ruben_user, now=OUT_BY)


def test_what_a_human_marked_needs_no_alarm(scene: Scene, inside: SessionRole) -> None:
    look(inside, ASKED)
    look(inside, CALLED)
    actions.mark_held(session_id=inside.session_id, by=scene.hanneke, now=CALLED + MINUTE)

    assert not Task.objects.filter(kind=TaskKind.OVERDUE, done_at=None).exists()
    assert look(inside, CALLED + HOUR) == 0


def test_a_session_called_off_while_somebody_is_inside_keeps_its_alarm(
    scene: Scene, inside: SessionRole
) -> None:
    actions.cancel_session(session_id=inside.session_id, by=scene.hanneke, now=SUNDAY + MINUTE)

    assert look(inside, ASKED) == 1


def test_who_comes_late_is_late_from_then(scene: Scene) -> None:
    role = role_of(scene.plan())
    after = OUT_BY + 20 * MINUTE
    role = actions.check_in(role_id=role.pk, by=scene.ruben_user, now=after)

    assert look(role, ASKED) == 0
    assert look(role, after + 30 * MINUTE) == 1


def test_moving_a_session_moves_the_alarm(scene: Scene) -> None:
    role = role_of(scene.plan())
    role = actions.check_in(role_id=role.pk, by=scene.ruben_user, now=SUNDAY - 30 * MINUTE)
    actions.move_session(
        session_id=role.session_id,
        start=SUNDAY - 10 * MINUTE,
        end=SUNDAY + 20 * MINUTE,
        place_id=None,
        by=scene.hanneke,
        now=SUNDAY - 20 * MINUTE,
    )

    assert DueWork.objects.filter(
        kind="scheduling.overdue", not_before=SUNDAY + 50 * MINUTE
    ).exists()
    assert look(role, SUNDAY + 50 * MINUTE) == 1


def test_the_professional_who_checked_in_is_looked_for_too(scene: Scene) -> None:
    session = scene.plan()
    role = SessionRole.objects.get(session=session, user=scene.bram)
    role = actions.check_in(role_id=role.pk, by=scene.bram, now=SUNDAY)

    assert [look(role, ASKED), look(role, CALLED)] == [1, 2]
    assert Task.objects.get(kind=TaskKind.OVERDUE).expert is None


def test_the_phone_shows_what_is_expected(scene: Scene, inside: SessionRole) -> None:
    client = client_as(scene.ruben_user)
    look(inside, ASKED)

    page = client.get(f"/afspraken/{inside.session_id}/").content.decode()
    assert f"/afspraken/deel/{inside.pk}/langer/" in page
    assert client.post(f"/afspraken/deel/{inside.pk}/langer/", {"minutes": "5"}).status_code == 404


def test_steps_are_half_an_hour_and_three_quarters() -> None:
    assert overdue_at(OUT_BY, step=1) == ASKED
    assert overdue_at(OUT_BY, step=2) == CALLED


def test_a_phone_call_has_the_same_alarm(scene: Scene) -> None:
    session: Session = scene.plan(kind=SessionKind.PHONE, with_professional=False)
    role = actions.check_in(role_id=role_of(session).pk, by=scene.ruben_user, now=SUNDAY)
    assert look(role, ASKED) == 1
