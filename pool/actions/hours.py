"""When an expert can, and when not; and which coordinator has duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Role, User
from core.access.permissions import has_role, require_role
from core.errors import NotAllowed, Refusal
from pool.models import Absence, Expert, OnCallShift, WeekAvailability
from pool.permissions import STAFF, is_self, require_edit
from pool.rules import WeekRow, merged_week


class EndsBeforeStart(Refusal):
    message = _("The end comes before the beginning. Look again.")


class NoCoordinatorOnDuty(Refusal):
    message = _("Only somebody who is a coordinator can have duty.")


@transaction.atomic
def set_week(*, expert_id: UUID, rows: Iterable[WeekRow], by: User, now: datetime) -> list[WeekRow]:
    """Replace the week of an expert; doubled and touching hours become one row.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_edit(by, expert)
    week = merged_week(rows)
    WeekAvailability.objects.filter(expert=expert).delete()
    WeekAvailability.objects.bulk_create(
        [
            WeekAvailability(expert=expert, weekday=row.weekday, starts=row.starts, ends=row.ends)
            for row in week
        ]
    )
    audit.record(
        "week.set",
        by=by,
        at=now,
        subject=expert.pk,
        n=len(week),
        on_behalf=not is_self(by, expert),
    )
    return week


@transaction.atomic
def add_absence(
    *, expert_id: UUID, starts_at: datetime, ends_at: datetime, by: User, now: datetime
) -> Absence:
    """Be away in [starts_at, ends_at); no reason is asked. What was agreed already stays.

    Raises:
        Expert.DoesNotExist, NotAllowed, EndsBeforeStart: nothing was changed.
    """
    expert = Expert.objects.get(pk=expert_id)
    require_edit(by, expert)
    if ends_at <= starts_at:
        raise EndsBeforeStart
    absence = Absence.objects.create(expert=expert, starts_at=starts_at, ends_at=ends_at)
    audit.record(
        "absence.added",
        by=by,
        at=now,
        subject=expert.pk,
        target=absence,
        on_behalf=not is_self(by, expert),
    )
    return absence


@transaction.atomic
def remove_absence(*, absence_id: UUID, expert_id: UUID, by: User, now: datetime) -> None:
    """Be there after all.

    Raises:
        Expert.DoesNotExist, Absence.DoesNotExist, NotAllowed: nothing was changed.
    """
    expert = Expert.objects.get(pk=expert_id)
    require_edit(by, expert)
    absence = Absence.objects.get(pk=absence_id, expert=expert)
    audit.record(
        "absence.removed",
        by=by,
        at=now,
        subject=expert.pk,
        target=absence,
        on_behalf=not is_self(by, expert),
    )
    absence.delete()


@transaction.atomic
def plan_on_call(  # noqa: PLR0913  who, when, in which place
    *,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    now: datetime,
    place_in_chain: int = 1,
) -> OnCallShift:
    """Give a coordinator duty in [starts_at, ends_at), called as number `place_in_chain`.

    Raises:
        NotAllowed, NoCoordinatorOnDuty, EndsBeforeStart: nothing was changed.
    """
    require_role(by, *STAFF)
    if not has_role(user, Role.COORDINATOR):
        raise NoCoordinatorOnDuty
    if ends_at <= starts_at:
        raise EndsBeforeStart
    shift = OnCallShift.objects.create(
        user=user, starts_at=starts_at, ends_at=ends_at, place_in_chain=place_in_chain
    )
    audit.record("duty.planned", by=by, at=now, target=shift)
    return shift


@transaction.atomic
def remove_on_call(*, shift_id: UUID, by: User, now: datetime) -> None:
    """Take a duty off the rota that is not over yet; the past stays, for hours and pay.

    Raises:
        OnCallShift.DoesNotExist, NotAllowed: nothing was changed.
    """
    require_role(by, *STAFF)
    shift = OnCallShift.objects.get(pk=shift_id)
    if shift.ends_at <= now:
        raise NotAllowed(_("This duty is over. It stays on the rota."))
    audit.record("duty.removed", by=by, at=now, target=shift)
    shift.delete()
