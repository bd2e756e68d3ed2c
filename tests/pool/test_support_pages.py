"""The pages of words and support, as the people who open them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.access.models import Region, Role, User
from core.access.scope import region_scope
from core.audit.models import AuditEntry
from core.clock import local
from pool import actions
from pool.models import Expert, SupportContact, SupportOverride, SupportRhythm, Term, Training
from tests.conftest import NOON
from tests.factories.people import client_as, make_user
from tests.factories.pool import admit, make_active_expert, make_expert

pytestmark = pytest.mark.django_db(databases=["default", "denials"])
DAY = timedelta(days=1)


@pytest.fixture
def cas(region: Region) -> User:
    with region_scope(region.pk):
        return make_user("Cas Verhoef", Role.COORDINATOR)


@pytest.fixture
def rea(region: Region) -> Client:
    with region_scope(region.pk):
        return client_as(make_user("Rea Dijk", Role.REGIONAL_ADMIN))


@pytest.fixture
def ada(region: Region, cas: User) -> Expert:
    with region_scope(region.pk):
        found = make_active_expert(cas, first_name="Ada")
        Expert.objects.filter(pk=found.pk).update(started_on=date(2020, 1, 1))
        return found


@pytest.fixture
def late(region: Region, ada: Expert) -> Expert:
    with region_scope(region.pk):
        SupportRhythm.objects.create(kind="INTERVISION", every=6, valid_from=date(2020, 1, 1))
    return ada


def today() -> date:
    return local(clock.now()).date()


PAGES = (
    ("pool:term-list", ()),
    ("pool:term-add", ("TRAINING",)),
    ("pool:term-edit", ("HEE",)),
    ("pool:support-list", ()),
    ("pool:support-evening", ()),
    ("pool:rhythm-edit", ("INTERVISION",)),
)
OF_THE_ADMINISTRATOR = {"pool:term-add", "pool:term-edit", "pool:rhythm-edit"}


@pytest.mark.parametrize(("name", "args"), PAGES)
@pytest.mark.parametrize(
    "role",
    [Role.COORDINATOR, Role.REGIONAL_ADMIN, Role.EXPERT, Role.PROFESSIONAL, Role.AUDITOR],
)
def test_staff_reads_and_the_administrator_decides(
    region: Region, name: str, args: tuple[str, ...], role: Role
) -> None:
    with region_scope(region.pk):
        user = make_user("Ans Bos", role)

    status = client_as(user).get(reverse(name, args=args)).status_code

    may = role == Role.REGIONAL_ADMIN or (
        role == Role.COORDINATOR and name not in OF_THE_ADMINISTRATOR
    )
    assert status == (200 if may else 403)


def test_a_word_is_added_renamed_and_taken_off_the_list(region: Region, rea: Client) -> None:
    words = {"label_nl": "Luisteren", "label_en": "Listening", "validity_months": "24"}
    rea.post(reverse("pool:term-add", args=["TRAINING"]), words | {"renew_months": "3"})
    rea.post(
        reverse("pool:term-edit", args=["LISTENING"]),
        words | {"label_nl": "Beter luisteren", "renew_months": "6"},
    )
    rea.post(reverse("pool:term-move", args=["LISTENING"]), {"move": "retire"})

    with region_scope(region.pk):
        term = Term.objects.get(code="LISTENING")
        assert (term.label_nl, term.renew_months) == ("Beter luisteren", 6)
        assert term.retired_at is not None
    assert "Beter luisteren" in rea.get(reverse("pool:term-list")).content.decode()
    rea.post(reverse("pool:term-move", args=["LISTENING"]), {"move": "restore"})
    with region_scope(region.pk):
        assert Term.objects.get(code="LISTENING").retired_at is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"label_nl": "", "label_en": "Listening"}, "Listening"),
        ({"label_nl": "Howie the Harp", "label_en": "Harp"}, "Harp"),
        ({"label_nl": "Kort", "label_en": "Short", "validity_months": "2"}, "Kort"),
    ],
)
def test_a_word_that_cannot_be_loses_nothing_of_what_was_typed(
    rea: Client, sent: dict[str, str], kept: str
) -> None:
    answer = rea.post(reverse("pool:term-add", args=["TRAINING"]), {"renew_months": "3"} | sent)

    assert answer.status_code == 422
    assert f'value="{kept}"' in answer.content.decode()


def test_a_word_that_is_needed_says_that_it_stays(region: Region, rea: Client) -> None:
    address = reverse("pool:term-move", args=["CODE_OF_CONDUCT"])

    answer = rea.post(address, {"move": "retire"}, follow=True)

    assert "blijft" in answer.content.decode()
    with region_scope(region.pk):
        assert Term.objects.get(code="CODE_OF_CONDUCT").retired_at is None


def test_the_list_of_support_is_about_the_own_people(
    region: Region, late: Expert, cas: User
) -> None:
    with region_scope(region.pk):
        dee = make_user("Dee Vonk", Role.COORDINATOR)

    address = reverse("pool:support-list")

    assert late.full_name in client_as(cas).get(address).content.decode()
    assert late.full_name not in client_as(dee).get(address).content.decode()
    assert reverse("pool:support-list") in client_as(cas).get("/pool/").content.decode()


def test_an_evening_is_one_form_for_everybody(region: Region, late: Expert, cas: User) -> None:
    with region_scope(region.pk):
        bes = make_expert(cas, first_name="Bes")
        admit(bes)
        actions.start_training(expert_id=bes.pk, by=cas, now=NOON)
    client, address = client_as(cas), reverse("pool:support-evening")
    sent: dict[str, Any] = {"kind": "INTERVISION", "held_on": str(today())}

    answer = client.post(address, sent | {"present": [str(late.pk)], "absent": [str(bes.pk)]})

    assert answer.status_code == 302
    with region_scope(region.pk):
        rows = SupportContact.objects.values_list("expert_id", "attended")
        assert dict(rows) == {late.pk: True, bes.pk: False}
    again = client.get(address, {"wat": "INTERVISION", "dag": str(today())}).content.decode()
    assert again.count("checked") == 2


@pytest.mark.parametrize("shift", [0, 3])
def test_an_evening_that_cannot_be_keeps_what_was_ticked(
    late: Expert, cas: User, shift: int
) -> None:
    sent = {
        "kind": "INTERVISION",
        "held_on": str(today() + shift * DAY),
        "present": [str(late.pk)] if not shift else [],
        "absent": [str(late.pk)],
    }

    answer = client_as(cas).post(reverse("pool:support-evening"), sent)

    assert answer.status_code == 422
    assert "checked" in answer.content.decode()


def test_whom_one_expects_is_written_down_for_a_day_to_come(
    region: Region, late: Expert, cas: User
) -> None:
    sent = {
        "kind": "INTERVISION",
        "held_on": str(today() + 7 * DAY),
        "present": [str(late.pk)],
    }
    client_as(cas).post(reverse("pool:support-evening"), sent)

    with region_scope(region.pk):
        assert SupportContact.objects.get().attended is None


def test_an_exception_is_given_and_ended_on_one_page(
    region: Region, late: Expert, cas: User
) -> None:
    client, address = client_as(cas), reverse("pool:expert-support", args=[late.pk])
    empty = client.post(address, {"act": "override", "until_on": ""})
    assert empty.status_code == 422

    client.post(
        address, {"act": "override", "reason": "PLANNED", "until_on": str(today() + 7 * DAY)}
    )
    with region_scope(region.pk):
        assert SupportOverride.objects.get().ended_at is None
    client.post(address, {"act": "end"})

    with region_scope(region.pk):
        assert SupportOverride.objects.get().ended_at is not None
        assert AuditEntry.objects.filter(event="support.read", subject=late.pk).exists()


def test_one_moment_is_written_down_and_taken_away(region: Region, late: Expert, cas: User) -> None:
    client, address = client_as(cas), reverse("pool:expert-support", args=[late.pk])
    client.post(
        address,
        {"act": "contact", "kind": "COACHING", "held_on": str(today()), "there": "yes"},
    )
    with region_scope(region.pk):
        row = SupportContact.objects.get()

    client.post(reverse("pool:support-remove", args=[late.pk, row.pk]))

    with region_scope(region.pk):
        assert not SupportContact.objects.exists()


def test_support_of_somebody_is_for_the_own_coordinator(region: Region, late: Expert) -> None:
    with region_scope(region.pk):
        dee = client_as(make_user("Dee Vonk", Role.COORDINATOR))

    assert dee.get(reverse("pool:expert-support", args=[late.pk])).status_code == 403


def test_support_of_an_expert_of_another_region_is_not_there(
    cas: User, other_region: Region
) -> None:
    with region_scope(other_region.pk):
        stranger = make_expert()

    answer = client_as(cas).get(reverse("pool:expert-support", args=[stranger.pk]))

    assert answer.status_code == 404


def test_how_often_is_decided_from_a_day_on(region: Region, rea: Client) -> None:
    address = reverse("pool:rhythm-edit", args=["INTERVISION"])
    sent = {"asked": "yes", "unit": "WEEKS", "valid_from": str(today())}
    assert rea.post(address, sent).status_code == 422

    assert rea.post(address, sent | {"every": "8"}).status_code == 302

    with region_scope(region.pk):
        assert SupportRhythm.objects.get().every == 8
    assert rea.post(reverse("pool:rhythm-adopt")).status_code == 302
    with region_scope(region.pk):
        assert SupportRhythm.objects.count() == 3


def test_a_course_is_finished_on_its_own_page(region: Region, ada: Expert, cas: User) -> None:
    with region_scope(region.pk):
        begun = actions.record_training(
            expert_id=ada.pk, kind="LEON", started_on=date(2026, 1, 5), by=cas, now=NOON
        )
    client = client_as(cas)
    address = reverse("pool:training-finish", args=[ada.pk, begun.pk])
    page = reverse("pool:expert-detail", args=[ada.pk])
    assert address in client.get(page).content.decode()
    assert client.post(address, {"completed_on": "2025-01-01"}).status_code == 422

    client.post(address, {"completed_on": "2026-02-01", "certificate_seen_on": "2026-02-02"})

    with region_scope(region.pk):
        assert Training.objects.get(pk=begun.pk).certificate_seen_on == date(2026, 2, 2)
    assert client.get(address).status_code == 404


@pytest.mark.usefixtures("late")
def test_the_cost_of_the_list_does_not_grow_with_people(
    region: Region, cas: User, django_assert_max_num_queries: Any
) -> None:
    with region_scope(region.pk):
        for n in range(8):
            make_active_expert(cas, first_name=f"Ada{n}")
    client = client_as(cas)

    with django_assert_max_num_queries(22):
        client.get(reverse("pool:support-list"))
