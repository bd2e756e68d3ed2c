"""Fences of what experts know: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0019_specialisms")]

    operations = [
        *tie("pool_avoided", expert="pool_expert", data_key="core_datakey"),
        *tie("pool_guardedspecialism", expert="pool_expert", data_key="core_datakey"),
        *tie("pool_specialism", expert="pool_expert"),
        *protect(
            "pool_avoided",
            "pool_guardedreader",
            "pool_guardedspecialism",
            "pool_specialism",
            "pool_switchedoff",
        ),
    ]
