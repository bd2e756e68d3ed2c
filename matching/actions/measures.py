"""Measures: recording what a decision says, what happened to it, and what the clock reaches.

What the decision says wins over what we compute. Nobody is ever told that a measure is over:
an end that nobody confirmed keeps its rules (domain.md, rule 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.clock import local
from core.errors import Refusal
from core.states import IllegalMove
from matching import clock, signals
from matching.actions import notices
from matching.actions.gate import void_for
from matching.actions.rows import lock_measure
from matching.actions.tasks import open_task, settle_tasks
from matching.models import Case, Measure, MeasureEvent, PolicyVersion, Request
from matching.models.requests import TaskKind
from matching.permissions import require_follower
from matching.queries.gate import running_assignments
from matching.reference import Cause
from matching.states import (
    IN_FORCE,
    MEASURE,
    RUNNING,
    MeasureEventKind,
    MeasureKind,
    MeasureState,
    ProtectedRole,
    Source,
)
from pool.models import RegionProfile

QUESTION = "matching.measure_question"
END = "matching.measure_end"
# So long after the end a state that nobody confirmed becomes a question (domain.md 1.6).
AFTER_END = timedelta(minutes=5)


class AmbiguousImposition(Refusal):
    message = _(
        "On this night the clock showed this time twice. Choose: the first or the second time."
    )


class EndNotAfterStart(Refusal):
    message = _("The end has to be after the beginning. Look at the date and the time.")


class BeyondMaximum(Refusal):
    """An end after the longest length of the law (Wth art. 9); exactly equal is right."""

    message = _(
        "This is more than four weeks after the beginning. Look at the decision again; if it "
        "really says so, call the municipality."
    )


class EndMissing(Refusal):
    message = _("Write the new end as the decision states it.")


class UnknownNews(Refusal):
    message = _("This cannot be recorded about a measure.")


@dataclass(frozen=True)
class MeasureFiling:
    """What is known of a measure when a request is filed.

    Attributes:
        imposed_wall: naive, Europe/Amsterdam, as stated.
        imposed_fold: 0 or 1 where the clock showed that time twice; None where it did not.
        end_stated_wall: naive, as the decision states it; None while it was not read.
        decision_seen: the paper was read; otherwise the measure is announced.
        protected_roles: roles, never names.
    """

    kind: str
    imposed_wall: datetime
    imposed_fold: int | None = None
    end_stated_wall: datetime | None = None
    end_stated_fold: int | None = None
    decision_seen: bool = False
    protected_roles: Sequence[str] = ()


def record_measure(
    case: Case, filing: MeasureFiling, *, policy: PolicyVersion, by: User, now: datetime
) -> Measure:
    """A measure of `case`, its ends, and the moments at which it will be asked about.

    Raises:
        AmbiguousImposition, EndNotAfterStart, BeyondMaximum: nothing was changed.
    """
    if filing.imposed_fold is None and clock.occurs_twice(filing.imposed_wall):
        raise AmbiguousImposition
    imposed = clock.local_instant(filing.imposed_wall, filing.imposed_fold)
    measure = Measure(
        case=case,
        kind=filing.kind,
        state=MeasureState.ACTIVE if filing.decision_seen else MeasureState.ANNOUNCED,
        imposed_at=imposed.instant,
        imposed_wall=clock.written(filing.imposed_wall),
        imposed_fold=filing.imposed_fold or 0,
        decision_seen_on=local(now).date() if filing.decision_seen else None,
        protected_roles=[role for role in ProtectedRole.values if role in filing.protected_roles],
    )
    if filing.kind == MeasureKind.THV:
        # The law gives only this kind its lengths; other measures end as they state.
        ends = clock.ends(
            filing.imposed_wall,
            filing.imposed_fold,
            default_days=policy.default_days,
            max_days=policy.max_days,
        )
        measure.end_default_at = ends.default.instant
        measure.end_max_at = ends.maximum.instant
        measure.end_is_ambiguous = ends.default.is_ambiguous
        measure.end_was_shifted = ends.default.was_shifted
    if filing.end_stated_wall is not None:
        _state_end(measure, filing.end_stated_wall, filing.end_stated_fold)
    measure.save(force_insert=True)
    _note(measure, MeasureEventKind.RECORDED, measure.state, by=by, heard_at=now, now=now)
    plan_clock(measure, now=now)
    return measure


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
        _state_end(measure, new_end_wall, fold)
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
    event = _note(
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
    _note(measure, MeasureEventKind.CORRECTED, measure.state, by=by, heard_at=now, now=now)
    plan_clock(measure, now=now)
    _spread(measure, MeasureEventKind.CORRECTED, {Cause.ROLES}, now=now)
    return measure


def plan_clock(measure: Measure, *, now: datetime) -> None:
    """Plan the questions before the end, and the look after it, anew for this version."""
    outbox.cancel(QUESTION, subject=measure.pk, now=now)
    outbox.cancel(END, subject=measure.pk, now=now)
    end_at = measure.end_at
    if end_at is None or measure.state not in IN_FORCE:
        return
    for name, at in _questions(measure, end_at).items():
        if at > now:
            outbox.schedule(
                QUESTION,
                subject=measure.pk,
                at=at,
                once_per=f"measure-question:{measure.pk}:{measure.version}:{name}",
            )
    outbox.schedule(
        END,
        subject=measure.pk,
        at=end_at + AFTER_END,
        once_per=f"measure-end:{measure.pk}:{measure.version}",
    )


@transaction.atomic
def ask_about_measure(*, measure_id: UUID, now: datetime) -> int:
    """Ask those who asked for somebody whether an extension is known. Returns how many mails.

    Re-asked at its moment: the last question that is due is asked, each once; a measure that
    ended otherwise, or whose end is past, is not asked about.
    """
    measure = Measure.objects.filter(pk=measure_id, state__in=IN_FORCE).first()
    if measure is None or measure.end_at is None or now >= measure.end_at:
        return 0
    due = [(at, name) for name, at in _questions(measure, measure.end_at).items() if at <= now]
    if not due:
        return 0
    _at, name = max(due)
    occasion = f"measure-question:{measure.pk}:{measure.end_at:%Y%m%dT%H%M}:{name}"
    asked = 0
    for request in _running_requests(measure):
        notices.tell_requester(
            request, "matching/measure_question", once_per=f"{occasion}:{request.number}", now=now
        )
        asked += 1
    return asked


@transaction.atomic
def reach_end(*, measure_id: UUID, now: datetime) -> bool:
    """Five minutes after the end nobody confirmed: say so, and ask. True when this call did.

    The rules of contact stay as they were, so the safety gate does too, and no message says
    that anything ended. A moved end, or a state that somebody recorded, changes nothing here.
    """
    measure = lock_measure(measure_id)
    following = MEASURE.sources(MeasureState.END_REACHED_UNCONFIRMED)
    if measure.state not in following or measure.end_at is None:
        return False
    if now < measure.end_at + AFTER_END:
        return False
    before = measure.state
    measure.state, measure.version = MeasureState.END_REACHED_UNCONFIRMED, measure.version + 1
    measure.save(update_fields=["state", "version"])
    _note(measure, MeasureEventKind.END_REACHED, before, by=None, source=Source.CLOCK, now=now)
    for request in _running_requests(measure):
        open_task(
            TaskKind.MEASURE_END,
            request=request,
            due_at=now + timedelta(minutes=request.policy.call_back),
            once_per=f"measure-end:{measure.pk}:{measure.version}:{request.number}",
            now=now,
        )
    notices.tell_on_call(once_per=f"measure-end:{measure.pk}:{measure.version}", now=now)
    signals.measure_changed.send(
        sender=None, measure=measure, kind=MeasureEventKind.END_REACHED, now=now
    )
    return True


# --- Parts ------------------------------------------------------------------------------------

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


def _state_end(measure: Measure, wall: datetime, fold: int | None) -> None:
    """Write the end as stated; of an ambiguous reading without a fold, the later."""
    stated = clock.local_instant(wall, fold)
    if stated.instant <= measure.imposed_at:
        raise EndNotAfterStart
    if measure.end_max_at is not None and stated.instant > measure.end_max_at:
        raise BeyondMaximum
    measure.end_stated_at = stated.instant
    measure.end_stated_wall = clock.written(wall)
    measure.end_is_ambiguous = stated.is_ambiguous
    measure.end_was_shifted = stated.was_shifted


def _note(  # noqa: PLR0913  (one row)
    measure: Measure,
    kind: str,
    before: str,
    *,
    by: User | None,
    now: datetime,
    heard_at: datetime | None = None,
    source: str = Source.CASE_MANAGER,
    document_seen: bool | None = None,
) -> MeasureEvent:
    seen = measure.decision_seen_on is not None if document_seen is None else document_seen
    event = MeasureEvent(
        measure=measure,
        kind=kind,
        state_before=before,
        state_after=measure.state,
        source=source,
        document_seen=seen,
        heard_at=heard_at or now,
        new_end_at=measure.end_stated_at,
        recorded_at=now,
        recorded_by=by,
    )
    event.save(force_insert=True)
    audit.record(
        "measure.recorded", by=by, at=now, subject=measure.case_id, target=measure, kind=str(kind)
    )
    return event


def _spread(measure: Measure, kind: str, causes: set[Cause], *, now: datetime) -> None:
    """Open the gate of every running request of this measure, and tell who must look."""
    for request in _running_requests(measure):
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


def _running_requests(measure: Measure) -> list[Request]:
    """In one fixed order, because each is locked in turn."""
    return list(
        Request.objects.filter(measure=measure, state__in=RUNNING)
        .select_related("policy", "requester", "organisation")
        .order_by("pk")
    )


def _questions(measure: Measure, end_at: datetime) -> dict[str, datetime]:
    profile = RegionProfile.here()
    return clock.question_instants(
        measure.imposed_at,
        end_at,
        quiet_from=profile.quiet_from,
        quiet_until=profile.quiet_until,
    )
