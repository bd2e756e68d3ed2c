"""What matching does when the pool announces something; within the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from core.outbox import message_failed
from core.outbox.models import Message
from matching.actions import ask_to_call, hurry, withdraw_offers_of
from pool import signals
from pool.models import Expert


@receiver(signals.expert_paused, dispatch_uid="matching.expert_paused")
@receiver(signals.expert_suspended, dispatch_uid="matching.expert_suspended")
@receiver(signals.expert_left, dispatch_uid="matching.expert_left")
def take_offers_back(*, expert: Expert, now: datetime, **_more: Any) -> None:
    """Open offers go to the next in line; nobody is told why."""
    withdraw_offers_of(expert_id=expert.pk, now=now)


@receiver(message_failed, dispatch_uid="matching.message_failed")
def call_instead(*, message: Message, now: datetime, **_more: Any) -> None:
    """What could not be sent is said by voice."""
    ask_to_call(message=message, now=now)
    hurry(chain_id=message.about, now=now)
