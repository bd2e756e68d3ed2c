"""Fences of the overview: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0015_overview")]

    operations = [
        *tie("pool_importdraft", data_key="core_datakey"),
        *tie("pool_savedview", data_key="core_datakey"),
        *protect("pool_importdraft", "pool_poolexport", "pool_savedview", "pool_turnover"),
    ]
