"""S6, nobody available (domain.md 12), with its exact times, and with its neighbour region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from core import approvals
from core.access.models import Membership, Role, User
from core.access.scope import region_scope
from core.approvals.models import Approval
from core.outbox.models import Message
from insight.simulation.cast import ALWAYS, Person, Staff
from insight.simulation.regions import Stage, build_region
from matching import actions
from matching.models import Call, CallChain, Decision, Offer, Request, Seat, Task
from matching.models.requests import TaskKind
from matching.pages.status import status_of
from matching.queries.fit import look
from matching.states import ChainState, RequestState
from pool import actions as pool
from pool.models import ExcludedArea, OnCallShift
from tests.scenarios.stage import CAST, agree, deliver, on_the_wall, set_the_stage

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]

SUNDAY_1620 = on_the_wall(2026, 12, 27, 16, 20)
SUNDAY_1720 = on_the_wall(2026, 12, 27, 17, 20)
SUNDAY_1735 = on_the_wall(2026, 12, 27, 17, 35)
SUNDAY_1820 = on_the_wall(2026, 12, 27, 18, 20)
MINUTE = timedelta(minutes=1)

FIVE = replace(
    CAST,
    experts=(
        Person("Adam", "Aalbers", "1091", week=ALWAYS, paused=True),
        Person("Bas", "Bolderman", "1055", week=ALWAYS, paused=True),
        Person("Cor", "Castelein", "1191", week=ALWAYS),
        Person("Dirk", "Dekkers", "1091", week=ALWAYS, vog="expired"),
        Person("Emre", "Ekinci", "1072", week=ALWAYS, max_running=1),
    ),
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = set_the_stage(now=on_the_wall(2026, 12, 21, 9), cast=FIVE)
    with region_scope(stage.region.pk):
        agree()
        ExcludedArea.objects.create(expert=stage.experts["Cor"], area_id="1112")
        give_work(stage)
        the_rota(stage)
        yield stage


def filing(*, now: datetime) -> actions.Filing:
    return actions.Filing(
        activity="BUDDY_1ON1",
        urgency="URGENT",
        area_code="1112",
        age_band="THIRTIES",
        relation="PARTNER",
        earliest_contact_at=now,
        case_manager_name="Fatih Meulendijk",
        case_manager_phone="06 0000 0202",
        form_key=uuid4(),
        day_parts=("EVENING",),
    )


def give_work(stage: Stage) -> None:
    """Emre stands beside somebody already, and one is his maximum."""
    now = on_the_wall(2026, 12, 22, 10)
    emre, coordinator = stage.experts["Emre"], stage.coordinators[0]
    request = actions.open_request(filing=filing(now=now), by=stage.professionals[0], now=now)
    seat = Seat.objects.get(request=request)
    actions.start_wave(seat_id=seat.pk, by=coordinator, now=now, experts=[emre.pk])
    actions.declare_conflict(
        request_id=request.pk, expert_id=emre.pk, answer="NO_CONFLICT", now=now
    )
    offer = Offer.objects.get(seat=seat)
    actions.accept_offer(offer_id=offer.pk, by=emre.user, expert_id=emre.pk, now=now, by_link=True)


def the_rota(stage: Stage) -> None:
    """That Sunday: Hanneke first, Jorrit second; Wilma runs the region and opens no requests."""
    Membership.objects.filter(role=Role.REGIONAL_ADMIN).delete()
    wilma = User.objects.create_user("wilma@demo.naast.example", name="Wilma Roest")
    Membership.objects.create(
        user=wilma,
        role=Role.REGIONAL_ADMIN,
        started_at=on_the_wall(2026, 1, 1, 9),
        phone="06 0000 0301",
    )
    OnCallShift.objects.all().delete()
    for place, user in enumerate(stage.coordinators, start=1):
        pool.plan_on_call(
            user=user,
            starts_at=on_the_wall(2026, 12, 27, 8),
            ends_at=on_the_wall(2026, 12, 28, 8),
            place_in_chain=place,
            by=stage.coordinators[0],
            now=on_the_wall(2026, 12, 21, 9),
        )


def ask_for_somebody(stage: Stage) -> Request:
    """16:20: the request, and the coordinator's look at the pool in the same minute."""
    worker, coordinator = stage.professionals[0], stage.coordinators[0]
    request = actions.open_request(filing=filing(now=SUNDAY_1620), by=worker, now=SUNDAY_1620)
    seat = Seat.objects.get(request=request)
    assert actions.start_wave(seat_id=seat.pk, by=coordinator, now=SUNDAY_1620) is None
    request.refresh_from_db()
    return request


