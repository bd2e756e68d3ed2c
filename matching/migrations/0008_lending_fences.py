"""Fences of lent work: what a region reads of somebody whom another lends to it.

The row of the expert and its key stay readable as long as own work names this person; facts for
judging (hours, papers, limits) only while the agreement or the work runs. All of it is to read,
nothing to write, but for the lock that an answer needs.
"""

from django.db import migrations

from core.access.ddl import also, tie_abroad
from pool.fences import lent_facts, lent_rules

FUNCTIONS = """
CREATE FUNCTION naast_lent() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT expert_id FROM pool_lendinggrant
  WHERE borrower_region_id = naast_region() AND state = 'RUNNING'
  UNION ALL
  SELECT expert_id FROM matching_assignment
  WHERE region_id = naast_region() AND expert_region_id <> region_id AND state <> 'ENDED'
$$;
CREATE FUNCTION naast_known() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT expert_id FROM pool_lendinggrant
  WHERE borrower_region_id = naast_region() AND state = 'RUNNING'
  UNION ALL
  SELECT expert_id FROM matching_assignment
  WHERE region_id = naast_region() AND expert_region_id <> region_id
$$;
"""
KNOWN = "id IN (SELECT naast_known())"
OUR_EXPERT = "lent_from = (SELECT naast_region())"


def whole_tie(table: str) -> migrations.RunSQL:
    """Lent work points at an agreement of this very expert, from there, to here."""
    name = f"{table}_by_grant"
    return migrations.RunSQL(
        [
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            'ALTER TABLE "pool_lendinggrant" NO FORCE ROW LEVEL SECURITY',
            (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY '
                "(grant_id, expert_id, expert_region_id, region_id) REFERENCES pool_lendinggrant "
                "(id, expert_id, region_id, borrower_region_id)"
            ),
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            'ALTER TABLE "pool_lendinggrant" FORCE ROW LEVEL SECURITY',
        ],
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


class Migration(migrations.Migration):
    dependencies = [("matching", "0007_lending")]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION naast_lent(); DROP FUNCTION naast_known();"),
        *(
            operation
            for table in ("assignment", "conflictdeclaration", "offer", "task")
            for operation in tie_abroad(
                f"matching_{table}", "expert", "pool_expert", region="expert_region_id"
            )
        ),
        whole_tie("matching_assignment"),
        whole_tie("matching_offer"),
        *also("pool_expert", "lent", "SELECT", using=KNOWN),
        *also(
            "core_datakey",
            "lent",
            "SELECT",
            using="id IN (SELECT e.data_key_id FROM pool_expert e WHERE e.id IN (SELECT naast_known()))",  # noqa: E501
        ),
        # An answer locks the expert, so that a suspension comes before it or after it. Locking
        # asks for this policy; its check lets no row through, so nothing can be changed.
        *also("pool_expert", "lent_lock", "UPDATE", using=KNOWN, check="false"),
        *lent_facts(
            "pool_absence",
            "pool_agreement",
            "pool_block",
            "pool_daychange",
            "pool_excludedarea",
            "pool_expertactivity",
            "pool_expertlanguage",
            "pool_supportcontact",
            "pool_supportoverride",
            "pool_suspension",
            "pool_training",
            "pool_vogevidence",
            "pool_weekavailability",
        ),
        *lent_rules("pool_supportrhythm"),
        # The home region sees that its expert is asked or works elsewhere; not for whom.
        *also("matching_offer", "ours_elsewhere", "SELECT", using=OUR_EXPERT),
        *also(
            "matching_assignment",
            "ours_elsewhere",
            "SELECT",
            using="expert_region_id = (SELECT naast_region())",
        ),
    ]
