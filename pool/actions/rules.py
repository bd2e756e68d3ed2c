"""What a region agrees about rest, quiet, distance and consent, from a day on."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import require_role
from core.clock import local
from core.errors import Refusal
from pool.actions.requirements import TooLateToDecide
from pool.models import RegionProfile, RegionRule, RuleKind
from pool.models.rules import LIMITS


class OutOfLimits(Refusal):
    message = _("That is less or more than can be agreed. Look at the number once more.")


@transaction.atomic
def agree(
    *,
    kind: str,
    value: Decimal | tuple[time, time],
    valid_from: date,
    by: User,
    now: datetime,
) -> RegionRule:
    """Agree on one thing from `valid_from` on; what counted before stays as it was.

    The rule before it ends on that day. What was decided for that day or later is replaced, and
    stays in the list, marked so.

    Raises:
        NotAllowed: this is for the regional administrator.
        TooLateToDecide: of today or later only. OutOfLimits: nothing was changed.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    kind = RuleKind(kind)
    if valid_from < local(now).date():
        raise TooLateToDecide
    given = _given(kind, value)
    # Two who decide at the same moment do so one after the other.
    list(RegionProfile.objects.select_for_update().values_list("pk"))
    rows = RegionRule.objects.filter(kind=kind, replaced_at=None)
    rows.filter(valid_from__gte=valid_from).update(replaced_at=now)
    rows.filter(valid_from__lt=valid_from).exclude(valid_to__lte=valid_from).update(
        valid_to=valid_from
    )
    rule: RegionRule = RegionRule.objects.create(
        kind=kind, valid_from=valid_from, decided_at=now, decided_by=by, **given
    )
    audit.record("rule.agreed", by=by, at=now, target=rule, kind=str(kind), day=str(valid_from))
    return rule


def _given(kind: str, value: Decimal | tuple[time, time]) -> dict[str, object]:
    if isinstance(value, tuple):
        if kind != RuleKind.QUIET:
            raise OutOfLimits
        return {"quiet_from": value[0], "quiet_until": value[1]}
    if kind == RuleKind.QUIET:
        raise OutOfLimits
    least, most = LIMITS[kind]
    if not Decimal(least) <= value <= Decimal(most):
        raise OutOfLimits
    return {"amount": value}


@transaction.atomic
def set_phones(
    *, coordinator_phone: str, picket_phone: str, by: User, now: datetime
) -> RegionProfile:
    """Write down under which numbers the coordinators are reached; counts at once.

    Raises:
        NotAllowed: this is for the regional administrator.
    """
    require_role(by, Role.REGIONAL_ADMIN)
    profile = RegionProfile.objects.select_for_update(of=("self",)).get()
    profile.coordinator_phone, profile.picket_phone = coordinator_phone, picket_phone
    profile.save(update_fields=["coordinator_phone", "picket_phone"])
    audit.record("region.phones_set", by=by, at=now, target=profile)
    return profile
