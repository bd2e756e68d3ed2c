"""What somebody heard about a measure, on whose word, and who has to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.clock import local
from core.errors import Refusal
from core.states import IllegalMove
from matching import signals
from matching.actions import notices
from matching.actions.gate_voids import void_for
from matching.actions.measures import note, plan_clock, running_requests, state_end
from matching.actions.rows import lock_measure
from matching.actions.tasks import settle_tasks
from matching.models import Measure, MeasureEvent
from matching.models.requests import TaskKind
from matching.permissions import require_follower
from matching.queries.gate import running_assignments
from matching.reference import Cause
from matching.states import IN_FORCE, MEASURE, MeasureEventKind, MeasureState, ProtectedRole, Source


class EndMissing(Refusal):
    message = _("Write the new end as the decision states it.")


class UnknownNews(Refusal):
    message = _("This cannot be recorded about a measure.")


# What may be recorded, and the state that follows; None keeps the state, or sets it by the end.
_FOLLOWING: dict[str, MeasureState | None] = {
    MeasureEventKind.DECISION_SEEN: None,
    MeasureEventKind.EXTENDED: MeasureState.EXTENDED,
    MeasureEventKind.WITHDRAWN: MeasureState.WITHDRAWN,
    MeasureEventKind.SUSPENDED: MeasureState.SUSPENDED,
    MeasureEventKind.ANNULLED: MeasureState.ANNULLED,
    MeasureEventKind.RESUMED: MeasureState.ACTIVE,
    MeasureEventKind.END_CONFIRMED: MeasureState.EXPIRED,
    MeasureEventKind.CORRECTED: None,
}

# What is over takes no news; what was never suspended cannot come back.
_LIVING = frozenset({*IN_FORCE, MeasureState.SUSPENDED})
_TAKES: dict[str, frozenset[str]] = {
    MeasureEventKind.RESUMED: frozenset({MeasureState.SUSPENDED}),
    MeasureEventKind.END_CONFIRMED: frozenset({MeasureState.END_REACHED_UNCONFIRMED}),
}


@transaction.atomic
def record_measure_event(  # noqa: PLR0913  (what, on whose word, when, and the new end)
    *,
    measure_id: UUID,
    kind: str,
    source: str,
    document_seen: bool,
    heard_at: datetime,
    new_end_wall: datetime | None = None,
    fold: int | None = None,
    by: User,
    now: datetime,
) -> MeasureEvent:
    """Record what somebody heard about a measure, on whose word, paper seen or not.

    A changed end or state opens the items of the safety gate that hang on it, tells
    professional, duty and expert that something changed, and `measure_changed` lets sessions be
    asked again. A paper that is only marked as seen changes nothing else.

    `new_end_wall` is naive, as stated: needed for EXTENDED, allowed for CORRECTED and
    DECISION_SEEN. `fold` says which showing of an ambiguous end; None keeps the later one.

    Raises:
        Measure.DoesNotExist, NotAllowed, UnknownNews, EndMissing, EndNotAfterStart,
        BeyondMaximum, IllegalMove: nothing was changed.
    """
    measure = lock_measure(measure_id)
    require_follower(by, measure.case)
    if kind not in _FOLLOWING or source == Source.CLOCK or source not in Source.values:
        raise UnknownNews
    if kind == MeasureEventKind.EXTENDED and new_end_wall is None:
        raise EndMissing
    before, end_before = measure.state, measure.end_at
    if before not in _TAKES.get(kind, _LIVING):
        raise IllegalMove
    if new_end_wall is not None:
        state_end(measure, new_end_wall, fold)
    if document_seen or kind == MeasureEventKind.DECISION_SEEN:
        measure.decision_seen_on = measure.decision_seen_on or local(now).date()
    state = _state_after(measure, kind, now=now)
    if state != before or kind == MeasureEventKind.EXTENDED:
        MEASURE.require(before, state)
    measure.state, measure.version = state, measure.version + 1
    measure.save(
        update_fields=[
            "state",
            "version",
            "decision_seen_on",
            "end_stated_at",
            "end_stated_wall",
            "end_is_ambiguous",
            "end_was_shifted",
        ]
    )
    event = note(
        measure,
        kind,
        before,
        by=by,
        source=source,
        document_seen=document_seen,
        heard_at=heard_at,
        now=now,
    )
    causes = set()
    if measure.end_at != end_before:
        causes.add(Cause.END)
    if state != before and kind != MeasureEventKind.DECISION_SEEN:
        causes.add(Cause.STATE)
    plan_clock(measure, now=now)
    if causes:
        _spread(measure, kind, causes, now=now)
    return event


@transaction.atomic
def change_protected_roles(
    *, measure_id: UUID, roles: Sequence[str], by: User, now: datetime
) -> Measure:
    """Record other protected roles; what hangs on them is asked again.

    Raises:
        Measure.DoesNotExist, NotAllowed.
    """
    measure = lock_measure(measure_id)
    require_follower(by, measure.case)
    chosen = [role for role in ProtectedRole.values if role in roles]
    if chosen == measure.protected_roles:
        return measure
    measure.protected_roles, measure.version = chosen, measure.version + 1
    measure.save(update_fields=["protected_roles", "version"])
    note(measure, MeasureEventKind.CORRECTED, measure.state, by=by, heard_at=now, now=now)
    plan_clock(measure, now=now)
    _spread(measure, MeasureEventKind.CORRECTED, {Cause.ROLES}, now=now)
    return measure


# --- Parts ------------------------------------------------------------------------------------


def _state_after(measure: Measure, kind: str, *, now: datetime) -> str:
    following = _FOLLOWING[kind]
    if following is not None:
        return following
    if measure.state == MeasureState.ANNOUNCED and kind == MeasureEventKind.DECISION_SEEN:
        return MeasureState.ACTIVE
    is_reached = measure.state == MeasureState.END_REACHED_UNCONFIRMED
    if is_reached and measure.end_at is not None and measure.end_at > now:
        # The paper came late and says that the measure runs on.
        return MeasureState.ACTIVE
    return measure.state


def _spread(measure: Measure, kind: str, causes: set[Cause], *, now: datetime) -> None:
    """Open the gate of every running request of this measure, and tell who must look."""
    for request in running_requests(measure):
        void_for(request.pk, causes, now=now)
        settle_tasks(TaskKind.MEASURE_END, request=request, now=now)
        occasion = f"measure:{measure.pk}:{measure.version}"
        notices.tell_requester(request, "matching/something_changed", once_per=occasion, now=now)
        for assignment in running_assignments(request):
            notices.tell_expert(
                assignment.expert,
                "matching/something_changed",
                once_per=f"{occasion}:{assignment.pk.hex[:12]}",
                now=now,
                by_sms=True,
            )
    notices.tell_on_call(once_per=f"measure:{measure.pk}:{measure.version}", now=now)
    signals.measure_changed.send(sender=None, measure=measure, kind=kind, now=now)
