"""Who of the coordinators has duty, and which number to call."""

from __future__ import annotations

from datetime import datetime, time

import holidays

from core.access.models import Membership, Role
from core.clock import local
from pool.models import OnCallShift, RegionProfile
from pool.rules import SATURDAY

OFFICE_FROM, OFFICE_UNTIL = time(9, 0), time(17, 0)


def on_call(*, at: datetime) -> list[Membership]:
    """Coordinators to call at the aware instant `at`, first one first, each once.

    An empty rota means everybody: a request must end in a human's hands.
    """
    running = {
        row.user_id: row
        for row in Membership.objects.filter(role=Role.COORDINATOR, ended_at=None)
        .select_related("user")
        .order_by("started_at", "pk")
    }
    chain = list(
        dict.fromkeys(
            OnCallShift.objects.filter(starts_at__lte=at, ends_at__gt=at)
            .order_by("place_in_chain", "starts_at", "pk")
            .values_list("user_id", flat=True)
        )
    )
    # Somebody on the rota who stopped being a coordinator is called no more.
    called = [running[user_id] for user_id in chain if user_id in running]
    return called or list(running.values())


def call_order(*, at: datetime) -> list[list[Membership]]:
    """Who is called after whom about what cannot wait: groups, each called together.

    The rota one by one, then whoever runs the region, then everybody. Where nobody has duty all
    coordinators are the first group: silence is the dangerous failure.
    """
    coordinators = on_call(at=at)
    has_rota = OnCallShift.objects.filter(starts_at__lte=at, ends_at__gt=at).exists()
    order = [[one] for one in coordinators] if has_rota else [coordinators]
    staff = list(
        Membership.objects.filter(role__in=(Role.COORDINATOR, Role.REGIONAL_ADMIN), ended_at=None)
        .select_related("user")
        .order_by("started_at", "pk")
    )
    # Who has two roles is called once, on the number of the first.
    everybody = list({one.user_id: one for one in reversed(staff)}.values())[::-1]
    managers = [one for one in staff if one.role == Role.REGIONAL_ADMIN]
    return [group for group in (*order, managers, everybody) if group]


def shifts(*, now: datetime) -> list[OnCallShift]:
    """Duty that runs or comes, soonest first."""
    return list(
        OnCallShift.objects.filter(ends_at__gt=now)
        .select_related("user")
        .order_by("starts_at", "place_in_chain", "pk")
    )


def coordinator_phone(*, at: datetime) -> str:
    """The region's number for its coordinators at `at`: by day, or outside office hours."""
    profile = RegionProfile.here()
    return profile.coordinator_phone if is_office_time(at) else profile.picket_phone


def is_office_time(at: datetime) -> bool:
    """Is `at` within office hours on a Dutch working day?"""
    wall = local(at)
    if wall.weekday() >= SATURDAY or wall.date() in holidays.country_holidays(
        "NL", years=wall.year
    ):
        return False
    return OFFICE_FROM <= wall.time() < OFFICE_UNTIL
