"""Fences of the way to a VOG: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import parent, protect, tie

# The level that a bridge names is the level of the decision it rests on. With a check that only
# policy may stand there, the database itself refuses to bridge what the law asks.
LEVEL = [
    'ALTER TABLE "pool_requirement" NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "pool_vogbridgework" NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "pool_requirement" ADD CONSTRAINT "pool_requirement_level_key" '
    "UNIQUE (region_id, id, level)",
    'ALTER TABLE "pool_vogbridgework" ADD CONSTRAINT "pool_vogbridgework_level_in_region" '
    "FOREIGN KEY (region_id, requirement_id, level) "
    'REFERENCES "pool_requirement" (region_id, id, level)',
    'ALTER TABLE "pool_requirement" FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "pool_vogbridgework" FORCE ROW LEVEL SECURITY',
]
NO_LEVEL = [
    'ALTER TABLE "pool_vogbridgework" DROP CONSTRAINT "pool_vogbridgework_level_in_region"',
    'ALTER TABLE "pool_requirement" DROP CONSTRAINT "pool_requirement_level_key"',
]


class Migration(migrations.Migration):
    dependencies = [("pool", "0009_vog_applications"), ("core", "0002_fences")]

    operations = [
        *parent("pool_requirement", "pool_vogbridge", "pool_vogevidence"),
        *tie("pool_vogapplication", expert="pool_expert", data_key="core_datakey"),
        *tie("pool_vogattempt", expert="pool_expert"),
        *tie("pool_vogbridge", expert="pool_expert", vog="pool_vogevidence"),
        *tie("pool_vogbridgework", bridge="pool_vogbridge", requirement="pool_requirement"),
        *protect("pool_vogapplication", "pool_vogattempt", "pool_vogbridge", "pool_vogbridgework"),
        migrations.RunSQL(LEVEL, NO_LEVEL),
    ]
