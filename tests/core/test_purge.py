"""Nothing is kept: what is past its clock goes, per region, and nothing younger does."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, models
from django.db.models import ProtectedError

from core.access.models import (
    Invitation,
    LinkPurpose,
    LinkToken,
    Organisation,
    RateBucket,
    Region,
    Role,
)
from core.access.scope import region_scope
from core.approvals import Approval
from core.audit.models import Denial
from core.crypto import DataKey, erase_key, new_data_key
from core.outbox import Channel, MessageState, WorkState
from core.outbox.models import DueWork, Heartbeat, Message
from core.purge import PurgeIncomplete, purge_all
from core.retention import Keep
from tests.conftest import NOON, as_worker
from tests.core.parts import host, person, two_regions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
DAY = timedelta(days=1)


def letter(once_per: str, key: DataKey, **fields: Any) -> Message:
    message = Message(
        data_key=key,
        template="core/test",
        channel=Channel.EMAIL,
        address="ada@naast.example",
        content={},
        once_per=once_per,
        created_at=NOON - 400 * DAY,
        **fields,
    )
    message.save(force_insert=True)
    return message


def work(once_per: str, **fields: Any) -> DueWork:
    return DueWork.objects.create(
        kind="test",
        subject=uuid.uuid4(),
        once_per=once_per,
        not_before=NOON - 400 * DAY,
        region_id=Region.objects.get(code="VT99").pk,
        **fields,
    )


def purge() -> int:
    with as_worker():
        return purge_all(now=NOON)


@pytest.fixture
def here() -> Region:
    return two_regions()[0]


def test_messages_and_due_work_go_two_weeks_after_their_end(here: Region) -> None:
    ended = {"state": MessageState.SENT}
    with region_scope(here.pk):
        key = new_data_key(now=NOON)
        letter("waits", key)
        letter("young", key, ended_at=NOON - 13 * DAY, **ended)
        letter("old", key, ended_at=NOON - 15 * DAY, **ended)
        work("waits")
        work("young", state=WorkState.DONE, ended_at=NOON - 13 * DAY)
        work("old", state=WorkState.DONE, ended_at=NOON - 15 * DAY)

    assert purge() == 2

    with region_scope(here.pk):
        for model in (Message, DueWork):
            assert set(model.objects.values_list("once_per", flat=True)) == {"waits", "young"}


def test_every_region_is_purged() -> None:
    for where in two_regions():
        with region_scope(where.pk):
            ada = person(f"ada-{where.code.lower()}")
            host()
            for number, expires_at in enumerate((NOON - 400 * DAY, NOON)):
                Approval.objects.create(
                    kind=str(number),
                    subject=ada.pk,
                    asked_at=expires_at - DAY,
                    asked_by=ada,
                    expires_at=expires_at,
                )
            for expires_at in (NOON - 8 * DAY, NOON - 6 * DAY):
                Invitation.objects.create(
                    email="bram@naast.example",
                    role=Role.EXPERT,
                    invited_at=expires_at - 3 * DAY,
                    invited_by=ada,
                    expires_at=expires_at,
                )

    assert purge() == 4

    for where in Region.objects.all():
        with region_scope(where.pk):
            assert Approval.objects.count() == Invitation.objects.count() == 1
            assert Organisation.objects.count() == 1  # reference rows stay


def test_keys_die_with_the_last_row_they_sealed(here: Region) -> None:
    with region_scope(here.pk):
        lonely, new, used = (
            new_data_key(now=at) for at in (NOON - 2 * DAY, NOON, NOON - 400 * DAY)
        )
        letter("waits", used)
        emptied = new_data_key(now=NOON - 30 * DAY)
        erase_key(emptied, now=NOON - 8 * DAY)

    purge()

    with region_scope(here.pk):
        alive = dict(DataKey.objects.values_list("pk", "erased_at"))
    assert alive == {lonely.pk: NOON, new.pk: None, used.pk: None}


def test_tables_without_a_region_are_purged_too(here: Region) -> None:
    def link(name: str, **fields: Any) -> None:
        LinkToken.objects.create(
            digest=name.encode(),
            purpose=LinkPurpose.FEED,
            region=here,
            subject=uuid.uuid4(),
            created_at=NOON - 400 * DAY,
            **fields,
        )

    link("endless")
    link("revoked long ago", revoked_at=NOON - 8 * DAY)
    link("revoked lately", revoked_at=NOON - 6 * DAY)
    link("dead long ago", expires_at=NOON - 8 * DAY)
    link("dead lately", expires_at=NOON - 6 * DAY)
    for key, age in (("old", 3 * DAY), ("young", DAY)):
        RateBucket.objects.create(key=key, window_start=NOON - age)
    for key, expires in (("old", NOON - DAY), ("young", NOON + DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)

    purge()

    assert {bytes(row).decode() for row in LinkToken.objects.values_list("digest", flat=True)} == {
        "endless",
        "revoked lately",
        "dead lately",
    }
    assert [row.key for row in RateBucket.objects.all()] == ["young"]
    assert [row.session_key for row in Session.objects.all()] == ["young"]


def test_denials_go_after_five_years(here: Region) -> None:
    with region_scope(here.pk):
        for action, years in (("old", 6), ("young", 4)):
            Denial(region_id=here.pk, at=NOON - years * 366 * DAY, action=action).save()

    purge()

    with region_scope(here.pk):
        assert [denial.action for denial in Denial.objects.all()] == ["young"]


def test_the_log_is_purged_by_the_worker_only() -> None:
    two_regions()

    with pytest.raises(ProgrammingError):
        purge_all(now=NOON)


def test_a_purge_leaves_a_sign_of_life(here: Region) -> None:  # noqa: ARG001
    purge()

    assert Heartbeat.objects.get(name="purge").seen_at == NOON


def test_a_table_that_refuses_does_not_keep_the_others(
    here: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    with region_scope(here.pk):
        key = new_data_key(now=NOON)
        letter("old", key, ended_at=NOON - 15 * DAY, state=MessageState.SENT)
        # Erased, and still named by a row that stays.
        held = new_data_key(now=NOON - 30 * DAY)
        letter("young", held, ended_at=NOON - DAY, state=MessageState.SENT)
        erase_key(held, now=NOON - 8 * DAY)

    with pytest.raises(PurgeIncomplete, match=r"core\.DataKey"):
        purge()

    with region_scope(here.pk):
        assert list(Message.objects.values_list("once_per", flat=True)) == ["young"]
    assert not Heartbeat.objects.exists()
    monkeypatch.setattr("core.purge.IntegrityError", ZeroDivisionError)  # the twin
    with pytest.raises(ProtectedError):
        purge()


def test_rows_kept_with_a_parent_go_before_it(
    here: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Messages for once as children of their key: the key protects, so they must go first.
    monkeypatch.setattr(Message, "retention", Keep.with_parent("data_key"))
    with region_scope(here.pk):
        key = new_data_key(now=NOON - 30 * DAY)
        letter("child", key)
        erase_key(key, now=NOON - 8 * DAY)

    assert purge() == 2

    with region_scope(here.pk):
        assert not DataKey.objects.exists()
        assert not Message.objects.exists()


def test_only_a_clock_says_what_is_past() -> None:
    assert Keep.after("at", DAY, "a day").past(now=NOON) == models.Q(at__lt=NOON - DAY)
    with pytest.raises(ValueError, match="no clock of its own"):
        Keep.while_in_use("reference").past(now=NOON)
