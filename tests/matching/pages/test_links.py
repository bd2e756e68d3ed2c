"""An offer by link: looking changes nothing, machines cannot answer, both answers are welcome."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from psycopg import sql

from core.access import links
from core.access.models import LinkPurpose, LinkToken, RateBucket, Region
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.outbox.messages import FORBIDDEN
from matching import actions
from matching.actions.reasons import give_reason
from matching.models import Assignment, Offer, Task
from matching.models.requests import TaskKind
from matching.states import OfferState
from matching.views.links import VISITS_A_MINUTE
from pool.models import Suspension
from tests.conftest import NOON, as_owner
from tests.factories.matching import HOUR, MINUTE, Pool, accept, ask, file_request
from tests.factories.people import client_as
from tests.matching.pages.conftest import account

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

SECOND = MINUTE / 60
YES = {"act": "answer", "answer": "yes", "conflict": "NO_CONFLICT"}
NO = {"act": "answer", "answer": "no"}
UNDO = {"act": "undo", "sure": "on"}
REOPEN = {"act": "reopen", "sure": "on"}


class Phone:
    """Somebody (or something) that opens a link, with cookies of its own."""

    def __init__(self, token: str, clock: time_machine.Traveller) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.address = f"/v/{token}/"
        self.clock = clock

    def look(self) -> str:
        answer = self.client.get(self.address)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    def send(self, data: dict[str, Any], *, after: float = 3) -> Any:
        self.clock.shift(after)
        return self.client.post(self.address, data)

    def say(self, data: dict[str, Any]) -> str:
        self.look()
        shown: str = self.send(data).content.decode()
        return shown


@pytest.fixture
def offer(pool: Pool, region: Region) -> Offer:
    with region_scope(region.pk):
        asked = ask(pool, file_request(pool, needs=("PARENT",)))
        return Offer.objects.select_related("seat__request").get(pk=asked.pk)


@pytest.fixture
def phone(offer: Offer, region: Region, clock: time_machine.Traveller) -> Phone:
    with region_scope(region.pk):
        token = links.issue(
            purpose=LinkPurpose.OFFER, subject=offer.pk, now=NOON, expires_at=offer.deadline_at
        )
    return Phone(token, clock)


def state(offer: Offer, region: Region) -> str:
    with region_scope(region.pk):
        return Offer.objects.get(pk=offer.pk).state


def checksum(region: Region) -> dict[str, str]:
    """A fingerprint of every table but the one that counts visits."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('naast.region_id', %s, false)", [str(region.pk)])
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall()} - {RateBucket._meta.db_table}
        found = {}
        for name in sorted(tables):
            query = sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t")
            cursor.execute(query.format(sql.Identifier(name)))
            found[name] = str(cursor.fetchone()[0])
    return found


# --- Looking ----------------------------------------------------------------------------------


@pytest.mark.django_db(databases=["default", "denials"], transaction=True)
def test_looking_changes_no_row(phone: Phone, region: Region) -> None:
    before = checksum(region)

    phone.look()
    assert phone.client.head(phone.address).status_code == 200
    phone.client.get(phone.address, {"answer": "yes"})

    assert checksum(region) == before


def test_the_page_would_not_hurt_on_a_billboard(phone: Phone, offer: Offer) -> None:
    page = phone.look()

    for fact in ("within 10 km", "evening", "Buddy", "answer before 14:00"):
        assert fact in page
    secrets = ("Kade", "Bram", "Ada", "partner", "30-39", "parent", offer.seat.request.number)
    for secret in secrets:
        assert secret not in page
    assert FORBIDDEN.search(page) is None
    assert "checked" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_page_is_kept_and_found_by_nobody(phone: Phone) -> None:
    answer = phone.client.get(phone.address)

    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Cache-Control"] == "no-store"
    cookie = answer.cookies["naast_seen"]
    assert cookie["httponly"]
    assert cookie["path"] == "/v/"


def test_an_unknown_link_says_nothing(clock: time_machine.Traveller) -> None:
    answer = Phone("a" * 43, clock).client.get("/v/" + "a" * 43 + "/")

    assert answer.status_code == 404
    assert "This link does not lead anywhere any more." in answer.content.decode()
    assert "naast_seen" not in answer.cookies


def test_many_visits_from_one_place_are_stopped(phone: Phone) -> None:
    for _visit in range(VISITS_A_MINUTE):
        phone.look()

    assert phone.client.get(phone.address).status_code == 429


def test_a_signed_in_stranger_sees_no_more(phone: Phone, pool: Pool) -> None:
    client = client_as(account(pool.experts[1]))

    assert "Kade" not in client.get(phone.address).content.decode()


# --- Machines ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"act": "answer"},
        {"act": "answer", "answer": ""},
        {"act": "answer", "answer": "maybe", "conflict": "NO_CONFLICT"},
        {"act": "answer", "answer": "yes"},
        {"act": "undo"},
        UNDO,
        REOPEN,
        {"act": "reason", "reason": "NO_TIME"},
        {"act": "nonsense"},
    ],
)
def test_a_form_sent_as_it_stands_answers_nothing(
    phone: Phone, offer: Offer, region: Region, data: dict[str, str]
) -> None:
    phone.look()

    assert phone.send(data).status_code in {200, 409, 422}
    assert state(offer, region) == OfferState.OPEN


