"""Which channels reach a person, and which one first: what this person chose, as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.access.models import User
from core.access.permissions import memberships
from core.outbox import Channel, Way, reached_by
from matching.clock import after_quiet
from pool.queries import contact, expert_of, quiet_hours


@reached_by
def ways(user: User, now: datetime) -> Sequence[Way]:
    """E-mail at any hour; a text message where one is wanted, and not in quiet hours.

    An expert has an own number, may have own quiet hours, and may have chosen against text
    messages; a professional or coordinator has a number at work.
    """
    expert = expert_of(user)
    if expert is not None:
        reach = contact(expert)
        email, phone = reach.email, reach.phone if reach.wants_sms else ""
    else:
        email = user.email
        phone = next((one.phone for one in memberships(user) if one.phone), "")
    found = [Way(Channel.EMAIL, email, now)] if email else []
    if phone:
        quiet_from, quiet_until = quiet_hours(expert, at=now)
        later = after_quiet(now, quiet_from=quiet_from, quiet_until=quiet_until)
        found.insert(0 if user.texts_first else len(found), Way(Channel.SMS, phone, later))
    return found
