"""Who looked at an expert's data: when, as what, what for. Never the name of a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core.audit import Reason
from core.audit.models import AuditEntry
from pool.models import Expert

SHOWN = 50
# A line of reading, alone or among others on a list.
READS = Q(event__endswith=".read") | Q(event__endswith=".listed")


@dataclass(frozen=True)
class Look:
    """Somebody looked.

    Attributes:
        part: which part, as a word of the page.
        role: what they are here; the first of their roles.
        why: "CHARGE" (own coordinator), "WORK" (for a request), "OVERVIEW" (a list) or "".
        times: how often on that day, by the same role, at the same part, for the same.
    """

    at: datetime
    part: str
    role: str
    why: str
    times: int


PARTS = {
    "profile": "profile",
    "contact": "contact",
    "expert.contact": "contact",
    "papers": "papers",
    "hours": "hours",
    "told": "told",
    "support": "support",
    "intake": "intake",
    "work": "work",
    "export": "export",
}


def lines_about(expert: Expert) -> QuerySet[AuditEntry]:
    """Every line of reading about this expert by somebody else, newest first."""
    rows = AuditEntry.objects.filter(
        READS, Q(subject=expert.pk) | Q(subjects__contains=[expert.pk])
    )
    if expert.user_id is not None:
        rows = rows.exclude(actor=expert.user_id)
    return rows.order_by("-at", "-pk")


def looks_at(expert: Expert, *, limit: int = SHOWN) -> list[Look]:
    """The newest looks; what was the same on one day is one line with a count."""
    found: dict[tuple[object, ...], Look] = {}
    for one in lines_about(expert)[: limit * 4]:
        look = _look(one)
        key = (look.at.date(), look.part, look.role, look.why)
        before = found.get(key)
        found[key] = Look(
            before.at if before else look.at,
            look.part,
            look.role,
            look.why,
            (before.times if before else 0) + 1,
        )
        if len(found) > limit:
            break
    return list(found.values())[:limit]


def _look(entry: AuditEntry) -> Look:
    what = entry.event.rsplit(".", 1)[0]
    return Look(
        at=entry.at,
        part=PARTS.get(what, "list"),
        role=entry.actor_role.split(",")[0],
        why=_why(entry),
        times=1,
    )


def _why(entry: AuditEntry) -> str:
    if entry.purpose is not None:
        return "WORK"
    return entry.reason if entry.reason in {Reason.CHARGE, Reason.OVERVIEW} else ""
