"""Fences of the pool: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import parent, protect, tie


class Migration(migrations.Migration):
    dependencies = [("pool", "0001_initial"), ("core", "0002_fences")]

    operations = [
        *parent(
            "pool_block",
            "pool_expert",
            "pool_meetingplace",
        ),
        *tie("pool_absence", expert="pool_expert"),
        *tie("pool_agreement", expert="pool_expert"),
        *tie("pool_block", expert="pool_expert"),
        *tie("pool_excludedarea", expert="pool_expert"),
        *tie("pool_excludedorganisation", expert="pool_expert", organisation="core_organisation"),
        *tie("pool_expert", data_key="core_datakey"),
        *tie("pool_expertactivity", expert="pool_expert"),
        *tie("pool_expertlanguage", expert="pool_expert"),
        *tie("pool_lifeexperience", expert="pool_expert"),
        *tie("pool_meetingplace", data_key="core_datakey", organisation="core_organisation"),
        *tie("pool_regionprofile", host="core_organisation"),
        *tie("pool_suspension", expert="pool_expert"),
        *tie("pool_training", expert="pool_expert"),
        *tie("pool_vogevidence", expert="pool_expert"),
        *tie("pool_weekavailability", expert="pool_expert"),
        *protect(
            "pool_absence",
            "pool_agreement",
            "pool_block",
            "pool_blockevent",
            "pool_excludedarea",
            "pool_excludedorganisation",
            "pool_expert",
            "pool_expertactivity",
            "pool_expertlanguage",
            "pool_lifeexperience",
            "pool_meetingplace",
            "pool_oncallshift",
            "pool_regionprofile",
            "pool_requirement",
            "pool_suspension",
            "pool_training",
            "pool_vogevidence",
            "pool_weekavailability",
        ),
    ]
