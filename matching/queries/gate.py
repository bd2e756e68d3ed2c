"""The safety gate of a request as it stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.clock import local
from matching.models import Assignment, ConflictDeclaration, GateItem, Request
from matching.reference import BY_CODE, Item
from matching.states import AssignmentState, Conflict, GateCode, GateItemState
from pool.queries import deployability

DONE = frozenset({GateItemState.CONFIRMED, GateItemState.NOT_NEEDED, GateItemState.WAIVED})


@dataclass(frozen=True)
class GateLine:
    """One item with its row; `is_done` is as of the moment that was asked about."""

    item: Item
    row: GateItem
    is_done: bool

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def question(self) -> str | Promise:
        return self.item.question

    @property
    def is_refused(self) -> bool:
        return bool(self.row.state == GateItemState.REFUSED)


@dataclass(frozen=True)
class GateView:
    """The thirteen items in order.

    Attributes:
        valid_until: when the first of the done items lapses; None where nothing lapses.
    """

    items: tuple[GateLine, ...]
    valid_until: datetime | None

    @property
    def n_done(self) -> int:
        return sum(line.is_done for line in self.items)

    @property
    def open_codes(self) -> list[str]:
        """Everything that is not done, soft items too."""
        return [line.code for line in self.items if not line.is_done]

    @property
    def blocking_codes(self) -> list[str]:
        """The hard items that are not done: why no first meeting may be planned."""
        return [line.code for line in self.items if line.item.is_hard and not line.is_done]

    @property
    def is_complete(self) -> bool:
        return not self.blocking_codes


def gate(request: Request, *, at: datetime) -> GateView:
    """The gate of `request` as of the aware instant `at`; a lapsed item is not done."""
    rows = {row.code: row for row in GateItem.objects.filter(request=request)}
    lines = tuple(
        GateLine(BY_CODE[code], rows[code], _is_done(rows[code], at))
        for code in BY_CODE
        if code in rows
    )
    terms = [line.row.valid_until for line in lines if line.is_done and line.row.valid_until]
    return GateView(lines, min(terms, default=None))


def open_codes(
    request: Request, *, at: datetime, on: date | None = None, planned_on: date | None = None
) -> list[str]:
    """The hard items that forbid a meeting.

    What the system can judge itself is judged again: the papers of everybody who holds a seat,
    and whether each of them declared to know nobody.

    The items count as of the aware instant `at`; papers on the local date `on` of the work, or
    on the day of `at` where it is left out. Contact that runs and is only planned, on the local
    day `planned_on`, may lie some weeks after the end of a VOG.
    """
    blocking = set(gate(request, at=at).blocking_codes)
    holders = running_assignments(request)
    free = set(
        ConflictDeclaration.objects.filter(
            request=request, answer=Conflict.NO_CONFLICT
        ).values_list("expert_id", flat=True)
    )
    if not holders or any(one.expert_id not in free for one in holders):
        blocking.add(GateCode.G9)
    day = on or local(at).date()
    if not all(_is_deployable(one, request, day, planned_on=planned_on) for one in holders):
        blocking.add(GateCode.G10)
    return [code for code in BY_CODE if code in blocking]


def running_assignments(request: Request) -> QuerySet[Assignment]:
    """Who stands beside this participant now, in the order in which they began."""
    return (
        Assignment.objects.filter(seat__request=request)
        .exclude(state=AssignmentState.ENDED)
        .select_related("expert", "expert__data_key", "seat")
        .order_by("started_at", "pk")
    )


def _is_done(row: GateItem, at: datetime) -> bool:
    return row.state in DONE and (row.valid_until is None or at < row.valid_until)


def _is_deployable(
    assignment: Assignment, request: Request, on: date, *, planned_on: date | None
) -> bool:
    # A pause after the accept is a talk with the coordinator, not a paper that is missing.
    verdict = deployability(
        assignment.expert,
        activity=request.activity,
        host_kind=request.organisation.kind,
        on=on,
        planned_on=planned_on,
    )
    return not set(verdict.problems) - {"PAUSED"}
