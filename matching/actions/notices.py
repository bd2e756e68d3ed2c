"""What matching says to people outside: that there is something, never what (security.md 5.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import outbox
from core.access import links
from core.access.actions import deputy_of
from core.access.models import LinkPurpose, LinkToken, Membership, Role, User
from core.clock import local
from core.outbox import Channel, MessageState
from core.outbox.models import Message
from core.ui import moments
from matching.clock import after_quiet
from matching.models import Call, CallChain, Offer, Request
from matching.states import Urgency
from pool.models import Expert, OnCallShift
from pool.queries import contact, on_call, quiet_hours

# Whom a call chain calls.
CALLED = (Role.COORDINATOR, Role.REGIONAL_ADMIN)
GONE = "matching.offer_gone"
# So long before its deadline an offer that was not answered is brought to mind (domain.md S5).
REMIND_BEFORE = timedelta(minutes=30)
# Shorter terms get no reminder: the first message is hardly cold.
REMIND_FROM = timedelta(hours=1)


def tell_on_call(*, once_per: str, now: datetime) -> int:
    """Alert whoever has duty, first in the chain, by text message and mail. Returns how many.

    Where nobody is on the rota, every coordinator hears it: silence is the dangerous failure.
    """
    called: list[Membership] = on_call(at=now)
    if OnCallShift.objects.filter(starts_at__lte=now, ends_at__gt=now).exists():
        called = called[:1]
    for membership in called:
        _tell_user(
            membership.user,
            "matching/needs_you",
            once_per=once_per,
            now=now,
            phone=membership.phone,
        )
    return len(called)


def call_member(member: Membership, *, once_per: str, about: UUID, now: datetime) -> None:
    """Call one person of the rota about something that cannot wait, at any hour."""
    _tell_user(
        member.user,
        "matching/needs_you",
        once_per=once_per,
        now=now,
        phone=member.phone,
        url=f"{settings.BASE_URL}{reverse('matching:calls')}",
        about=about,
    )


def say_solved(chain: CallChain, calls: Iterable[Call], *, now: datetime) -> None:
    """Tell everybody who was called that it is solved, by text message where they were texted."""
    outbox.withdraw(about=chain.pk, now=now)
    called = {call.user_id: call.user for call in calls}
    rows = Membership.objects.filter(user__in=called, role__in=CALLED, ended_at=None)
    phones = dict(rows.exclude(phone="").values_list("user_id", "phone"))
    for user in called.values():
        _tell_user(
            user,
            "matching/solved",
            once_per=f"solved:{chain.pk}",
            now=now,
            phone=phones.get(user.pk, ""),
        )


def tell_requester(request: Request, template: str, *, once_per: str, now: datetime) -> None:
    """A mail to the professional who asked, and to who stands in today, with the way to the page.

    Whoever does not work there any more hears nothing: a task asks for a colleague.
    """
    member = (
        Membership.objects.select_related("user", "organisation")
        .filter(
            user=request.requester_id,
            organisation=request.organisation_id,
            role=Role.PROFESSIONAL,
        )
        .order_by("-started_at")
        .first()
    )
    told = [request.requester]
    if member is not None:
        open_now = member.ended_at is None and member.lapsed_at is None
        deputy = deputy_of(member, now=now)
        told = [*([member.user] if open_now else []), *([deputy.user] if deputy else [])]
    for user in told:
        _tell_user(
            user,
            template,
            once_per=once_per,
            now=now,
            url=f"{settings.BASE_URL}{reverse('matching:request-status', args=[request.pk])}",
        )


def tell_left(user: User, *, once_per: str, now: datetime) -> None:
    """Tell somebody whose role stopped that colleagues go on; nothing has to be done."""
    _tell_user(user, "matching/passed_on", once_per=once_per, now=now)


def _tell_user(  # noqa: PLR0913  (who, what, when, where)
    user: User,
    template: str,
    *,
    once_per: str,
    now: datetime,
    phone: str = "",
    url: str = "",
    about: UUID | None = None,
) -> None:
    key = f"{once_per}:{user.pk.hex[:12]}"
    context = {"url": url or f"{settings.BASE_URL}/"}
    outbox.post(
        template,
        channel=Channel.EMAIL,
        address=user.email,
        to=user,
        once_per=key,
        now=now,
        context=context,
        about=about,
    )
    if phone:
        outbox.post(
            template,
            channel=Channel.SMS,
            address=phone,
            to=user,
            once_per=key,
            now=now,
            context=context,
            about=about,
        )


def tell_expert(  # noqa: PLR0913  (who, what, when)
    expert: Expert,
    template: str,
    *,
    once_per: str,
    now: datetime,
    by_sms: bool = False,
    about: UUID | None = None,
) -> None:
    """A neutral mail to an expert, and a text message where that was chosen and is worth it."""
    reach = contact(expert)
    channels = [(Channel.EMAIL, reach.email)]
    if by_sms and reach.wants_sms:
        channels.append((Channel.SMS, reach.phone))
    for channel, address in channels:
        outbox.post(
            template,
            channel=channel,
            address=address,
            to=reach.user,
            once_per=once_per,
            now=now,
            language=reach.language,
            context={"url": f"{settings.BASE_URL}/"},
            about=about,
        )


def send_offer(offer: Offer, request: Request, *, now: datetime) -> None:
    """The question to one expert: a one-time link, and until when. Nothing about the matter.

    Outside quiet hours, unless it is urgent. A reminder half an hour before the end.
    """
    reach = contact(offer.expert)
    token = links.issue(
        purpose=LinkPurpose.OFFER,
        subject=offer.pk,
        now=now,
        holder=reach.user,
        expires_at=offer.deadline_at,
    )
    url = links.url("matching:offer-link", token)
    at = _waking(now, offer.deadline_at, request, offer.expert)
    moments = [("matching/offer", at)]
    if offer.deadline_at - now > REMIND_FROM:
        before = offer.deadline_at - REMIND_BEFORE
        reminder = _waking(before, offer.deadline_at, request, offer.expert)
        moments.append(("matching/offer_reminder", reminder))
    channels = [(Channel.EMAIL, reach.email)]
    if reach.wants_sms:
        channels.append((Channel.SMS, reach.phone))
    for template, moment in moments:
        for channel, address in channels:
            outbox.post(
                template,
                channel=channel,
                address=address,
                to=reach.user,
                once_per=f"{template}:{offer.pk}",
                now=now,
                language=reach.language,
                context={"url": url, "until": _until(offer.deadline_at, moment, reach.language)},
                at=moment,
                useful_until=offer.deadline_at,
                about=offer.pk,
            )


def silence_offers(offer_ids: Collection[UUID], *, now: datetime) -> None:
    """Stop what still waits to be said about offers; their links live on."""
    waiting = Message.objects.filter(about__in=offer_ids, state=MessageState.QUEUED)
    for offer_id in set(waiting.values_list("about", flat=True)):
        if offer_id is not None:
            outbox.withdraw(about=offer_id, now=now)


def end_offers(offer_ids: Collection[UUID], *, now: datetime) -> None:
    """Stop what waits to be said about offers, and end their links."""
    silence_offers(offer_ids, now=now)
    LinkToken.objects.filter(
        purpose=LinkPurpose.OFFER, subject__in=offer_ids, revoked_at=None
    ).update(revoked_at=now)


def say_gone_later(offers: Collection[Offer], *, at: datetime) -> None:
    """Plan the kind mail to those who need not answer any more, for the instant `at`.

    Written by the worker: whoever says yes should not hold the request while letters to
    others are written.
    """
    for offer in offers:
        outbox.schedule(GONE, subject=offer.pk, at=at, once_per=f"offer-gone:{offer.pk}")


def say_gone(offer: Offer, *, now: datetime) -> None:
    """The kind mail itself; once per offer."""
    tell_expert(offer.expert, "matching/offer_gone", once_per=f"offer-gone:{offer.pk}", now=now)


def _until(deadline: datetime, at: datetime, language: str) -> str:
    """The deadline as one reads it at `at`: the time, and the day where that is another one."""
    with translation.override(language):
        is_today = local(deadline).date() == local(at).date()
        return moments.clock(deadline) if is_today else moments.moment(deadline)


def _waking(moment: datetime, deadline: datetime, request: Request, expert: Expert) -> datetime:
    """`moment`, or the end of quiet hours where the matter can wait and there is time left.

    The hours are the expert's own. What is urgent reaches nobody who did not agree to be woken:
    they are not asked in their quiet hours at all (matching.rules).
    """
    if request.urgency == Urgency.URGENT:
        return moment
    quiet_from, quiet_until = quiet_hours(expert, at=moment)
    later = after_quiet(moment, quiet_from=quiet_from, quiet_until=quiet_until)
    return later if later < deadline else moment
