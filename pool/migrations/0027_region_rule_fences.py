"""Fences of the dated rules and of rests."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0026_region_rules")]

    operations = [
        *tie("pool_rest", expert="pool_expert"),
        *protect("pool_regionrule", "pool_rest"),
    ]
