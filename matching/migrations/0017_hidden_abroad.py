"""Who took consent back is judged nowhere; only own work still names this person elsewhere."""

from django.db import migrations

from core.access.ddl import also

BESIDE = """
CREATE FUNCTION naast_beside() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT expert_id FROM matching_assignment
  WHERE region_id = naast_region() AND expert_region_id <> region_id AND state <> 'ENDED'
$$;
"""
LENT = """
CREATE OR REPLACE FUNCTION naast_lent() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT found.expert_id FROM (
    SELECT expert_id FROM pool_lendinggrant
    WHERE borrower_region_id = naast_region() AND state = 'RUNNING'
    UNION ALL
    SELECT naast_beside()
  ) found WHERE EXISTS (
    SELECT FROM pool_expert e WHERE e.id = found.expert_id AND e.hidden_at IS NULL
  )
$$;
"""
# As it was.
LENT_BEFORE = """
CREATE OR REPLACE FUNCTION naast_lent() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT expert_id FROM pool_lendinggrant
  WHERE borrower_region_id = naast_region() AND state = 'RUNNING'
  UNION ALL
  SELECT expert_id FROM matching_assignment
  WHERE region_id = naast_region() AND expert_region_id <> region_id AND state <> 'ENDED'
$$;
"""
KNOWN_BEFORE = "id IN (SELECT naast_known())"
# The policy asks the row itself: a function that read the table would ask its policy again.
KNOWN = (
    f"(hidden_at IS NULL AND {KNOWN_BEFORE})"
    " OR id IN (SELECT a.expert_id FROM matching_assignment a"
    " WHERE a.region_id = (SELECT naast_region()) AND a.expert_region_id <> a.region_id)"
)
BEFORE = (
    *also("pool_expert", "lent", "SELECT", using=KNOWN_BEFORE),
    *also("pool_expert", "lent_lock", "UPDATE", using=KNOWN_BEFORE, check="false"),
)


class Migration(migrations.Migration):
    dependencies = [("matching", "0016_carry_what_runs")]

    operations = [
        migrations.RunSQL(BESIDE, "DROP FUNCTION naast_beside();"),
        migrations.RunSQL(
            [one.reverse_sql for one in BEFORE],
            [one.sql for one in BEFORE],
        ),
        *also("pool_expert", "lent", "SELECT", using=KNOWN),
        *also("pool_expert", "lent_lock", "UPDATE", using=KNOWN, check="false"),
        migrations.RunSQL(LENT, LENT_BEFORE),
    ]
