"""Fences of the words and of support; a word keeps its code, and nobody deletes one."""

from django.db import migrations

from core.access.ddl import protect, tie

# What may change about a word: its names, its terms, whether it may be chosen.
KEEP_CODES = """
REVOKE UPDATE, DELETE ON pool_term FROM naast_app;
GRANT UPDATE (label_nl, label_en, validity_months, renew_months, retired_at, retired_by_id)
  ON pool_term TO naast_app;
"""


class Migration(migrations.Migration):
    dependencies = [("pool", "0003_training")]

    operations = [
        *tie("pool_debrief", expert="pool_expert"),
        *tie("pool_supportcontact", expert="pool_expert"),
        *tie("pool_supportoverride", expert="pool_expert"),
        *protect(
            "pool_debrief",
            "pool_supportcontact",
            "pool_supportoverride",
            "pool_supportrhythm",
            "pool_term",
        ),
        migrations.RunSQL(KEEP_CODES, "GRANT UPDATE, DELETE ON pool_term TO naast_app"),
    ]
