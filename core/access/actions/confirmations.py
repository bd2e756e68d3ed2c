"""Each year somebody says that an account is still right; silence closes it on a named date."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import audit
from core.access.login import end_sessions
from core.access.models import Membership, Role, User
from core.access.permissions import has_role, membership_changed
from core.access.signals import membership_stopped
from core.clock import AMSTERDAM, local
from core.errors import NotAllowed
from core.outbox import Channel, handler, post, schedule

CONFIRM = "core.confirm_membership"
CONFIRM_MAIL = "core/confirm_account"
LAPSED_MAIL = "core/account_lapsed"
# Days before the date on which a mail asks.
ASKS = (30, 14, 3)
CONFIRMED_ROLES = frozenset({Role.PROFESSIONAL.value})


def next_date(now: datetime) -> datetime:
    """The start of the day, a year from now, on the wall clock."""
    day = local(now).date()
    try:
        later = day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        later = day.replace(year=day.year + 1, month=3, day=1)
    return datetime(later.year, later.month, later.day, tzinfo=AMSTERDAM)


def begin_clock(membership: Membership, *, now: datetime) -> None:
    """Give a role its date, where its kind has one; the caller saves nothing more."""
    if membership.role not in CONFIRMED_ROLES:
        return
    membership.confirm_by = next_date(now)
    membership.save(update_fields=["confirm_by"])
    _schedule(membership, after=now)


def may_confirm(user: User, membership: Membership, *, now: datetime) -> bool:
    """The person, the organisation's contact, and who keeps the accounts of the region.

    Past the date the person cannot: whoever left and kept the password would go on for ever.
    """
    if has_role(user, Role.COORDINATOR, Role.REGIONAL_ADMIN):
        return True
    stopped = membership.confirm_by is not None and membership.confirm_by <= now
    if membership.user_id == user.pk:
        return not stopped
    organisation = membership.organisation
    return organisation is not None and is_contact(user, membership)


def is_contact(user: User, membership: Membership) -> bool:
    """Whether `user` is the contact of the organisation of `membership`, and works there."""
    organisation = membership.organisation
    if organisation is None or organisation.contact_id != user.pk:
        return False
    return Membership.objects.filter(
        user=user, organisation=organisation, role=Role.PROFESSIONAL, ended_at=None
    ).exists()


@transaction.atomic
def confirm_membership(*, membership_id: UUID, by: User, now: datetime) -> Membership:
    """Say that a role is still right: it is good for another year, and opens again if it stopped.

    Raises:
        Membership.DoesNotExist, NotAllowed: nothing was changed.
    """
    membership = Membership.objects.select_for_update(of=("self",)).get(
        pk=membership_id, ended_at=None, role__in=CONFIRMED_ROLES
    )
    if not may_confirm(by, membership, now=now):
        raise NotAllowed("")
    membership.confirm_by, membership.lapsed_at = next_date(now), None
    membership.confirmed_at, membership.confirmed_by = now, by
    membership.save(update_fields=["confirm_by", "lapsed_at", "confirmed_at", "confirmed_by"])
    membership_changed(membership.user)
    audit.record("membership.confirmed", by=by, at=now, target=membership)
    _schedule(membership, after=now)
    return membership


@handler(CONFIRM)
def ask_or_stop(subject: UUID, now: datetime) -> None:
    """Ask whether a role is still right; on its date, let it stop."""
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .filter(pk=subject, ended_at=None, lapsed_at=None, confirm_by__isnull=False)
        .first()
    )
    if membership is None or membership.confirm_by is None:
        return
    if membership.confirm_by <= now:
        _stop(membership, now=now)
        return
    if membership.confirm_by - timedelta(days=ASKS[0]) <= now:
        _ask(membership, now=now)
    _schedule(membership, after=now)


def _stop(membership: Membership, *, now: datetime) -> None:
    membership.lapsed_at = now
    membership.save(update_fields=["lapsed_at"])
    membership_changed(membership.user)
    end_sessions(membership.user)
    audit.record("membership.lapsed", by=None, at=now, target=membership, role=membership.role)
    _mail(membership, LAPSED_MAIL, once_per=f"lapsed:{membership.pk}:{now:%Y%m%d}", now=now)
    membership_stopped.send(sender=Membership, membership=membership, by=None, now=now)


def _ask(membership: Membership, *, now: datetime) -> None:
    _mail(membership, CONFIRM_MAIL, once_per=f"confirm:{membership.pk}:{now:%Y%m%d}", now=now)


def _mail(membership: Membership, template: str, *, once_per: str, now: datetime) -> None:
    post(
        template,
        channel=Channel.EMAIL,
        address=membership.user.email,
        to=membership.user,
        once_per=once_per,
        now=now,
        context={
            "url": f"{settings.BASE_URL}{reverse('core:my-organisation')}",
            "until": membership.confirm_by,
        },
        about=membership.pk,
    )


def _schedule(membership: Membership, *, after: datetime) -> None:
    if membership.confirm_by is None:
        return
    end = membership.confirm_by
    moments = [*(end - timedelta(days=days) for days in ASKS), end]
    at = next((moment for moment in moments if moment > after), end)
    schedule(
        CONFIRM,
        subject=membership.pk,
        at=at,
        once_per=f"confirm:{membership.pk}:{at:%Y%m%dT%H%M}",
    )
