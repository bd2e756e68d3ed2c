"""A week as it really goes: days that differ, somebody away, quiet hours of one's own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from core import clock
from core.access.models import User
from core.clock import AMSTERDAM
from insight.simulation.regions import Stage
from pool import actions as pool
from pool.models import Expert
from pool.rules import DayHours, instant_of

DAY = timedelta(days=1)
# Day from today on, part of it, and whether somebody is there.
PARTS = {
    "Thijs": ((2, "DAYTIME", False), (2, "EVENING", True)),
    "Omar": ((1, "EVENING", False), (3, "EVENING", False)),
    "Linda": ((4, "NIGHT", True),),
}
AWAY = {"Gijs": (3, 9), "Tesfay": (-2, 1)}


def live_a_week(stage: Stage, *, now: datetime) -> None:
    """What people of this region said about the days around `now`; those who are in it."""
    today = clock.local(now).date()
    for name, said in PARTS.items():
        if expert := stage.experts.get(name):
            wanted = {(today + n * DAY, part): is_there for n, part, is_there in said}
            pool.set_parts(expert_id=expert.pk, wanted=wanted, by=_self(expert), now=now)
    for name, (first, last) in AWAY.items():
        if expert := stage.experts.get(name):
            pool.add_absence(
                expert_id=expert.pk,
                starts_at=_midnight(today + first * DAY),
                ends_at=_midnight(today + last * DAY),
                by=_self(expert),
                now=now,
            )
    if expert := stage.experts.get("Naomi"):
        pool.not_today(expert_id=expert.pk, by=_self(expert), now=now)
    if expert := stage.experts.get("Ellen"):
        hours = DayHours(today + 2 * DAY, 19 * 60, 20 * 60 + 30, is_there=True)
        pool.set_hours(expert_id=expert.pk, hours=hours, by=_self(expert), now=now)
        pool.set_limits(
            expert_id=expert.pk,
            limits=pool.Limits(
                max_running=1,
                max_per_week=2,
                quiet_from=time(20, 30),
                quiet_until=time(9, 0),
                urgent_wakes=False,
                heavy_rest_minutes=48 * 60,
            ),
            by=_self(expert),
            now=now,
        )


def _self(expert: Expert) -> User:
    if expert.user is None:
        raise ValueError("everybody in the demo has an account")
    return expert.user


def _midnight(day: date) -> datetime:
    return instant_of(day, 0, AMSTERDAM)
