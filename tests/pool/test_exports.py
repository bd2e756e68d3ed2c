"""Taking the pool out: two persons, once a day, within a day, fetched once."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core import approvals
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.approvals.models import Approval
from core.audit.models import AuditEntry
from core.errors import NotAllowed
from pool import actions
from pool.models import PoolExport
from pool.sheets import read
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import make_active_expert, make_area, make_expert

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def dina(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Dina Maas", Role.COORDINATOR)


@pytest.fixture
def agreed(region: Region, cas: User, dina: User) -> PoolExport:
    with region_scope(region.pk):
        return agree(cas, dina)


def agree(asks: User, decides: User, *, now: Any = NOON) -> PoolExport:
    export = actions.ask_export(by=asks, now=now)
    waits = Approval.objects.get(subject=export.pk)
    approvals.approve(approval_id=waits.pk, by=decides, now=now)
    return PoolExport.objects.get(pk=export.pk)


def sure(user: User) -> Client:
    """Signed in a moment ago, so that nothing asks again who it is."""
    client = client_as(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": NOON.timestamp()}]
    session.save()
    return client


def post(client: Client, name: str, **data: str) -> Any:
    return client.post(reverse(f"pool:export-{name}"), data)


# --- Two persons ------------------------------------------------------------------------------


def test_the_pool_goes_out_after_a_second_person_agreed(
    region: Region, cas: User, dina: User
) -> None:
    with region_scope(region.pk):
        ruben = make_active_expert(cas, last_name="=Kaars", phone="+31 6 1234 5678")
        left = make_expert(cas, first_name="Left")
        actions.leave(expert_id=left.pk, by=cas, now=NOON)
    with time_machine.travel(NOON, tick=False):
        post(sure(cas), "ask")
        assert post(sure(cas), "fetch", kind="csv").status_code == 404
        assert post(sure(cas), "decide", decision="approve").status_code == 403
        post(sure(dina), "decide", decision="approve")
        answer = post(sure(cas), "fetch", kind="csv")

    (row,) = read(answer.content).rows
    told = dict(zip(read(answer.content).head, row[1], strict=True))
    assert (told["voornaam"], told["achternaam"]) == ("Ruben", "'=Kaars")
    assert told["telefoon"] == "'+31 6 1234 5678"
    assert told["opgehaald"].startswith("Cas Verhoef, ")
    assert "VOG" not in answer.content.decode().upper()
    assert "naast-" in answer["Content-Disposition"]
    with region_scope(region.pk):
        read_by = AuditEntry.objects.get(event="contact.read", subject=ruben.pk)
        assert read_by.actor == cas.pk
        assert AuditEntry.objects.get(event="pool.exported").facts == {"n": 1}


def test_that_somebody_was_stopped_stays_inside(region: Region, cas: User, dina: User) -> None:
    with region_scope(region.pk):
        ruben = make_active_expert(cas)
        actions.suspend(expert_id=ruben.pk, reason="CONDUCT", by=cas, now=NOON)
        agree(cas, dina)
    with time_machine.travel(NOON, tick=False):
        text = post(sure(cas), "fetch", kind="csv").content.decode()

    assert "Ruben" in text
    assert "SUSPENDED" not in text
    assert "CONDUCT" not in text


@pytest.mark.usefixtures("in_region")
def test_who_asked_cannot_agree(cas: User) -> None:
    export = actions.ask_export(by=cas, now=NOON)

    with pytest.raises(approvals.actions.SamePerson):
        approvals.approve(approval_id=Approval.objects.get(subject=export.pk).pk, by=cas, now=NOON)


@pytest.mark.usefixtures("in_region")
def test_a_second_question_waits_for_the_first(cas: User, dina: User) -> None:
    actions.ask_export(by=cas, now=NOON)

    with pytest.raises(actions.OneWaits):
        actions.ask_export(by=dina, now=NOON + HOUR)


@pytest.mark.parametrize("how", ["rejected", "ran out"])
@pytest.mark.usefixtures("in_region")
def test_a_question_without_a_yes_stands_in_nobodys_way(cas: User, dina: User, how: str) -> None:
    export = actions.ask_export(by=cas, now=NOON)
    now = NOON + HOUR if how == "rejected" else NOON + DAY
    if how == "rejected":
        waits = Approval.objects.get(subject=export.pk)
        approvals.reject(approval_id=waits.pk, by=dina, now=now)

    assert actions.ask_export(by=cas, now=now) != export


@pytest.mark.usefixtures("in_region")
def test_once_a_day_and_again_the_next(cas: User, dina: User) -> None:
    agree(cas, dina)

    with pytest.raises(actions.OneADay):
        actions.ask_export(by=dina, now=NOON + 11 * HOUR)

    assert agree(dina, cas, now=NOON + 12 * HOUR).agreed_on == (NOON + DAY).date()


# --- Once, in time, by the one who asked ------------------------------------------------------


@pytest.mark.usefixtures("in_region")
def test_a_file_is_fetched_once(cas: User, agreed: PoolExport) -> None:
    actions.fetch_export(export_id=agreed.pk, by=cas, now=NOON)

    with pytest.raises(actions.FetchedOrPast):
        actions.fetch_export(export_id=agreed.pk, by=cas, now=NOON + HOUR)


@pytest.mark.usefixtures("in_region")
def test_a_day_later_it_is_gone(cas: User, agreed: PoolExport) -> None:
    with pytest.raises(actions.FetchedOrPast):
        actions.fetch_export(export_id=agreed.pk, by=cas, now=NOON + DAY)


@pytest.mark.usefixtures("in_region")
def test_it_is_for_who_asked(dina: User, agreed: PoolExport) -> None:
    with pytest.raises(actions.NotYours):
        actions.fetch_export(export_id=agreed.pk, by=dina, now=NOON)


@pytest.mark.usefixtures("in_region")
def test_before_the_yes_there_is_nothing(cas: User) -> None:
    export = actions.ask_export(by=cas, now=NOON)

    with pytest.raises(actions.FetchedOrPast):
        actions.fetch_export(export_id=export.pk, by=cas, now=NOON)


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR])
def test_nobody_else_asks_or_looks(region: Region, role: Role) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)
        with pytest.raises(NotAllowed):
            actions.ask_export(by=user, now=NOON)

    assert client_as(user).get(reverse("pool:export-state")).status_code == 403
    assert post(client_as(user), "fetch", kind="csv").status_code == 403


@pytest.mark.parametrize(
    ("name", "data"),
    [("ask", {}), ("decide", {"decision": "approve"}), ("fetch", {"kind": "csv"})],
)
def test_each_step_asks_again_who_you_are(
    region: Region, cas: User, dina: User, name: str, data: dict[str, str]
) -> None:
    with region_scope(region.pk):
        if name == "fetch":
            agree(cas, dina)
        if name == "decide":
            actions.ask_export(by=dina, now=NOON)
    with time_machine.travel(NOON, tick=False):
        cas.set_password("a word of one's own")
        cas.save()
        client = client_as(cas)
    with time_machine.travel(NOON + timedelta(minutes=9), tick=False):
        fresh = post(client, name, **data)
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        answer = post(client, name, **data)

    assert "reauthenticate" not in fresh.headers.get("Location", "")
    assert fresh.status_code in {200, 302}
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]


@pytest.mark.usefixtures("agreed")
def test_a_workbook_holds_words_and_no_formula(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_active_expert(cas, first_name="@Ada", last_name="=Kaars", phone="+31 6 1234 5678")
    with time_machine.travel(NOON, tick=False):
        content = post(sure(cas), "fetch", kind="xlsx").content

    cells = [cell for row in load_workbook(io.BytesIO(content)).active for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    texts = {str(cell.value) for cell in cells if cell.value is not None}
    assert texts >= {"'@Ada", "'=Kaars", "'+31 6 1234 5678"}
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


def test_another_region_has_nobody_of_ours_and_no_question(
    region: Region, other_region: Region, cas: User
) -> None:
    with region_scope(region.pk):
        make_active_expert(cas)
        actions.ask_export(by=cas, now=NOON)
    with region_scope(other_region.pk):
        els = make_user("Els Berg", Role.COORDINATOR)
        fay = make_user("Fay Dam", Role.COORDINATOR)
        make_area()
        export = agree(els, fay)

        assert actions.fetch_export(export_id=export.pk, by=els, now=NOON) == []


@pytest.mark.usefixtures("agreed")
def test_export_and_import_speak_of_the_same_columns(region: Region, cas: User) -> None:
    with region_scope(region.pk):
        make_active_expert(cas)
    with time_machine.travel(NOON, tick=False):
        content = post(sure(cas), "fetch", kind="xlsx").content
        client = sure(cas)
        client.post(reverse("pool:import-start"), {"file": SimpleUploadedFile("x", content)})
        (row,) = client.get(reverse("pool:import-check")).context["look"].rows

    # Everything else of it is in order.
    assert list(row.errors) == ["email"]