@pytest.mark.parametrize("data", [YES, NO])
def test_an_answer_without_having_looked_does_not_count(
    phone: Phone, offer: Offer, region: Region, data: dict[str, str]
) -> None:
    answer = phone.send(data)

    page = answer.content.decode()
    assert "Your answer did not arrive yet." in page
    assert "checked" in page  # nothing is lost: what was chosen comes back
    assert state(offer, region) == OfferState.OPEN


def test_an_answer_within_two_seconds_does_not_count(
    phone: Phone, offer: Offer, region: Region
) -> None:
    phone.look()
    assert "That was very quick." in phone.send(YES, after=1).content.decode()
    assert state(offer, region) == OfferState.OPEN

    phone.send(YES, after=2)

    assert state(offer, region) == OfferState.ACCEPTED


def test_a_cookie_of_another_link_or_day_does_not_count(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    with region_scope(region.pk):
        LinkToken.objects.update(expires_at=None)
        other = links.issue(purpose=LinkPurpose.OFFER, subject=offer.pk, now=NOON)
    Phone(other, clock)
    phone.client.get(f"/v/{other}/")
    assert "did not arrive" in phone.send(YES).content.decode()

    phone.client.cookies["naast_seen"] = "forged"
    assert "did not arrive" in phone.send(YES).content.decode()
    phone.look()
    assert "did not arrive" in phone.send(YES, after=25 * 3600).content.decode()
    assert state(offer, region) == OfferState.OPEN


def test_without_the_token_of_the_form_nothing_is_answered(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get(phone.address)
    clock.shift(3)

    assert strict.post(phone.address, YES).status_code == 403
    assert state(offer, region) == OfferState.OPEN


def test_both_answers_from_one_link_are_noted(phone: Phone, offer: Offer, region: Region) -> None:
    phone.say(YES)
    phone.send(NO)
    phone.send(YES)

    assert state(offer, region) == OfferState.ACCEPTED
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(event="offer.answered_both_ways").count() == 1


@pytest.mark.parametrize("data", [YES, NO])
def test_whoever_fills_in_what_nobody_sees_is_not_heard(
    phone: Phone, offer: Offer, region: Region, data: dict[str, str]
) -> None:
    phone.look()
    page = phone.send({**data, "more": "2"}).content.decode()

    assert "Was this you?" in page
    # Nothing is chosen beforehand for a machine that sends the form once more.
    assert "checked" not in page
    assert state(offer, region) == OfferState.OPEN
    with region_scope(region.pk):
        assert AuditEntry.objects.filter(event="offer.answered_by_machine").count() == 1

    phone.send(data)

    assert state(offer, region) != OfferState.OPEN


@pytest.mark.parametrize(
    ("said", "data"), [(YES, {"act": "undo"}), (NO, {"act": "reopen"}), (YES, {**UNDO, "more": 1})]
)
def test_a_button_alone_takes_nothing_back(
    phone: Phone, offer: Offer, region: Region, said: dict[str, str], data: dict[str, str]
) -> None:
    phone.say(said)
    before = state(offer, region)

    phone.send(data)

    assert state(offer, region) == before != OfferState.OPEN


# --- People -----------------------------------------------------------------------------------


def test_a_yes_is_a_yes_and_the_rest_follows_after_signing_in(
    phone: Phone, offer: Offer, region: Region
) -> None:
    page = phone.say(YES)

    assert "Thank you." in page
    assert "Sign in for the rest." in page
    assert "You can take this back before 12:15." in page
    assert "Kade" not in page
    with region_scope(region.pk):
        assert Assignment.objects.get().expert_id == offer.expert_id
        assert Offer.objects.get(pk=offer.pk).by_link


def test_a_yes_by_link_can_be_taken_back(phone: Phone, offer: Offer, region: Region) -> None:
    phone.say(YES)

    assert "You gave it back." in phone.send(UNDO).content.decode()
    assert state(offer, region) == OfferState.UNDONE
    assert "You gave it back." in phone.look()


@pytest.mark.parametrize("said", [NO, {**YES, "conflict": "CONFLICT"}])
def test_a_no_that_was_not_meant_is_taken_back_by_the_same_link(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller, said: dict[str, str]
) -> None:
    phone.say(said)
    clock.shift(HOUR)

    assert "Ask me again" in phone.look()
    page = phone.send(REOPEN).content.decode()

    assert "within 10 km" in page
    assert state(offer, region) == OfferState.OPEN
    assert "Thank you." in phone.send(YES).content.decode()
    assert state(offer, region) == OfferState.ACCEPTED


def test_a_no_is_not_taken_back_once_somebody_else_said_yes(
    phone: Phone, offer: Offer, region: Region
) -> None:
    phone.say(NO)
    with region_scope(region.pk):
        accept(Offer.objects.get(seat=offer.seat, state=OfferState.OPEN))

    assert "Ask me again" not in phone.look()
    late = phone.send(REOPEN)

    assert late.status_code == 409
    assert "Somebody else was just ahead of you." in late.content.decode()
    assert state(offer, region) == OfferState.DECLINED


def test_a_no_is_not_taken_back_after_its_time(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    phone.say(NO)
    clock.move_to(offer.deadline_at)

    assert "Ask me again" not in phone.look()
    phone.send(REOPEN)

    assert state(offer, region) == OfferState.DECLINED


def test_a_no_is_thanked_and_may_be_explained(phone: Phone, offer: Offer, region: Region) -> None:
    page = phone.say(NO)

    assert "No is always fine" in page
    assert "Do you want to say why?" in page
    assert phone.send({"act": "reason"}).status_code == 422
    thanks = phone.send({"act": "reason", "reason": "TOO_HEAVY"}).content.decode()
    assert "Thank you for saying so." in thanks
    assert "Do you want to say why?" not in thanks
    with region_scope(region.pk):
        assert Offer.objects.get(pk=offer.pk).reason == "TOO_HEAVY"
        assert Task.objects.filter(kind=TaskKind.TOO_HEAVY).count() == 1


def test_a_reason_comes_once_and_in_time(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    phone.say(NO)
    clock.shift(2 * HOUR)
    phone.look()
    phone.send({"act": "reason", "reason": "TOO_HEAVY"})

    with region_scope(region.pk):
        assert Offer.objects.get(pk=offer.pk).reason == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("UNSURE", (OfferState.OPEN, "Call your coordinator first")),
        ("CONFLICT", (OfferState.DECLINED, "Thank you for looking.")),
    ],
)
def test_a_yes_with_a_doubt_is_a_talk_first(
    phone: Phone, offer: Offer, region: Region, said: str, told: tuple[str, str]
) -> None:
    after, sentence = told
    page = phone.say({**YES, "conflict": said})

    assert sentence in page
    assert state(offer, region) == after


def test_a_yes_without_the_word_about_conflict_keeps_what_was_chosen(phone: Phone) -> None:
    page = phone.say({"act": "answer", "answer": "yes"})

    assert "Say this before your yes counts." in page
    assert 'value="yes"' in page
    assert "checked" in page


def test_a_refusal_at_the_last_moment_is_told(
    phone: Phone, offer: Offer, region: Region, pool: Pool
) -> None:
    phone.look()
    with region_scope(region.pk):
        Suspension.objects.create(
            expert_id=offer.expert_id,
            came_from="ACTIVE",
            reason="OTHER",
            started_at=NOON,
            started_by=pool.cas,
        )

    answer = phone.send(YES)

    assert answer.status_code == 409
    assert "Call your coordinator." in answer.content.decode()
    # Somebody else is asked at once, so this question goes back.
    assert state(offer, region) == OfferState.WITHDRAWN


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (OfferState.EXPIRED, "The time to answer is over."),
        (OfferState.SUPERSEDED, "Somebody else was just ahead of you."),
        (OfferState.WITHDRAWN, "This question is no longer there."),
        (OfferState.UNDONE, "You gave it back."),
        (OfferState.DECLINED, "Thank you for looking."),
        (OfferState.ACCEPTED, "Thank you."),
    ],
)
def test_what_is_over_is_told_kindly_also_by_a_dead_link(
    phone: Phone, offer: Offer, region: Region, after: str, sentence: str
) -> None:
    with region_scope(region.pk):
        Offer.objects.filter(pk=offer.pk).update(state=after, closed_at=NOON)
        links.revoke(purpose=LinkPurpose.OFFER, subject=offer.pk, now=NOON)

    page = phone.look()

    assert sentence in page
    assert "within 10 km" not in page
    assert 'value="answer"' not in page
    phone.send(YES)
    phone.send(UNDO)
    assert state(offer, region) == after


def test_too_late_is_told_before_the_sweep_has_been(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    clock.move_to(offer.deadline_at)

    assert "The time to answer is over." in phone.look()
    phone.send(YES)
    assert state(offer, region) == OfferState.OPEN


def test_an_undo_after_its_minutes_is_told(
    phone: Phone, offer: Offer, region: Region, clock: time_machine.Traveller
) -> None:
    phone.say(YES)
    with region_scope(region.pk):
        LinkToken.objects.update(expires_at=None)
    clock.shift(15 * 60)
    phone.look()

    late = phone.send(UNDO)

    assert late.status_code == 409
    assert "Call your coordinator." in late.content.decode()
    assert state(offer, region) == OfferState.ACCEPTED


def test_a_reason_for_something_else_is_refused(offer: Offer, region: Region) -> None:
    with region_scope(region.pk), pytest.raises(actions.OfferClosed):
        give_reason(offer_id=offer.pk, expert_id=offer.expert_id, reason="NO_TIME", now=NOON)
