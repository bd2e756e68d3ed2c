"""One region at a time, fenced three times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import OperationalError, ProgrammingError

from core.access import roles
from core.access.models import Membership, Organisation, OrganisationKind, Region, Role
from core.access.scope import Unscoped, current_region, region_or_none, region_scope, shelf
from core.access.tables import NAMED
from tests.conftest import NOON, OWNER, as_owner, as_worker, become
from tests.core.parts import host, person, sql, two_regions

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def both(region: Region, other_region: Region) -> tuple[Region, Region]:
    """Two regions with one organisation each: "Hier" and "Daar"."""
    for where, name in ((region, "Hier"), (other_region, "Daar")):
        with region_scope(where.pk):
            host(name)
    return region, other_region


@contextmanager
def without_row_security(table: str) -> Iterator[None]:
    """The twin: the same table with the fence of the database taken away."""
    with as_owner():
        sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    try:
        yield
    finally:
        with as_owner():
            sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@contextmanager
def refused_by_row_security() -> Iterator[None]:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        yield


def names() -> set[str]:
    return set(Organisation.objects.values_list("name", flat=True))


def test_rows_without_a_scope_raise() -> None:
    with pytest.raises(Unscoped):
        Organisation.objects.count()


def test_shelf_and_region_without_a_scope_raise() -> None:
    with pytest.raises(Unscoped):
        shelf()
    with pytest.raises(Unscoped):
        current_region()
    assert region_or_none() is None


def test_other_region_is_invisible_through_every_door(both: tuple[Region, Region]) -> None:
    here, _there = both

    with region_scope(here.pk):
        assert names() == {"Hier"}
        assert list(Organisation.unbound.values_list("name", flat=True)) == ["Hier"]
        assert sql("SELECT name FROM core_organisation") == [("Hier",)]


@pytest.mark.django_db(transaction=True)
def test_without_row_security_the_unbound_manager_would_see_the_neighbours() -> None:
    here, there = two_regions()
    for where, name in ((here, "Hier"), (there, "Daar")):
        with region_scope(where.pk):
            host(name)

    with without_row_security("core_organisation"), region_scope(here.pk):
        assert names() == {"Hier"}
        assert Organisation.unbound.count() == 2


def test_a_row_for_another_region_is_refused(both: tuple[Region, Region]) -> None:
    here, there = both
    stray = Organisation(name="Dwaal", kind=OrganisationKind.POLICE, region=there)

    with region_scope(here.pk), refused_by_row_security():
        stray.save()


def test_a_row_cannot_be_moved_to_another_region(both: tuple[Region, Region]) -> None:
    here, there = both

    with region_scope(here.pk), refused_by_row_security():
        Organisation.objects.update(region=there)


def test_the_region_of_a_new_row_is_the_scope(both: tuple[Region, Region]) -> None:
    here, _there = both

    with region_scope(here.pk):
        one = Organisation.objects.create(name="Een", kind=OrganisationKind.POLICE)
        (two,) = Organisation.objects.bulk_create(
            [Organisation(name="Twee", kind=OrganisationKind.POLICE)]
        )

    assert (one.region_id, two.region_id) == (here.pk, here.pk)


def test_nested_scopes_restore_the_outer_region(both: tuple[Region, Region]) -> None:
    here, there = both

    with region_scope(here.pk):
        with region_scope(there.pk):
            assert names() == {"Daar"}
            assert sql("SELECT name FROM core_organisation") == [("Daar",)]

        assert names() == {"Hier"}
        assert sql("SELECT name FROM core_organisation") == [("Hier",)]


def test_an_exception_restores_the_outer_region(both: tuple[Region, Region]) -> None:
    here, there = both

    with region_scope(here.pk):
        with pytest.raises(ZeroDivisionError), region_scope(there.pk):
            raise ZeroDivisionError

        assert sql("SELECT name FROM core_organisation") == [("Hier",)]


def test_an_error_of_the_database_stays_the_error_that_is_seen(
    both: tuple[Region, Region],
) -> None:
    here, there = both

    with region_scope(here.pk):
        with pytest.raises(DatabaseError, match="division by zero"), region_scope(there.pk):
            sql("SELECT 1/0")

        assert sql("SELECT name FROM core_organisation") == [("Hier",)]


def test_a_rolled_back_savepoint_restores_the_outer_region(both: tuple[Region, Region]) -> None:
    here, there = both

    with region_scope(here.pk):
        with region_scope(there.pk):
            host("Weg")
            transaction.set_rollback(True)

        assert sql("SELECT name FROM core_organisation") == [("Hier",)]
    with region_scope(there.pk):
        assert names() == {"Daar"}


def test_the_shelf_lives_as_long_as_the_outermost_scope_of_its_region(
    both: tuple[Region, Region],
) -> None:
    here, there = both

    with region_scope(here.pk):
        shelf()["kept"] = 1
        with region_scope(here.pk):
            assert shelf() == {"kept": 1}
        with region_scope(there.pk):
            assert shelf() == {}
        assert shelf() == {"kept": 1}
    with region_scope(here.pk):
        assert shelf() == {}


@pytest.mark.django_db(transaction=True)
def test_the_setting_does_not_leak_into_the_next_transaction() -> None:
    here, _there = two_regions()

    with region_scope(here.pk):
        assert sql("SELECT current_setting('naast.region_id', true)") == [(str(here.pk),)]

    assert sql("SELECT current_setting('naast.region_id', true)") == [("",)]
    with pytest.raises(ProgrammingError, match="no region in this transaction"):
        Organisation.unbound.count()


@pytest.mark.django_db(transaction=True)
def test_a_setting_for_the_session_would_leak() -> None:
    here, _there = two_regions()

    with region_scope(here.pk):
        sql("SELECT set_config('naast.region_id', %s, false)", str(here.pk))

    assert Organisation.unbound.count() == 0  # the twin: no error, as a region is still set
    connection.close()


# There are rows: PostgreSQL asks a policy nothing where a table is known to be empty.
@pytest.mark.usefixtures("both")
def test_raw_sql_without_a_region_raises() -> None:
    with pytest.raises(ProgrammingError, match="no region in this transaction"):
        sql("SELECT * FROM core_organisation")


@pytest.mark.usefixtures("both")
def test_a_region_that_is_no_number_raises() -> None:
    sql("SELECT set_config('naast.region_id', 'abc', true)")

    with pytest.raises(DatabaseError, match="invalid input syntax for type bigint"):
        sql("SELECT * FROM core_organisation")


def test_a_key_into_another_region_is_refused(both: tuple[Region, Region]) -> None:
    here, there = both
    with region_scope(there.pk):
        theirs = host("Daar")

    with region_scope(here.pk):
        ada = person("ada")
        with pytest.raises(IntegrityError, match="core_membership_organisation_in_region"):
            Membership.objects.create(
                user=ada, role=Role.PROFESSIONAL, organisation=theirs, started_at=NOON
            )


@pytest.mark.django_db(transaction=True)
def test_without_the_composite_tie_the_regions_would_mix() -> None:
    here, there = two_regions()
    with region_scope(there.pk):
        theirs = host("Daar")
    tie = "core_membership_organisation_in_region"
    with as_owner():
        ((definition,),) = sql(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", tie
        )
        sql(f"ALTER TABLE core_membership DROP CONSTRAINT {tie}")

    try:
        with region_scope(here.pk):
            Membership.objects.create(
                user=person("ada"), role=Role.PROFESSIONAL, organisation=theirs, started_at=NOON
            )
            assert Membership.unbound.count() == 1
            transaction.set_rollback(True)
    finally:
        with as_owner():
            # Adding a key reads both tables, which the owner may do without a region only so.
            for table in ("core_membership", "core_organisation"):
                sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            sql(f"ALTER TABLE core_membership ADD CONSTRAINT {tie} {definition}")
            for table in ("core_membership", "core_organisation"):
                sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


UNPROTECTED = """
SELECT k.relname FROM pg_class k
WHERE k.relnamespace = 'public'::regnamespace AND k.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute a
              WHERE a.attrelid = k.oid AND a.attname = 'region_id' AND NOT a.attisdropped)
  AND NOT (k.relrowsecurity AND k.relforcerowsecurity AND EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = k.oid AND p.polname = 'region' AND p.polcmd = '*'
      AND pg_get_expr(p.polqual, p.polrelid) LIKE '%naast_region()%'
      AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%naast_region()%'))
"""


def test_every_table_with_a_region_is_protected() -> None:
    unprotected = {table for (table,) in sql(UNPROTECTED)}

    assert unprotected == {"core_user", "core_linktoken"}
    assert unprotected <= NAMED.keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE core_message NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE core_message DISABLE ROW LEVEL SECURITY",
        "DROP POLICY region ON core_message",
        "ALTER POLICY region ON core_message USING (true)",
    ],
)
def test_a_table_that_loses_its_fence_is_found(damage: str) -> None:
    with as_owner(), transaction.atomic():
        sql(damage)
        found = {table for (table,) in sql(UNPROTECTED)}
        transaction.set_rollback(True)

    assert "core_message" in found


def test_tests_and_requests_are_the_application_role() -> None:
    assert sql("SELECT current_user::text") == [("naast_app",)]


def test_the_application_may_truncate_nothing_and_own_nothing() -> None:
    mighty = sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p') AND (has_table_privilege(oid, 'TRUNCATE') "
        "OR pg_has_role(current_user, relowner, 'MEMBER'))"
    )

    assert mighty == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_reads_no_table_of_a_region_but_due_work_and_the_log() -> None:
    with as_worker():
        readable = {
            table
            for (table,) in sql(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                "AND relkind IN ('r', 'p', 'v') AND has_any_column_privilege(oid, 'SELECT')"
            )
        }

    assert readable == {
        "core_auditchain",
        "core_auditentry",
        "core_denial",
        "core_duework",
        "core_heartbeat",
        "core_region",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("user", [OWNER, "naast_backup", "postgres"])
def test_a_process_that_says_app_and_is_mightier_gets_no_connection(user: str) -> None:
    connection.ensure_connection()
    roles._judged.clear()

    try:
        become(user, "app")
        with pytest.raises((ImproperlyConfigured, OperationalError)) as refused:
            connection.ensure_connection()
    finally:
        become("naast_app", "app")

    if isinstance(refused.value, OperationalError):
        pytest.skip(f"this server lets nobody in as {user}")
    assert "may pass row-level security" in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_the_owner_would_get_in() -> None:
    try:
        become(OWNER, "owner")  # the twin: the role that migrations declare
        connection.ensure_connection()
        assert sql("SELECT current_user::text") == [(OWNER,)]
    finally:
        become("naast_app", "app")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "worker"])
def test_the_right_roles_get_in(kind: str) -> None:
    roles._judged.clear()

    try:
        become(f"naast_{kind}", kind)
        roles.refuse_wrong_role()
        connection.ensure_connection()
        assert kind == settings.DATABASE_ROLE
    finally:
        become("naast_app", "app")
