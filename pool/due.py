"""What the calendar does in the pool: each looks again at its moment, and twice is harmless."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.outbox import handler, still_wanted
from core.outbox.models import Message
from pool import actions
from pool.actions.care import SILENCE
from pool.models import VogEvidence


@handler("pool.paper_notice")
def give_notice(subject: UUID, now: datetime) -> None:
    """A VOG ends in some weeks."""
    actions.give_notice(vog_id=subject, now=now)


@handler("pool.paper_end")
def end_vog(subject: UUID, now: datetime) -> None:
    """A VOG carries no work from this day on."""
    actions.end_vog(vog_id=subject, now=now)


@handler("pool.paper_asked_again")
def close_recheck(subject: UUID, now: datetime) -> None:
    """A new VOG was asked for, and the weeks for it are over."""
    actions.close_recheck(vog_id=subject, now=now)


@handler("pool.paper_prepared")
def remind_prepared(subject: UUID, now: datetime) -> None:
    """Our part was sent a month ago."""
    actions.remind_prepared(application_id=subject, now=now)


@handler("pool.paper_latest")
def close_term(subject: UUID, now: datetime) -> None:
    """The longest term for an answer is over."""
    actions.close_term(application_id=subject, now=now)


@handler("pool.paper_attempt")
def call_attempt(subject: UUID, now: datetime) -> None:
    """A new attempt makes sense from today on."""
    actions.call_attempt(attempt_id=subject, now=now)


@still_wanted("pool/look")
@still_wanted("pool/renew")
def is_current(message: Message, now: datetime) -> bool:  # noqa: ARG001
    """Nobody is told about a paper that was replaced meanwhile."""
    if message.about is None:
        return True
    return VogEvidence.objects.filter(pk=message.about, replaced_on=None).exists()


@handler(SILENCE)
def take_silence_for_yes(subject: UUID, now: datetime) -> None:
    """Nobody answered whether a call is welcome: a coordinator calls."""
    actions.take_silence_for_yes(debrief_id=subject, now=now)


@handler("pool.last_day")
def leave_on_last_day(subject: UUID, now: datetime) -> None:
    """The last day that somebody named is over."""
    actions.leave_on_last_day(expert_id=subject, now=now)


@handler("pool.count_duo")
def count_duo(subject: UUID, now: datetime) -> None:
    """Work with two is over and came to a meeting: one less to go."""
    actions.count_duo(expert_id=subject, now=now)


@handler("pool.call_again")
def call_again(subject: UUID, now: datetime) -> None:
    """Somebody is called today about joining."""
    actions.call_again(expert_id=subject, now=now)
