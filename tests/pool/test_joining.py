"""Do you want to be in the pool? Asked first of who comes in, and once of who was here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from core.access import actions as access
from core.access.login import FACTOR
from core.access.models import Region, Role, User
from matching.queries import late_objections, look
from matching.rules import Objection
from matching.sentences import Audience, why_not
from pool import actions
from pool.consent import CURRENT
from pool.models import Consent, Expert
from pool.queries.consent import awaited
from tests.conftest import NOON
from tests.factories.matching import Pool, ask, file_request, make_matched, make_pool, seat_of
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
DAY = timedelta(days=1)
QUESTION = "/ik/in-de-pool/"


@pytest.fixture
def crowd(in_region: Region) -> Iterator[Pool]:  # noqa: ARG001
    with time_machine.travel(NOON, tick=False):
        crowd = make_pool(2)
        ada = crowd.experts[0]
        ada.user = make_user("Ada", Role.EXPERT)
        ada.save()
        yield crowd


@pytest.fixture
def ada(crowd: Pool) -> Expert:
    return crowd.experts[0]


def user_of(expert: Expert) -> User:
    assert expert.user is not None
    return expert.user


def sign_in(expert: Expert) -> Client:
    return client_as(user_of(expert))


def say_yes(expert: Expert) -> None:
    actions.give_consent(
        expert_id=expert.pk, version=CURRENT, language="nl", by=user_of(expert), now=NOON
    )


def ask_from(day: date) -> None:
    rea = make_user("Rea Dijk", Role.REGIONAL_ADMIN)
    actions.agree(kind="CONSENT", value=Decimal(1), valid_from=day, by=rea, now=NOON)


def codes(expert: Expert, request: Any, *, now: Any = NOON) -> set[str]:
    out = dict(look(seat_of(request), now=now, with_reasons=True).excluded)
    return {one.code for one in out.get(expert.pk, ())}


# --- Who was here before ----------------------------------------------------------------------


def test_who_was_here_is_asked_at_the_next_sign_in_with_two_equal_answers(ada: Expert) -> None:
    browser = sign_in(ada)

    answer = browser.get("/")
    page = browser.get(QUESTION).content.decode()

    assert (answer.status_code, answer["Location"]) == (302, QUESTION)
    buttons = [line for line in page.splitlines() if 'name="answer"' in line]
    yes, no = (line for line in buttons if 'value="later"' not in line)
    assert yes.split(" value=")[0] == no.split(" value=")[0]


def test_a_yes_is_written_down_and_nobody_is_asked_again(ada: Expert) -> None:
    browser = sign_in(ada)

    browser.post(QUESTION, {"answer": "yes", "version": str(CURRENT)})

    assert Consent.objects.get(expert=ada).given_by == ada.user
    assert browser.get("/")["Location"] != QUESTION
    assert sign_in(ada).get("/")["Location"] != QUESTION


def test_a_no_takes_somebody_off_every_list_and_loses_nothing(ada: Expert) -> None:
    browser = sign_in(ada)

    browser.post(QUESTION, {"answer": "no"})

    found = Expert.objects.get(pk=ada.pk)
    assert found.is_hidden
    assert (found.own_name, found.state) == (ada.own_name, ada.state)
    assert browser.get("/ik/gegevens/").status_code == 200
    say_yes(found)
    assert not Expert.objects.get(pk=ada.pk).is_hidden


def test_later_is_fine_and_asks_again_at_the_next_sign_in(ada: Expert) -> None:
    browser = sign_in(ada)

    browser.post(QUESTION, {"answer": "later"})

    assert browser.get("/")["Location"] == "/vandaag/"
    assert not Consent.objects.exists()
    assert sign_in(ada).get("/")["Location"] == QUESTION


def test_whatever_page_was_asked_for_the_question_comes_first_and_that_page_after(
    ada: Expert,
) -> None:
    user = user_of(ada)
    user.set_password("een lang wachtwoord voor Ada")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    browser = Client()
    given = {"login": user.email, "password": "een lang wachtwoord voor Ada"}

    answer = browser.post("/accounts/login/?next=/ik/profiel/", given | {"next": "/ik/profiel/"})

    assert (answer.status_code, answer["Location"]) == (302, QUESTION)
    session = browser.session
    session[FACTOR] = str(user.pk)
    session.save()
    assert browser.post(QUESTION, {"answer": "later"})["Location"] == "/ik/profiel/"


def test_no_other_page_is_in_the_way_of_who_was_here(ada: Expert) -> None:
    assert sign_in(ada).get("/ik/beschikbaarheid/").status_code == 200


def test_words_that_changed_are_read_again(ada: Expert) -> None:
    assert sign_in(ada).post(QUESTION, {"answer": "yes", "version": "0"}).status_code == 409
    assert not Consent.objects.exists()


def test_who_answered_meets_no_question(ada: Expert) -> None:
    say_yes(ada)

    browser = sign_in(ada)

    assert browser.get("/")["Location"] == "/vandaag/"
    assert browser.get(QUESTION).status_code == 302


# --- Who comes in now -------------------------------------------------------------------------


@pytest.fixture
def newcomer(crowd: Pool) -> Expert:
    expert = actions.register_expert(
        profile=make_profile(crowd.cas, first_name="Noor", email="noor@voorbeeld.example"),
        by=crowd.cas,
        now=NOON,
        sends_invitation=False,
    )
    token = actions.invite_expert(expert_id=expert.pk, by=crowd.cas, now=NOON)
    access.accept_invitation(token=token, password=None, now=NOON)
    return Expert.objects.get(pk=expert.pk)


@pytest.mark.parametrize("page", ["/", "/vandaag/", "/ik/profiel/", "/ik/beschikbaarheid/"])
def test_who_comes_in_answers_before_anything_else(newcomer: Expert, page: str) -> None:
    answer = sign_in(newcomer).get(page)

    assert (answer.status_code, answer["Location"]) == (302, QUESTION)


def test_who_comes_in_cannot_put_it_off_and_may_read_what_is_kept(newcomer: Expert) -> None:
    browser = sign_in(newcomer)

    assert 'value="later"' not in browser.get(QUESTION).content.decode()
    assert browser.post(QUESTION, {"answer": "later"}).status_code == 404
    assert browser.get("/ik/gegevens/").status_code == 200


def test_after_the_answer_everything_opens(newcomer: Expert) -> None:
    browser = sign_in(newcomer)

    browser.post(QUESTION, {"answer": "yes", "version": str(CURRENT)})

    assert browser.get("/ik/profiel/").status_code == 200


# --- From a day on ----------------------------------------------------------------------------


def test_before_the_day_nothing_changes_and_from_it_no_new_work_is_offered(
    crowd: Pool, ada: Expert
) -> None:
    request = file_request(crowd)
    ask_from(NOON.date() + 2 * DAY)
    assert codes(ada, request) == set()

    assert codes(ada, request, now=NOON + 2 * DAY) == {"CONSENT_OPEN"}
    say_yes(ada)
    assert codes(ada, request, now=NOON + 2 * DAY) == set()


def test_a_yes_to_work_is_refused_too_and_what_runs_goes_on(crowd: Pool, ada: Expert) -> None:
    request = file_request(crowd)
    ask(crowd, request, ada)
    running, _assignment = make_matched(crowd)
    ask_from(NOON.date())

    late = {one.code for one in late_objections(seat_of(request), ada.pk, now=NOON)}

    assert "CONSENT_OPEN" in late
    assert not Expert.objects.get(pk=ada.pk).is_hidden
    assert running.state != "CLOSED"


def test_only_a_coordinator_reads_why() -> None:
    objection = Objection("CONSENT_OPEN", {})

    assert why_not(objection, Audience.COORDINATOR)
    assert why_not(objection, Audience.REQUESTER) == ""


def test_a_coordinator_sees_who_has_not_answered(crowd: Pool, ada: Expert) -> None:
    ask_from(NOON.date() + 2 * DAY)
    bes = crowd.experts[1]
    browser = client_as(crowd.cas)

    before = browser.get("/pool/antwoorden/").content.decode()
    say_yes(ada)
    after = browser.get("/pool/antwoorden/").content.decode()

    assert f"/pool/{ada.pk}/" in before
    assert f"/pool/{bes.pk}/" in before
    assert f"/pool/{ada.pk}/" not in after
    assert "Vanaf donderdag 12 maart 2026" in after
    assert [one.pk for one in awaited(on=NOON.date()).people] == [bes.pk]
    assert client_as(crowd.bram).get("/pool/antwoorden/").status_code == 403