def called(at: datetime) -> set[str]:
    """Who was sent a text about it at this moment."""
    deliver(now=at)
    texts = Message.objects.filter(
        template="matching/needs_you", channel="SMS", created_at__gte=at, created_at__lt=at + MINUTE
    ).exclude(about=None)
    return set(texts.values_list("recipient__name", flat=True))


def test_nobody_can(stage: Stage) -> None:
    request = ask_for_somebody(stage)

    # In the same minute: why each is out, for the coordinator.
    decision = Decision.objects.get(seat__request=request)
    why = {one["expert"]: {o["code"] for o in one["objections"]} for one in decision.excluded}
    assert len(why) == 5
    expected = {
        "Adam": "PAUSED",
        "Bas": "PAUSED",
        "Cor": "EXCLUDED_AREA",
        "Dirk": "PAPERS",
        "Emre": "MAX_RUNNING",
    }
    for name, code in expected.items():
        assert code in why[str(stage.experts[name].pk)], (name, why)

    # And for the requester an honest sentence with a time, without any of these reasons.
    status = status_of(request, now=SUNDAY_1620)
    assert "18:20" in status.sentence
    assert request.state == RequestState.UNFILLED
    (task,) = Task.objects.filter(request=request, done_at=None)
    assert (task.kind, task.due_at) == (TaskKind.NOBODY_FITS, SUNDAY_1820)
    assert called(SUNDAY_1620) == {"Hanneke Vossen"}

    # Nobody opens it. After an hour the second is called, then whoever runs the region.
    assert called(SUNDAY_1720 - MINUTE) == set()
    assert called(SUNDAY_1720) == {"Jorrit Bakkeren"}
    assert called(SUNDAY_1735 - MINUTE) == set()
    assert called(SUNDAY_1735) == {"Wilma Roest"}
    # Who waits sees that people are being called, and when the next one is.
    steps = " ".join(str(step.text) for step in status_of(request, now=SUNDAY_1735).steps)
    assert "17:50" in steps
    # Then everybody, and so on: it never falls silent.
    assert called(SUNDAY_1735 + 15 * MINUTE) == {"Hanneke Vossen", "Jorrit Bakkeren", "Wilma Roest"}
    chain = CallChain.objects.get(task=task)
    assert chain.state == ChainState.CLIMBING


def test_whoever_opens_it_has_it_and_it_climbs_on_when_nothing_follows(stage: Stage) -> None:
    request = ask_for_somebody(stage)
    deliver(now=SUNDAY_1720)

    jorrit = stage.coordinators[1]
    opened = SUNDAY_1720 + 4 * MINUTE
    actions.see_request(request_id=request.pk, by=jorrit, now=opened)

    chain = CallChain.objects.get(task__request=request, task__kind=TaskKind.NOBODY_FITS)
    assert (chain.state, chain.answered_by) == (ChainState.ANSWERED, jorrit)
    assert called(SUNDAY_1735) == set()
    # At the promised moment it is still open: that is not enough, Wilma is called.
    assert chain.next_at == SUNDAY_1820
    assert called(SUNDAY_1820) == {"Wilma Roest"}


def test_a_call_that_was_made_ends_the_chain_kindly(stage: Stage) -> None:
    request = ask_for_somebody(stage)
    deliver(now=SUNDAY_1720)
    task = Task.objects.get(request=request, done_at=None)
    hanneke, jorrit = stage.coordinators

    actions.take_call(task_id=task.pk, by=jorrit, now=SUNDAY_1720 + MINUTE)
    actions.finish_task(task_id=task.pk, by=jorrit, now=SUNDAY_1720 + 9 * MINUTE)

    assert CallChain.objects.get(task=task).state == ChainState.ENDED
    left = deliver(now=SUNDAY_1720 + 9 * MINUTE)
    assert {name for template, name in left if template == "matching/solved"} == {hanneke.name}
    assert called(SUNDAY_1820) == set()
    assert Call.objects.filter(chain__task=task).count() == 2


