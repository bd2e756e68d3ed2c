"""Scheduling listens to the layers below; each receiver makes one call."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.dispatch import receiver

from core.access.models import User
from core.access.scope import region_scope
from core.clock import AMSTERDAM
from matching import signals as matching
from matching.models import Assignment, Measure, Request
from matching.queries.lent import works_elsewhere
from pool import signals as pool
from pool.models import Expert, Requirement, VogEvidence
from pool.rules import instant_of
from scheduling import actions
from scheduling.queries import future_sessions


@receiver(matching.gate_voided, dispatch_uid="scheduling.gate_voided")
def gate_voided(request: Request, now: datetime, **_facts: object) -> None:
    """Sessions of a request whose safety check opened again wait for a yes."""
    actions.unsettle(future_sessions(at=now, request=request), why="GATE_VOIDED", now=now)


@receiver(matching.measure_changed, dispatch_uid="scheduling.measure_changed")
def measure_changed(measure: Measure, now: datetime, **_facts: object) -> None:
    """Sessions of every request of a measure that changed wait for a yes."""
    for request in Request.objects.filter(measure=measure).order_by("filed_at", "pk"):
        actions.unsettle(future_sessions(at=now, request=request), why="MEASURE_CHANGED", now=now)


@receiver(matching.assignment_ended, dispatch_uid="scheduling.assignment_ended")
def assignment_ended(
    assignment: Assignment, now: datetime, *, is_passed: bool, **_facts: object
) -> None:
    """What was planned with this expert waits for whoever takes over, or is over."""
    actions.count_newcomer(assignment, now=now)
    if is_passed:
        actions.free_of(assignment, now=now)
    else:
        sessions = future_sessions(
            at=now, request=assignment.seat.request, expert=assignment.expert
        )
        actions.cancel_sessions(sessions, now=now)
    actions.settle_lists(expert=assignment.expert, now=now)


@receiver(matching.request_closed, dispatch_uid="scheduling.request_closed")
def request_closed(request: Request, now: datetime, **_facts: object) -> None:
    """Whatever was still planned for a request that is over is called off."""
    actions.cancel_sessions(future_sessions(at=now, request=request), now=now)


@receiver(pool.expert_suspended, dispatch_uid="scheduling.expert_suspended")
def expert_suspended(expert: Expert, now: datetime, **_facts: object) -> None:
    """Whoever is suspended goes nowhere until a human looked."""
    _unsettle_everywhere(expert, "EXPERT_SUSPENDED", now=now)


@receiver(pool.expert_learns, dispatch_uid="scheduling.expert_learns")
def expert_learns(expert: Expert, now: datetime, **_facts: object) -> None:
    """Whoever learns first goes nowhere meanwhile."""
    _unsettle_everywhere(expert, "EXPERT_LEARNS", now=now)


@receiver(pool.expert_left, dispatch_uid="scheduling.expert_left")
def expert_left(expert: Expert, now: datetime, **_facts: object) -> None:
    """Nobody goes on a yes of somebody who left; a coordinator hands it over today."""
    _unsettle_everywhere(expert, "EXPERT_LEFT", now=now)


@receiver(pool.expert_leaving, dispatch_uid="scheduling.expert_leaving")
def expert_leaving(expert: Expert, now: datetime, **_facts: object) -> None:
    """What was planned for after the last day waits for somebody else; before it, it goes on."""
    if expert.leaves_on is not None:
        after = instant_of(expert.leaves_on + timedelta(days=1), 0, AMSTERDAM) - INSTANT
        _unsettle_everywhere(expert, "EXPERT_LEAVING", now=now, after=after)


@receiver(matching.request_passed_on, dispatch_uid="scheduling.request_passed_on")
def request_passed_on(
    request: Request, before: User, to: User, now: datetime, **_facts: object
) -> None:
    """A colleague goes on with a request, and comes along where the other would have."""
    actions.pass_roles(future_sessions(at=now, request=request), before=before, to=to, now=now)


@receiver(pool.consent_withdrawn, dispatch_uid="scheduling.consent_withdrawn")
def consent_withdrawn(expert: Expert, now: datetime, **_facts: object) -> None:
    """Nobody goes anywhere on a yes that was taken back; a coordinator hands it over."""
    _unsettle_everywhere(expert, "NO_CONSENT", now=now)


# `future_sessions` begins after a moment; midnight itself is after the last day.
INSTANT = timedelta(microseconds=1)


def _unsettle_everywhere(
    expert: Expert, why: str, *, now: datetime, after: datetime | None = None
) -> None:
    """Also what is planned in a region to which somebody was lent; read first, by the own one."""
    others = works_elsewhere(expert)
    for region_id in [expert.region_id, *others]:
        with region_scope(region_id):
            sessions = future_sessions(at=after or now, expert=expert)
            actions.unsettle(sessions, why=why, now=now)


@receiver(pool.vog_ends_soon, dispatch_uid="scheduling.vog_ends_soon")
def vog_ends_soon(
    expert: Expert, vog: VogEvidence, n_days: int, now: datetime, **_facts: object
) -> None:
    """Somebody decides in time on what is planned for after the end."""
    actions.list_sessions(expert=expert, vog=vog, n_days=n_days, now=now)


@receiver(pool.vog_stopped, dispatch_uid="scheduling.vog_stopped")
def vog_stopped(expert: Expert, vog: VogEvidence, now: datetime, **_facts: object) -> None:
    """What nobody decided on does not go on."""
    others = works_elsewhere(expert)
    actions.stop_sessions(expert=expert, vog=vog, now=now)
    for region_id in others:
        # Papers are read at home only: there a coordinator looks at every one of them.
        with region_scope(region_id):
            sessions = future_sessions(at=now, expert=expert)
            actions.unsettle(sessions, why="EXPERT_PAPERS", now=now)


@receiver(pool.vog_carries, dispatch_uid="scheduling.vog_carries")
def vog_carries(expert: Expert, now: datetime, **_facts: object) -> None:
    """A new paper or a bridge decided it."""
    actions.settle_lists(expert=expert, now=now)


@receiver(pool.requirement_set, dispatch_uid="scheduling.requirement_set")
def requirement_set(requirement: Requirement, now: datetime, **_facts: object) -> None:
    """Law and matrix are those of the day of the work: what is planned is looked at again."""
    actions.look_after_rule(requirement=requirement, now=now)
