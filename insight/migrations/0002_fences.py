"""Fences of insight: row-level security, and a tie that keeps regions apart."""

from django.db import migrations

from core.access.ddl import protect, tie


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_initial"), ("matching", "0002_fences")]

    operations = [
        *tie("insight_counted", request="matching_request"),
        *protect("insight_counted", "insight_fact"),
    ]
