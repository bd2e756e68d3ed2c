"""What the invented experts tell, whom one of them avoids, and who reads the sealed part."""

from __future__ import annotations

from datetime import datetime

from core import approvals
from core.access.models import Role
from core.access.permissions import has_role
from insight.simulation.regions import Stage
from pool import actions as pool
from pool.queries.specialisms import told_by

TOLD: dict[str, dict[str, str]] = {
    "Ruben": {
        "PARENT": "CLIENT",
        "SEPARATED": "REQUESTER",
        "LOW_THRESHOLD": "REQUESTER",
        "ATTITUDE": "CLIENT",
        "SAFETY": "REQUESTER",
        "AFTERCARE": "REQUESTER",
        "PARTNER": "COORDINATOR",
        "PSYCH": "COORDINATOR",
    },
    "Malika": {
        "PARENT": "CLIENT",
        "TREATMENT": "COORDINATOR",
        "CULTURE": "REQUESTER",
        "LVB": "REQUESTER",
        "PREVENTION": "REQUESTER",
        "HONOUR": "COORDINATOR",
        "CHILD_ABUSE": "COORDINATOR",
    },
}
# What falls to the others, in turn: so that there is something to count, and words nobody told.
HANDS = (
    ("PARTNER", "COERCIVE", "SAFETY", "ATTITUDE"),
    ("PARTNER", "PSYCH", "RECOVERY", "CULTURE", "TRAUMA"),
    ("SITUATIONAL", "PHYS", "AFTERCARE", "LVB"),
    ("COMPLEX_DIVORCE", "PREVENTION", "LOW_THRESHOLD"),
    ("STALKING", "PARTNER", "RISK_CARE"),
    ("CHILD_ABUSE", "PARENT_ABUSE", "AFTERCARE", "GENDER"),
)
AVOIDED = {"Ruben": "P. van Oudenaarde"}


def tell_all(stage: Stage, *, now: datetime) -> None:
    """Let everybody of the region tell something; within the scope of the region."""
    for number, (first, one) in enumerate(stage.experts.items()):
        if one.user is not None:
            known = {told.code: told.visible_to for told in told_by(one, reader=one.user)}
            dealt = dict.fromkeys(HANDS[number % len(HANDS)], "COORDINATOR")
            tells = TOLD.get(first, known | dealt)
            pool.tell(expert_id=one.pk, told=tells, by=one.user, now=now)
    for first, name in AVOIDED.items():
        expert = stage.experts.get(first)
        if expert is not None and expert.user is not None:
            pool.avoid_person(expert_id=expert.pk, name=name, by=expert.user, now=now)
    heads = [one for one in stage.coordinators if has_role(one, Role.REGIONAL_ADMIN)]
    others = [one for one in stage.coordinators if one not in heads]
    if len(heads) > 1 and others:
        asked = pool.ask_to_read_guarded(user_id=others[0].pk, by=heads[0], now=now)
        approvals.approve(approval_id=asked.pk, by=heads[1], now=now)
