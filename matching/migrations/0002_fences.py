"""Fences of matching: row-level security, and ties that keep regions apart."""

from django.db import migrations

from core.access.ddl import parent, protect, tie


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial"), ("pool", "0002_fences")]

    operations = [
        *parent(
            "matching_assignment",
            "matching_case",
            "matching_decision",
            "matching_measure",
            "matching_offer",
            "matching_policyversion",
            "matching_request",
            "matching_seat",
            "matching_wave",
        ),
        *tie(
            "matching_assignment",
            seat="matching_seat",
            offer="matching_offer",
            expert="pool_expert",
        ),
        *tie("matching_case", data_key="core_datakey", organisation="core_organisation"),
        *tie("matching_conflictdeclaration", request="matching_request", expert="pool_expert"),
        *tie("matching_decision", seat="matching_seat"),
        *tie("matching_gateitem", request="matching_request"),
        *tie("matching_measure", case="matching_case"),
        *tie("matching_measureevent", measure="matching_measure"),
        *tie("matching_offer", seat="matching_seat", wave="matching_wave", expert="pool_expert"),
        *tie(
            "matching_request",
            data_key="core_datakey",
            case="matching_case",
            measure="matching_measure",
            policy="matching_policyversion",
            organisation="core_organisation",
        ),
        *tie("matching_seat", request="matching_request"),
        *tie("matching_task", request="matching_request", expert="pool_expert"),
        *tie("matching_wave", seat="matching_seat", decision="matching_decision"),
        *protect(
            "matching_assignment",
            "matching_case",
            "matching_conflictdeclaration",
            "matching_decision",
            "matching_gateitem",
            "matching_measure",
            "matching_measureevent",
            "matching_offer",
            "matching_policyversion",
            "matching_request",
            "matching_requestnumber",
            "matching_seat",
            "matching_task",
            "matching_wave",
        ),
    ]
