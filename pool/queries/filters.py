"""Who of the pool fits what was asked for. Everything in memory: names are sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from core.access.models import User
from core.clock import local
from pool.geo import Point, distance_km
from pool.models import Area, RegionProfile
from pool.queries.agreed import agreed
from pool.queries.specialisms import known_codes
from pool.queries.standings import Person

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
        specialism: a code of what experts tell. One that is guarded finds nobody for who may not
            read it, and is kept in no view.
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
    specialism: str = ""

    def codes(self) -> dict[str, str]:
        """What of it may be kept: everything but the name."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name != "q" and getattr(self, one.name)
        }


def matching_people(
    people: Iterable[Person], wanted: Wanted, *, reader: User, now: datetime
) -> list[Person]:
    """Those of `people` who fit all that is wanted, as far as `reader` may know it.

    At most seven queries, two for distances and five for what people told.
    """
    everybody = list(people)
    tests = [make(wanted, now) for name, make in TESTS.items() if getattr(wanted, name)]
    if wanted.area:
        tests.append(_near(everybody, wanted, now))
    if wanted.specialism:
        tests.append(_knows(everybody, wanted.specialism, reader))
    return [one for one in everybody if all(test(one) for test in tests)]


def _knows(people: Iterable[Person], code: str, reader: User) -> Test:
    known = known_codes([one.expert for one in people], reader=reader, among=[code])
    return lambda one: one.expert.pk in known


def _named(wanted: Wanted, _now: datetime) -> Test:
    words = wanted.q.casefold().split()
    return lambda one: all(word in one.name.casefold() for word in words)


def _near(people: Iterable[Person], wanted: Wanted, now: datetime) -> Test:
    try:
        factor = agreed(on=local(now).date()).road_factor
    except RegionProfile.DoesNotExist:
        factor = 1.0
    homes = {one.expert.home_area_id for one in people}
    points = {area.pk: _point(area) for area in Area.objects.filter(pk__in={*homes, wanted.area})}
    here, most = points[wanted.area], float(wanted.within_km or 0)
    near = {home for home in homes if distance_km(here, points[home], factor) <= most}
    return lambda one: one.expert.home_area_id in near


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
}
