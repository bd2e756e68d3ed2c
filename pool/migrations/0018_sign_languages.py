"""A sign language is a language with a level of its own; "sign language" was a level before."""

from django.db import migrations

# It counted as enough for a talk, and nobody was asked how well.
STEPS = (
    "UPDATE pool_expertlanguage SET level = 'B1' WHERE level = 'SIGN' AND language = 'dse'",
    """
    UPDATE pool_expertlanguage SET language = 'dse', level = 'B1' WHERE id IN (
      SELECT DISTINCT ON (x.expert_id) x.id FROM pool_expertlanguage x
      WHERE x.level = 'SIGN' AND NOT EXISTS (
        SELECT FROM pool_expertlanguage own
        WHERE own.region_id = x.region_id AND own.expert_id = x.expert_id
          AND own.language = 'dse')
      ORDER BY x.expert_id, x.id)
    """,
    "DELETE FROM pool_expertlanguage WHERE level = 'SIGN'",
)


def forwards(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_region")
        for (region,) in cursor.fetchall():
            cursor.execute("SELECT set_config('naast.region_id', %s, true)", [str(region)])
            for step in STEPS:
                cursor.execute(step)
        cursor.execute("SELECT set_config('naast.region_id', '', true)")


class Migration(migrations.Migration):
    dependencies = [("pool", "0017_silence")]

    # Backwards nothing: the levels it leaves were there before, too.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
