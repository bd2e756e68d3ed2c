"""Sessions that the papers of an expert do not carry on their day: somebody has to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import local
from matching.models import Assignment, Request
from pool.models import Expert
from pool.queries import deployability, requirement
from scheduling.models import Session, SessionRole
from scheduling.states import LIVE, RoleKind

# What comes to an end with a VOG; another paper is nobody's decision here.
ENDS = frozenset({"VOG_MISSING", "VOG_EXPIRED", "VOG_RECHECK", "VOG_PROFILE"})


@dataclass(frozen=True)
class AfterEnd:
    """One session on a day that the papers do not carry.

    Attributes:
        level: how strictly the work asks a VOG: what the law asks has no bridge.
    """

    session: Session
    request: Request
    assignment: Assignment
    on: date
    level: str

    @property
    def is_legal(self) -> bool:
        return self.level == "LEGAL"


def sessions_to_decide(expert: Expert, *, now: datetime) -> list[AfterEnd]:
    """Future sessions of `expert` that would not be carried on their day, soonest first."""
    rows = (
        SessionRole.objects.filter(
            kind=RoleKind.EXPERT,
            assignment__expert=expert,
            session__state__in=LIVE,
            session__starts_at__gt=now,
        )
        .select_related(
            "session",
            "assignment__seat__request__organisation",
            "assignment__seat__request__requester",
            "assignment__expert",
        )
        .order_by("session__starts_at", "pk")
    )
    found = []
    for role in rows:
        if role.assignment is None:
            continue
        request = role.assignment.seat.request
        on = local(role.session.starts_at).date()
        work = {"activity": request.activity, "host_kind": request.organisation.kind, "on": on}
        if ENDS & set(deployability(role.assignment.expert, **work).problems):
            level = requirement(**work).level
            found.append(AfterEnd(role.session, request, role.assignment, on, level))
    return found
