"""Messages on their way out: asked again, handed over, marked, or sent another way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.dispatch import Signal

from core.access.scope import region_scope
from core.outbox import breaker, channels, due
from core.outbox.messages import GUARDS, KIND
from core.outbox.models import Delivery, Message
from core.outbox.parcels import UNKNOWN, Parcel
from core.outbox.states import Channel, MessageState
from core.outbox.ways import take_next

# A message ended in FAILED and somebody has to act: no channel is left, or an address is wrong.
# `message` and `now`; sent in the transaction that marks it. Who listens is the upper layers'
# matter.
message_failed = Signal()

# It may have arrived and it may not: near the end of its use these are not written twice, a
# person is told by voice instead (security.md F13).
NEVER_TWICE: dict[str, timedelta] = {}
RESTS = "provider_rests"
TOO_SLOW = "out_of_time"
OUT_OF_TRIES = "out_of_tries"
# Trouble of a provider or of ours: where another channel is left, no person needs to know.
PASSING = {RESTS, TOO_SLOW, OUT_OF_TRIES, UNKNOWN, channels.NO_GATEWAY}


def never_twice(template: str, *, within: timedelta) -> None:
    """Say that `template` is not repeated after a silence, so shortly before its end of use."""
    NEVER_TWICE[template] = within


def give_up(subject: UUID, now: datetime) -> None:
    """Close a message that is out of tries."""
    message = Message.objects.filter(pk=subject, state=MessageState.QUEUED).first()
    if message is not None:
        fail(message, now=now, outcome=OUT_OF_TRIES)


@due.handler(KIND, give_up=give_up)
def deliver(subject: UUID, now: datetime) -> due.Job | None:
    """Prepare one message for its channel; None when it is not wanted any more."""
    message = Message.objects.filter(pk=subject, state=MessageState.QUEUED).first()
    if message is None:
        return None
    guard = GUARDS.get(message.template)
    too_late = message.useful_until is not None and now >= message.useful_until
    if too_late or (guard is not None and not guard(message, now)):
        _close(message, MessageState.SKIPPED, now, outcome="too_late" if too_late else "unwanted")
        return None
    rests = message.channel == Channel.SMS and breaker.is_open(message.channel, now=now)
    if rests and _moves_on(message, now=now, outcome=RESTS):
        return None
    return _Delivery(message, now, rests=rests)


class _Delivery:
    """One message on its way out: connect, ask once more, hand over, mark."""

    def __init__(self, message: Message, now: datetime, *, rests: bool = False) -> None:
        self.message = message
        self.rests = rests
        self.may_repeat = not _is_never_twice(message, now)
        left = message.useful_until - now if message.useful_until else None
        # Opened here, while the region's scope still stands.
        self.parcel = Parcel(
            reference=str(message.reference),
            address=message.address,
            subject=message.content.get("subject", ""),
            text=message.content["text"],
            html=message.content.get("html", ""),
            attachment=message.content.get("attachment"),
            region_id=message.region_id,
            n_unknown=message.n_unknown,
            may_repeat=self.may_repeat,
            useful_for=int(left.total_seconds()) if left else None,
        )

    def send(self) -> due.Done | due.Later:
        if self.rests:
            return due.Later(RESTS)
        return channels.hand_over(Channel(self.message.channel), self.parcel, self._still_queued)

    def finish(self, outcome: due.Done | due.Later, now: datetime) -> None:
        message = self.message
        tried = {
            "attempts": F("attempts") + 1,
            "n_unknown": F("n_unknown") + int(outcome.outcome == UNKNOWN),
        }
        if isinstance(outcome, due.Done) and outcome.outcome == "ok":
            # Counted and closed with one statement, unless it was closed meanwhile.
            closed = _close(message, MessageState.SENT, now, outcome="ok", **tried)
            if not closed:
                Message.objects.filter(pk=message.pk).update(outcome="ok", **tried)
            _note_delivery(message, now, outcome.provider_id)
            return
        Message.objects.filter(pk=message.pk).update(outcome=outcome.outcome, **tried)
        if outcome.is_trouble:
            breaker.note_failure(message.channel, now=now)
        if isinstance(outcome, due.Later):
            self._wait(outcome, now)
        elif outcome.outcome == "overtaken":
            _close(message, MessageState.WITHDRAWN, now, outcome="overtaken")
        elif outcome.outcome == channels.NO_GATEWAY and _went_elsewhere(message):
            _close(message, MessageState.SKIPPED, now, outcome=outcome.outcome)
        else:
            is_ours = outcome.is_trouble or (outcome.outcome in PASSING and self.may_repeat)
            fail(message, now=now, outcome=outcome.outcome, is_ours=is_ours)

    def _wait(self, outcome: due.Later, now: datetime) -> None:
        """Leave it to the ladder, unless waiting would cost too much of its use.

        Half of what is left belongs to the next channel; where there is none, a person is told
        while there is time.
        """
        if self.message.useful_until is None:
            return
        wait = outcome.wait or due.step(self.message.attempts + 1)
        left = self.message.useful_until - now
        if wait * 2 > left and _moves_on(self.message, now=now, outcome=TOO_SLOW):
            due.cancel(KIND, subject=self.message.pk, now=now)
        elif wait >= left:
            fail(self.message, now=now, outcome=TOO_SLOW)
            due.cancel(KIND, subject=self.message.pk, now=now)

    def _still_queued(self) -> bool:
        """Asked after connecting and right before the body is written (security.md I12)."""
        with region_scope(self.message.region_id):
            due.become_app()
            return Message.objects.filter(pk=self.message.pk, state=MessageState.QUEUED).exists()


def fail(message: Message, *, now: datetime, outcome: str, is_ours: bool = True) -> None:
    """Close a message that cannot leave; the next channel takes it, and a person is told.

    `is_ours` says that the provider or our own side failed. Otherwise a person has to look at
    the address, also where another channel is left.
    """
    if _close(message, MessageState.FAILED, now, outcome=outcome):
        lost(message, now=now, is_ours=is_ours)


def settle(message: Message, *, now: datetime) -> None:
    """The provider says by itself that it has this message."""
    _close(message, MessageState.SENT, now, outcome="reported")


def lost(message: Message, *, now: datetime, is_ours: bool) -> None:
    """What this channel did not bring takes the next one; a person is told where one should."""
    if take_next(message, now=now) is None or not is_ours:
        message_failed.send(sender=None, message=message, now=now)


def _moves_on(message: Message, *, now: datetime, outcome: str) -> bool:
    """Let the next channel have it, if there is one."""
    if take_next(message, now=now) is None:
        return False
    return _close(message, MessageState.FAILED, now, outcome=outcome)


def _close(
    message: Message, state: MessageState, now: datetime, *, outcome: str, **more: Any
) -> bool:
    closed = Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(
        state=state, ended_at=now, outcome=outcome, **more
    )
    return bool(closed)


def _note_delivery(message: Message, now: datetime, provider_id: str) -> None:
    """Begin what the provider's reports go on with; only text messages are reported on."""
    if message.channel == Channel.SMS:
        row = Delivery(
            reference=message.reference,
            channel=message.channel,
            provider_id=provider_id,
            sent_at=now,
        )
        Delivery.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["region", "reference", "channel"],
            update_fields=["provider_id"],
        )


def _went_elsewhere(message: Message) -> bool:
    """Whether the same occasion left, or is about to leave, on another channel."""
    occasion = message.once_per.removesuffix(message.channel)
    keys = [f"{occasion}{channel}" for channel in Channel if channel != message.channel]
    alive = (MessageState.QUEUED, MessageState.SENT)
    return Message.objects.filter(once_per__in=keys, state__in=alive).exists()


def _is_never_twice(message: Message, now: datetime) -> bool:
    within = NEVER_TWICE.get(message.template)
    if within is None or message.useful_until is None:
        return False
    return message.useful_until - now < within
