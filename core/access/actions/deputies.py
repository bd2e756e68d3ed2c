"""Who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.actions.confirmations import is_contact
from core.access.deputies import Deputy
from core.access.models import Membership, Role, User
from core.access.permissions import has_role
from core.clock import local
from core.errors import NotAllowed, Refusal


class NotAColleague(Refusal):
    message = _("Choose a colleague who works for the same organisation now.")


class SomebodyElseThen(Refusal):
    message = _("Somebody else stands in on some of these days. End that first.")


class EndsBeforeFirstDay(Refusal):
    message = _("The last day comes before the first. Look at both dates.")


def may_arrange(user: User, membership: Membership) -> bool:
    """One's own deputy; for others the organisation's contact and who keeps the accounts."""
    if membership.user_id == user.pk or has_role(user, Role.COORDINATOR, Role.REGIONAL_ADMIN):
        return True
    return is_contact(user, membership)


@transaction.atomic
def name_deputy(  # noqa: PLR0913  (who, for whom, from when until when)
    *,
    membership_id: UUID,
    stand_in_id: UUID,
    first_day: date,
    last_day: date | None,
    by: User,
    now: datetime,
) -> Deputy:
    """Let a colleague stand in for a professional.

    Raises:
        Membership.DoesNotExist, NotAllowed, NotAColleague, SomebodyElseThen,
        EndsBeforeFirstDay: nothing was changed.
    """
    member = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=membership_id, role=Role.PROFESSIONAL, ended_at=None)
    )
    if not may_arrange(by, member):
        raise NotAllowed("")
    if last_day is not None and last_day < first_day:
        raise EndsBeforeFirstDay
    stand_in = Membership.objects.filter(
        pk=stand_in_id,
        organisation=member.organisation,
        role=Role.PROFESSIONAL,
        ended_at=None,
        lapsed_at=None,
    ).first()
    if stand_in is None or stand_in.user_id == member.user_id:
        raise NotAColleague
    clash = Deputy.objects.filter(member=member).filter(
        Q(last_day=None) | Q(last_day__gte=first_day)
    )
    if last_day is not None:
        clash = clash.filter(first_day__lte=last_day)
    if clash.exists():
        raise SomebodyElseThen
    deputy: Deputy = Deputy.objects.create(
        organisation=member.organisation,
        member=member,
        stand_in=stand_in,
        first_day=first_day,
        last_day=last_day,
        made_at=now,
        made_by=by,
    )
    audit.record("deputy.named", by=by, at=now, target=deputy)
    return deputy


@transaction.atomic
def end_deputy(*, deputy_id: UUID, by: User, now: datetime) -> None:
    """Nobody stands in any more; what never began is removed.

    Raises:
        Deputy.DoesNotExist, NotAllowed: nothing was changed.
    """
    deputy = (
        Deputy.objects.select_for_update(of=("self",))
        .select_related("member", "member__organisation")
        .get(pk=deputy_id)
    )
    if not may_arrange(by, deputy.member):
        raise NotAllowed("")
    audit.record("deputy.ended", by=by, at=now, target=deputy)
    deputy.delete()


def deputy_of(membership: Membership, *, now: datetime) -> Membership | None:
    """Who stands in for this person today and may work here; None where nobody does."""
    today = local(now).date()
    rows = Deputy.objects.filter(
        Q(last_day=None) | Q(last_day__gte=today),
        Q(stand_in__confirm_by=None) | Q(stand_in__confirm_by__gt=now),
        member=membership,
        first_day__lte=today,
        stand_in__ended_at=None,
        stand_in__lapsed_at=None,
    )
    found = rows.select_related("stand_in", "stand_in__user").first()
    return found.stand_in if found else None
