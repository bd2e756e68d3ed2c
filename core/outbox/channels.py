"""The ways out: e-mail over SMTP for real, text messages through a small adapter."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.module_loading import import_string

from core.outbox.due import Done, Later
from core.outbox.states import Channel

PERMANENT_FROM = 500


@dataclass(frozen=True)
class Parcel:
    """What a channel needs to hand a message over."""

    reference: str
    address: str
    subject: str
    text: str
    html: str
    attachment: dict[str, str] | None


class Sms(Protocol):
    """A gateway for text messages."""

    def send(self, *, address: str, text: str, reference: str) -> Done | Later:
        """Hand one message to the gateway; `reference` makes repeats recognisable."""


class DemoSms:
    """Takes every message; the demo page shows what a phone would."""

    def send(self, *, address: str, text: str, reference: str) -> Done | Later:  # noqa: ARG002
        return Done()


@lru_cache(maxsize=1)
def sms_adapter(path: str) -> Sms | None:
    return import_string(path)() if path else None


def hand_over(channel: Channel, parcel: Parcel, still_queued: Callable[[], bool]) -> Done | Later:
    """Give one message to its provider, unless `still_queued` says it was overtaken."""
    if channel == Channel.EMAIL:
        return _email(parcel, still_queued)
    if not still_queued():
        return Done("overtaken")
    adapter = sms_adapter(settings.SMS_ADAPTER)
    if adapter is None:
        return Later("no_gateway")
    return adapter.send(address=parcel.address, text=parcel.text, reference=parcel.reference)


def _email(parcel: Parcel, still_queued: Callable[[], bool]) -> Done | Later:
    mail = EmailMultiAlternatives(
        subject=parcel.subject,
        body=parcel.text,
        to=[parcel.address],
        headers={
            # The same for every copy of this message, so that copies fold together.
            "Message-ID": f"<{parcel.reference}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if parcel.html:
        mail.attach_alternative(parcel.html, "text/html")
    if parcel.attachment:
        mime = f"text/calendar; method={parcel.attachment['method']}; charset=utf-8"
        mail.attach_alternative(parcel.attachment["body"], mime)
    connection: Any = get_connection()
    try:
        connection.open()
        if not still_queued():
            return Done("overtaken")
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        codes = {code for code, _why in refused.recipients.values()}
        permanent = all(code >= PERMANENT_FROM for code in codes)
        return Done(f"refused_{max(codes)}") if permanent else Later(f"refused_{max(codes)}")
    except smtplib.SMTPResponseException as answer:
        code = answer.smtp_code
        return Done(f"refused_{code}") if code >= PERMANENT_FROM else Later(f"refused_{code}")
    except (smtplib.SMTPException, OSError) as broken:
        return Later(type(broken).__name__[:40])
    finally:
        connection.close()
    return Done()


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
