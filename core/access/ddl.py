"""What a migration does to a regional table: its policy, and ties that keep regions apart."""

from __future__ import annotations

from django.db import migrations

SETUP = """
CREATE OR REPLACE FUNCTION naast_region() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE r text := current_setting('naast.region_id', true);
BEGIN
  IF r IS NULL OR r = '' THEN
    RAISE EXCEPTION 'naast: no region in this transaction' USING ERRCODE = '42501';
  END IF;
  RETURN r::bigint;
END $$;
"""


def protect(*tables: str) -> list[migrations.RunSQL]:
    """Row-level security, forced also on the owner, and the key that composite ties need.

    The policy calls a function that raises when no region is set: silence (an empty list)
    would look like "nothing to do". It names its roles, because policies are tied with OR: for
    the worker, which has policies of its own and no region, that function would raise.
    """
    return [
        migrations.RunSQL(
            [
                f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
                f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
                (
                    f'CREATE POLICY region ON "{table}" TO naast_app, CURRENT_USER '
                    "USING (region_id = (SELECT naast_region())) "
                    "WITH CHECK (region_id = (SELECT naast_region()))"
                ),
            ],
            [
                f'DROP POLICY region ON "{table}"',
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
            ],
        )
        for table in tables
    ]


def parent(*tables: str) -> list[migrations.RunSQL]:
    """Make `(region_id, id)` a key, so that other tables can be tied to this one."""
    return [
        migrations.RunSQL(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_region_key" UNIQUE (region_id, id)',
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_region_key"',
        )
        for table in tables
    ]


def tie(table: str, **columns: str) -> list[migrations.RunSQL]:
    """Composite foreign keys: `tie("pool_block", expert="pool_expert")`.

    Adding a key reads both tables; the owner may do that only while FORCE is off, in the
    same transaction.
    """
    return [
        migrations.RunSQL(
            [
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{target}" NO FORCE ROW LEVEL SECURITY',
                (
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_in_region" '
                    f'FOREIGN KEY (region_id, "{column}_id") REFERENCES "{target}" (region_id, id)'
                ),
                f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{target}" FORCE ROW LEVEL SECURITY',
            ],
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_in_region"',
        )
        for column, target in columns.items()
    ]


def tie_abroad(table: str, column: str, target: str, *, region: str) -> list[migrations.RunSQL]:
    """As `tie`, for a row that may belong to another region: `region` is the column that says so.

    A tie of the same name that held the row to the own region makes room.
    """
    name = f"{table}_{column}_in_region"
    return [
        migrations.RunSQL(
            [
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{target}" NO FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"',
                (
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" '
                    f'FOREIGN KEY ("{region}", "{column}_id") REFERENCES "{target}" (region_id, id)'
                ),
                f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{target}" FORCE ROW LEVEL SECURITY',
            ],
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
        )
    ]


def also(
    table: str, name: str, verb: str, *, using: str = "", check: str = ""
) -> list[migrations.RunSQL]:
    """One more policy beside the region's, for rows that two regions share: each for one verb."""
    clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    return [
        migrations.RunSQL(
            f'CREATE POLICY "{name}" ON "{table}" FOR {verb} TO naast_app, CURRENT_USER{clauses}',
            f'DROP POLICY "{name}" ON "{table}"',
        )
    ]
