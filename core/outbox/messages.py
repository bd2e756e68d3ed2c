"""Messages: posted in the transaction that causes them, asked again before they leave.

A message is three files under `templates/emails/<template>/`: `subject.txt`, `body.txt`,
`body.html`; a text message is `templates/sms/<template>.txt`. A template that has both forms
may leave on the next channel where the first one fails. A guard refuses names of laws, crimes
and places in anything that leaves (security.md I20).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import translation

from core import clock
from core.access.models import User
from core.crypto.keys import shared_key
from core.outbox import due
from core.outbox.models import Message
from core.outbox.states import Channel, MessageState

KIND = "core.message"

# What no message, subject or calendar entry may say; a stranger may read along.
FORBIDDEN = re.compile(
    r"huisverbod|geweld|pleger|dader|justitie|reclassering|slachtoffer|verslaving|\bVOG\b"
    r"|restraining|violence|perpetrator|offender|victim|probation|addiction|home ban",
    re.IGNORECASE,
)
GSM7 = re.compile(
    r"^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑܧ¿a-zäöñüà]*$"
)
SMS_LENGTH = 160
# A token in a link is random and may spell anything.
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")


class TellingText(RuntimeError):
    """A message would tell a stranger something. A bug in a template; it does not leave."""


class UnfitText(TellingText):
    """A text message is not one of 160 plain characters."""


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


def post(  # noqa: PLR0913  (what, how, to whom, when, about what)
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
        channel: how it leaves; one message is one channel.
        address: e-mail address or telephone number; sealed.
        to: the recipient, where that is a user.
        once_per: key of this one message; repeats return None and change nothing.
        now: aware instant of posting.
        context: what the template fills in; neutral words and links only.
        language: default the recipient's, or Dutch.
        at: not before this instant; default at once.
        useful_until: after this instant it is skipped instead of sent.
        about: the row it speaks of, for `withdraw`.
        about_version: the version of that row.
        attachment: a calendar file, e-mail only.

    Raises:
        TellingText: the rendered text or the attachment holds a word that no channel may
            carry.
    """
    key = f"{once_per}:{channel}"
    if Message.objects.filter(once_per=key).exists():
        return None
    spoken = language or (to.language if to else "nl")
    content = _render(template, channel, context or {}, spoken)
    if to:
        # Fixed here, with the words of this moment: if this channel fails, the next one has them.
        content["forms"] = _other_forms(template, channel, context or {}, spoken)
    if attachment:
        refuse_telling(attachment.body)
        content["attachment"] = {
            "filename": attachment.filename,
            "body": attachment.body,
            "method": attachment.method,
        }
    message = Message(
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
    return write(message, at=at or now)


def write(message: Message, *, at: datetime) -> Message | None:
    """Seal and save a message that leaves at `at`; None where its occasion had it before."""
    # A key a day: it dies with the last message of its day, in backups as well.
    day = clock.local(message.created_at)
    message.data_key = shared_key(f"messages:{day:%Y-%m-%d}", now=message.created_at)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        # Another transaction was first with the same `once_per`; anything else is a bug.
        if Message.objects.filter(once_per=message.once_per).exists():
            return None
        raise
    due.schedule(KIND, subject=message.pk, at=at, once_per=f"message:{message.pk}")
    return message


def withdraw(*, about: UUID, now: datetime, before_version: int | None = None) -> int:
    """Stop queued messages about a row (or about its versions below `before_version`)."""
    stale = Message.objects.filter(about=about, state=MessageState.QUEUED)
    if before_version is not None:
        stale = stale.filter(about_version__lt=before_version)
    return stale.update(state=MessageState.WITHDRAWN, ended_at=now)


def _render(
    template: str, channel: Channel, context: Mapping[str, Any], language: str
) -> dict[str, Any]:
    with translation.override(language):
        if channel == Channel.SMS:
            text = " ".join(_plain(f"sms/{template}.txt", context).split())
            refuse_telling(text)
            if len(text) > SMS_LENGTH or not GSM7.match(text):
                raise UnfitText(f"sms/{template} is not one message of 160 GSM-7 characters")
            return {"text": text}
        folder = f"emails/{template}"
        subject = " ".join(_plain(f"{folder}/subject.txt", context).split())
        text = _plain(f"{folder}/body.txt", context).strip() + "\n"
        html = render_to_string(f"{folder}/body.html", dict(context))
    for part in (subject, text, html):
        refuse_telling(part)
    return {"subject": subject, "text": text, "html": html}


def _other_forms(
    template: str, channel: Channel, context: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """What the other channels would say; only a message that has such a form may take them."""
    forms = {}
    for other in Channel:
        if other != channel:
            try:
                forms[str(other)] = _render(template, other, context, language)
            except (TemplateDoesNotExist, UnfitText):
                continue
    return forms


def _plain(name: str, context: Mapping[str, Any]) -> str:
    """A text file rendered as text: "&" and apostrophes stay what they are."""
    template = get_template(name).template  # type: ignore[attr-defined]  # of Django's engine
    text: str = template.render(Context(dict(context), autoescape=False))
    return text


def refuse_telling(text: str) -> None:
    """Raise TellingText when `text` holds a word that a stranger should not read."""
    found = FORBIDDEN.search(TOKEN.sub("", text))
    if found:
        raise TellingText(f"a message may not say {found.group()!r}")
