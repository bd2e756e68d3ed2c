"""Fences of the dated rules and of rests; who is lent is judged with the own rest."""

from django.db import migrations

from core.access.ddl import protect, tie
from pool.fences import lent_facts


class Migration(migrations.Migration):
    dependencies = [("pool", "0026_region_rules")]

    operations = [
        *tie("pool_rest", expert="pool_expert"),
        *protect("pool_regionrule", "pool_rest"),
        *lent_facts("pool_consent", "pool_rest"),
    ]
