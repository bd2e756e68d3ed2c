"""Telling people about a session: invitations, changes, the end of it. Neutral, to each alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from core import outbox
from core.outbox import Attachment, Channel
from scheduling import ics, rules
from scheduling.models import Session
from scheduling.queries import Recipient, entry

Template = Literal["invite", "changed", "cancelled", "to_confirm", "reminder", "check_out"]
Method = Literal["REQUEST", "CANCEL"]
METHODS: dict[str, Method] = {"invite": "REQUEST", "changed": "REQUEST", "cancelled": "CANCEL"}
# A text message may wait for the morning if that leaves this much time to act on it.
TIME_TO_ACT = timedelta(hours=2)


def tell(
    session: Session,
    people: Iterable[Recipient],
    template: Template,
    *,
    now: datetime,
    by_sms: Iterable[Recipient] = (),
) -> None:
    """Mail each of `people` about this version of `session`, and send a text to each of `by_sms`.

    Mail leaves at once. A text that would leave in quiet hours waits until they end, where that
    is early enough.
    """
    for one in people:
        if one.email:
            _post(session, one, template, Channel.EMAIL, now=now)
    for one in by_sms:
        if Channel.SMS in one.channels:
            at = sms_moment(session, one, now=now)
            _post(session, one, template, Channel.SMS, now=now, at=at)


def remind_of(
    session: Session, one: Recipient, channel: Channel, *, key: str, now: datetime
) -> None:
    """Post one reminder on one channel; the same key goes out once per channel."""
    _post(session, one, "reminder", channel, now=now, key=key)


def ask_to_check_out(session: Session, one: Recipient, *, key: str, now: datetime) -> None:
    """Ask whoever should be out to say so, as this person chose and by mail, at any hour."""
    for channel in dict.fromkeys((*one.channels, Channel.EMAIL)):
        _post(session, one, "check_out", channel, now=now, key=key)


def sms_moment(session: Session, one: Recipient, *, now: datetime) -> datetime:
    """When a text to `one` leaves: now, or after their quiet hours where that is early enough."""
    later = rules.after_quiet(now, *one.quiet)
    return later if session.starts_at - later >= TIME_TO_ACT else now


def words(language: str) -> ics.Words:
    """The texts on a calendar, for a reader of `language`."""
    with translation.override(language):
        return ics.Words(
            title=gettext("Appointment"),
            where=gettext("see Naast"),
            text=f"{settings.BASE_URL}{reverse(settings.LOGIN_URL)}",
        )


def organizer() -> str:
    """The address that mail comes from: another one, and calendars make a second entry."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _post(  # noqa: PLR0913  one message to one person
    session: Session,
    one: Recipient,
    template: Template,
    channel: Channel,
    *,
    now: datetime,
    at: datetime | None = None,
    key: str = "",
) -> None:
    outbox.post(
        f"scheduling/{template}",
        channel=channel,
        address=one.address(channel),
        to=one.user,
        once_per=f"{key or template}:{session.pk}:{session.version}:{one.key[:40]}",
        now=now,
        at=at,
        context={
            "start": session.starts_at,
            "end": session.ends_at,
            "to_expert": one.is_expert,
            "url": f"{settings.BASE_URL}{reverse('scheduling:session-detail', args=[session.pk])}",
        },
        language=one.language,
        useful_until=_useful_until(session, template, now=now),
        about=session.pk,
        about_version=session.version,
        attachment=_calendar(session, one, template) if channel == Channel.EMAIL else None,
    )


def _useful_until(session: Session, template: Template, *, now: datetime) -> datetime:
    """After this a message says nothing any more."""
    if template == "check_out":
        return now + TIME_TO_ACT
    return session.ends_at if template == "cancelled" else session.starts_at


def _calendar(session: Session, one: Recipient, template: Template) -> Attachment | None:
    method = METHODS.get(template)
    if method is None or not one.wants_invite:
        return None
    build = ics.cancel if method == "CANCEL" else ics.request
    body = build(
        entry(session), words=words(one.language), organizer=organizer(), attendee=one.email
    )
    return Attachment(filename="afspraak.ics", body=body, method=method)
