"""Mails about a paper: that there is something to look at, never what it is."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from core.access.models import User
from core.clock import AMSTERDAM
from core.outbox import Channel, post
from pool.models import Expert, VogEvidence
from pool.queries import contact
from pool.rules import instant_of

# Messages of the calendar leave at nine: nobody is woken by a paper.
MORNING = 9 * 60


def day_begins(day: date, minutes: int = MORNING) -> datetime:
    """The moment of a local day at which the calendar speaks."""
    return instant_of(day, minutes, AMSTERDAM)


def tell_coordinator(
    expert: Expert,
    *,
    once_per: str,
    now: datetime,
    about: VogEvidence | None = None,
    also_expert: bool = False,
) -> None:
    """A mail that there is something to look at, to the own coordinator and perhaps the expert."""
    page = reverse("pool:vog", args=[expert.pk])
    _mail(expert.coordinator.email, expert.coordinator, "look", page, f"{once_per}:c", about, now)
    if also_expert:
        reach = contact(expert)
        own = reverse("pool:my-vog")
        _mail(reach.email, reach.user, "renew", own, f"{once_per}:e", about, now)


def _mail(  # noqa: PLR0913, PLR0917  (to whom, what, when)
    address: str,
    to: User | None,
    template: str,
    page: str,
    once_per: str,
    about: VogEvidence | None,
    now: datetime,
) -> None:
    post(
        f"pool/{template}",
        channel=Channel.EMAIL,
        address=address,
        to=to,
        once_per=once_per,
        now=now,
        context={"url": f"{settings.BASE_URL}{page}"},
        about=about.pk if about else None,
    )
