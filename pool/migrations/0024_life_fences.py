"""The fence of the first talks."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0023_life_kept")]

    operations = [
        *tie("pool_intake", expert="pool_expert", data_key="core_datakey"),
        *protect("pool_intake"),
    ]
