"""Fences around consent and corrections."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0007_consent")]

    operations = [
        *tie("pool_consent", expert="pool_expert"),
        *tie("pool_correction", expert="pool_expert", data_key="core_datakey"),
        *protect("pool_consent", "pool_correction"),
    ]
