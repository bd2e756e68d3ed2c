"""Where people of before stand now: invited becomes applied, a pause becomes a state."""

from django.db import migrations

# A pause meant something for whoever took part; elsewhere it was a switch without a lamp.
STEPS = (
    "UPDATE pool_expert SET state = 'APPLICANT' WHERE state = 'INVITED'",
    "UPDATE pool_expert SET state = 'PAUSED' WHERE state = 'ACTIVE' AND paused_at IS NOT NULL",
    "UPDATE pool_expert SET paused_at = NULL WHERE state <> 'PAUSED' AND paused_at IS NOT NULL",
    """
    UPDATE pool_expert SET admitted_on = coalesce(
      started_on, (registered_at AT TIME ZONE 'Europe/Amsterdam')::date
    ) WHERE state NOT IN ('APPLICANT', 'INTAKE', 'LEFT') OR started_on IS NOT NULL
    """,
    """
    UPDATE pool_expert SET keep_until = left_at + CASE
      WHEN admitted_on IS NULL THEN interval '28 days' ELSE interval '91 days' END
    WHERE left_at IS NOT NULL
    """,
    """
    UPDATE pool_suspension s SET came_from = 'IN_TRAINING' FROM pool_expert e
    WHERE e.region_id = s.region_id AND e.id = s.expert_id
      AND s.lifted_at IS NULL AND e.started_on IS NULL
    """,
)
BACK = (
    "UPDATE pool_expert SET state = 'INVITED' WHERE state IN ('APPLICANT', 'INTAKE')",
    "UPDATE pool_expert SET state = 'ACTIVE' WHERE state IN ('PAUSED', 'LEAVING')",
)
LEFT_OVER = "SELECT count(*) FROM pool_expert WHERE state = 'INVITED'"


def _everywhere(editor, steps):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_region")
        for (region,) in cursor.fetchall():
            cursor.execute("SELECT set_config('naast.region_id', %s, true)", [str(region)])
            for step in steps:
                cursor.execute(step)
        cursor.execute("SELECT set_config('naast.region_id', '', true)")


def forwards(apps, editor):
    _everywhere(editor, STEPS)
    with editor.connection.cursor() as cursor:
        # Without a region nothing is seen and nothing raises: the count is the guard.
        cursor.execute("ALTER TABLE pool_expert NO FORCE ROW LEVEL SECURITY")
        cursor.execute(LEFT_OVER)
        (n_left_over,) = cursor.fetchone()
        cursor.execute("ALTER TABLE pool_expert FORCE ROW LEVEL SECURITY")
    if n_left_over:
        raise RuntimeError(f"{n_left_over} people were not moved")


def backwards(apps, editor):
    _everywhere(editor, BACK)


class Migration(migrations.Migration):
    dependencies = [("pool", "0021_life")]

    operations = [migrations.RunPython(forwards, backwards)]
