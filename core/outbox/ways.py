"""The next channel of a person, where the first one failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access.models import User
from core.outbox.messages import write
from core.outbox.models import Message
from core.outbox.states import Channel


@dataclass(frozen=True)
class Way:
    """One channel to one person, open from `at`: quiet hours may be on."""

    channel: Channel
    address: str
    at: datetime


Ways = Callable[[User, datetime], Sequence[Way]]


def by_mail(user: User, now: datetime) -> Sequence[Way]:
    """How core alone reaches somebody."""
    return [Way(Channel.EMAIL, user.email, now)]


_ways: list[Ways] = [by_mail]


def reached_by(function: Ways) -> Ways:
    """Register who knows the channels of a person, in the order that this person chose.

    Asked at the moment of sending: what somebody switched off meanwhile is not in it.
    """
    _ways.append(function)
    return function


def ways_of(user: User, *, now: datetime) -> Sequence[Way]:
    """The channels of `user`, the first to try first."""
    return _ways[-1](user, now)


def take_next(message: Message, *, now: datetime) -> Message | None:
    """Post the same message on the next channel of its recipient; None where none is left.

    Once: the occasion and the channel are the key, so a channel that had this message, by
    itself or for another one, is not taken again.
    """
    if message.recipient is None or _is_over(message, now):
        return None
    forms = message.content.get("forms", {})
    occasion = message.once_per.removesuffix(f":{message.channel}")
    for way in ways_of(message.recipient, now=now):
        if way.channel == message.channel or way.channel not in forms or not way.address:
            continue
        other = Message(
            template=message.template,
            channel=way.channel,
            recipient=message.recipient,
            address=way.address,
            content=forms[way.channel],
            about=message.about,
            about_version=message.about_version,
            once_per=f"{occasion}:{way.channel}",
            created_at=now,
            useful_until=message.useful_until,
            replaces=message.reference,
        )
        # Rather in quiet hours than too late.
        in_time = message.useful_until is None or way.at < message.useful_until
        written = write(other, at=way.at if in_time else now)
        if written is not None:
            return written
    return None


def _is_over(message: Message, now: datetime) -> bool:
    return message.useful_until is not None and now >= message.useful_until
