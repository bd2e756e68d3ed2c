"""The fence of the days that differ from the week."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0011_days_and_rest")]

    operations = [
        *tie("pool_daychange", expert="pool_expert"),
        *protect("pool_daychange"),
    ]
