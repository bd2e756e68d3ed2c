"""Who of the pool fits what was asked for. Everything in memory: names are sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from core.clock import local
from pool.geo import Point, distance_km
from pool.models import Area, RegionProfile
from pool.queries.agreed import agreed
from pool.queries.board import Person

DAY = timedelta(days=1)
Test = Callable[[Person], bool]


@dataclass(frozen=True)
class Wanted:
    """What the list is asked for; empty asks for nothing.

    Attributes:
        q: words of a name. Never kept and never in an address.
        standing: where somebody stands today, or a state of the membership.
        host: kind of host at which the work (or any work) may be done today.
        part: part of the day with an hour free in the coming week.
        training: kind of training that was seen and counts, or NONE.
        area, within_km: no farther by road than so many kilometres from this area.
        away: NOW, WEEK (some time in the coming week) or NOT (not in the coming week).
    """

    q: str = ""
    standing: str = ""
    activity: str = ""
    host: str = ""
    part: str = ""
    language: str = ""
    training: str = ""
    coordinator: str = ""
    area: str = ""
    within_km: str = ""
    away: str = ""

    def codes(self) -> dict[str, str]:
        """What of it may be kept: everything but the name."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name != "q" and getattr(self, one.name)
        }


def matching_people(people: Iterable[Person], wanted: Wanted, *, now: datetime) -> list[Person]:
    """Those of `people` who fit all that is wanted; at most two queries, for distances."""
    tests = [make(wanted, now) for name, make in TESTS.items() if getattr(wanted, name)]
    return [one for one in people if all(test(one) for test in tests)]


def _named(wanted: Wanted, _now: datetime) -> Test:
    words = wanted.q.casefold().split()
    return lambda one: all(word in one.name.casefold() for word in words)


def _near(wanted: Wanted, now: datetime) -> Test:
    try:
        factor = agreed(on=local(now).date()).road_factor
    except RegionProfile.DoesNotExist:
        factor = 1.0
    here = _point(Area.objects.get(pk=wanted.area))
    most = float(wanted.within_km or 0)
    return lambda one: distance_km(here, _point(one.expert.home_area), factor) <= most


def _point(area: Area) -> Point:
    return float(area.latitude), float(area.longitude)


def _may_work_at(one: Person, activity: str, host: str) -> bool:
    return any(
        host in hosts for work, hosts in one.hosts.items() if not activity or work == activity
    )


def _trained(one: Person, training: str) -> bool:
    return training in one.trainings or (training == "NONE" and not one.trainings)


def _is_away(one: Person, away: str, now: datetime) -> bool:
    if away == "NOW":
        return any(starts <= now < ends for starts, ends in one.absences)
    this_week = any(starts < now + 7 * DAY and ends > now for starts, ends in one.absences)
    return this_week == (away == "WEEK")


# One test for each thing that may be asked; those asked for must all hold.
TESTS: dict[str, Callable[[Wanted, datetime], Test]] = {
    "q": _named,
    "standing": lambda w, _now: lambda one: w.standing in {one.standing, one.expert.state},
    "activity": lambda w, _now: lambda one: any(w.activity == code for code, _may in one.works),
    "host": lambda w, _now: lambda one: _may_work_at(one, w.activity, w.host),
    "part": lambda w, _now: lambda one: w.part in one.parts,
    "language": lambda w, _now: lambda one: any(w.language == code for code, _ in one.languages),
    "training": lambda w, _now: lambda one: _trained(one, w.training),
    "coordinator": lambda w, _now: lambda one: str(one.expert.coordinator_id) == w.coordinator,
    "away": lambda w, now: lambda one: _is_away(one, w.away, now),
    "area": _near,
}
