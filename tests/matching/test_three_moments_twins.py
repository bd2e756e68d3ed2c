"""The twins of test_three_moments: with the judge of a moment gone, what it forbids takes place.

So each of the three refuses by itself, and none only because another did.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest

from matching.models import Assignment, Offer
from matching.states import OfferState
from pool.rules import Deployability
from scheduling.models import Session
from tests.factories.matching import HOUR, Pool, accept, ask, file_request, make_pool, open_offers
from tests.matching.test_three_moments import (
    ANY_MOMENT,
    EVERYTHING,
    START,
    Change,
    Matter,
    away,
    booked_then,
    knew_somebody_in_an_earlier_request,
    knows_somebody,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]

# What somebody declared is asked by the answer and the safety check themselves, and hours that
# are given away are refused by the database.
OTHERWISE = {knows_somebody, knew_somebody_in_an_earlier_request, booked_then}


def each(changes: dict[Change, str], *more: Change) -> pytest.MarkDecorator:
    tried = [one for one in (*changes, *more) if one not in OTHERWISE]
    return pytest.mark.parametrize("change", tried, ids=lambda one: one.__name__)


@pytest.fixture
def pool() -> Pool:
    return make_pool(2, wave_size=1)


@pytest.fixture
def matter(pool: Pool) -> Matter:
    return Matter(pool, file_request(pool, seat_start=START, seat_end=START + HOUR))


def nothing(*_args: object, **_more: object) -> list[object]:
    return []


@each(ANY_MOMENT)
def test_without_the_judge_of_offers_anybody_is_asked(
    matter: Matter, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    unjudged: Callable[..., list[object]] = lambda experts, _fit: list(experts)  # noqa: E731
    monkeypatch.setattr("matching.actions.waves.checked", unjudged)
    change(matter)

    offer = matter.ask_ada()

    assert (offer.expert_id, offer.state) == (matter.ada.pk, OfferState.OPEN)


@each(ANY_MOMENT)
def test_without_the_judge_of_a_yes_anybody_gets_the_work(
    matter: Matter, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.actions.answers.late_objections", nothing)
    ask(matter.pool, matter.request)
    (offer,) = open_offers(matter.request)
    change(matter)

    accept(offer)

    assert Offer.objects.get(pk=offer.pk).state == OfferState.ACCEPTED
    assert Assignment.objects.get(offer=offer).expert_id == matter.ada.pk


@each(EVERYTHING, away)
def test_without_the_judge_of_a_session_anybody_is_planned(
    matter: Matter, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    yes: Callable[..., Deployability] = lambda *_a, **_more: Deployability(True)  # noqa: E731
    for place in ("scheduling.actions.needs", "matching.queries.gate"):
        # By import: the last is a function of the same name from outside.
        monkeypatch.setattr(import_module(place), "deployability", yes)
    monkeypatch.setattr("scheduling.actions.needs.require_fit", nothing)
    monkeypatch.setattr("scheduling.actions.sessions.require_room", nothing)
    assignment = accept(matter.ask_ada())
    change(matter)

    matter.plan(assignment_id=assignment.pk)

    assert Session.objects.get().starts_at == START
