"""Messages: posted in the transaction that causes them, asked again before they leave.

A message is three files under `templates/emails/<template>/`: `subject.txt`, `body.txt`,
`body.html`; a text message is `templates/sms/<template>.txt`. A guard refuses names of
laws, crimes and places in anything that leaves (security.md I20).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation

from core.access.models import User
from core.access.scope import current_region, shelf
from core.crypto.keys import new_data_key
from core.crypto.models import DataKey
from core.outbox import channels, due
from core.outbox.models import Message
from core.outbox.states import Channel, MessageState

KIND = "core.message"

# What no message, subject or calendar entry may say; a stranger may read along.
FORBIDDEN = re.compile(
    r"huisverbod|geweld|pleger|dader|justitie|reclassering|slachtoffer|verslaving|\bVOG\b"
    r"|restraining|violence|perpetrator|offender|victim|probation|addiction|home ban",
    re.IGNORECASE,
)
GSM7 = re.compile(r"^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑܧ¿a-zäöñüà]*$")
SMS_LENGTH = 160


class TellingText(RuntimeError):
    """A message would tell a stranger something. A bug in a template; it does not leave."""


@dataclass(frozen=True)
class Attachment:
    """A calendar file beside the text; `method` goes into the MIME type as well."""

    filename: str
    body: str
    method: str = ""


StillWanted = Callable[[Message, datetime], bool]
GUARDS: dict[str, StillWanted] = {}


def still_wanted(template: str) -> Callable[[StillWanted], StillWanted]:
    """Register the question that is asked at the moment of sending `template`."""

    def register(function: StillWanted) -> StillWanted:
        GUARDS[template] = function
        return function

    return register


def post(
    template: str,
    *,
    channel: Channel,
    address: str,
    to: User | None,
    once_per: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
    language: str | None = None,
    at: datetime | None = None,
    useful_until: datetime | None = None,
    about: UUID | None = None,
    about_version: int = 0,
    attachment: Attachment | None = None,
) -> Message | None:
    """Write a message in this transaction; a worker hands it over after commit.

    Args:
        template: folder under `templates/emails` or file under `templates/sms`.
        once_per: key of this one message; repeats return None and change nothing.
        at: not before this instant; default at once.
        useful_until: after this instant it is skipped instead of sent.
        about, about_version: the row and its version, for `withdraw`.

    Raises:
        TellingText: the rendered text holds a word that no channel may carry.
    """
    key = f"{once_per}:{channel}"
    if Message.objects.filter(once_per=key).exists():
        return None
    content = _render(template, channel, context or {}, language or (to.language if to else "nl"))
    if attachment:
        content["attachment"] = {
            "filename": attachment.filename,
            "body": attachment.body,
            "method": attachment.method,
        }
    message = Message(
        data_key=_outbox_key(now),
        template=template,
        channel=channel,
        recipient=to,
        address=address,
        content=content,
        about=about,
        about_version=about_version,
        once_per=key,
        created_at=now,
        useful_until=useful_until,
    )
    message.save(force_insert=True)
    due.schedule(KIND, subject=message.pk, at=at or now, once_per=f"message:{message.pk}")
    return message


def withdraw(*, about: UUID, now: datetime, before_version: int | None = None) -> int:
    """Stop queued messages about a row (or about its versions below `before_version`)."""
    stale = Message.objects.filter(about=about, state=MessageState.QUEUED)
    if before_version is not None:
        stale = stale.filter(about_version__lt=before_version)
    return stale.update(state=MessageState.WITHDRAWN, ended_at=now)


@due.handler(KIND)
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
    return _Delivery(message)


class _Delivery:
    """One message on its way out: connect, ask once more, hand over, mark."""

    def __init__(self, message: Message) -> None:
        self.message = message
        # Opened here, while the region's scope still stands.
        self.parcel = channels.Parcel(
            reference=str(message.pk),
            address=message.address,
            subject=message.content.get("subject", ""),
            text=message.content["text"],
            html=message.content.get("html", ""),
            attachment=message.content.get("attachment"),
        )

    def send(self) -> due.Done | due.Later:
        return channels.hand_over(Channel(self.message.channel), self.parcel, self._still_queued)

    def finish(self, outcome: due.Done | due.Later, now: datetime) -> None:
        Message.objects.filter(pk=self.message.pk).update(attempts=self.message.attempts + 1)
        if isinstance(outcome, due.Done):
            state = {
                "ok": MessageState.SENT,
                "overtaken": MessageState.WITHDRAWN,
            }.get(outcome.outcome, MessageState.FAILED)
            _close(self.message, state, now, outcome=outcome.outcome)

    def give_up(self, now: datetime) -> None:
        _close(self.message, MessageState.FAILED, now, outcome="out_of_tries")

    def _still_queued(self) -> bool:
        """Asked after connecting and right before the body is written (security.md I12)."""
        from core.access.scope import region_scope

        with region_scope(self.message.region_id):
            due.become_app()
            return Message.objects.filter(
                pk=self.message.pk, state=MessageState.QUEUED
            ).exists()


def _close(message: Message, state: MessageState, now: datetime, *, outcome: str) -> None:
    Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(
        state=state, ended_at=now, outcome=outcome
    )


def _render(
    template: str, channel: Channel, context: Mapping[str, Any], language: str
) -> dict[str, Any]:
    with translation.override(language):
        if channel == Channel.SMS:
            text = " ".join(render_to_string(f"sms/{template}.txt", dict(context)).split())
            refuse_telling(text)
            if len(text) > SMS_LENGTH or not GSM7.match(text):
                raise TellingText(f"sms/{template} is not one message of 160 GSM-7 characters")
            return {"text": text}
        folder = f"emails/{template}"
        subject = " ".join(render_to_string(f"{folder}/subject.txt", dict(context)).split())
        text = render_to_string(f"{folder}/body.txt", dict(context)).strip() + "\n"
        html = render_to_string(f"{folder}/body.html", dict(context))
    for part in (subject, text, html):
        refuse_telling(part)
    return {"subject": subject, "text": text, "html": html}


def refuse_telling(text: str) -> None:
    """Raise TellingText when `text` holds a word that a stranger should not read."""
    found = FORBIDDEN.search(text)
    if found:
        raise TellingText(f"a message may not say {found.group()!r}")


def _outbox_key(now: datetime) -> DataKey:
    """One key per region and transaction for message bodies; they live two weeks."""
    kept = shelf()
    key = kept.get("outbox_key")
    if key is None:
        last = Message.objects.order_by("-created_at").first()
        key = last.data_key if last and last.data_key.erased_at is None else new_data_key(now=now)
        kept["outbox_key"] = key
    assert key.region_id == current_region()  # noqa: S101  (a shelf never outlives its scope)
    return key  # type: ignore[no-any-return]
