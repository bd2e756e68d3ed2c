"""One code for everything that an expert chose alone; what was kept before says it, too."""

from django.db import migrations

RENAME = """
UPDATE matching_decision
SET excluded = replace(excluded::text, %s, %s)::jsonb
WHERE excluded::text LIKE '%%' || %s || '%%'
"""
OLD, NEW = '"EXCLUDED_ORGANISATION"', '"OWN_CHOICE"'


def forwards(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_region")
        for (region,) in cursor.fetchall():
            cursor.execute("SELECT set_config('naast.region_id', %s, true)", [str(region)])
            cursor.execute(RENAME, [OLD, NEW, OLD])
        cursor.execute("SELECT set_config('naast.region_id', '', true)")


class Migration(migrations.Migration):
    dependencies = [("matching", "0011_sign_languages")]

    # Backwards nothing: which of the two it was, nobody kept.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
