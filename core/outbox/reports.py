"""What the gateway reports about a message: only forward, and twice is once."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from core.access.scope import region_scope
from core.outbox.models import Delivery, Message
from core.outbox.sending import fail, lost, settle
from core.outbox.states import DELIVERY, Channel, DeliveryState, MessageState

REFERENCE = re.compile(r"([0-9]{1,9})-([0-9a-f-]{36})", re.ASCII)
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "bounced": DeliveryState.BOUNCED,
    "failed": DeliveryState.BOUNCED,
    "rejected": DeliveryState.BOUNCED,
    "expired": DeliveryState.BOUNCED,
}


def take_report(*, reference: str, status: str, provider_id: str, now: datetime) -> bool:
    """Note one report, in the region that the reference names. False where it changes nothing.

    Unknown references and words are no error: other systems may share the gateway, and a
    message is gone sooner than its last report. What came back takes the next channel.
    """
    found, state = REFERENCE.fullmatch(reference), STATES.get(status)
    if found is None or state is None:
        return False
    try:
        own = UUID(found[2])
    except ValueError:
        return False
    with region_scope(int(found[1])):
        message = (
            Message.objects.filter(Q(pk=own) | Q(replaces=own), channel=Channel.SMS)
            .select_related("recipient")
            .first()
        )
        known = Delivery.objects.filter(reference=own, channel=Channel.SMS)
        if message is not None:
            # It may be faster than the answer to our own question.
            Delivery.objects.get_or_create(
                reference=own,
                channel=Channel.SMS,
                defaults={"provider_id": provider_id, "sent_at": now},
            )
        moved = bool(
            known.filter(state__in=DELIVERY.sources(state)).update(state=state, reported_at=now)
        )
        if message is not None:
            _follow(message, state, now, moved=moved)
        return moved


def _follow(message: Message, state: DeliveryState, now: datetime, *, moved: bool) -> None:
    if state != DeliveryState.BOUNCED:
        # Ends a silence: the gateway did take it.
        settle(message, now=now)
    elif message.state == MessageState.QUEUED:
        fail(message, now=now, outcome="bounced", is_ours=False)
    elif moved and message.state == MessageState.SENT:
        lost(message, now=now, is_ours=False)