# --- The neighbour region ---------------------------------------------------------------------

SUNDAY_1630 = on_the_wall(2026, 12, 27, 16, 30)
NEIGHBOUR = replace(
    CAST,
    code="VT78",
    name="Duinrand",
    host="Pool Duinrand",
    organisations={"Pool Duinrand": ("POOL_HOST", "088 000 78 00")},
    coordinators=(Staff("Petra Zandvliet", "06 0000 0401"), Staff("Joris Kuiper", "06 0000 0402")),
    professionals=(),
    experts=(Person("Corné", "Duinker", "1055", week=ALWAYS, max_running=2),),
    places=(),
)


def test_the_neighbour_region_lends_somebody_who_says_yes(stage: Stage) -> None:
    request = ask_for_somebody(stage)
    seat, hanneke = Seat.objects.get(request=request), stage.coordinators[0]
    dice = Random(7)  # noqa: S311
    beside = build_region(NEIGHBOUR, now=on_the_wall(2026, 12, 21, 9), dice=dice)
    corne, (petra, joris) = beside.experts["Corné"], beside.coordinators
    assert look(seat, now=SUNDAY_1620).fitting == []

    # 16:21: Hanneke asks the neighbour: the work, the days, the distance, and no names.
    terms = pool.Terms({"BUDDY_1ON1"}, date(2026, 12, 27), date(2027, 1, 31), 40)
    asked = pool.ask_to_lend(
        lender_id=beside.region.pk, terms=terms, by=hanneke, now=SUNDAY_1620 + MINUTE
    )
    with region_scope(beside.region.pk):
        assert {name for _template, name in deliver(now=SUNDAY_1620 + MINUTE)} >= {
            "Petra Zandvliet",
            "Joris Kuiper",
        }
        # Petra chooses somebody, Joris agrees as the second; the other region sees nothing yet.
        grant = pool.propose_lending(
            expert_id=corne.pk,
            borrower_id=stage.region.pk,
            terms=terms,
            ask_id=asked.pk,
            by=petra,
            now=SUNDAY_1620 + 4 * MINUTE,
        )
        waits = Approval.objects.get(subject=grant.pk)
        approvals.approve(approval_id=waits.pk, by=joris, now=SUNDAY_1620 + 6 * MINUTE)
    assert look(seat, now=SUNDAY_1620 + 6 * MINUTE).fitting == []

    # 16:28: Corné says yes on the phone, up to fifteen kilometres.
    assert corne.user is not None
    with region_scope(beside.region.pk):
        pool.agree_to_lending(
            grant_id=grant.pk, own_km=15, by=corne.user, now=SUNDAY_1620 + 8 * MINUTE
        )
    asked.refresh_from_db()
    assert asked.state == "ANSWERED"

    # 16:30: he can be asked, and the five at home are out for the same reasons as before.
    found = look(seat, now=SUNDAY_1630, with_reasons=True)
    assert found.fitting == [corne.pk]
    assert len(found.excluded) == 5
    actions.start_wave(seat_id=seat.pk, by=hanneke, now=SUNDAY_1630, experts=[corne.pk])
    offer = Offer.objects.get(seat=seat, state="OPEN")
    assert (offer.lent_from, offer.grant_id) == (beside.region.pk, grant.pk)
    actions.declare_conflict(
        request_id=request.pk, expert_id=corne.pk, answer="NO_CONFLICT", now=SUNDAY_1630 + MINUTE
    )
    work = actions.accept_offer(
        offer_id=offer.pk, by=None, expert_id=corne.pk, now=SUNDAY_1630 + MINUTE, by_link=True
    )

    request.refresh_from_db()
    assert request.state == RequestState.MATCHED
    assert (work.expert_region_id, work.grant_id) == (beside.region.pk, grant.pk)
    # Nobody is called any more.
    assert called(SUNDAY_1720) == set()
