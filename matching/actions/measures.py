"""Measures: what a decision says, and the moments at which it will be asked about.

What the decision says wins over what we compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.access.models import User
from core.clock import local
from core.errors import Refusal
from matching import clock
from matching.models import Case, Measure, MeasureEvent, PolicyVersion, Request
from matching.states import (
    IN_FORCE,
    RUNNING,
    MeasureEventKind,
    MeasureKind,
    MeasureState,
    ProtectedRole,
    Source,
)
from pool.queries import agreed

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
        state_end(measure, filing.end_stated_wall, filing.end_stated_fold)
    measure.save(force_insert=True)
    note(measure, MeasureEventKind.RECORDED, measure.state, by=by, heard_at=now, now=now)
    plan_clock(measure, now=now)
    return measure


def plan_clock(measure: Measure, *, now: datetime) -> None:
    """Plan the questions before the end, and the look after it, anew for this version."""
    outbox.cancel(QUESTION, subject=measure.pk, now=now)
    outbox.cancel(END, subject=measure.pk, now=now)
    end_at = measure.end_at
    if end_at is None or measure.state not in IN_FORCE:
        return
    for name, at in questions(measure, end_at).items():
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


# --- Rows -------------------------------------------------------------------------------------


def state_end(measure: Measure, wall: datetime, fold: int | None) -> None:
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


def note(  # noqa: PLR0913  (one row)
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
    """One line of what happened; the paper counts as seen where it was seen before."""
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


def running_requests(measure: Measure) -> list[Request]:
    """In one fixed order, because each is locked in turn."""
    return list(
        Request.objects.filter(measure=measure, state__in=RUNNING)
        .select_related("policy", "requester", "organisation")
        .order_by("pk")
    )


def questions(measure: Measure, end_at: datetime) -> dict[str, datetime]:
    """When to ask about an extension, by name; out of the quiet hours where that can be."""
    quiet_from, quiet_until = agreed(on=local(end_at).date()).quiet
    return clock.question_instants(
        measure.imposed_at,
        end_at,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
    )
