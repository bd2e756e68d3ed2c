"""What the page of a request says about its session: coming, running, not heard of yet, held."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from matching import signals
from matching.pages.status import status_of
from scheduling import actions
from tests.factories.scheduling import (
    HOUR,
    PLANNING,
    SUNDAY,
    Scene,
    make_scene,
    role_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def sentence(scene: Scene, moment: datetime) -> str:
    with translation.override("en"):
        return status_of(scene.request, now=moment).sentence


def test_a_session_is_told_before_during_and_after(scene: Scene) -> None:
    session = scene.plan()
    actions.check_in(role_id=role_of(session).pk, by=scene.ruben_user, now=SUNDAY)

    assert sentence(scene, SUNDAY - MINUTE) == "Ruben K. comes on Sun 6 Sep 14:00."
    assert sentence(scene, SUNDAY) == "The meeting with Ruben K. is now, until 15:00."
    assert sentence(scene, SUNDAY + HOUR + MINUTE) == (
        "The meeting with Ruben K. was until 15:00. We still hear how it went."
    )


def test_after_checking_out_nothing_is_waited_for(scene: Scene) -> None:
    session = scene.plan()
    actions.check_in(role_id=role_of(session).pk, by=scene.ruben_user, now=SUNDAY)
    actions.check_out(role_id=role_of(session).pk, by=scene.ruben_user, now=SUNDAY + 50 * MINUTE)

    assert sentence(scene, SUNDAY + 51 * MINUTE) == (
        "Ruben K. and the participant have had contact."
    )


def test_a_session_that_somebody_has_to_confirm_is_no_promise(scene: Scene) -> None:
    scene.plan()
    signals.gate_voided.send(
        sender=None, request=scene.request, codes=("G1",), why="END", now=PLANNING + HOUR
    )

    assert sentence(scene, PLANNING + HOUR) == (
        "The meeting with Ruben K. on Sun 6 Sep 14:00 has to be confirmed first."
    )
