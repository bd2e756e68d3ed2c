"""The expert's day: a question, two equal answers, layers that open one by one, no telling word."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from core.access.models import Membership, Region, Role
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.outbox.messages import FORBIDDEN
from matching.models import Assignment, ConflictDeclaration, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.pages import words
from matching.states import AssignmentState, OfferState
from pool.models import Expert
from tests.conftest import NOON
from tests.factories.matching import (
    HOUR,
    MINUTE,
    Pool,
    accept,
    ask,
    file_request,
    make_matched,
)
from tests.factories.people import make_user
from tests.matching.pages.conftest import account, cost, english, read, refresh

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

TODAY = "/vandaag/"
YES = {"answer": "yes", "conflict": "NO_CONFLICT"}
# Words of the field that must not stand on a screen at a kitchen table.
TELLING = re.compile(FORBIDDEN.pattern + r"|maatregel|besluit|measure|decision", re.IGNORECASE)


@pytest.fixture
def offer(pool: Pool, region: Region) -> Offer:
    """Ada is asked, for somebody who speaks Dutch and would like a parent."""
    with region_scope(region.pk):
        asked = ask(pool, file_request(pool, needs=("PARENT",)))
        return Offer.objects.select_related("seat__request").get(pk=asked.pk)


def answer(offer: Offer) -> str:
    return f"/vragen/{offer.pk}/"


def test_a_question_opens_blind(ada: Client, offer: Offer, region: Region) -> None:
    shown = read(ada, TODAY)

    for fact in ("within 10 km", "evening", "30-39 years", "partner", "Dutch", "also a parent"):
        assert fact in shown
    for secret in ("Kade", "3335", "Bram", "de Wit", "Fatima", offer.seat.request.number):
        assert secret not in shown
    assert "answer before 14:00" in shown
    with region_scope(region.pk):
        assert Offer.objects.get().opened_at == NOON


@pytest.mark.usefixtures("offer")
def test_refreshing_is_not_opening(ada: Client, region: Region) -> None:
    assert "There is a question for you" in refresh(ada, TODAY)

    with region_scope(region.pk):
        assert Offer.objects.get().opened_at is None


def test_no_page_of_an_expert_says_a_telling_word(ada: Client, offer: Offer) -> None:
    pages = [read(ada, TODAY), read(ada, answer(offer))]
    ada.post(answer(offer), YES)
    pages.append(read(ada, TODAY))

    for page in pages:
        found = TELLING.search(page)
        assert found is None, found


def test_a_yes_asks_the_one_question_that_is_left(
    ada: Client, offer: Offer, region: Region
) -> None:
    asked = ada.post(answer(offer), {"answer": "yes"})

    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Do you know somebody in this matter?" in page
    assert "naast-errors" not in page
    silent = ada.post(answer(offer), {"answer": "yes", "sent": "1"})
    assert silent.status_code == 422
    assert "Say this before your yes counts." in silent.content.decode()
    with region_scope(region.pk):
        assert Offer.objects.get().state == OfferState.OPEN


def test_a_yes_opens_the_next_layer(ada: Client, offer: Offer, region: Region, pool: Pool) -> None:
    with region_scope(region.pk):
        Membership.objects.filter(user=pool.bram).update(phone="088 000 12 34")

    done = ada.post(answer(offer), YES, follow=True).content.decode()

    assert "Thank you. It is yours." in done
    for opened in ("Kade", "Bram de Wit", "088 000 12 34", "On second thoughts: no"):
        assert opened in done
    with region_scope(region.pk):
        case = offer.seat.request.case_id
        assert AuditEntry.objects.filter(event="request.read", subject=case).exists()
    assert ada.get(answer(offer)).headers["Location"] == TODAY


def test_a_no_needs_nothing_and_a_reason_is_a_gift(
    ada: Client, offer: Offer, region: Region, pool: Pool
) -> None:
    thanks = ada.post(answer(offer), {"answer": "no"}, follow=True).content.decode()
    assert "No is always fine, also without a reason." in thanks
    assert thanks.count("Thank you for looking.") == 1
    address = f"{answer(offer)}reden/"
    assert ada.post(address, {}).status_code == 422

    ada.post(address, {"reason": "TOO_HEAVY"})

    with region_scope(region.pk):
        mine = Offer.objects.get(pk=offer.pk)
        assert (mine.state, mine.reason) == (OfferState.DECLINED, "TOO_HEAVY")
        assert Task.objects.filter(kind=TaskKind.TOO_HEAVY, expert=pool.experts[0]).count() == 1
        # The next of the list was asked at once.
        assert Offer.objects.get(state=OfferState.OPEN).expert_id == pool.ids[1]
    assert ada.get(address).headers["Location"] == TODAY


def test_a_conflict_as_reason_closes_the_request_for_this_person(
    ada: Client, offer: Offer, region: Region
) -> None:
    ada.post(answer(offer), {"answer": "no"})
    ada.post(f"{answer(offer)}reden/", {"reason": "CONFLICT"})

    with region_scope(region.pk):
        assert ConflictDeclaration.objects.get().answer == "CONFLICT"


def test_a_reason_after_the_end_of_the_request_does_no_harm(
    ada: Client, bram: Client, offer: Offer, region: Region
) -> None:
    ada.post(answer(offer), {"answer": "no"})
    bram.post(f"/aanvragen/{offer.seat.request_id}/intrekken/")

    ada.post(f"{answer(offer)}reden/", {"reason": "CONFLICT"})

    with region_scope(region.pk):
        assert Offer.objects.get(pk=offer.pk).reason == "CONFLICT"
        assert not ConflictDeclaration.objects.exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("UNSURE", (OfferState.OPEN, "Call your coordinator first")),
        ("CONFLICT", (OfferState.DECLINED, "Then somebody else is asked.")),
    ],
)
def test_a_doubt_opens_nothing(
    ada: Client, offer: Offer, region: Region, said: str, told: tuple[str, str]
) -> None:
    state, sentence = told
    shown = ada.post(answer(offer), {"answer": "yes", "conflict": said}, follow=True)

    page = shown.content.decode()
    assert sentence in page
    assert "Kade" not in page
    with region_scope(region.pk):
        assert Offer.objects.get(pk=offer.pk).state == state
        assert Task.objects.filter(kind=TaskKind.CONFLICT).exists()


def test_a_yes_can_be_taken_back_in_time(ada: Client, offer: Offer, region: Region) -> None:
    ada.post(answer(offer), YES)

    ada.post(f"{answer(offer)}toch-niet/")
    with region_scope(region.pk):
        assert Offer.objects.get(pk=offer.pk).state == OfferState.UNDONE
    assert "Kade" not in read(ada, TODAY)


def test_a_yes_stays_after_its_minutes(
    ada: Client, offer: Offer, clock: time_machine.Traveller
) -> None:
    ada.post(answer(offer), YES)
    clock.move_to(NOON + 16 * MINUTE)

    late = ada.post(f"{answer(offer)}toch-niet/", follow=True).content.decode()

    assert "Call your coordinator." in late
    assert "On second thoughts: no" not in late


def test_one_tap_closes_what_one_should_not_see(ada: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        _request, assignment = make_matched(pool)
    assert "Kade" in read(ada, TODAY)
    address = f"/werk/{assignment.pk}/bekend/"

    closed = ada.post(address, follow=True).content.decode()

    assert "This is closed for you now." in closed
    assert "Kade" not in closed
    with region_scope(region.pk):
        assert Assignment.objects.get(pk=assignment.pk).state == AssignmentState.ENDED
    assert ada.post(address).status_code == 404


def test_somebody_elses_question_looks_like_none(
    cas: Client, bram: Client, pool: Pool, offer: Offer
) -> None:
    bes = english(account(pool.experts[1]))

    for address in (answer(offer), f"{answer(offer)}reden/"):
        assert bes.get(address).status_code == 404
        assert bes.post(address, YES).status_code == 404
    assert bes.post(f"{answer(offer)}toch-niet/").status_code == 404
    assert bes.get(f"/vragen/{uuid4()}/").status_code == 404
    assert cas.get(answer(offer)).status_code == 403
    assert bram.get(TODAY).status_code == 403


def test_an_expert_without_a_profile_here_has_no_page(region: Region) -> None:
    with region_scope(region.pk):
        loose = make_user("Lot Vrij", Role.EXPERT)

    assert english(loose).get(TODAY).status_code == 404


def test_an_answer_after_the_deadline_is_told_kindly(
    pool: Pool, offer: Offer, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON + 2 * HOUR - MINUTE)
    # Sessions rest: after such a jump of the clock one signs in anew.
    ada = english(account(pool.experts[0]))
    assert read(ada, answer(offer))
    clock.move_to(NOON + 2 * HOUR)

    late = ada.post(answer(offer), YES, follow=True).content.decode()

    assert "The time to answer is over." in late
    assert ada.get(answer(offer)).headers["Location"] == TODAY


def test_a_question_may_start_folded(ada: Client, offer: Offer, region: Region) -> None:
    with region_scope(region.pk):
        Expert.objects.filter(pk=offer.expert_id).update(hides_offers=True)

    assert f'id="vraag-{offer.pk}">' in read(ada, TODAY)


def test_a_pause_is_one_tap_and_ends_by_one(ada: Client) -> None:
    assert "One tap, no reason" in read(ada, TODAY)

    paused = ada.post("/ik/pauze/", {"next": TODAY}, follow=True).content.decode()
    assert "You have a pause" in paused
    back = ada.post("/ik/pauze/", {"next": TODAY, "move": "resume"}, follow=True).content.decode()
    assert "No questions now" in back


def test_the_next_step_is_told(ada: Client, pool: Pool, region: Region) -> None:
    with region_scope(region.pk):
        request, assignment = make_matched(pool)
    assert "Call Bram to agree on the first contact." in read(ada, TODAY)

    with region_scope(region.pk):
        Assignment.objects.filter(pk=assignment.pk).update(first_contact_at=NOON)
    assert "The next appointment is being planned." in read(ada, TODAY)
    assert request.number not in read(ada, TODAY)


@pytest.mark.usefixtures("offer")
def test_more_questions_are_plural_and_cost_a_line_of_the_log_each(
    ada: Client, pool: Pool, region: Region
) -> None:
    read(ada, TODAY)
    one = cost(ada, TODAY)
    with region_scope(region.pk):
        for _round in range(2):
            ask(pool, file_request(pool), pool.experts[0])
    assert "There are questions for you" in read(ada, TODAY)

    # Each request that is read leaves its own line; nothing else is asked for it.
    assert cost(ada, TODAY) == one + 2


def test_running_work_costs_the_same_for_any_number(
    ada: Client, pool: Pool, region: Region
) -> None:
    with region_scope(region.pk):
        make_matched(pool)
    read(ada, TODAY)
    one = cost(ada, TODAY)
    with region_scope(region.pk):
        Expert.objects.filter(pk=pool.ids[0]).update(max_running=9)
        for _round in range(2):
            accept(ask(pool, file_request(pool), pool.experts[0]))

    # One more line in the log for each request that is read.
    assert cost(ada, TODAY) <= one + 2


@pytest.mark.parametrize(
    ("km", "said"), [(0.0, "within 10 km"), (9.9, "within 10 km"), (10.0, "within 20 km")]
)
def test_distance_is_told_in_tens(km: float, said: str) -> None:
    with translation.override("en"):
        assert words.around(km) == said
        assert words.number(13) == "13"


@pytest.mark.usefixtures("offer")
def test_a_request_leaves_no_number_on_the_page(ada: Client, region: Region) -> None:
    with region_scope(region.pk):
        number = Request.objects.get().number

    assert number not in read(ada, TODAY)
