"""Bringing people in from a file: every row judged, then all of them or none."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.access.models import Invitation, Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.outbox.models import Message
from core.purge import _clean
from pool.actions import imports
from pool.forms.columns import COLUMNS, MEND
from pool.models import Agreement, Expert, ExpertActivity, ImportDraft
from pool.sheets import as_csv, as_xlsx, read
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_area, make_expert, make_region_profile

pytestmark = pytest.mark.django_db(databases=["default", "denials"])

START, CHECK, RETURNED = (f"pool:import-{one}" for one in ("start", "check", "returned"))
GOOD = {
    "first_name": "Malika",
    "last_name": "Oost",
    "phone": "06 8765 4321",
    "email": "malika@voorbeeld.example",
    "home_area": "3311",
    "travel_radius_km": "15",
    "activities": "Buddy; chatdienst",
    "languages": "Nederlands: moedertaal; en: B2",
    "can_meet": "",
    "max_running": "",
    "max_per_week": "",
    "coordinator": "",
    "confidentiality_on": "5-3-2026",
    "conduct_on": "",
}


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        make_area()
        make_region_profile()
        return make_user("Cas Verhoef", Role.COORDINATOR)


def a_file(*changes: dict[str, str], kind: str = "csv") -> SimpleUploadedFile:
    """A file with a row for each set of changes to a good one."""
    rows = [list((GOOD | one).values()) for one in changes]
    make = as_csv if kind == "csv" else as_xlsx
    return SimpleUploadedFile(f"x.{kind}", make(list(COLUMNS.values()), rows))


def people(n: int) -> list[dict[str, str]]:
    return [{"email": f"a{k}@voorbeeld.example", "last_name": f"Oost {k}"} for k in range(n)]


def sent(by: User, *changes: dict[str, str], kind: str = "csv") -> Client:
    client = client_as(by)
    answer = client.post(reverse(START), {"file": a_file(*changes, kind=kind)})
    assert answer.status_code == 302, answer.context["form"].errors
    return client


def errors(client: Client) -> list[dict[str, str]]:
    return [dict(row.errors) for row in client.get(reverse(CHECK)).context["look"].rows]


def n_experts(region: Region) -> int:
    with region_scope(region.pk):
        return Expert.objects.count()


# --- The whole way ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_in_order_is_taken_over_as_a_whole(region: Region, cas: User, kind: str) -> None:
    client = sent(cas, *people(3), kind=kind)

    answer = client.post(reverse(CHECK), {"act": "take", "seen": "3 0"})

    assert answer.status_code == 302
    with region_scope(region.pk):
        found = {one.last_name: one for one in Expert.objects.all()}
        assert sorted(found) == ["Oost 0", "Oost 1", "Oost 2"]
        one = found["Oost 0"]
        assert (one.state, one.travel_radius_km, one.max_running) == ("APPLICANT", 15, 2)
        assert set(
            ExpertActivity.objects.filter(expert=one).values_list("activity", flat=True)
        ) == {"BUDDY_1ON1", "CHAT"}
        agreement = Agreement.objects.get(expert=one)
        assert (agreement.kind, agreement.signed_on) == ("CONFIDENTIALITY", date(2026, 3, 5))
        assert not Invitation.objects.exists()
        assert not ImportDraft.objects.exists()
        assert AuditEntry.objects.get(event="import.done").facts["n"] == 3


def test_invitations_leave_only_when_that_is_asked_for(region: Region, cas: User) -> None:
    client = sent(cas, *people(2))

    client.post(reverse(CHECK), {"act": "take", "seen": "2 0", "invite": "on"})

    with region_scope(region.pk):
        assert Invitation.objects.count() == 2


def test_nothing_is_written_before_somebody_says_so(region: Region, cas: User) -> None:
    client = sent(cas, *people(2))

    client.get(reverse(CHECK))

    assert n_experts(region) == 0


def third_is_here_already(region: Region, cas: User) -> Client:
    """A file of three; the last cannot be invited, which shows when the other two are written."""
    client = sent(cas, *people(3))
    with region_scope(region.pk):
        known = make_user("Oda Oost", Role.EXPERT)
        User.objects.filter(pk=known.pk).update(email="a2@voorbeeld.example")
    return client


TAKE = {"act": "take", "seen": "3 0", "invite": "on"}


def test_a_refusal_halfway_leaves_nobody_written_in(region: Region, cas: User) -> None:
    client = third_is_here_already(region, cas)

    answer = client.post(reverse(CHECK), TAKE)

    assert answer.status_code == 409
    assert n_experts(region) == 0
    with region_scope(region.pk):
        assert ImportDraft.objects.count() == 1
        assert not Invitation.objects.exists()
        assert not Agreement.objects.exists()
        assert not Message.objects.exists()
        assert not AuditEntry.objects.filter(event="import.done").exists()


def test_without_one_transaction_half_of_a_file_would_stay(
    region: Region, cas: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain: Any = imports.import_people
    monkeypatch.setattr("pool.views.imports.actions.import_people", plain.__wrapped__)
    client = third_is_here_already(region, cas)

    client.post(reverse(CHECK), TAKE)

    assert 0 < n_experts(region) < 4


def test_only_the_good_rows_are_taken_when_that_was_shown(region: Region, cas: User) -> None:
    client = sent(cas, *people(2), {"home_area": "9999"})

    refused = client.post(reverse(CHECK), {"act": "take", "seen": "3 0"})
    taken = client.post(reverse(CHECK), {"act": "take", "seen": "2 1"})

    assert (refused.status_code, taken.status_code) == (409, 302)
    assert n_experts(region) == 2


def test_taking_over_twice_writes_everybody_in_once(region: Region, cas: User) -> None:
    client = sent(cas, *people(2))

    for _time in range(2):
        client.post(reverse(CHECK), {"act": "take", "seen": "2 0"})

    assert n_experts(region) == 2


def test_a_file_can_be_thrown_away(region: Region, cas: User) -> None:
    client = sent(cas, *people(2))

    client.post(reverse(CHECK), {"act": "drop"})

    with region_scope(region.pk):
        assert not ImportDraft.objects.exists()
    assert client.get(reverse(CHECK)).status_code == 302


# --- Each row ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_name": ""}, "Schrijf de voornaam"),
        ({"phone": "06 123"}, "minstens tien cijfers"),
        ({"email": "malika"}, "valid email"),
        ({"home_area": "9999"}, "9999 kennen we niet"),
        ({"travel_radius_km": "900"}, "200"),
        ({"activities": "dansen"}, "“dansen” staat niet op onze lijst"),
        ({"languages": ""}, "minstens één taal"),
        ({"languages": "nl"}, "hoe goed achter nl"),
        ({"languages": "Klingon: B2"}, "“Klingon” staat niet op onze lijst"),
        ({"coordinator": "Niemand"}, "die hier coördinator is"),
        ({"confidentiality_on": "31-2-2026"}, "een dag die bestaat"),
        ({"confidentiality_on": "11-3-2026"}, "is nog niet geweest"),
        ({"first_name": "=1+1"}, "Dit is een formule"),
        ({"last_name": "@SUM(A1)"}, "Dit is een formule"),
        ({"last_name": "-Oost"}, "Dit is een formule"),
        ({"last_name": "+cmd|' /C calc'!A0"}, "Dit is een formule"),
        ({"last_name": "Oost 111222333"}, "lijkt op een BSN"),
        ({"phone": "111222333"}, "lijkt op een BSN"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value[:12],
)
def test_a_row_says_per_cell_what_is_wrong(cas: User, change: dict[str, str], said: str) -> None:
    if "email" in change:
        said = "mail"

    (found,) = errors(sent(cas, change, kind="xlsx"))

    assert list(found) == list(change)
    assert said in found[next(iter(change))]


def test_a_phone_with_a_country_code_is_no_formula(cas: User) -> None:
    assert errors(sent(cas, {"phone": "+31 6 8765 4321"})) == [{}]


def test_the_same_address_twice_is_told_with_the_row(cas: User) -> None:
    first, second = errors(sent(cas, {}, {"email": "MALIKA@voorbeeld.example"}))

    assert (first, second) == ({}, {"email": "Ditzelfde adres staat in rij 2."})


def test_who_is_in_the_pool_already_is_told(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_expert(cas, email="Malika@Voorbeeld.example")

    (found,) = errors(sent(cas, {}))

    assert found == {"email": "Iemand in de pool heeft dit adres al."}


def test_an_address_in_another_region_makes_no_difference(
    region: Region, other_region: Region, cas: User
) -> None:
    with region_scope(other_region.pk):
        make_expert(email="malika@voorbeeld.example")

    assert errors(sent(cas, {})) == [{}]
    assert n_experts(region) == 0


def test_what_was_signed_is_for_the_own_coordinator(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_user("Dina Maas", Role.COORDINATOR)

    (found,) = errors(sent(cas, {"coordinator": "dina  maas"}))

    assert list(found) == ["confidentiality_on"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refused_rows_come_back_with_the_reason_and_read_again(cas: User, kind: str) -> None:
    bad = {"email": "b@voorbeeld.example", "phone": "06 1", "last_name": "=1+1"}
    client = sent(cas, {}, bad, {"last_name": "111222333"}, kind=kind)

    answer = client.post(reverse(RETURNED))
    sheet = read(answer.content)

    assert answer["Content-Type"].startswith("text/csv" if kind == "csv" else "application/vnd")
    assert answer["Cache-Control"] == "no-store"
    assert [dict(zip(sheet.head, cells, strict=True))["rij"] for _n, cells in sheet.rows] == [
        "3",
        "4",
    ]
    told = dict(zip(sheet.head, sheet.rows[0][1], strict=True))
    assert told["achternaam"] == "'=1+1"
    assert "achternaam: Dit is een formule" in told[MEND]
    assert "telefoon: Een telefoonnummer" in told[MEND]
    assert b"111222333" not in answer.content
    again = client.post(reverse(START), {"file": SimpleUploadedFile("x", answer.content)})
    assert again.status_code == 302
    assert len(errors(client)) == 2


def test_a_whole_file_that_is_no_table_is_told_and_nothing_is_kept(
    region: Region, cas: User
) -> None:
    client = client_as(cas)

    for content in (b"PK\x03\x04", b"x;y\na;b\n", b"x" * (3 * 1024 * 1024 + 9)):
        answer = client.post(reverse(START), {"file": SimpleUploadedFile("x.csv", content)})
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
    assert client.post(reverse(START)).status_code == 422

    with region_scope(region.pk):
        assert not ImportDraft.objects.exists()


def test_five_hundred_rows_are_judged_in_as_many_queries_as_one(
    cas: User, django_assert_max_num_queries: Any
) -> None:
    client = sent(cas, *people(500))

    with django_assert_max_num_queries(14):
        answer = client.get(reverse(CHECK))

    assert len(answer.context["look"].good) == 500


# --- Where it lies meanwhile ------------------------------------------------------------------


def test_rows_lie_sealed_for_an_hour_and_no_longer(region: Region, cas: User) -> None:
    client = sent(cas, {})

    with region_scope(region.pk), connection.cursor() as cursor:
        cursor.execute("SELECT rows FROM pool_importdraft")
        assert b"malika" not in bytes(cursor.fetchone()[0]).lower()
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        client = client_as(cas)
        assert client.get(reverse(CHECK)).status_code == 302
        taken = client.post(reverse(CHECK), {"act": "take", "seen": "1 0"})
        assert taken["Location"] == reverse(START)
    with region_scope(region.pk):
        assert _clean(ImportDraft, NOON + timedelta(hours=1, seconds=1)) == 1
    assert n_experts(region) == 0


def test_an_upload_never_becomes_a_file(
    cas: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    assert sent(cas, *people(400)) is not None


def test_somebody_elses_file_looks_like_none(
    region: Region, other_region: Region, cas: User
) -> None:
    sent(cas, {})
    with region_scope(region.pk):
        dina = make_user("Dina Maas", Role.COORDINATOR)
    with region_scope(other_region.pk):
        far = make_user("Els Berg", Role.COORDINATOR)

    for somebody in (dina, far):
        for name, data in ((CHECK, {"act": "take", "seen": "1 0"}), (RETURNED, {})):
            assert client_as(somebody).post(reverse(name), data)["Location"] == reverse(START)
    assert n_experts(region) == 0


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
@pytest.mark.parametrize("name", [START, CHECK])
def test_only_coordinators_bring_people_in(region: Region, role: Role, name: str) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)

    assert client_as(user).get(reverse(name)).status_code == 403
    assert client_as(user).post(reverse(name)).status_code == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_example_can_be_sent_as_it_is(cas: User, kind: str) -> None:
    client = client_as(cas)

    example = client.get(reverse("pool:import-example", args=[kind])).content
    client.post(reverse(START), {"file": io.BytesIO(example)})

    assert errors(client) == [{}]
