"""What the form of a profile starts with."""

from __future__ import annotations

from typing import Any

from pool.actions import Profile
from pool.vocabulary import LanguageLevel


def first_values(profile: Profile | None) -> dict[str, Any]:
    """What stands in the profile; what is usual where there is none yet."""
    if profile is None:
        return {
            "travel_radius_km": 20,
            "max_running": 2,
            "max_per_week": 4,
            "wants_sms": True,
            "wants_invites": True,
            "language_0": "nl",
            "level_0": LanguageLevel.NATIVE,
        }
    plain = {
        name: getattr(profile, name)
        for name in (
            "first_name",
            "last_name",
            "phone",
            "email",
            "home_area",
            "travel_radius_km",
            "max_running",
            "max_per_week",
            "wants_sms",
            "wants_invites",
            "hides_offers",
        )
    }
    return (
        plain
        | {
            "coordinator": str(profile.coordinator.pk),
            "activities": sorted(profile.activities),
            "can_meet": list(profile.can_meet),
            "excluded_areas": " ".join(sorted(profile.excluded_areas)),
            "excluded_organisations": [str(pk) for pk in profile.excluded_organisations],
        }
        | {f"language_{n}": code for n, (code, _level) in enumerate(profile.languages)}
        | {f"level_{n}": level for n, (_code, level) in enumerate(profile.languages)}
    )
