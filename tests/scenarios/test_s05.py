"""S5, an expert declines, another says nothing (domain.md 12), with its exact times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from uuid import uuid4

import pytest

from core.access.scope import region_scope
from insight.simulation.regions import Stage
from matching import actions
from matching.models import Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.pages.status import status_of
from matching.states import OfferState, RequestState
from pool.models import RegionProfile
from tests.scenarios.stage import agree, deliver, on_the_wall, set_the_stage

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]

TUESDAY_1900 = on_the_wall(2026, 11, 3, 19)
TUESDAY_1940 = on_the_wall(2026, 11, 3, 19, 40)
TUESDAY_2110 = on_the_wall(2026, 11, 3, 21, 10)
TUESDAY_2140 = on_the_wall(2026, 11, 3, 21, 40)
WEDNESDAY_1000 = on_the_wall(2026, 11, 4, 10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = set_the_stage(now=on_the_wall(2026, 9, 1, 9))
    with region_scope(stage.region.pk):
        # What can wait: two hours to think, and nobody is asked between half past nine and eight.
        agree(answer_normal=120)
        RegionProfile.objects.update(quiet_from=time(21, 30), quiet_until=time(8))
        yield stage


def ask_b_then_c(stage: Stage) -> tuple[Request, Seat]:
    """A request of that afternoon; the coordinator asks Bas first, then Cor, then Adam."""
    filing = actions.Filing(
        activity="BUDDY_1ON1",
        urgency="NORMAL",
        area_code="1112",
        age_band="THIRTIES",
        relation="PARTNER",
        earliest_contact_at=on_the_wall(2026, 11, 3, 18),
        case_manager_name="Fatih Meulendijk",
        case_manager_phone="06 0000 0202",
        form_key=uuid4(),
        day_parts=("EVENING",),
    )
    worker, coordinator = stage.professionals[0], stage.coordinators[0]
    request = actions.open_request(filing=filing, by=worker, now=on_the_wall(2026, 11, 3, 18))
    seat = Seat.objects.get(request=request)
    order = [stage.experts[name].pk for name in ("Bas", "Cor", "Adam")]
    actions.start_wave(seat_id=seat.pk, by=coordinator, now=TUESDAY_1900, experts=order)
    return request, seat


def offer_of(stage: Stage, name: str) -> Offer:
    return Offer.objects.get(expert=stage.experts[name])


def test_no_and_silence(stage: Stage) -> None:
    request, _seat = ask_b_then_c(stage)
    assert offer_of(stage, "Bas").deadline_at == on_the_wall(2026, 11, 3, 21)
    deliver(now=TUESDAY_1900 + MINUTE)

    # 19:40: Bas declines and says that it is too heavy. Cor, and nobody else, is asked at once.
    actions.decline_offer(
        offer_id=offer_of(stage, "Bas").pk,
        expert_id=stage.experts["Bas"].pk,
        reason="TOO_HEAVY",
        now=TUESDAY_1940,
        by_link=True,
    )
    cor = offer_of(stage, "Cor")
    assert (cor.state, cor.offered_at, cor.deadline_at) == (
        OfferState.OPEN,
        TUESDAY_1940,
        TUESDAY_2140,
    )
    assert not Offer.objects.filter(expert=stage.experts["Adam"]).exists()
    assert ("matching/offer", "Cor Castelein") in deliver(now=TUESDAY_1940)

    # Who asked sees that it goes on, and by when there is more, should Cor say nothing.
    sentence = status_of(request, now=TUESDAY_1940).sentence
    assert "wo 4 nov 10:00" in sentence, sentence

    # "Too heavy" is for the coordinator; who asked hears nothing of it.
    (care,) = Task.objects.filter(kind=TaskKind.TOO_HEAVY, done_at=None)
    assert (care.expert, care.request) == (stage.experts["Bas"], None)

    # 21:10 a reminder, to Cor only; 21:40 it lapses, and that is no decline.
    assert deliver(now=TUESDAY_2110 - MINUTE) == []
    assert {name for _template, name in deliver(now=TUESDAY_2110)} == {"Cor Castelein"}
    deliver(now=TUESDAY_2140 - MINUTE)
    cor.refresh_from_db()
    assert cor.state == OfferState.OPEN
    deliver(now=TUESDAY_2140)
    cor.refresh_from_db()
    assert (cor.state, cor.reason) == (OfferState.EXPIRED, "")

    # Adam is next. He is not woken: his message leaves at eight, his two hours end at ten.
    adam = offer_of(stage, "Adam")
    assert (adam.state, adam.deadline_at) == (OfferState.OPEN, WEDNESDAY_1000)
    assert deliver(now=on_the_wall(2026, 11, 4, 7, 59)) == []
    assert ("matching/offer", "Adam Aalbers") in deliver(now=on_the_wall(2026, 11, 4, 8))
    request.refresh_from_db()
    assert request.state == RequestState.SEARCHING


def test_a_conflict_as_reason_closes_this_request_for_them_and_wakes_nobody(stage: Stage) -> None:
    request, seat = ask_b_then_c(stage)
    bas = stage.experts["Bas"]
    actions.decline_offer(
        offer_id=offer_of(stage, "Bas").pk,
        expert_id=bas.pk,
        reason="CONFLICT",
        now=TUESDAY_1940,
        by_link=True,
    )

    decision = actions.decide(seat_id=seat.pk, by=stage.coordinators[0], now=TUESDAY_1940)
    against = {one["expert"]: one["objections"] for one in decision.excluded}[str(bas.pk)]
    assert "CONFLICT_DECLARED" in {one["code"] for one in against}
    assert not Task.objects.filter(request=request, kind=TaskKind.CONFLICT).exists()
