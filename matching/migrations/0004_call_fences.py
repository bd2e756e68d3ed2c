"""Fences of the call chains: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import parent, protect, tie


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_call_chains")]

    operations = [
        *parent("matching_task", "matching_callchain"),
        *tie("matching_callchain", task="matching_task"),
        *tie("matching_call", chain="matching_callchain"),
        *protect("matching_callchain", "matching_call"),
    ]
