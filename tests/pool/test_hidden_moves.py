"""Somebody who took consent back: by no address of the pool is anything done to that person.

But what safety asks: stopping at once, and leaving. Work that runs is handed over on the pages
of the requests, which are not of the pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.forms.models import model_to_dict
from django.urls import URLPattern, URLResolver, get_resolver

from core import approvals
from core.access.models import Region, Role, User
from core.audit.models import AuditEntry
from pool import actions
from pool.models import (
    Absence,
    Agreement,
    Block,
    DayChange,
    Expert,
    SupportContact,
    Suspension,
    Training,
    WeekAvailability,
)
from pool.states import ExpertState
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
PREFIX = "pool/<uuid:expert_id>/"
# Of these addresses a part stays open: see `pool.views.experts._hidden`.
PARTLY = {"expert-suspend", "expert-leave"}
# Handing over what is planned: of another layer, and open, because it is for who waits there.
OPEN = {"sessions-after", "work-pass"}


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


ADDRESSES = [
    one
    for one in patterns(get_resolver().url_patterns)
    if str(one.pattern).startswith(PREFIX) and one.name not in OPEN
]
CLOSED_MOVES = ("train", "activate", "pause", "resume", "ask", "invite")


@pytest.fixture
def cas(in_region: Region) -> User:  # noqa: ARG001
    return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def ada(cas: User) -> Iterator[Expert]:
    with time_machine.travel(NOON, tick=False):
        yield make_active_expert(cas, first_name="Ada")


def hide(expert: Expert) -> None:
    assert expert.user is not None
    actions.withdraw_consent(expert_id=expert.pk, by=expert.user, now=NOON)


def address(pattern: URLPattern, expert: Expert) -> str:
    """The address of this page for this person; rows of others stand in for parts of it."""
    path = f"/{pattern.pattern}".replace("<uuid:expert_id>", str(expert.pk))
    for part in ("change_id", "absence_id", "contact_id", "training_id"):
        path = path.replace(f"<uuid:{part}>", str(uuid4()))
    return path.replace("<slug:kind>", "vog")


def all_of(expert: Expert) -> dict[str, Any]:
    """Whatever a page of the pool could change."""
    rows = (
        Absence,
        Agreement,
        Block,
        DayChange,
        SupportContact,
        Suspension,
        Training,
        WeekAvailability,
    )
    kept: dict[str, Any] = {
        model.__name__: sorted(map(str, model.objects.filter(expert=expert).values_list()))
        for model in rows
    }
    return kept | {"expert": model_to_dict(Expert.objects.get(pk=expert.pk))}


def test_there_are_addresses_to_try() -> None:
    assert len(ADDRESSES) > 15
    assert {one.name for one in ADDRESSES} >= PARTLY


@pytest.mark.parametrize("pattern", ADDRESSES, ids=lambda one: str(one.name))
def test_by_no_address_anything_is_done_to_who_took_consent_back(
    pattern: URLPattern, ada: Expert, cas: User
) -> None:
    hide(ada)
    before = all_of(ada)

    answer = client_as(cas).post(address(pattern, ada), {"act": "end", "move": "pause"})

    # 405: a page that is only for reading, of which others try that it is closed.
    closed = {422} if pattern.name in PARTLY else {404, 409}
    assert answer.status_code in closed | {405}
    assert "Ada" not in answer.content.decode()
    assert all_of(ada) == before


@pytest.mark.parametrize("move", CLOSED_MOVES)
def test_every_step_is_refused(move: str, ada: Expert, cas: User) -> None:
    hide(ada)
    before = all_of(ada)

    answer = client_as(cas).post(f"/pool/{ada.pk}/stap/", {"move": move})

    assert answer.status_code in {404, 409}
    assert all_of(ada) == before


@pytest.mark.parametrize("move", ["train", "pause"])
def test_the_same_step_is_taken_for_who_is_there(move: str, ada: Expert, cas: User) -> None:
    answer = client_as(cas).post(f"/pool/{ada.pk}/stap/", {"move": move})

    assert answer.status_code == 302


ACTS = {
    "train": actions.start_training,
    "activate": actions.activate,
    "pause": actions.pause,
    "resume": actions.resume,
    "ask": actions.ask_to_lift,
    "invite": actions.invite_expert,
}


@pytest.mark.parametrize("move", CLOSED_MOVES)
def test_the_act_itself_refuses_too(move: str, ada: Expert, cas: User) -> None:
    hide(ada)

    with pytest.raises(actions.ConsentTakenBack):
        ACTS[move](expert_id=ada.pk, by=cas, now=NOON)


def test_safety_may_stop_somebody_who_took_consent_back(ada: Expert, cas: User) -> None:
    hide(ada)

    answer = client_as(cas).post(f"/pool/{ada.pk}/stoppen/", {"reason": "CONDUCT"})

    assert answer.status_code == 302
    assert Expert.objects.get(pk=ada.pk).state == ExpertState.SUSPENDED


def test_a_faulty_stop_shows_nothing_of_the_profile(ada: Expert, cas: User) -> None:
    hide(ada)

    answer = client_as(cas).post(f"/pool/{ada.pk}/stoppen/", {"reason": ""})

    assert answer.status_code == 422
    assert "Ada" not in answer.content.decode()


@pytest.mark.parametrize("page", ["afspraken-daarna", "overdragen"])
def test_handing_over_stays_possible_and_shows_no_name(ada: Expert, cas: User, page: str) -> None:
    hide(ada)

    answer = client_as(cas).get(f"/pool/{ada.pk}/{page}/")

    assert answer.status_code == 200
    assert "Ada" not in answer.content.decode()


def test_leaving_stays_possible(ada: Expert, cas: User) -> None:
    hide(ada)

    said = {"act": "now", "last_day": "2026-03-10"}
    answer = client_as(cas).post(f"/pool/{ada.pk}/weggaan/", said)

    assert answer.status_code == 302
    assert Expert.objects.get(pk=ada.pk).state == ExpertState.LEFT


def test_the_page_offers_what_stays_possible(ada: Expert, cas: User) -> None:
    hide(ada)

    page = client_as(cas).get(f"/pool/{ada.pk}/").content.decode()

    assert f"/pool/{ada.pk}/stoppen/" in page
    assert f"/pool/{ada.pk}/weggaan/" in page
    assert 'value="pause"' not in page


def test_nobody_comes_back_by_a_second_person_without_consent(ada: Expert, cas: User) -> None:
    actions.suspend(expert_id=ada.pk, reason="OTHER", by=cas, now=NOON)
    asked = actions.ask_to_lift(expert_id=ada.pk, by=cas, now=NOON)
    hide(ada)
    dirk = make_user("Dirk Tas", Role.COORDINATOR)

    with pytest.raises(actions.ConsentTakenBack):
        approvals.approve(approval_id=asked.pk, by=dirk, now=NOON + timedelta(minutes=5))
    answer = client_as(dirk).post(f"/pool/{ada.pk}/terug/", {"decision": "approve"})

    assert answer.status_code == 404
    assert Expert.objects.get(pk=ada.pk).state == ExpertState.SUSPENDED


def test_the_refusal_leaves_no_trace_of_a_look(ada: Expert, cas: User) -> None:
    hide(ada)
    before = AuditEntry.objects.filter(subject=ada.pk).count()

    client_as(cas).post(f"/pool/{ada.pk}/stap/", {"move": "activate"})

    assert AuditEntry.objects.filter(subject=ada.pk).count() == before
