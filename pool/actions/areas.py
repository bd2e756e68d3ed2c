"""Taking over the list of postcodes: reference data, the same for every region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from pool.models import Area
from pool.rules.postcodes import Place


@dataclass(frozen=True)
class Taken:
    """How many areas were new, changed or the same, and how many the list does not have."""

    new: int
    changed: int
    same: int
    unlisted: int


@transaction.atomic
def take_over_areas(places: Mapping[str, Place], *, writes: bool = True) -> Taken:
    """Make the areas say what the list says; a second time changes nothing.

    Areas that the list does not have stay: people and requests point at them.
    """
    there = {one.code: one for one in Area.objects.select_for_update()}
    wanted = {code: _area(place) for code, place in places.items()}
    new = [one for code, one in wanted.items() if code not in there]
    known = {code: one for code, one in wanted.items() if code in there}
    changed = [one for code, one in known.items() if _values(one) != _values(there[code])]
    if writes:
        Area.objects.bulk_create(new)
        Area.objects.bulk_update(changed, ["name", "latitude", "longitude"])
    return Taken(
        new=len(new),
        changed=len(changed),
        same=len(known) - len(changed),
        unlisted=len(there) - len(known),
    )


def _area(place: Place) -> Area:
    return Area(
        code=place.code,
        name=place.name,
        latitude=Decimal(place.latitude),
        longitude=Decimal(place.longitude),
    )


def _values(area: Area) -> tuple[str, Decimal, Decimal]:
    return area.name, area.latitude, area.longitude
