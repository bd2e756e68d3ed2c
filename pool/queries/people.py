"""One expert: who it is for a user, how to reach one."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.models import User
from pool.models import Expert


@dataclass(frozen=True)
class Contact:
    """How to reach one expert. Class 3: whoever shows it to a person logs the reading."""

    phone: str
    email: str
    wants_sms: bool
    language: str
    user: User | None


def expert_of(user: User) -> Expert | None:
    """The expert behind a signed-in person, if that is one."""
    return (
        Expert.objects.filter(user=user)
        .select_related("data_key", "home_area", "coordinator")
        .first()
    )


def contact(expert: Expert) -> Contact:
    """Phone and address of `expert`, opened."""
    return Contact(
        phone=expert.phone,
        email=expert.email,
        wants_sms=expert.wants_sms,
        language=expert.user.language if expert.user else "nl",
        user=expert.user,
    )
