"""The log can be added to and never be changed; whoever does change it is found."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from core import audit
from core.access.models import Region, Role
from core.access.scope import region_scope
from core.audit import seal
from core.audit.models import AuditChain, AuditEntry, Denial
from tests.conftest import NOON, as_owner, as_worker
from tests.core.parts import person, sql, two_regions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
PATIENCE = 30.0


@pytest.fixture
def here() -> Region:
    return two_regions()[0]


def write(region: Region, *events: str) -> None:
    """One transaction per event."""
    for event in events:
        with region_scope(region.pk):
            audit.record(event, by=None, at=NOON)


def seal_all() -> None:
    """Seal until nothing is left; a writer in any database of this server holds the end back."""
    give_up_at = time.monotonic() + PATIENCE
    with as_worker():
        while sql("SELECT 1 FROM core_auditentry WHERE chain_no IS NULL LIMIT 1"):
            assert time.monotonic() < give_up_at, "some other transaction stays open"
            if not seal.seal():
                time.sleep(0.05)


def wait_until_final() -> None:
    """Until nothing but a lock keeps the rows from being sealed."""
    give_up_at = time.monotonic() + PATIENCE
    late = "SELECT 1 FROM core_auditentry WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
    while sql(late):
        assert time.monotonic() < give_up_at, "some other transaction stays open"
        time.sleep(0.05)


def chain(region: Region) -> list[tuple[int, str]]:
    with region_scope(region.pk):
        return sql("SELECT chain_no, event FROM core_auditentry ORDER BY chain_no")


def verdict(region: Region) -> seal.Verdict:
    with region_scope(region.pk):
        return seal.verify()


@pytest.fixture
def sealed(here: Region) -> Region:
    """Five chained rows."""
    write(here, *(f"thing.done-{number}" for number in range(1, 6)))
    seal_all()
    return here


def test_a_row_says_what_when_by_whom_about_whom_and_in_which_request(here: Region) -> None:
    subject, request = uuid.uuid4(), uuid.uuid4()
    token = audit.records.request_id.set(request)
    with region_scope(here.pk):
        ada = person("ada", Role.COORDINATOR, Role.AUDITOR)
        audit.record("offer.accepted", by=ada, at=NOON, subject=subject, target=ada, n_seats=2)
        audit.read("expert", by=ada, at=NOON, subject=subject)
        audit.records.request_id.reset(token)

        done, read = AuditEntry.objects.order_by("id")

    assert (done.event, done.at, done.actor, done.actor_role, done.subject) == (
        "offer.accepted",
        NOON,
        ada.pk,
        "AUDITOR,COORDINATOR",
        subject,
    )
    assert (done.target, done.facts, done.request_id) == (
        f"core.user:{ada.pk}",
        {"n_seats": 2},
        request,
    )
    assert (read.event, read.fields_class) == ("expert.read", 3)


@pytest.mark.parametrize(
    "forgery",
    [
        "INSERT INTO core_auditentry (region_id, at, event, xid) VALUES (%s, now(), 'x', '3')",
        "INSERT INTO core_auditentry (region_id, at, event, chain_no) VALUES (%s, now(), 'x', 1)",
        "INSERT INTO core_auditentry (region_id, at, event, hash) VALUES (%s, now(), 'x', 'x')",
        "UPDATE core_auditentry SET event = 'x' WHERE region_id = %s",
        "UPDATE core_auditentry SET chain_no = NULL WHERE region_id = %s",
        "DELETE FROM core_auditentry WHERE region_id = %s",
        "UPDATE core_auditchain SET last_no = 0 WHERE region_id = %s",
        "DELETE FROM core_auditchain WHERE region_id = %s",
        "UPDATE core_denial SET action = 'x' WHERE region_id = %s",
        "DELETE FROM core_denial WHERE region_id = %s",
    ],
)
def test_the_application_can_neither_forge_nor_change_nor_remove(
    sealed: Region, forgery: str
) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with region_scope(sealed.pk), refused, transaction.atomic():
        sql(forgery, sealed.pk)


def test_with_a_table_wide_insert_the_place_in_the_chain_could_be_forged(here: Region) -> None:
    with as_owner():
        sql("GRANT INSERT ON core_auditentry TO naast_app")  # the twin

    try:
        with region_scope(here.pk):
            sql(
                "INSERT INTO core_auditentry (region_id, at, event, actor_role, target, "
                "fields_class, facts, form, reason, result, device, address, xid) "
                "VALUES (%s, now(), 'x', '', '', 0, '{}', 2, '', '', '', '', '3')",
                here.pk,
            )
    finally:
        with as_owner():
            sql("REVOKE INSERT ON core_auditentry FROM naast_app")
            sql(
                "GRANT INSERT (region_id, at, event, actor, actor_role, subject, target, "
                "fields_class, facts, request_id, form, subjects, on_behalf_of, lent_by, purpose, "
                "reason, result, device, address) ON core_auditentry TO naast_app"
            )


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE core_auditentry SET event = 'x'",
        "UPDATE core_auditentry SET at = now()",
        "INSERT INTO core_auditentry (region_id, at, event) VALUES (1, now(), 'x')",
    ],
)
@pytest.mark.usefixtures("sealed")
def test_the_worker_cannot_touch_what_a_row_says(tampering: str) -> None:
    with as_worker(), pytest.raises(ProgrammingError, match="permission denied"):
        sql(tampering)


def test_the_worker_cannot_seal_again_nor_unseal_nor_delete_young_rows(sealed: Region) -> None:
    before = chain(sealed)

    with as_worker():
        for tampering in (
            "UPDATE core_auditentry SET chain_no = chain_no + 100, hash = 'x'",
            "UPDATE core_auditentry SET chain_no = NULL",
            "DELETE FROM core_auditentry",
        ):
            sql(tampering)

    assert chain(sealed) == before
    assert verdict(sealed).broken_at is None


def test_rows_are_chained_in_the_order_of_their_transactions(here: Region) -> None:
    written, go_on = Event(), Event()

    def slow() -> None:
        with region_scope(here.pk):
            audit.record("slow.began", by=None, at=NOON)
            written.set()
            go_on.wait(PATIENCE)
            audit.record("slow.ended", by=None, at=NOON)
        connections.close_all()

    writer = Thread(target=slow)
    writer.start()
    written.wait(PATIENCE)
    write(here, "fast.done")
    with as_worker():
        # The fast row is there, but a row of the slow transaction may still come before it.
        assert seal.seal() == 0
    go_on.set()
    writer.join()
    seal_all()

    assert chain(here) == [(1, "slow.began"), (2, "slow.ended"), (3, "fast.done")]
    assert verdict(here).n_rows == 3


def test_without_the_horizon_a_late_row_would_come_after_a_younger_one(here: Region) -> None:
    """The twin: numbers given in the order in which rows are seen."""
    written, go_on = Event(), Event()

    def slow() -> None:
        with region_scope(here.pk):
            audit.record("slow.done", by=None, at=NOON)
            written.set()
            go_on.wait(PATIENCE)
        connections.close_all()

    writer = Thread(target=slow)
    writer.start()
    written.wait(PATIENCE)
    write(here, "fast.done")
    with region_scope(here.pk):
        seen_first = AuditEntry.objects.values_list("event", flat=True).get()
    go_on.set()
    writer.join()

    assert seen_first == "fast.done"


def test_regions_have_chains_of_their_own() -> None:
    here, there = two_regions()
    write(here, "a", "b")
    write(there, "c")
    write(here, "d")
    seal_all()

    assert chain(here) == [(1, "a"), (2, "b"), (3, "d")]
    assert chain(there) == [(1, "c")]


def test_sealing_goes_on_where_it_stopped(sealed: Region) -> None:
    write(sealed, "thing.done-6")
    seal_all()

    found = verdict(sealed)

    assert (found.n_rows, found.broken_at) == (6, None)
    with region_scope(sealed.pk):
        end = AuditChain.objects.get()
        assert (end.last_no, bytes(end.head).hex()) == (6, found.head)


def test_an_empty_log_holds(here: Region) -> None:
    assert verdict(here) == seal.Verdict(0, None)


@pytest.mark.django_db(transaction=True, databases=["default", "denials"])
def test_two_sealers_at_once_are_one(here: Region) -> None:
    write(here, "a")
    other = connections["denials"]

    with as_worker(), transaction.atomic(using="denials"), other.cursor() as cursor:
        wait_until_final()
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [seal.LOCK])
        assert seal.seal() == 0
    seal_all()

    assert chain(here) == [(1, "a")]


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE core_auditentry SET facts = '{\"a\": 1}' WHERE chain_no = 3", 3),
        ("UPDATE core_auditentry SET at = at + interval '1 second' WHERE chain_no = 3", 3),
        ("UPDATE core_auditentry SET actor = gen_random_uuid() WHERE chain_no = 2", 2),
        ("DELETE FROM core_auditentry WHERE chain_no = 3", 3),
        ("DELETE FROM core_auditentry WHERE chain_no = 1", 1),
        ("DELETE FROM core_auditentry WHERE chain_no = 5", 5),
        ("DELETE FROM core_auditentry", 1),
        ("DELETE FROM core_auditchain", 1),
        ("UPDATE core_auditentry SET chain_no = chain_no + 1 WHERE chain_no = 5", 5),
        (
            """UPDATE core_auditentry SET chain_no = CASE chain_no WHEN 2 THEN -4 ELSE -2 END
               WHERE chain_no IN (2, 4);
               UPDATE core_auditentry SET chain_no = -chain_no WHERE chain_no < 0""",
            2,
        ),
    ],
)
def test_whoever_owns_the_database_and_changes_the_log_is_found(
    sealed: Region, tampering: str, broken_at: int
) -> None:
    with as_owner(), region_scope(sealed.pk):
        sql(tampering)

    assert verdict(sealed).broken_at == broken_at


def test_a_hundred_random_changes_are_all_found(here: Region) -> None:
    write(here, *(f"thing.done-{number}" for number in range(40)))
    seal_all()
    chance = random.Random(20260310)  # noqa: S311  (a reproducible choice, no secret)
    columns = ("event", "actor_role", "target")
    found = 0

    with as_owner(), region_scope(here.pk):
        for _change in range(100):
            number, column = chance.randint(1, 40), chance.choice(columns)
            with transaction.atomic():
                if chance.random() < 0.3:
                    sql("DELETE FROM core_auditentry WHERE chain_no = %s", number)
                else:
                    change = f"UPDATE core_auditentry SET {column} = 'x' WHERE chain_no = %s"  # noqa: S608
                    sql(change, number)
                found += seal.verify().broken_at == number
                transaction.set_rollback(True)
        assert seal.verify().broken_at is None

    assert found == 100


def old_rows(region: Region, *ages: timedelta) -> None:
    for number, age in enumerate(ages):
        with region_scope(region.pk):
            audit.record(f"old.{number}", by=None, at=NOON - age)
    seal_all()


YEAR = timedelta(days=366)


def test_old_rows_go_and_the_rest_stays_a_chain(here: Region) -> None:
    old_rows(here, 7 * YEAR, 6 * YEAR, YEAR, timedelta(0))
    head = verdict(here).head

    with as_worker():
        assert seal.purge(now=NOON) == 2
        assert seal.purge(now=NOON) == 0

    assert chain(here) == [(3, "old.2"), (4, "old.3")]
    assert verdict(here) == seal.Verdict(2, None, head)


def test_an_old_row_behind_a_young_one_waits_for_it(here: Region) -> None:
    old_rows(here, 7 * YEAR, YEAR, 6 * YEAR)

    with as_worker():
        assert seal.purge(now=NOON) == 1

    assert [number for number, _event in chain(here)] == [2, 3]
    assert verdict(here).broken_at is None


def test_after_a_purge_a_missing_first_row_is_still_found(here: Region) -> None:
    old_rows(here, 7 * YEAR, YEAR, YEAR)
    with as_worker():
        seal.purge(now=NOON)

    with as_owner(), region_scope(here.pk):
        sql("DELETE FROM core_auditentry WHERE chain_no = 2")

    assert verdict(here).broken_at == 2


def test_everything_may_be_old(here: Region) -> None:
    old_rows(here, 7 * YEAR, 6 * YEAR)

    with as_worker():
        assert seal.purge(now=NOON) == 2
    write(here, "new")
    seal_all()

    assert chain(here) == [(3, "new")]
    assert verdict(here).n_rows == 1


def test_a_clock_that_runs_years_ahead_removes_nothing(here: Region) -> None:
    old_rows(here, YEAR)

    with as_worker(), pytest.raises(RuntimeError, match="out of order"):
        seal.purge(now=NOON + 10 * YEAR)

    assert len(chain(here)) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "denials"])
def test_a_denial_is_kept_although_its_transaction_rolls_back(here: Region) -> None:
    with region_scope(here.pk):
        ada = person("ada")
    with region_scope(here.pk):
        audit.deny(action="case-open", by=ada, target="x")
        audit.record("never.kept", by=ada, at=NOON)
        transaction.set_rollback(True)

    with region_scope(here.pk):
        assert list(Denial.objects.values_list("action", "actor")) == [("case-open", ada.pk)]
        assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "denials"])
def test_a_denial_does_not_wait_for_rows_that_its_own_request_locked(here: Region) -> None:
    with region_scope(here.pk):
        ada = person("ada")
    with region_scope(here.pk):
        sql("SELECT 1 FROM core_user WHERE id = %s FOR UPDATE", ada.pk)
        sql("SELECT 1 FROM core_region WHERE id = %s FOR UPDATE", here.pk)
        began = time.monotonic()
        audit.deny(action="case-open", by=ada)

    assert time.monotonic() - began < 1


def test_a_denial_without_a_region_is_nobodys(here: Region) -> None:  # noqa: ARG001
    audit.deny(action="x", by=None)

    assert connection.in_atomic_block is False


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    connections.close_all()
