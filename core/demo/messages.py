"""What left, as the phone of the one who got it shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from core.access.models import Region
from core.access.scope import region_scope
from core.outbox.models import Message
from core.outbox.states import Channel, MessageState

MOST = 60
MEANINGS = {
    MessageState.QUEUED: "wacht",
    MessageState.SENT: "goed",
    MessageState.FAILED: "nu",
}


@dataclass(frozen=True)
class Shown:
    """One message, opened."""

    id: str
    who: str
    address: str
    is_text: bool
    subject: str
    text: str
    calendar: str
    at: datetime
    state: MessageState
    meaning: str


@dataclass(frozen=True)
class Phone:
    """Everything one person got, newest first; `key` names the person in an address."""

    key: str
    who: str
    address: str
    messages: tuple[Shown, ...]


def phones() -> list[Phone]:
    """A phone per recipient and address, the one that rang last first."""
    shown = [one for region in Region.objects.all() for one in _of(region)]
    by_address: dict[tuple[str, str], list[Shown]] = {}
    for one in sorted(shown, key=lambda one: one.at, reverse=True)[:MOST]:
        by_address.setdefault((one.who, one.address), []).append(one)
    return [
        Phone(key=_key(who, address), who=who, address=address, messages=tuple(messages))
        for (who, address), messages in by_address.items()
    ]


def version(phones: list[Phone]) -> str:
    """Changes when something left, arrived or was withdrawn: a poll then has news."""
    told = "|".join(f"{one.id}{one.state}" for phone in phones for one in phone.messages)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _of(region: Region) -> list[Shown]:
    with region_scope(region.pk):
        newest = Message.objects.select_related("recipient", "data_key").order_by("-created_at")
        # Opened in here: a box needs the scope of its region.
        return [_shown(message) for message in newest[:MOST]]


def _shown(message: Message) -> Shown:
    content, state = message.content, MessageState(message.state)
    attachment = content.get("attachment") or {}
    return Shown(
        id=str(message.pk),
        who=message.recipient.name if message.recipient else "",
        address=message.address,
        is_text=message.channel == Channel.SMS,
        subject=content.get("subject", ""),
        text=content["text"],
        calendar=attachment.get("filename", ""),
        at=message.created_at,
        state=state,
        meaning=MEANINGS.get(state, "stil"),
    )


def _key(who: str, address: str) -> str:
    return hashlib.sha256(f"{who}|{address}".encode()).hexdigest()[:10]
