"""Reminders: a row per person, channel, moment and version; asked again when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit, outbox
from core.outbox import Channel
from matching.models import Request
from scheduling import rules
from scheduling.actions import telling
from scheduling.models import Reminder, Session, SessionRole
from scheduling.queries import Recipient, recipients, reminder_minutes
from scheduling.states import ReminderState, SessionState

KIND = "scheduling.reminder"


def write_reminders(
    session: Session, people: Iterable[Recipient], request: Request, *, now: datetime
) -> int:
    """Write what must leave about this version of `session`. Returns for how many moments.

    None is left when the session is so near that every moment has passed; the confirmation of
    the plan is reminder enough then.
    """
    n_moments = 0
    for one in people:
        moments = rules.reminder_instants(
            session.starts_at,
            reminder_minutes(request),
            quiet_from=one.quiet[0],
            quiet_until=one.quiet[1],
            now=now,
        )
        n_moments = max(n_moments, len(moments))
        if one.user is None:
            continue
        for channel in one.channels:
            for moment in moments:
                reminder = Reminder.objects.create(
                    session=session,
                    user=one.user,
                    channel=channel,
                    minutes_before=moment.minutes_before,
                    version=session.version,
                    due_at=moment.at,
                )
                outbox.schedule(
                    KIND, subject=reminder.pk, at=moment.at, once_per=f"reminder:{reminder.pk}"
                )
    return n_moments


def stop_reminders(session: Session, *, now: datetime) -> None:
    """Skip what still waits about `session`, and take back what is queued."""
    waiting = Reminder.objects.filter(session=session, state=ReminderState.WAITING)
    for reminder_id in list(waiting.values_list("pk", flat=True)):
        outbox.cancel(KIND, subject=reminder_id, now=now)
    waiting.update(state=ReminderState.SKIPPED, ended_at=now)
    outbox.withdraw(about=session.pk, now=now)


@transaction.atomic(savepoint=False)
def remind(*, reminder_id: UUID, now: datetime) -> None:
    """Post one reminder, if the world still wants it; safe to run twice or late.

    Asked again here: is it about the session as it stands, does it still take place, does this
    person still take part, and how does this person want to hear. In quiet hours it waits
    until they end, unless the session would have begun by then.
    """
    reminder = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("session")
        .filter(pk=reminder_id, state=ReminderState.WAITING)
        .first()
    )
    if reminder is None:
        return
    one = _person(reminder)
    later = _after_quiet(reminder.session, one, now=now) if one else now
    if later > now:
        outbox.schedule(KIND, subject=reminder.pk, at=later, once_per=f"reminder:{reminder.pk}:2")
        return
    if one is None or not _is_wanted(reminder, one, now):
        _end(reminder, ReminderState.SKIPPED, now)
        return
    # Who changed channels since hears on the new one; the key keeps it from coming twice.
    wished = Channel(reminder.channel)
    channel = wished if wished in one.channels else one.channels[0]
    telling.remind_of(
        reminder.session, one, channel, key=f"reminder-{reminder.minutes_before}", now=now
    )
    _end(reminder, ReminderState.POSTED, now)


def is_current(session_id: UUID, version: int) -> bool:
    """Whether `version` is how the session stands, and it takes place as planned."""
    return Session.objects.filter(
        pk=session_id, version=version, state=SessionState.PLANNED
    ).exists()


def _is_wanted(reminder: Reminder, one: Recipient, now: datetime) -> bool:
    session = reminder.session
    return (
        session.version == reminder.version
        and session.state == SessionState.PLANNED
        and session.starts_at > now
        and one.is_there
        and bool(one.channels)
    )


def _person(reminder: Reminder) -> Recipient | None:
    """Who this reminder is for, if that person still has a part in the session."""
    roles = SessionRole.objects.filter(session=reminder.session_id).select_related(
        "assignment__expert__user", "assignment__expert__data_key", "user"
    )
    for one in recipients(roles.order_by("kind", "pk"), at=reminder.session.starts_at):
        if one.user is not None and one.user.pk == reminder.user_id:
            return one
    return None


def _after_quiet(session: Session, one: Recipient, *, now: datetime) -> datetime:
    later = rules.after_quiet(now, *one.quiet)
    return later if later < session.starts_at else now


def _end(reminder: Reminder, state: ReminderState, now: datetime) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=state, ended_at=now)
    audit.record(
        f"reminder.{state.lower()}",
        by=None,
        at=now,
        target=reminder,
        minutes_before=reminder.minutes_before,
    )
