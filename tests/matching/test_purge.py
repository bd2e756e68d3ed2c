"""A case goes with everything that hangs below it, in an order that the database accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.purge import _clean
from matching import actions
from matching.models import Case, Measure, Request, Task
from tests.conftest import NOON
from tests.factories.matching import DAY, make_matched, make_pool
from tests.factories.scheduling import make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]


def test_a_closed_case_is_purged_with_requests_measures_and_tasks() -> None:
    pool = make_pool(2)
    for _round in range(3):
        request, _assignment = make_matched(pool)
        actions.close_request(request_id=request.pk, by=pool.cas, now=NOON + DAY)
    term = Case.retention.term
    assert term is not None

    early = _clean(Case, NOON + DAY + term - timedelta(seconds=1))
    gone = _clean(Case, NOON + DAY + term + timedelta(seconds=1))

    assert early == 0
    assert gone is not None
    assert gone > 0
    assert [model.objects.count() for model in (Case, Request, Measure, Task)] == [0, 0, 0, 0]


def test_a_case_with_sessions_goes_too() -> None:
    scene = make_scene()
    scene.plan()
    closed_at = NOON + 400 * DAY
    Case.objects.filter(pk=scene.request.case_id).update(closed_at=closed_at)
    term = Case.retention.term
    assert term is not None

    assert _clean(Case, closed_at + term + timedelta(seconds=1))

    assert not Case.objects.exists()
