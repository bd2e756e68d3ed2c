"""What the clock does about a measure: ask before its end, and look after it.

Nobody is ever told that a measure is over: an end that nobody confirmed keeps its rules
(domain.md, rule 1).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from matching import signals
from matching.actions import notices
from matching.actions.measures import AFTER_END, note, questions, running_requests
from matching.actions.rows import lock_measure
from matching.actions.tasks import open_task
from matching.models import Measure
from matching.models.requests import TaskKind
from matching.states import IN_FORCE, MEASURE, MeasureEventKind, MeasureState, Source


@transaction.atomic
def ask_about_measure(*, measure_id: UUID, now: datetime) -> int:
    """Ask those who asked for somebody whether an extension is known. Returns how many mails.

    Re-asked at its moment: the last question that is due is asked, each once; a measure that
    ended otherwise, or whose end is past, is not asked about.
    """
    measure = Measure.objects.filter(pk=measure_id, state__in=IN_FORCE).first()
    if measure is None or measure.end_at is None or now >= measure.end_at:
        return 0
    due = [(at, name) for name, at in questions(measure, measure.end_at).items() if at <= now]
    if not due:
        return 0
    _at, name = max(due)
    occasion = f"measure-question:{measure.pk}:{measure.end_at:%Y%m%dT%H%M}:{name}"
    asked = 0
    for request in running_requests(measure):
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
    note(measure, MeasureEventKind.END_REACHED, before, by=None, source=Source.CLOCK, now=now)
    for request in running_requests(measure):
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
