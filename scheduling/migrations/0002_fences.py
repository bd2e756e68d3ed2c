"""Fences of scheduling: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import parent, protect, tie


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial"), ("matching", "0002_fences")]

    operations = [
        *parent(
            "scheduling_session",
        ),
        *tie("scheduling_place", session="scheduling_session", case="matching_case"),
        *tie("scheduling_reminder", session="scheduling_session"),
        *tie("scheduling_session", place="pool_meetingplace"),
        *tie(
            "scheduling_sessionrole",
            session="scheduling_session",
            assignment="matching_assignment",
            block="pool_block",
        ),
        *protect(
            "scheduling_place",
            "scheduling_reminder",
            "scheduling_session",
            "scheduling_sessionevent",
            "scheduling_sessionrole",
        ),
    ]
