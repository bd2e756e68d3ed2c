"""The ways out: e-mail over SMTP for real, text messages through a small adapter."""

from __future__ import annotations

import re
import smtplib
import time
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from core.outbox.due import Done, Later, lease_left
from core.outbox.gateway import HttpSms, Standing
from core.outbox.parcels import (
    ANSWER_LIMIT,
    STEP_LIMIT,
    UNKNOWN,
    WRITE_LIMIT,
    Parcel,
    StillQueued,
    Unreachable,
)
from core.outbox.states import Channel

__all__ = [
    "ANSWER_LIMIT",
    "NO_GATEWAY",
    "UNKNOWN",
    "WRITE_LIMIT",
    "Breaker",
    "DemoSms",
    "Parcel",
    "StillQueued",
    "breaker",
    "hand_over",
    "sms",
]

PERMANENT_FROM = 500
NO_GATEWAY = "no_gateway"


class Sms(Protocol):
    """A gateway for text messages."""

    def send(self, parcel: Parcel, still_queued: StillQueued) -> Done | Later:
        """Hand one message to the gateway."""

    def look_up(self, parcel: Parcel) -> Standing:
        """Whether the gateway has a message of which we do not know."""


class DemoSms:
    """Takes every message; the demo page shows what a phone would."""

    def send(self, parcel: Parcel, still_queued: StillQueued) -> Done | Later:  # noqa: ARG002
        return Done() if still_queued() else Done("overtaken")

    def look_up(self, parcel: Parcel) -> Standing:  # noqa: ARG002
        return Standing.THERE


def sms() -> Sms | None:
    """The gateway of this installation; None where nobody gets text messages."""
    if settings.SMS_GATEWAY_URL:
        return HttpSms(
            url=settings.SMS_GATEWAY_URL, key=settings.SMS_GATEWAY_KEY, sender=settings.SMS_SENDER
        )
    return DemoSms() if settings.DEMO else None


class Breaker:
    """Stops knocking for a while at a provider that did not answer a few times in a row.

    Every unanswered try costs seconds, and whatever else is due waits behind it.
    """

    FAILURES = 3
    REST = 20.0

    def __init__(self) -> None:
        self._n_failures = 0
        self._rests_until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._rests_until

    def note(self, *, answered: bool) -> None:
        self._n_failures = 0 if answered else self._n_failures + 1
        if self._n_failures >= self.FAILURES:
            self._rests_until = time.monotonic() + self.REST
            self._n_failures = 0


breaker = Breaker()


def hand_over(channel: Channel, parcel: Parcel, still_queued: StillQueued) -> Done | Later:
    """Give one message to its provider, unless `still_queued` says it was overtaken."""
    if channel == Channel.SMS:
        return _text(parcel, still_queued)
    if parcel.n_unknown and not parcel.may_repeat:
        return Done(UNKNOWN)
    if breaker.is_open():
        return Later("provider_rests")
    try:
        outcome = _email(parcel, still_queued)
    except Unreachable as trouble:
        breaker.note(answered=False)
        return Later(str(trouble)[:40])
    breaker.note(answered=True)
    # Nobody can be asked; one more copy at most (security.md F13).
    return Done(UNKNOWN) if parcel.n_unknown and outcome == Later(UNKNOWN) else outcome


def _text(parcel: Parcel, still_queued: StillQueued) -> Done | Later:
    gateway = sms()
    if gateway is None:
        return Done(NO_GATEWAY)
    if parcel.n_unknown:
        standing = gateway.look_up(parcel)
        if standing == Standing.THERE:
            return Done()
        may_repeat = parcel.may_repeat and parcel.n_unknown == 1
        if standing == Standing.SILENT and not may_repeat:
            return Done(UNKNOWN)
    try:
        return gateway.send(parcel, still_queued)
    except Unreachable as trouble:
        return Later(str(trouble)[:40], is_trouble=True)


def _email(parcel: Parcel, still_queued: StillQueued) -> Done | Later:
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
    backend: Any = get_connection(timeout=STEP_LIMIT)
    try:
        _open(backend)
        smtp = getattr(backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            return _converse(smtp, mail, still_queued)
        if not still_queued():
            return Done("overtaken")
        backend.send_messages([mail])
        return Done()
    finally:
        backend.close()


def _open(backend: Any) -> None:
    try:
        backend.open()
    except (smtplib.SMTPException, OSError) as trouble:
        # Also a wrong password of ours: no reason to give this message up.
        raise Unreachable(_name(trouble)) from trouble


def _converse(
    smtp: smtplib.SMTP, mail: EmailMultiAlternatives, still_queued: StillQueued
) -> Done | Later:
    """Say everything but the text, ask once more, and only then write the text.

    `smtplib.sendmail` would do these steps in one go, with the question seconds too early.
    """
    sender, recipient = parseaddr(mail.from_email)[1], parseaddr(mail.to[0])[1]
    text = _as_smtp(mail.message().as_bytes())
    try:
        smtp.ehlo_or_helo_if_needed()
        eight_bits = " BODY=8BITMIME" if smtp.has_extn("8bitmime") else ""
        code, _words = smtp.docmd("MAIL", f"FROM:<{sender}>{eight_bits}")
        if code != 250:  # noqa: PLR2004
            # About us, the sender, whatever the code: no reason to give this message up.
            return Later(f"refused_{code}")
        for command, parameter, expected in (("RCPT", f"TO:<{recipient}>", 250), ("DATA", "", 354)):
            code, _words = smtp.docmd(command, parameter)
            if code != expected:
                return _refused(code)
    except (smtplib.SMTPException, OSError) as trouble:
        raise Unreachable(_name(trouble)) from trouble
    # Without its last dot the server throws the message away.
    if not still_queued():
        smtp.close()
        return Done("overtaken")
    # Last, for the question may have waited for the database: nobody else may have the row yet.
    if lease_left() < WRITE_LIMIT + ANSWER_LIMIT:
        smtp.close()
        return Later("too_slow")
    return _write(smtp, text)


def _write(smtp: smtplib.SMTP, text: bytes) -> Done | Later:
    try:
        _wait_at_most(smtp, WRITE_LIMIT)
        smtp.send(text)
    except (smtplib.SMTPException, OSError) as trouble:
        smtp.close()
        return Later(_name(trouble))
    try:
        _wait_at_most(smtp, ANSWER_LIMIT)
        code, _words = smtp.getreply()
    except (smtplib.SMTPException, OSError):
        smtp.close()
        return Later(UNKNOWN)
    return Done() if code == 250 else _refused(code)  # noqa: PLR2004


def _refused(code: int) -> Done | Later:
    # 4xx, and -1 for a closed line, may pass; 5xx is about this message, for good.
    outcome = f"refused_{code}"
    return Done(outcome) if code >= PERMANENT_FROM else Later(outcome)


def _as_smtp(message: bytes) -> bytes:
    """The text with CRLF, leading dots doubled, and a dot as last line (RFC 5321, 4.5.2)."""
    body = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r?\n", b"\r\n", message))
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def _name(trouble: Exception) -> str:
    code = getattr(trouble, "smtp_code", None)
    return f"refused_{code}" if code else type(trouble).__name__


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
