"""Taking consent back hides somebody at once, everywhere; coming back is one yes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from matching.models import Task
from matching.models.requests import TaskKind
from matching.states import OfferState
from pool import actions, queries
from pool.consent import CURRENT, FOLDER, PUBLISHED
from pool.models import (
    Consent,
    Correction,
    CorrectionField,
    Expert,
    SupportRhythm,
    VogEvidence,
)
from pool.queries.export import LEFT_OUT, export_of, pointing_at_expert
from pool.queries.looks import looks_at
from tests.conftest import NOON
from tests.factories.matching import DAY, HOUR, Pool, ask, file_request, make_matched, make_pool
from tests.factories.people import client_as, make_user

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
LATER = NOON + HOUR


@pytest.fixture
def pool(in_region: Region) -> Iterator[Pool]:  # noqa: ARG001
    pool = make_pool(2)
    ada = pool.experts[0]
    ada.user = make_user("Ada", Role.EXPERT)
    ada.save()
    with time_machine.travel(LATER, tick=False):
        yield pool


def user_of(expert: Expert) -> User:
    assert expert.user is not None
    return expert.user


def withdraw(expert: Expert, by: User | None = None) -> None:
    actions.withdraw_consent(expert_id=expert.pk, by=by or user_of(expert), now=LATER)
    expert.refresh_from_db()


def say_yes(expert: Expert) -> Consent:
    return actions.give_consent(
        expert_id=expert.pk, version=CURRENT, language="nl", by=user_of(expert), now=LATER
    )


def board_names() -> set[object]:
    board = queries.board(sees_dates_of=lambda _expert: True, now=LATER)
    return {one.expert.pk for one in board.people}


def candidates() -> set[object]:
    found = queries.candidates(
        activity="BUDDY_1ON1", host_kind="LOCAL_TEAM", on=LATER.date(), now=LATER
    )
    return {one.expert_id for one in found}


def test_a_published_text_never_changes() -> None:
    for (version, language), digest in PUBLISHED.items():
        body = (Path(settings.BASE_DIR) / FOLDER / f"{version}.{language}.txt").read_bytes()
        assert hashlib.sha256(body).hexdigest() == digest


def test_a_yes_keeps_the_words_it_was_said_to(pool: Pool) -> None:
    given = say_yes(pool.experts[0])

    assert (given.version, given.text_hash) == (CURRENT, PUBLISHED[CURRENT, "nl"])
    assert say_yes(pool.experts[0]).pk == given.pk


def test_a_yes_to_other_words_is_refused(pool: Pool) -> None:
    ada = pool.experts[0]

    with pytest.raises(actions.WordsChanged):
        actions.give_consent(expert_id=ada.pk, version=0, language="nl", by=user_of(ada), now=NOON)


def test_nobody_says_yes_for_somebody_else(pool: Pool) -> None:
    with pytest.raises(NotAllowed):
        actions.give_consent(
            expert_id=pool.experts[0].pk, version=CURRENT, language="nl", by=pool.cas, now=NOON
        )


def test_withdrawing_hides_from_every_list_and_from_matching(pool: Pool) -> None:
    ada = pool.experts[0]
    assert ada.pk in board_names() & candidates()

    withdraw(ada)

    assert ada.pk not in board_names() | candidates()
    assert Consent.objects.filter(expert=ada, withdrawn_at=None).count() == 0


LISTS = (
    "expert-list",
    "pool-week",
    "coverage-matrix",
    "expiry-board",
    "support-list",
    "support-evening",
    "vog-list",
)


def test_withdrawing_takes_somebody_off_each_list_of_the_pool(pool: Pool) -> None:
    ada, browser = pool.experts[0], client_as(pool.cas)
    # Something stands about her on every one of them.
    SupportRhythm.objects.create(kind="INTERVISION", every=1, valid_from=date(2020, 1, 1))
    VogEvidence.objects.filter(expert=ada).update(policy_valid_until=LATER.date() + 20 * DAY)
    before = {one for one in LISTS if str(ada.pk) in listed(browser, one)}

    withdraw(ada)

    gone = "Toestemming ingetrokken"
    after = {one: listed(browser, one) for one in LISTS}
    assert [one for one, text in after.items() if str(ada.pk) in text or gone in text] == []
    # Where coverage is counted, everybody is a number.
    assert before == {*LISTS} - {"coverage-matrix"}


def listed(browser: Client, name: str) -> str:
    return browser.get(reverse(f"pool:{name}")).content.decode()


def test_withdrawing_takes_open_offers_back_and_asks_for_a_handover(pool: Pool) -> None:
    ada = pool.experts[0]
    offer = ask(pool, file_request(pool), ada)

    withdraw(ada)

    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert Task.objects.get(kind=TaskKind.CONSENT).expert == ada


def test_work_is_judged_without_consent_at_its_own_date(pool: Pool) -> None:
    ada = pool.experts[0]
    withdraw(ada)

    verdict = queries.deployability(
        ada, activity="BUDDY_1ON1", host_kind="LOCAL_TEAM", on=LATER.date()
    )

    assert not verdict.is_deployable
    assert "NO_CONSENT" in verdict.problems


def test_the_coordinator_sees_that_and_what_runs_and_no_name(pool: Pool) -> None:
    request, _assignment = make_matched(pool)
    ada = pool.experts[0]
    withdraw(ada)
    browser = client_as(pool.cas)

    page = browser.get(f"/pool/{ada.pk}/").content.decode()
    running = browser.get(f"/pool/{ada.pk}/overdragen/").content.decode()

    assert "Toestemming ingetrokken" in page
    assert f"/pool/{ada.pk}/overdragen/" in page
    assert request.number in running
    for said in (page, running):
        assert not any(word in said for word in ("Ada", "Kaars Ada", ada.phone, ada.email))
    assert "Kaars" not in browser.get(f"/aanvragen/{request.pk}/").content.decode().split("Bes")[0]


@pytest.mark.parametrize("part", ["wijzigen", "uren", "papier/screening"])
def test_no_other_page_of_somebody_hidden_opens(pool: Pool, part: str) -> None:
    ada = pool.experts[0]
    withdraw(ada)

    assert client_as(pool.cas).get(f"/pool/{ada.pk}/{part}/").status_code == 404


def test_a_new_yes_brings_everything_back(pool: Pool) -> None:
    ada = pool.experts[0]
    withdraw(ada)

    say_yes(ada)

    ada.refresh_from_db()
    assert not ada.is_hidden
    assert ada.pk in board_names() & candidates()


def test_a_coordinator_withdraws_on_the_word_of_the_expert_and_the_log_says_so(pool: Pool) -> None:
    ada = pool.experts[0]

    withdraw(ada, by=pool.cas)

    line = AuditEntry.objects.get(event="consent.withdrawn")
    assert (line.actor, line.on_behalf_of) == (pool.cas.pk, user_of(ada).pk)


@pytest.mark.parametrize("role", [Role.PROFESSIONAL, Role.AUDITOR, Role.EXPERT])
def test_others_cannot_withdraw_it(pool: Pool, role: Role) -> None:
    with pytest.raises(NotAllowed):
        withdraw(pool.experts[0], by=make_user("Eef Smit", role))


def test_an_expert_of_another_region_is_not_there(pool: Pool, other_region: Region) -> None:
    ada = pool.experts[0]
    with region_scope(other_region.pk), pytest.raises(Expert.DoesNotExist):
        actions.withdraw_consent(expert_id=ada.pk, by=pool.cas, now=NOON)


def test_the_database_keeps_one_yes_at_a_time(pool: Pool) -> None:
    given = say_yes(pool.experts[0])

    with pytest.raises(IntegrityError, match="consent_one_at_a_time"), transaction.atomic():
        Consent.objects.create(
            expert=given.expert,
            version=1,
            language="nl",
            text_hash="x",
            given_at=NOON,
            given_by=pool.cas,
        )


@pytest.mark.parametrize("version", ["", "x", "²", "9" * 5000])
def test_a_yes_to_no_known_words_is_refused_in_words(pool: Pool, version: str) -> None:
    browser = client_as(user_of(pool.experts[0]))

    answer = browser.post("/ik/gegevens/mijn-ja/", {"answer": "yes", "version": version})

    assert 400 <= answer.status_code < 500
    assert not Consent.objects.exists()


def test_yes_and_no_in_the_browser(pool: Pool) -> None:
    ada = pool.experts[0]
    browser = client_as(user_of(ada))

    browser.post("/ik/gegevens/mijn-ja/", {"answer": "yes", "version": CURRENT})
    assert Consent.objects.filter(expert=ada, withdrawn_at=None).exists()
    browser.post("/ik/gegevens/mijn-ja/", {"answer": "no"})

    ada.refresh_from_db()
    assert ada.is_hidden
    for page in ("", "wie-keek/", "mijn-ja/", "rechtzetten/"):
        assert browser.get(f"/ik/gegevens/{page}").status_code == 200
    assert browser.get("/ik/profiel/").status_code == 200


# --- Who looked -------------------------------------------------------------------------------


def test_the_expert_sees_role_part_and_why_and_no_name(pool: Pool) -> None:
    ada = pool.experts[0]
    client_as(pool.cas).get(f"/pool/{ada.pk}/")
    client_as(pool.cas).get("/pool/")

    page = client_as(user_of(ada)).get("/ik/gegevens/wie-keek/").content.decode()

    assert {(look.part, look.why) for look in looks_at(ada)} >= {
        ("profile", "CHARGE"),
        ("list", "OVERVIEW"),
    }
    assert "als je eigen coördinator" in page
    assert "Cas" not in page
    assert "Verhoef" not in page


def test_own_looks_are_left_out(pool: Pool) -> None:
    ada = pool.experts[0]

    client_as(user_of(ada)).get("/ik/profiel/")

    assert looks_at(ada) == []


# --- The file ---------------------------------------------------------------------------------


def test_every_table_about_an_expert_is_in_the_file_or_left_out_with_a_reason(pool: Pool) -> None:
    found = export_of(pool.experts[0], now=LATER)
    tables = {model._meta.model_name for model, _key in pointing_at_expert()}

    assert tables | {"expert"} == set(found["tables"])  # type: ignore[arg-type]
    assert {"consent", "vogevidence", "agreement", "weekavailability"} <= tables
    assert all(len(reason) > 8 for reason in LEFT_OUT.values())


def test_the_file_says_all_of_one_and_nothing_of_others(pool: Pool) -> None:
    request, _assignment = make_matched(pool, case_reference="KENMERK-7788")
    ada, bes = pool.experts
    text = json.dumps(export_of(ada, now=LATER))

    assert all(word in text for word in ("Ada", ada.phone, ada.email))
    others = (bes.email, "Verhoef", "Bram", request.number, "KENMERK", "Idrissi", str(bes.pk))
    assert [word for word in others if word in text] == []


def test_the_file_asks_who_you_are_again(pool: Pool) -> None:
    ada = user_of(pool.experts[0])
    # Who has nothing to prove it with is not asked.
    ada.set_password("een-lang-wachtwoord-1")
    ada.save()
    browser = client_as(ada)
    assert browser.get("/ik/gegevens/").status_code == 200
    with time_machine.travel(LATER + HOUR / 2, tick=False):
        answer = browser.post("/ik/gegevens/alles/", {"kind": "file"})

    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]


# --- Putting right ----------------------------------------------------------------------------


def wish(pool: Pool) -> Correction:
    ada = pool.experts[0]
    return actions.ask_correction(
        expert_id=ada.pk, field=CorrectionField.NAME, wish="Adah", by=user_of(ada), now=NOON
    )


def test_a_wish_is_a_task_and_its_words_go_with_the_answer(pool: Pool) -> None:
    correction = wish(pool)
    assert Task.objects.get(kind=TaskKind.CORRECTION).done_at is None

    answer = client_as(pool.cas).post(f"/pool/rechtzetten/{correction.pk}/", {"answer": "yes"})

    correction.refresh_from_db()
    assert answer.status_code == 302
    assert (correction.wish, correction.is_granted) == (None, True)
    assert Task.objects.get(kind=TaskKind.CORRECTION).done_at is not None


def test_only_the_own_coordinator_reads_a_wish(pool: Pool) -> None:
    correction = wish(pool)
    other = make_user("Dirk Maas", Role.COORDINATOR)

    assert "Adah" in client_as(pool.cas).get(f"/pool/{pool.experts[0].pk}/").content.decode()
    assert "Adah" not in client_as(other).get(f"/pool/{pool.experts[0].pk}/").content.decode()
    with pytest.raises(NotAllowed):
        actions.answer_correction(correction_id=correction.pk, is_granted=True, by=other, now=LATER)


def test_the_sixth_open_wish_is_refused(pool: Pool) -> None:
    for _n in range(5):
        wish(pool)

    with pytest.raises(actions.TooManyWishes):
        wish(pool)


def test_an_empty_wish_comes_back_with_what_was_chosen(pool: Pool) -> None:
    browser = client_as(user_of(pool.experts[0]))

    answer = browser.post("/ik/gegevens/rechtzetten/", {"field": "NAME", "wish": ""})

    assert answer.status_code == 422
    assert 'value="NAME"' in answer.content.decode()
