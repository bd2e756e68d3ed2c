"""Distance between two areas, near enough to say who can come. Pure."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# Latitude and longitude in degrees, of the rounded centre of an area; never of a home.
Point = tuple[float, float]

EARTH_RADIUS_KM = 6371.0088


def distance_km(a: Point, b: Point, road_factor: float) -> float:
    """Kilometres by road from `a` to `b`: the great circle times `road_factor`.

    Islands and Zeeland make this misleading (domain.md 10); a coordinator may choose otherwise.
    """
    return straight_km(a, b) * road_factor


def straight_km(a: Point, b: Point) -> float:
    """Kilometres from `a` to `b` along the great circle, by the haversine."""
    latitude_a, latitude_b = radians(a[0]), radians(b[0])
    half_north = (latitude_b - latitude_a) / 2
    half_east = radians(b[1] - a[1]) / 2
    chord = sin(half_north) ** 2 + cos(latitude_a) * cos(latitude_b) * sin(half_east) ** 2
    # Rounding may push the sum a hair above 1 for opposite ends of the earth.
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))
