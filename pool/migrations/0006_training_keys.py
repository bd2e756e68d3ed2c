"""A training, an agreement and support are of a kind that the region has a word for."""

from django.db import migrations

KEYS = ("training", "agreement", "supportcontact", "supportrhythm")


def tie_kind(table):
    """As `core.access.ddl.tie`, on the code instead of the id."""
    return migrations.RunSQL(
        [
            f'ALTER TABLE "pool_{table}" NO FORCE ROW LEVEL SECURITY',
            'ALTER TABLE "pool_term" NO FORCE ROW LEVEL SECURITY',
            (
                f'ALTER TABLE "pool_{table}" ADD CONSTRAINT "pool_{table}_kind_has_a_word" '
                "FOREIGN KEY (region_id, kind) REFERENCES pool_term (region_id, code)"
            ),
            f'ALTER TABLE "pool_{table}" FORCE ROW LEVEL SECURITY',
            'ALTER TABLE "pool_term" FORCE ROW LEVEL SECURITY',
        ],
        f'ALTER TABLE "pool_{table}" DROP CONSTRAINT "pool_{table}_kind_has_a_word"',
    )


class Migration(migrations.Migration):
    dependencies = [("pool", "0005_first_words")]

    operations = [tie_kind(table) for table in KEYS]
