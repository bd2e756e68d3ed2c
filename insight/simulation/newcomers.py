"""People on their way in and out: somebody applied, somebody is called later, somebody leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from core import clock
from core.access.models import User
from pool import actions as pool
from pool.models import Expert
from pool.vocabulary import IntakeTopic

DAY = timedelta(days=1)
# First name, last name, area, number, and how far the first talks are.
NEWCOMERS = (
    ("Yara", "Moeskroen", "1055", "06 0000 1901", ""),
    ("Dennis", "Brinkhorst", "1191", "06 0000 1902", "LATER"),
    ("Sjoerd", "Wagemaker", "1072", "06 0000 1903", "START"),
)
STILL_GROWS = {"NETWORK": "NOT_YET", "SIGNALS": "NOT_YET"}


def come_and_go(lead: User, experts: Mapping[str, Expert], *, domain: str, now: datetime) -> None:
    """Three newcomers at different steps, and one who leaves in some weeks."""
    today = clock.local(now).date()
    for number, (first, last, area, phone, outcome) in enumerate(NEWCOMERS):
        came = now - (9 - 3 * number) * DAY
        expert = pool.register_expert(
            profile=pool.Profile(
                first_name=first,
                last_name=last,
                phone=phone,
                email=f"{first}.{last}@{domain}".lower(),
                coordinator=lead,
                home_area=area,
                activities=frozenset({"BUDDY_1ON1"}) if outcome == "START" else frozenset(),
            ),
            by=lead,
            now=came,
            sends_invitation=False,
        )
        if outcome:
            pool.write_intake(
                expert_id=expert.pk,
                answers=dict.fromkeys(IntakeTopic.values, "YES") | STILL_GROWS,
                outcome=outcome,
                talked_on=clock.local(came).date(),
                again_on=today + 40 * DAY if outcome == "LATER" else None,
                by=lead,
                now=came,
            )
    if "Joost" in experts:
        pool.announce_leaving(
            expert_id=experts["Joost"].pk,
            last_day=today + 20 * DAY,
            reason="OTHER_WORK",
            by=lead,
            now=now - 2 * DAY,
        )
